"""Fields as commands show them: title and code, and for a value that is none of those that are admitted, these."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from creditbus.avro_schemas.catalogue_files import per_catalogue
from creditbus.services.cli.language import spoken

if TYPE_CHECKING:
    from creditbus.services.domain.catalogue import Item

__all__ = ["admitted", "named_field", "named_fields", "title_of"]


def named_field(item: str, code: str) -> str:
    """Name a field of a catalogue item by title and code; what the catalogue does not know, by the code alone."""
    from creditbus.connectors.common.field_names import field_name

    known = _item(item)
    return code if known is None else spoken(field_name(known, code))


def named_fields(item: str, codes: Iterable[str]) -> str:
    """Name several fields in one line."""
    from creditbus.connectors.common.field_names import field_names

    known = _item(item)
    return ", ".join(codes) if known is None else spoken(field_names(known, codes))


def title_of(item: str, code: str) -> str:
    """Return the title of a field in the language that is spoken; empty for what is not a field of content."""
    from creditbus.connectors.common.field_names import field_title

    known = _item(item)
    return "" if known is None else spoken(field_title(known, code))


def admitted(item: str, code: str, reason: str, department: str) -> str:
    """Say which values a department may write into a field, after a reason that refuses another one; else nothing."""
    from creditbus.connectors.common.field_names import admitted_instead

    known = _item(item)
    return "" if known is None else spoken(admitted_instead(known, code, reason, _authorities(department)))


def _authorities(department: str) -> frozenset[str] | None:
    from creditbus.topics.declarations import declarations

    declared = declarations().departments.get(department)
    return frozenset() if declared is None else declared.authorities


@per_catalogue
def _item(name: str) -> Item | None:
    from creditbus.avro_schemas import raw_catalogue
    from creditbus.services.domain.catalogue import Catalogue

    return Catalogue.parse(raw_catalogue()).item(name)
