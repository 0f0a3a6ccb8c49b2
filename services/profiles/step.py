"""What profiles does with a batch, without I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain

from creditbus.avro_schemas import continuation_schema, moved_record_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.event import record_key
from creditbus.services.domain.feed.policy import GrantHistory
from creditbus.services.domain.framed_avro import UndecodableError, parsed, read_record
from creditbus.services.domain.framing import FrameError, schema_id
from creditbus.services.domain.profile.keys import (
    DUE_KEY,
    LANE_KEY,
    LANE_SUBJECTS_KEY,
    held_by_code_key,
    held_key,
    parked_key,
    parked_of_record_key,
    subject_key,
)
from creditbus.services.domain.profile.lane import LaneSubjects
from creditbus.services.domain.profile.record import CONTENT_VERBS
from creditbus.services.domain.profile.subject import Waiting, is_registered, may_hold, nothing_waits, waiting_of
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.contract import StepRun
from creditbus.services.engine.stage.foreign import skip_foreign
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Rejects
from creditbus.services.engine.stage.state_view import Misses, StateView
from creditbus.services.profiles.acting import Acting
from creditbus.services.profiles.arrival import MOVED, NO_CHUNK, Arrival
from creditbus.services.profiles.due import filing_keys
from creditbus.services.profiles.folding import Folding
from creditbus.services.profiles.folding_context import FoldingContext
from creditbus.services.profiles.lane import BUSY, NO_SUBJECT, chunk_keys, codes_from, is_of_due
from creditbus.topics.names import PROFILES

__all__ = ["ProfilesStep"]

Work = list[Arrival]

#: Origins (department, run, file) that are remembered as readable.
_ORIGINS = 10_000


class ProfilesStep:
    """Folds `credit.events` into records; writes `credit.changes`, keeps `credit.records`."""

    def __init__(
        self,
        catalogue: Catalogue,
        codec: EventCodec,
        rejects: Rejects,
        history: GrantHistory,
        lanes: int,
        on: date,
    ) -> None:
        self._codec = codec
        self._acting = Acting(catalogue, codec)
        self._context = FoldingContext(catalogue, codec, self._acting, rejects, history, lanes, on)
        self._origins: set[bytes] = set()
        self._continuation = parsed(continuation_schema())
        self._continuation_id = -1
        self._moved = parsed(moved_record_schema())
        self._moved_id = -1
        self._registering = {item.id for item in catalogue if item.registers is not None}

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that this stage writes."""
        await self._context.load(schemas)
        self._continuation_id = await schemas.id_of(continuation_schema())
        self._moved_id = await schemas.id_of(moved_record_schema())

    def opening(self, value: bytes | None) -> tuple[bytes, bytes] | None:
        """Return what is to be said to a lane at its start; None where its state shows that nothing waits for that.

        A lane to which nothing comes would find out by its next event alone that policies changed, or a day has passed.

        Args:
            value: what its state has under LANE_KEY.

        """
        if value is None or value == self._context.standing.settled or self._context.continuation is None:
            return None
        return NO_SUBJECT, self._context.continuation({"subject": NO_SUBJECT.decode(), "chunk": 0})

    def prepare(self, records: Sequence[Record]) -> tuple[Work, Iterable[bytes]]:
        """Peek at the events; the keys are the summaries of their subjects."""
        work: Work = []
        keys: set[bytes] = {LANE_KEY, LANE_SUBJECTS_KEY, DUE_KEY}
        known = b""
        for record in records:
            try:
                arrival = self._arrival(record)
                peek = arrival.peek
                # one comes mostly after another of the same file
                if peek is not None and peek.origin != known:
                    known = peek.origin
                    if known not in self._origins:
                        self._remember(arrival)
            except (FrameError, UndecodableError) as error:
                skip_foreign(record, PROFILES.name, error)
                continue
            work.append(arrival)
            keys.add(arrival.summary_key)
            if _is_walk(arrival):
                keys.update(chunk_keys(arrival.chunk, BUSY.subjects))
        return work, keys

    def _arrival(self, record: Record) -> Arrival:
        value = record.value or b""
        try:
            return Arrival(value, self._codec)
        except UndecodableError:
            # asked last, for nearly every record is an event
            number = schema_id(value)
            if number == self._moved_id:
                moved = MovedRecord(**read_record(value, self._moved))
                return Arrival(value, self._codec, MOVED, moved.subject.encode(), moved, record.timestamp)
            if number != self._continuation_id:
                raise
        continuation = read_record(value, self._continuation)
        return Arrival(value, self._codec, continuation["chunk"], continuation["subject"].encode())

    def further_keys(
        self, work: Sequence[Arrival], state: Mapping[bytes, bytes | None]
    ) -> tuple[set[bytes], set[bytes]]:
        """Tell which records may be there, and which are not: most events are of new ones, which nobody looks for."""
        held: set[bytes] = set(filing_keys(state.get(DUE_KEY)))
        absent: set[bytes] = set()
        for arrival in work:
            if arrival.chunk != NO_CHUNK:
                if _is_walk(arrival):
                    subjects = LaneSubjects(state.get(LANE_SUBJECTS_KEY))
                    held.update(map(subject_key, codes_from(arrival.chunk, BUSY.subjects, subjects, state.get)))
                continue
            if may_hold(state.get(arrival.summary_key), arrival.record):
                held.add(arrival.key)
            else:
                absent.add(arrival.key)
        return held, absent

    def look_ahead(self, work: Sequence[Arrival], view: StateView) -> None:
        """Ask for what pieces of a walk through the lane look at, as of `LookAhead`."""
        pieces = [arrival for arrival in work if arrival.chunk != NO_CHUNK and arrival.code == NO_SUBJECT]
        if pieces:
            busy = any(arrival.chunk == NO_CHUNK for arrival in work)
            view.need(Folding(self._context, view, Output(0), busy=busy).looked_at(pieces))

    def _remember(self, arrival: Arrival) -> None:
        """Read an event of a new origin whole: what passes quickly is booked against it as bytes."""
        origin = arrival.peek.origin if arrival.peek else b""
        arrival.opened(self._codec)
        if len(self._origins) >= _ORIGINS:
            self._origins.clear()
        self._origins.add(origin)

    def begin(self, work: Work, view: StateView, out: Output) -> StepRun:
        """Fold the batch."""
        # one pass, and the generators after it only for what few batches have
        acts: Work = []
        seen, unregistered = set[bytes](), set[bytes]()
        expecting = dict[bytes, Waiting]()
        for arrival in work:
            if arrival.chunk != NO_CHUNK:
                continue
            if arrival.verb(self._codec) not in CONTENT_VERBS:
                acts.append(arrival)
            if arrival.summary_key in seen:
                continue
            seen.add(arrival.summary_key)
            summary = view.get(arrival.summary_key)
            if not is_registered(summary):
                unregistered.add(arrival.code)
            if summary is not None and not nothing_waits(summary):
                waiting = waiting_of(summary)
                if waiting.held or waiting.parked_from < waiting.parked_to:
                    expecting[arrival.code] = waiting
        released = self._released(work if expecting else acts, expecting, view)
        view.need(chain(released, self._parking(work, unregistered)))
        folding = Folding(self._context, view, out, busy=bool(seen))
        view.need(folding.looked_at(work))
        misses = Misses()
        return StepRun(lambda part: self._fold(folding, part, misses), lambda: self._settle(folding, misses))

    @staticmethod
    def _settle(folding: Folding, misses: Misses) -> None:
        misses.settle()
        folding.finish()

    @staticmethod
    def _fold(folding: Folding, work: Work, misses: Misses) -> None:
        for arrival in work:
            try:
                folding.handle(arrival)
            except Exception as error:  # noqa: BLE001 -- raised again unless it is a miss or follows from one
                misses.note(error)

    def _released(self, work: Work, expecting: Mapping[bytes, Waiting], view: StateView) -> Iterator[bytes]:
        """Tell the keys of what this batch may release, before anything is folded.

        A registration releases the events that wait for it, and they touch their own records; a new
        record releases the acts that wait for it; an act without its record joins those.
        """
        for arrival in work:
            if arrival.chunk != NO_CHUNK:
                continue
            waiting = expecting.get(arrival.code)
            if arrival.verb(self._codec) not in CONTENT_VERBS:
                if self._acting.acts(arrival.item(self._codec)):
                    yield from self._acting.touched(arrival.code, arrival.record)
                elif view.get(arrival.key) is None:
                    yield held_key(arrival.code, arrival.record)
                    yield held_by_code_key(arrival.code)
            elif waiting is not None:
                if waiting.held:
                    yield from self._acting.touched(arrival.code, arrival.record)
                if arrival.item(self._codec) in self._registering:
                    for number in range(waiting.parked_from, waiting.parked_to):
                        yield from self._parked(arrival.code, number, view)

    def _parking(self, work: Work, unregistered: set[bytes]) -> Iterator[bytes]:
        """Tell the keys of what waits for a registration already, of the records for which this batch may wait, too."""
        if not unregistered:
            return
        for arrival in work:
            if arrival.chunk == NO_CHUNK and arrival.code in unregistered:
                if arrival.item(self._codec) in self._registering:
                    unregistered.discard(arrival.code)
                else:
                    yield parked_of_record_key(arrival.code, arrival.record)

    def _parked(self, code: bytes, number: int, view: StateView) -> Iterator[bytes]:
        key = parked_key(code, number)
        yield key
        if not view.missing([key]):
            header = self._codec.open(view.get(key) or b"").header
            yield from self._acting.touched(code, record_key(header).encode())


def _is_walk(arrival: Arrival) -> bool:
    """Tell whether an arrival is a piece of a walk through all subjects of the lane."""
    return arrival.chunk != NO_CHUNK and arrival.code == NO_SUBJECT and not is_of_due(arrival.chunk)
