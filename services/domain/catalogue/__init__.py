"""The credit information catalogue (信用信息目录): what may be carried, by whom, about whom, in which form.

`Catalogue.parse` reads the entries and content schemas once and refuses a wrong entry by item, key and remedy; after
it everything is a frozen value.
"""

from creditbus.services.domain.catalogue.errors import CatalogueError
from creditbus.services.domain.catalogue.fields import Disclosure, Field, Format
from creditbus.services.domain.catalogue.item import (
    ActsOn,
    ConsentFields,
    Derived,
    Item,
    NaturalKey,
    Registers,
    Stated,
    Succession,
)
from creditbus.services.domain.catalogue.objections import ObjectionRule
from creditbus.services.domain.catalogue.parse import Catalogue
from creditbus.services.domain.catalogue.publication import PublicationPeriod, PublicationRules
from creditbus.services.domain.catalogue.rules import FirstYear, Known, Magnitude, Period, Required, Rules

__all__ = [
    "ActsOn",
    "Catalogue",
    "CatalogueError",
    "ConsentFields",
    "Derived",
    "Disclosure",
    "Field",
    "FirstYear",
    "Format",
    "Item",
    "Known",
    "Magnitude",
    "NaturalKey",
    "ObjectionRule",
    "Period",
    "PublicationPeriod",
    "PublicationRules",
    "Registers",
    "Required",
    "Rules",
    "Stated",
    "Succession",
]
