"""What fanout does with a batch, without I/O."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from fastavro import parse_schema, schemaless_writer

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.disclosure import HASH_BYTES, Projection
from creditbus.services.domain.framing import frame
from creditbus.services.domain.grants import Grant, admits
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec import EventCodec, Opened, Schemas
from creditbus.services.engine.output import Output
from creditbus.services.engine.poison import open_events
from creditbus.services.engine.state import StateView

__all__ = ["FanoutStep"]

_TAIL: Final = struct.Struct(f">Q{HASH_BYTES}s")
_FIRST: Final = _TAIL.pack(0, bytes(HASH_BYTES))

Work = list[tuple[Opened, date]]


class _Outlet:
    """One grant's changes of one item, ready to be written."""

    __slots__ = ("frame", "grant", "projection", "schema", "tail_key", "topic")

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.grant = projection.grant
        self.topic = f"feed.{projection.grant.subscriber}"
        self.tail_key = projection.grant.subscriber.encode()
        self.schema: Any = parse_schema(projection.schema(), named_schemas={})
        self.frame = b""

    def write(self, projected: dict[str, Any], tail: bytes) -> tuple[bytes, bytes]:
        """Return the record's value and the feed's tail after it."""
        sequence, previous_hash = _TAIL.unpack(tail)
        target = BytesIO()
        target.write(self.frame)
        evidence = {"feed_seq": sequence + 1, "previous_hash": previous_hash}
        schemaless_writer(target, self.schema, {"feed": evidence, **projected})
        value = target.getvalue()
        return value, _TAIL.pack(sequence + 1, sha256(value).digest())


class FanoutStep:
    """Projects `credit.changes` into `feed.*`; keeps each feed's number and hash in `credit.feeds`."""

    def __init__(self, catalogue: Catalogue, grants: Iterable[Grant], codec: EventCodec) -> None:
        self._codec = codec
        self._outlets: dict[str, list[_Outlet]] = {item.id: [] for item in catalogue}
        for grant in grants:
            for item_id in sorted(grant.items):
                item = catalogue.item(item_id)
                if item is not None:
                    self._outlets[item_id].append(_Outlet(Projection(grant, item)))
        self._tails = {outlet.tail_key for outlets in self._outlets.values() for outlet in outlets}

    async def load(self, schemas: Schemas) -> None:
        """Register the schemas of the feeds, made from their grants."""
        for outlets in self._outlets.values():
            for outlet in outlets:
                outlet.frame = frame(await schemas.register(outlet.projection.schema()))

    def prepare(self, records: Sequence[Record], lane: int) -> tuple[Work, Iterable[bytes]]:  # noqa: ARG002 -- the contract of a step
        """Read the headers; the keys are the tails of all feeds."""
        work = [(opened, city_day(record.timestamp)) for record, opened in open_events(self._codec, records, "fanout")]
        return work, self._tails

    def run(self, work: Work, view: StateView, out: Output) -> None:
        """Write each change to the feeds that admit it."""
        for opened, on in work:
            header = opened.header
            outlets = [outlet for outlet in self._outlets[header["item"]] if admits(outlet.grant, header, on)]
            if not outlets:
                continue
            act, _, content, _ = self._codec.read_body(header["item"], opened.body)
            key = header["subject"].encode()
            for outlet in outlets:
                projected = outlet.projection.project(header, act, content)
                value, tail = outlet.write(projected, view.get(outlet.tail_key) or _FIRST)
                view.put(outlet.tail_key, tail)
                out.emit(outlet.topic, out.lane, key, value)
