"""The records of rows that a comparing source says are gone: as the memory keeps them, else mapped again.

The memory keeps every event that this version publishes. Mapped again from the cells that the source gives are rows
that an earlier version published, and rows without keys.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from creditbus.connectors.contract import Comparing, Row
from creditbus.connectors.contract import Vanished as GoneRow
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import VanishedRecord, noted
from creditbus.connectors.run.outgoing import is_whole
from creditbus.connectors.setup.configuration import Connector

__all__ = ["gone_records"]

_SHEET = "vanished"


class _Rebuilt(NamedTuple):
    event: Mapping[str, Any]
    alike: bytes
    file: str
    number: int
    keys: tuple[str, ...]


def gone_records(
    connector: Connector, source: Comparing, memory: PublishedRows
) -> Iterator[tuple[VanishedRecord, Mapping[str, Any] | None]]:
    """Yield each record that no row of the source states any more; with its event where the memory has none.

    Raises:
        SourceError: the source or the memory cannot be read.
    """
    rows = source.vanished()
    keys = {row.key for row in rows}
    rebuilt = _rebuilt(connector, rows)
    known: set[str] = set()
    for one in memory.gone(keys):
        known.update(one.keys)
        again = rebuilt.pop(one.record, None)
        yield one, None if again is None else again.event
    if not rebuilt:
        return
    stated = memory.stated(keys)
    for record, again in rebuilt.items():
        # a known row that is another record when it is mapped again was published under an earlier mapping
        if record not in stated.records and known.isdisjoint(again.keys):
            place = again.file, _SHEET, again.number
            yield VanishedRecord(record, *place, None, again.alike in stated.alike, again.keys), again.event


def _rebuilt(connector: Connector, rows: Sequence[GoneRow]) -> dict[bytes, _Rebuilt]:
    """Map rows again; those about natural persons and those with half a character in them never were records."""
    found: dict[bytes, _Rebuilt] = {}
    for row in rows:
        if row.cells is None:
            continue
        mapped = connector.mapper(Row(row.cells, row.file, _SHEET, row.row, row.row), "")
        if not mapped.withheld and is_whole(mapped.event):
            digests = noted(mapped.event, b"")
            before = found[digests.record].keys if digests.record in found else ()
            found[digests.record] = _Rebuilt(mapped.event, digests.alike, row.file, row.row, (*before, row.key))
    return found
