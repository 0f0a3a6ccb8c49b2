"""JSON Schemas of all files of a city, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from creditbus.connectors.mapping.schema import mapping_schema
from creditbus.services.cli.messages import city as messages
from creditbus.services.domain.catalogue.entry_schema import entry_schema, overlay_schema
from creditbus.topics.city.key_schema import KINDS, key_schema
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion
from creditbus.topics.text import Language

__all__ = ["SCHEMAS", "city_schema"]

_OTHERS: Final[Mapping[str, Callable[[Language], dict[str, Any]]]] = {
    "item": entry_schema,
    "overlay": overlay_schema,
    "mapping": lambda _: mapping_schema(),
}
#: Names of the schemas.
SCHEMAS: Final = (*KINDS, *_OTHERS)


def city_schema(name: str, language: Language) -> dict[str, Any]:
    """Return the schema of one of SCHEMAS, with what keys mean in a language.

    Raises:
        ConfigurationError: there is no such schema.

    """
    if name in KINDS:
        return key_schema(name, language)
    if name not in _OTHERS:
        raise ConfigurationError("NAME", messages.UNKNOWN_SCHEMA(name=name), suggestion(name, SCHEMAS))
    return _OTHERS[name](language)
