"""What fanout does with a batch, without I/O."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from creditbus.avro_schemas import header_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import Policy
from creditbus.services.domain.feed.disclosure import HASH_BYTES
from creditbus.services.domain.feed.policy import GrantHistory, day_of
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.framing import FrameError
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import StepRun
from creditbus.services.engine.stage.foreign import skip_foreign
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.fanout.audiences import Audiences, Outlet
from creditbus.services.fanout.change import Before, Change, ChangeReader, consents_of, policy_of
from creditbus.services.fanout.deliveries import Delivery, deliveries, is_admitted
from creditbus.services.fanout.feed_schemas import FeedSchemas
from creditbus.services.fanout.showing import Showing
from creditbus.topics.names import FANOUT
from creditbus.topics.names import feed as feed_topic

__all__ = ["FanoutStep"]

_TAIL: Final = struct.Struct(f">Q{HASH_BYTES}s")
_FIRST: Final = _TAIL.pack(0, bytes(HASH_BYTES))
_REMEMBERED: Final = 10_000

Work = list[tuple[Change, int]]
"""Changes, and when each was written, in milliseconds since 1970."""


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
_Audience = list[tuple[Showing, list[Outlet]]]


class FanoutStep:
    """Projects `credit.changes` into `feed.*`; keeps each feed's number and hash in `credit.feeds`.

    Attributes:
        feed_schemas: gives each outlet its frame before a change goes there.

    """

    def __init__(self, catalogue: Catalogue, history: GrantHistory, codec: EventCodec) -> None:
        self._codec = codec
        self._reader = ChangeReader(header_schema(), {item.id: len(item.fields) for item in catalogue})
        self._outlets = Audiences(catalogue, history, self._reader)
        self.feed_schemas = FeedSchemas(self._outlets)
        self._tails = {outlet.subscriber.encode() for outlet in self._outlets}
        self._audiences: dict[tuple[str, str, str, bytes, bytes], _Audience] = {}
        self._deliveries: dict[object, Sequence[Delivery]] = {}
        self._policies: dict[bytes, Policy] = {}

    async def load(self, schemas: Schemas) -> None:
        """Say where the schemas of the feeds are registered."""
        self.feed_schemas.ask(schemas)

    def prepare(self, records: Sequence[Record]) -> tuple[Work, Iterable[bytes]]:
        """Read the changes; the keys are the tails of all feeds."""
        work: Work = []
        for record in records:
            try:
                change = self._change(record.value or b"")
                if change.policy not in self._policies:
                    self._learn(change.policy)
                work.append((change, record.timestamp))
            except (FrameError, UndecodableError) as error:
                skip_foreign(record, FANOUT.name, error)
        return work, self._tails

    def _learn(self, written: bytes) -> None:
        policy = policy_of(written)
        if self._outlets.knows(policy):
            self._policies[written] = policy

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
        for change, timestamp in work:
            if change.retracted and self._reader.is_new(change):
                # nobody holds it, and nobody is to learn that there was one
                continue
            if change.moved:
                before = self._reader.before(change)
                compared = self._compared(change, before, timestamp)
                audience = [(delivery.of(change, before), delivery.outlets) for delivery in compared]
            else:
                audience = [(showing.of(change), outlets) for showing, outlets in self._audience(change, timestamp)]
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

    def _compared(self, change: Change, before: Before, timestamp: int) -> Sequence[Delivery]:
        """Return what becomes of such a record in the feeds: a walk through a lane asks for the same of each record."""
        reader = self._reader
        was_on_show, stands = (
            not reader.was_retracted(change),
            reader.is_restated(change) and reader.same_facts(change, before),
        )
        key = (change.item, change.subject_kind, change.district, change.policy, change.consents)
        compared = (key, before.rest, before.policy, before.consents, was_on_show, stands)
        found = self._deliveries.get(compared)
        if found is None:
            if len(self._deliveries) >= _REMEMBERED:
                self._deliveries.clear()
            after = self._policy(change, timestamp)
            was = policy_of(before.policy)
            if not self._outlets.knows(was):
                was = after
            held = self._outlets.of(change.item, was) if was_on_show else ()
            found = deliveries(
                change, before, (held, was), (self._outlets.of(change.item, after), after), stands=stands
            )
            if change.policy in self._policies:
                self._deliveries[compared] = found
        return found

    def _policy(self, change: Change, timestamp: int) -> Policy:
        """Return by which policy a change is shown; one of before there were policies by the one of its own day."""
        policy = self._policies.get(change.policy)
        return self._outlets.at(city_day(timestamp)) if policy is None else policy

    def _audience(self, change: Change, timestamp: int) -> _Audience:
        """Return who is shown such a change, by what they are shown."""
        key = (change.item, change.subject_kind, change.district, change.policy, change.consents)
        audience = self._audiences.get(key)
        if audience is None:
            if len(self._audiences) >= _REMEMBERED:
                self._audiences.clear()
            audience = self._find_audience(change, self._policy(change, timestamp))
            # of one without a policy the day decides, and the next has another
            if change.policy in self._policies:
                self._audiences[key] = audience
        return audience

    def _find_audience(self, change: Change, policy: Policy) -> _Audience:
        alike: dict[object, tuple[Showing, list[Outlet]]] = {}
        consents, on = consents_of(change.consents), day_of(policy)
        for outlet in self._outlets.of(change.item, policy):
            if is_admitted(outlet.grant, change, change.district, consents, on):
                alike.setdefault(outlet.showing.shows, (outlet.showing, []))[1].append(outlet)
        return list(alike.values())
