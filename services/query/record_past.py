"""One record's past, decoded from what the store keeps of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from typing import cast

from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.city_time import city_day, numbered_day
from creditbus.services.domain.event import NO_ACT, Act, Applied, Change, Header, RecordState, Verb, record_key
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.profile.history import Phase, Superseded, came_of, phases_of
from creditbus.services.domain.profile.in_force import DatedAct, Lifetime, still_counting
from creditbus.services.domain.profile.keys import record_store_key
from creditbus.services.domain.profile.parked import is_parked
from creditbus.services.domain.profile.past_registrations import PastRegistrations, RegistrationPast, RegistrationPhase
from creditbus.services.domain.profile.publication import Publication, end_said, ended_id
from creditbus.services.domain.profile.record import Record
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec

__all__ = ["RecordPast", "ToldPhase", "past_of", "registrations_of"]

_OVER = frozenset({RecordState.EXITED, RecordState.REPAIRED, RecordState.EXPIRED, RecordState.WITHDRAWN})


@dataclass(frozen=True, slots=True, repr=False)
class ToldPhase:
    """What a record was for a time, decoded.

    Attributes:
        since: when that began to be known, in milliseconds since 1970.
        phase: the events.
        content: that of its content.
        act: that of its last act; None: there was none.

    """

    since: int
    phase: Phase
    content: DecodedEvent
    act: DecodedEvent | None

    @property
    def applied(self) -> Applied:
        """What profiles decided last."""
        applied = _applied(self.content.header)
        if self.act is None:
            return applied
        last = _applied(self.act.header)
        return last if last["version"] >= applied["version"] else applied

    @property
    def state(self) -> RecordState:
        """The record's state."""
        return RecordState(self.applied["state"])


@dataclass(frozen=True, slots=True, repr=False)
class RecordPast:
    """What is kept of one record.

    Attributes:
        name: its key within its subject.
        item: of the catalogue.
        phases: the oldest first.
        whole: the first of them is how the record began, or was when it came from another subject.
        came: when it came, in milliseconds since 1970; None: it was this subject's from its beginning.

    """

    name: bytes
    item: Item
    phases: Sequence[ToldPhase]
    whole: bool
    came: int | None = None

    def up_to(self, moment: int) -> Sequence[ToldPhase]:
        """Return the phases that had begun at a moment; none before the record came to this subject."""
        if self.came is not None and moment < self.came:
            return ()
        return self.phases[: bisect_right(self.phases, moment, key=lambda one: one.since)]

    def after_registration(self, registrations: PastRegistrations) -> RecordPast:
        """Return the same, where the record waited for its subject's registration from then on."""
        first = self.phases[0]
        if (
            self.came is not None
            or not self.whole
            or not is_parked(self.item, first.content.header["subject"], registered=False)
        ):
            return self
        return replace(self, phases=_in_order(self.phases, registrations.registered_from(first.since)))

    def lifetime(self, codec: EventCodec, known: Sequence[ToldPhase]) -> Lifetime:
        """Return when the record is in force by what was known of it: `known` are the first of its phases."""
        last = known[-1]
        stated = RecordState(last.content.header["state"])
        said, begun = self._acts(codec, last.content)
        begins: str | None = _day_of(begun) or city_day(known[0].since).isoformat()
        ends, stated_end = said["effective_to"], None
        if stated in _OVER:
            begins, ends, stated_end = _day_of(begun) or None, None, _end_stated(said, begun, _said_since(known))
        acts = [
            self._dated(codec, act, known[place].state)
            for place, act in _acts_of(known)
            if not (act.header["verb"] == Verb.EXPIRE.value and self._is_outdated(codec, act, known[place:]))
        ]
        expired = None
        if _is_over(known) and not any(act.verb == Verb.EXPIRE.value for act in acts):
            expired = self._end_by_rule(codec, last)
        return Lifetime(last.state, stated, begins, ends, stated_end, still_counting(acts), expired)

    def _is_outdated(self, codec: EventCodec, act: DecodedEvent, since: Sequence[ToldPhase]) -> bool:
        """Tell whether an expiry counts no more: the record was on show after it, or it was found by another content.

        Args:
            codec: reads the act.
            act: by which the record expired.
            since: the phases from that on.

        """
        if any(one.state not in RETRACTED for one in since):
            return True
        if since[-1].phase.content == since[0].phase.content:
            return False
        # that of a department stands, whatever the content says
        header = act.header
        end = end_said(codec.read_body(self.item.id, act.body)[0])
        key = record_store_key(header["subject"].encode(), record_key(header).encode())
        return end is not None and header["event_id"] == ended_id(key, end)

    def _end_by_rule(self, codec: EventCodec, phase: ToldPhase) -> str | None:
        """Return the first day after a publication, by rules and by what the content states; None: it has no end."""
        publication = Publication(self.item)
        content = codec.read_body(self.item.id, phase.content.body)[2]
        end = publication.end(tuple([(content.get(name) or "").encode() for name in publication.fields]))
        return None if end is None else numbered_day(end.day).isoformat()

    def _acts(self, codec: EventCodec, content: DecodedEvent) -> tuple[Act, Act]:
        """Return the decision that a content speaks of, and the one with which its record began.

        They differ where one row holds an entry and its end. Both are derived, for the event of a corrected content
        carries the act of the correction.
        """
        stated, claim, fields, _ = codec.read_body(self.item.id, content.body)
        derived = self.item.derive(fields, claim, content.header["origin"]["department"]).act
        if not any(derived.values()):
            return stated, stated
        begun = NO_ACT | {name: fields.get(field) for name, field in self.item.events[-1].act}
        return derived, cast("Act", begun)

    def _dated(self, codec: EventCodec, act: DecodedEvent, state: RecordState) -> DatedAct:
        header = act.header
        said = codec.read_body(self.item.id, act.body)[0]
        day = _day_of(said) or city_day(header["received_at"]).isoformat()
        # an objection to what is not published any more counts as one where its end is taken back later
        state = RecordState.DISPUTED if header["verb"] == Verb.DISPUTE.value else state
        return DatedAct(header["verb"], day, state, header["lifts"])


def _acts_of(known: Sequence[ToldPhase]) -> Iterator[tuple[int, DecodedEvent]]:
    """Give the acts on a record, and in which of its phases each came.

    A content that was emitted once more, since by other rules its publication goes on, is not one.
    """
    for place, (before, one) in enumerate(zip((None, *known), known, strict=False)):
        act = one.act
        if act is None or (before is not None and before.phase.act == one.phase.act):
            continue
        if _applied(act.header)["change"] != Change.RESTATED:
            yield place, act


def _is_over(known: Sequence[ToldPhase]) -> bool:
    """Tell whether a record's term was over when it was last shown no more: not that its content says so."""
    hidden = takewhile(lambda one: one.state in RETRACTED, reversed(known))
    expired = [one for one in hidden if one.state is RecordState.EXPIRED]
    return any(one.content.header["state"] != RecordState.EXPIRED.value for one in expired)


def past_of(
    name: bytes, record: Record, superseded: Sequence[Superseded], codec: EventCodec, catalogue: Catalogue
) -> RecordPast:
    """Return a record's past.

    Args:
        name: its key within its subject.
        record: as it is.
        superseded: what is kept of it, the newest first.
        codec: reads its events.
        catalogue: has its item.

    """
    opened = dict[bytes, DecodedEvent]()

    def open_once(value: bytes) -> DecodedEvent:
        if value not in opened:
            opened[value] = codec.open(value)
        return opened[value]

    phases = [
        ToldPhase(one.since or 0, one, open_once(one.content), open_once(one.act) if one.act else None)
        for one in phases_of(record, superseded)
    ]
    first, came = phases[0], came_of(superseded)
    began = first.applied["revision"] == 1 and first.phase.act in {b"", first.phase.content}
    item = catalogue.items[first.content.header["item"]]
    return RecordPast(name, item, _in_order(phases, _received(first)), began or came is not None, came)


def registrations_of(pasts: Iterable[RecordPast], codec: EventCodec) -> PastRegistrations:
    """Return when the subject of these records was registered."""
    return PastRegistrations(
        [
            RegistrationPast([_registration(past, one, codec) for one in past.phases], past.whole)
            for past in pasts
            if past.item.registers is not None
        ]
    )


def _registration(past: RecordPast, phase: ToldPhase, codec: EventCodec) -> RegistrationPhase:
    header, registers = phase.content.header, past.item.registers
    assert registers is not None  # noqa: S101 -- for the type checker: the caller has looked
    content = codec.read_body(past.item.id, phase.content.body)[2]
    return RegistrationPhase(
        phase.since,
        phase.state is RecordState.WITHDRAWN,
        (header["received_at"], header["sequence"], past.name),
        content.get(registers.name) or "",
        content.get(registers.district) or "",
    )


def _received(phase: ToldPhase) -> int:
    """Return when the bus had received what a first phase consists of."""
    received = phase.content.header["received_at"]
    return received if phase.act is None else max(received, phase.act.header["received_at"])


def _in_order(phases: Sequence[ToldPhase], first: int) -> list[ToldPhase]:
    """Let phases begin one after the other: an event of another department may be older than the one it follows."""
    sinces = accumulate((one.since for one in phases[1:]), max, initial=first)
    return [replace(one, since=since) for one, since in zip(phases, sinces, strict=True)]


def _applied(header: Header) -> Applied:
    applied = header["applied"]
    if applied is None:
        raise UndecodableError(type(header).__name__)
    return applied


def _day_of(act: Act) -> str:
    return act["effective_from"] or act["decided_on"] or ""


def _end_stated(said: Act, begun: Act, since: int) -> str:
    """Return the day from which on a content says that its record is over.

    Where it states no act of its own for that, it is the end of the term, or the day of receipt where that was earlier.
    """
    received = city_day(since).isoformat()
    return min(said["effective_to"] or received, received) if said == begun else _day_of(said) or received


def _said_since(known: Sequence[ToldPhase]) -> int:
    """Return since when contents say that the record is over."""
    *_, first = takewhile(lambda one: one.content.header["state"] in _OVER, reversed(known))
    return first.since
