"""Turns a batch's bookings into one record on `credit.ledger`."""

from __future__ import annotations

from collections.abc import Iterator

from creditbus.avro_schemas import ledger_schema
from creditbus.services.domain.framed_avro import RecordWriter, parsed, read_record
from creditbus.services.domain.ledger import Entry
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.topics.names import LEDGER

__all__ = ["LedgerWriter", "read_deltas"]

_SCHEMA = parsed(ledger_schema())


class LedgerWriter:
    """Adds the ledger's record to a batch's output, so that it commits with it."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._write: RecordWriter

    async def load(self, schemas: Schemas) -> None:
        """Learn the schema's id; nothing can be written before."""
        self._write = await schemas.writer_of(ledger_schema())

    def __call__(self, out: Output) -> None:
        """Write the deltas, if there are any."""
        deltas = [entry._asdict() | {"count": count} for entry, count in out.bookings.deltas()]
        if not deltas:
            return
        value = self._write({"stage": self._stage, "lane": out.lane, "deltas": deltas})
        out.emit(LEDGER, out.lane, self._stage.encode(), value)


def read_deltas(value: bytes) -> Iterator[tuple[Entry, int]]:
    """Return the deltas of one record of `credit.ledger`."""
    for delta in read_record(value, _SCHEMA)["deltas"]:
        yield (
            Entry(delta["department"], delta["run"], delta["file"], delta["item"], delta["outcome"], delta["reason"]),
            delta["count"],
        )
