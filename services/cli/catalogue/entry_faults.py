"""Everything that is wrong with an item's entry, where its reader ends at the first fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from creditbus.avro_schemas.catalogue_files import RawItem
from creditbus.services.domain.catalogue import Catalogue, CatalogueError, Item
from creditbus.topics.city.overlay import laid_over

__all__ = ["read_entry"]

_SCHEMA: Final = "schema"
#: Keys that are compared with each other: without one of them the others may only seem to be wrong.
_COMPARED: Final = (
    frozenset({"events", "verbs", "succession"}),
    frozenset({"reasons", "rules", "disclosure"}),
)


def read_entry(
    name: str, raw: RawItem, lines: Mapping[Any, int], below: Mapping[str, Any] | None = None
) -> tuple[Item | None, list[CatalogueError]]:
    """Read an entry again and again, each time without the key that was wrong, until nothing more is found.

    Args:
        name: id of the item.
        raw: its schema, and the entry or the overlay.
        lines: where the keys of `raw.entry` stand.
        below: the entry that an overlay is laid over; None: `raw.entry` stands by itself.

    Returns:
        What it means, None where something is wrong, and what is wrong: for each key of the top once. A key that an
        entry needs ends the search, as does a fault of the schema.

    """
    left, found = dict(raw.entry), list[CatalogueError]()
    while True:
        entry = left if below is None else laid_over(below, left)
        try:
            (item,) = Catalogue.parse({name: (raw.schema, entry)}, {name: lines})
        except CatalogueError as error:
            top = str(error.path[0]) if error.path else ""
            if found and top not in left:
                return None, found
            found.append(error)
            if top not in left or error.file == _SCHEMA:
                return None, found
            for key in {top}.union(*(keys for keys in _COMPARED if top in keys)):
                left.pop(key, None)
        else:
            return (None if found else item), found
