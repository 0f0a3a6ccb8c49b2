"""One record's past, decoded from what the store keeps of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import Act, Applied, Header, RecordState
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.profile.history import Phase, Superseded, phases_of
from creditbus.services.domain.profile.in_force import DatedAct, Lifetime, still_counting
from creditbus.services.domain.profile.parked import is_parked
from creditbus.services.domain.profile.past_registrations import PastRegistrations, RegistrationPast, RegistrationPhase
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
        whole: the first of them is how the record began.

    """

    name: bytes
    item: Item
    phases: Sequence[ToldPhase]
    whole: bool

    def up_to(self, moment: int) -> Sequence[ToldPhase]:
        """Return the phases that had begun at a moment."""
        return self.phases[: bisect_right(self.phases, moment, key=lambda one: one.since)]

    def after_registration(self, registrations: PastRegistrations) -> RecordPast:
        """Return the same, where the record waited for its subject's registration from then on."""
        first = self.phases[0]
        if not self.whole or not is_parked(self.item, first.content.header["subject"], registered=False):
            return self
        return replace(self, phases=_in_order(self.phases, registrations.registered_from(first.since)))

    def lifetime(self, codec: EventCodec, known: Sequence[ToldPhase]) -> Lifetime:
        """Return when the record is in force by what was known of it: `known` are the first of its phases."""
        last = known[-1]
        stated = RecordState(last.content.header["state"])
        said = self._act(codec, last.content)
        day = _day_of(said, "")
        begins: str | None = day or city_day(known[0].since).isoformat()
        stated_end = None
        if stated in _OVER:
            # such a content says when the record was over, and when it began only where it has a term
            stated_end = said["effective_to"] or day or None
            begins = said["effective_from"] if said["effective_to"] else None
            earlier = [one for one in known if one.content.header["state"] not in _OVER]
            begins = begins or (_day_of(self._act(codec, earlier[-1].content), "") if earlier else "") or None
        acts = [
            self._dated(codec, one.act, one.state)
            for before, one in pairwise((None, *known))
            if one is not None and one.act is not None and (before is None or before.phase.act != one.phase.act)
        ]
        return Lifetime(last.state, stated, begins, said["effective_to"], stated_end, still_counting(acts))

    def _act(self, codec: EventCodec, content: DecodedEvent) -> Act:
        """Return the decision that a content speaks of: the event of a corrected one carries that of the correction."""
        stated, claim, fields, _ = codec.read_body(self.item.id, content.body)
        derived = self.item.derive(fields, claim, content.header["origin"]["department"]).act
        return derived if any(derived.values()) else stated

    def _dated(self, codec: EventCodec, act: DecodedEvent, state: RecordState) -> DatedAct:
        header = act.header
        said = codec.read_body(self.item.id, act.body)[0]
        day = _day_of(said, city_day(header["received_at"]).isoformat())
        return DatedAct(header["verb"], day, state, header["lifts"])


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
    first = phases[0]
    whole = first.applied["revision"] == 1 and first.phase.act in {b"", first.phase.content}
    item = catalogue.items[first.content.header["item"]]
    return RecordPast(name, item, _in_order(phases, _received(first)), whole)


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


def _day_of(act: Act, other: str) -> str:
    return act["effective_from"] or act["decided_on"] or other
