"""What fanout does with a batch, without I/O."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from typing import Final

from creditbus.avro_schemas import header_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.feed.disclosure import HASH_BYTES, Projection
from creditbus.services.domain.feed.grants import Grant, admits
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.framing import FrameError, frame
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import StepRun
from creditbus.services.engine.stage.foreign import skip_foreign
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.fanout.change import Change, ChangeReader
from creditbus.services.fanout.showing import Showing, showing_of
from creditbus.topics.names import FANOUT
from creditbus.topics.names import feed as feed_topic

__all__ = ["FanoutStep"]

_TAIL: Final = struct.Struct(f">Q{HASH_BYTES}s")
_FIRST: Final = _TAIL.pack(0, bytes(HASH_BYTES))
_REMEMBERED: Final = 10_000

Work = list[tuple[Change, date]]


class _Outlet:
    """Changes of one item under one grant."""

    __slots__ = ("frame", "grant", "projection", "showing", "subscriber")

    def __init__(self, projection: Projection, reader: ChangeReader) -> None:
        self.projection = projection
        self.showing = showing_of(projection, reader)
        self.grant = projection.grant
        self.subscriber = projection.grant.subscriber
        self.frame = b""


class _Feed:
    """A feed while a batch is written to it: number and hash of its last record, and the records."""

    __slots__ = ("digest", "records", "sequence")

    def __init__(self, tail: bytes, records: list[tuple[bytes | None, bytes | None]]) -> None:
        self.sequence, self.digest = _TAIL.unpack(tail)
        self.records = records

    def append(self, schema: bytes, key: bytes, shown: bytes) -> None:
        """Write a record: frame, evidence (FeedEvidence) and what is shown."""
        self.sequence += 1
        value = b"".join((schema, encode_long(self.sequence), self.digest, shown))
        self.digest = sha256(value).digest()
        self.records.append((key, value))


#: What is shown, and to whom.
_Audience = list[tuple[Showing, list[_Outlet]]]


class FanoutStep:
    """Projects `credit.changes` into `feed.*`; keeps each feed's number and hash in `credit.feeds`."""

    def __init__(self, catalogue: Catalogue, grants: Iterable[Grant], codec: EventCodec) -> None:
        self._codec = codec
        self._reader = ChangeReader(header_schema(), {item.id: len(item.fields) for item in catalogue})
        self._outlets: dict[str, list[_Outlet]] = {item.id: [] for item in catalogue}
        for grant in grants:
            for item_id in sorted(grant.items):
                item = catalogue.item(item_id)
                if item is not None:
                    self._outlets[item_id].append(_Outlet(Projection(grant, item), self._reader))
        self._tails = {outlet.subscriber.encode() for outlets in self._outlets.values() for outlet in outlets}
        self._audiences: dict[tuple[str, str, str, date], _Audience] = {}

    async def load(self, schemas: Schemas) -> None:
        """Register the schemas of the feeds, made from their grants."""
        for outlets in self._outlets.values():
            for outlet in outlets:
                outlet.frame = frame(await schemas.register(outlet.projection.schema()))

    def prepare(self, records: Sequence[Record]) -> tuple[Work, Iterable[bytes]]:
        """Read the changes; the keys are the tails of all feeds."""
        work: Work = []
        for record in records:
            try:
                work.append((self._change(record.value or b""), city_day(record.timestamp)))
            except (FrameError, UndecodableError) as error:
                skip_foreign(record, FANOUT.name, error)
        return work, self._tails

    def _change(self, value: bytes) -> Change:
        change = self._reader.read(value) if self._codec.is_current(value) else None
        if change is None:
            change = self._reader.read(self._codec.rewritten(value))
            if change is None:
                raise UndecodableError("nothing was decided on it")
        return change

    def begin(self, work: Work, view: StateView, out: Output) -> StepRun:  # noqa: ARG002 -- the contract of a step
        """Write each change to the feeds that admit it, and at the end where each feed stands."""
        feeds: dict[str, _Feed] = {}
        return StepRun(lambda part: self._write(part, feeds, view, out), lambda: self._keep(feeds, view))

    @staticmethod
    def _keep(feeds: dict[str, _Feed], view: StateView) -> None:
        for subscriber, feed in feeds.items():
            view.put(subscriber.encode(), _TAIL.pack(feed.sequence, feed.digest))

    def _write(self, work: Work, feeds: dict[str, _Feed], view: StateView, out: Output) -> None:
        for change, on in work:
            if change.moved:
                audience = self._moved_audience(change, on)
            else:
                audience = [(showing.of(change), outlets) for showing, outlets in self._audience(change, on)]
            for shown, outlets in audience:
                if shown is None:
                    continue
                for outlet in outlets:
                    feed = feeds.get(outlet.subscriber)
                    if feed is None:
                        # From the state, never from the end of the topic: once retention has removed all of a feed, it
                        # must go on with the next number and hash, not with 1 (docs/adr/0009).
                        tail = view.get(outlet.subscriber.encode()) or _FIRST
                        feed = _Feed(tail, out.channel(feed_topic(outlet.subscriber), out.lane))
                        feeds[outlet.subscriber] = feed
                    feed.append(outlet.frame, change.key, shown)

    def _moved_audience(self, change: Change, on: date) -> list[tuple[bytes | None, list[_Outlet]]]:
        """Compare what each grant admitted of a record before its subject's facts changed with what it admits now."""
        before = self._reader.before(change)
        was_on_show = not self._reader.was_retracted(change)
        audience: list[tuple[bytes | None, list[_Outlet]]] = []
        for outlet in self._outlets[change.item]:
            held = was_on_show and _admits(outlet.grant, change, before.district, on)
            if _admits(outlet.grant, change, change.district, on):
                shown = outlet.showing.of(change) if held else outlet.showing.of_new(change)
            else:
                shown = outlet.showing.of_gone(change, before) if held else None
            audience.append((shown, [outlet]))
        return audience

    def _audience(self, change: Change, on: date) -> _Audience:
        """Return who is shown such a change on a day, by what they are shown."""
        key = (change.item, change.subject_kind, change.district, on)
        audience = self._audiences.get(key)
        if audience is None:
            if len(self._audiences) >= _REMEMBERED:
                self._audiences.clear()
            audience = self._audiences[key] = self._find_audience(*key)
        return audience

    def _find_audience(self, item: str, subject_kind: str, district: str, on: date) -> _Audience:
        alike: dict[object, tuple[Showing, list[_Outlet]]] = {}
        for outlet in self._outlets[item]:
            if admits(outlet.grant, item=item, subject_kind=subject_kind, district=district, on=on):
                alike.setdefault(outlet.showing.shows, (outlet.showing, []))[1].append(outlet)
        return list(alike.values())


def _admits(grant: Grant, change: Change, district: str, on: date) -> bool:
    return admits(grant, item=change.item, subject_kind=change.subject_kind, district=district, on=on)
