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
from creditbus.services.domain.feed.grants import Consents, Grant, admits
from creditbus.services.domain.feed.policy import GrantHistory, day_of
from creditbus.services.domain.feed.withholding import WithheldFor
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
                audience = self._moved_audience(change, timestamp)
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

    def _moved_audience(self, change: Change, timestamp: int) -> list[tuple[bytes | None, list[Outlet]]]:
        """Compare what each grant admitted of a record when it was last emitted with what it admits now."""
        reader = self._reader
        before = reader.before(change)
        after = self._policy(change, timestamp)
        was = before.policy if self._outlets.knows(before.policy) else after
        consents = consents_of(change.consents)
        was_on_show = not reader.was_retracted(change)
        stands = reader.is_restated(change) and reader.same_facts(change, before)
        held = {
            outlet.subscriber: outlet
            for outlet in self._outlets.of(change.item, was)
            if was_on_show and _admits(outlet.grant, change, before.district, before.consents, was)
        }
        audience: list[tuple[bytes | None, list[Outlet]]] = []
        for outlet in self._outlets.of(change.item, after):
            showing, old = outlet.showing, held.pop(outlet.subscriber, None)
            if not _admits(outlet.grant, change, change.district, consents, after):
                if old is not None and old.showing.may_show(change, before):
                    reason = _reason(outlet.grant, change, before, consents, after)
                    audience.append((showing.withheld(change, reason, before), [outlet]))
            elif old is None:
                audience.append((showing.of_new(change, before), [outlet]))
            elif old.shows != outlet.shows:
                audience.append((showing.in_place_of(change, old.showing, before), [outlet]))
            elif not stands:
                audience.append((showing.of(change, before), [outlet]))
        # those whose grant does not name the item any more
        audience += [
            (old.showing.withheld(change, WithheldFor.GRANT, before), [old])
            for old in held.values()
            if old.showing.may_show(change, before)
        ]
        return audience

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
        consents = consents_of(change.consents)
        for outlet in self._outlets.of(change.item, policy):
            if _admits(outlet.grant, change, change.district, consents, policy):
                alike.setdefault(outlet.showing.shows, (outlet.showing, []))[1].append(outlet)
        return list(alike.values())


def _admits(grant: Grant, change: Change, district: str, consents: Consents, policy: Policy) -> bool:
    kind, on = change.subject_kind, day_of(policy)
    return admits(grant, item=change.item, subject_kind=kind, district=district, on=on, consents=consents)


def _reason(grant: Grant, change: Change, before: Before, consents: Consents, policy: Policy) -> WithheldFor:
    """Return why a grant has a record no more: that fact of its subject without whose change it would have it still."""
    if _admits(grant, change, before.district, consents, policy):
        return WithheldFor.DISTRICT
    consented = _admits(grant, change, before.district, before.consents, policy)
    return WithheldFor.CONSENT if consented else WithheldFor.GRANT
