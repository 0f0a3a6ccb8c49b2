"""Turns a batch's bookings into one record on `credit.ledger`."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, cast

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from creditbus.avro_schemas import ledger_schema
from creditbus.services.domain.framing import FRAME_BYTES, frame
from creditbus.services.domain.ledger import Entry
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.topics.names import LEDGER

__all__ = ["LedgerWriter", "read_deltas"]

_SCHEMA = parse_schema(ledger_schema(), named_schemas={})


class LedgerWriter:
    """Adds the ledger's record to a batch's output, so that it commits with it."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._frame = b""

    async def load(self, schemas: Schemas) -> None:
        """Learn the schema's id."""
        self._frame = frame(await schemas.id_of(ledger_schema()))

    def __call__(self, out: Output) -> None:
        """Write the deltas, if there are any."""
        deltas = [entry._asdict() | {"count": count} for entry, count in out.bookings.deltas()]
        if not deltas:
            return
        target = BytesIO()
        target.write(self._frame)
        schemaless_writer(target, _SCHEMA, {"stage": self._stage, "lane": out.lane, "deltas": deltas})
        out.emit(LEDGER, out.lane, self._stage.encode(), target.getvalue())


def read_deltas(value: bytes) -> Iterator[tuple[Entry, int]]:
    """Return the deltas of one record of `credit.ledger`."""
    source = BytesIO(value)
    source.seek(FRAME_BYTES)
    record = cast("dict[str, Any]", schemaless_reader(source, _SCHEMA, None))
    for delta in record["deltas"]:
        yield (
            Entry(delta["department"], delta["run"], delta["file"], delta["item"], delta["outcome"], delta["reason"]),
            delta["count"],
        )
