"""Folds the events of one batch into the profiles of their subjects."""

from __future__ import annotations

from collections.abc import Sequence

from creditbus.services.domain.event import (
    Change,
    Header,
    Verb,
    record_key,
)
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.keys import (
    code_of,
    corrections_key,
    index_key,
    record_store_key,
    statement_key,
    subject_key,
)
from creditbus.services.domain.profile.merge import is_taken_back
from creditbus.services.domain.profile.parked import is_parked
from creditbus.services.domain.profile.record import (
    CONTENT_VERBS,
    Conflict,
    Duplicate,
    Moved,
    Record,
    Stale,
    Unknown,
    fold,
    remember,
)
from creditbus.services.domain.profile.record_acts import is_annotated, is_corrected
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from creditbus.services.domain.profile.subject import NOT_RESTATING, Subject
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.acting import Landing
from creditbus.services.profiles.annotating import annotate, statement_of
from creditbus.services.profiles.applied import applied_of
from creditbus.services.profiles.arrival import NO_CHUNK, Arrival
from creditbus.services.profiles.booking import Booking
from creditbus.services.profiles.consenting import Consenting, consents_now
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.folding_context import FoldingContext, item_of
from creditbus.services.profiles.history import History
from creditbus.services.profiles.kinds import state_kind
from creditbus.services.profiles.lane import NO_SUBJECT, BatchLane
from creditbus.services.profiles.lane_walk import LaneWalk
from creditbus.services.profiles.merging import Merging
from creditbus.services.profiles.quick import Quick
from creditbus.services.profiles.reidentifying import Reidentifying
from creditbus.services.profiles.restating import Restating
from creditbus.services.profiles.settling import Settling
from creditbus.services.profiles.summaries import Summaries
from creditbus.services.profiles.waiting import Waiting
from creditbus.topics.names import CHANGES

__all__ = ["Folding"]


class Folding:
    """Of one batch.

    Args:
        context: what all batches share.
        view: the lane's state.
        out: where changes go.
        busy: whether the batch has events, for which pieces of a walk through the lane make way.

    """

    def __init__(self, context: FoldingContext, view: StateView, out: Output, *, busy: bool) -> None:
        self._catalogue = context.catalogue
        self._acting = context.acting
        self._codec = context.codec
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)
        self._summaries = Summaries(view)
        self._gates = context.gates
        self._successions = context.successions
        assert context.continuation is not None  # noqa: S101 -- a step is loaded before its first batch
        self._standing = stage = context.standing
        self._lane = lane = BatchLane(stage, context.continuation, view, out, busy=busy)
        summaries = self._summaries
        self._booking = Booking(context, out)
        self._waiting = Waiting(context.acting, context.codec, context.codes, self._booking, summaries, view)
        self._restating = Restating(
            context.codec, context.continuation, stage, lane.today, summaries, view, out, gates=context.gates
        )
        self._history = History(view)
        self._consenting = Consenting(context.consenting, context.codec, lane.today, lane.due)
        self._ending = Ending(
            context.ending,
            context.codec,
            stage,
            lane,
            self._consenting,
            summaries,
            gates=context.gates,
            history=self._history,
            view=view,
            out=out,
        )
        self._walk = LaneWalk(lane, self._ending, self._restating, summaries, view)
        assert context.reidentifying is not None  # noqa: S101 -- likewise
        self._reidentifying = Reidentifying(
            context.codes,
            context.codec,
            context.reidentifying,
            stage,
            self._ending,
            self._consenting,
            self._restating,
            waiting=self._waiting,
            summaries=summaries,
            lanes=context.lanes,
            view=view,
            out=out,
        )
        self._merging = Merging(context, view)
        self._settling = Settling(context, self._consenting, self._reidentifying, view)
        self._quick = Quick(context.quick_items, context.codec, stage, self._ending, summaries, view, out)

    def looked_at(self, work: Sequence[Arrival]) -> list[bytes]:
        """Return the keys of the records that pieces of the lane look at; MissingKeysError as of `LaneWalk.needed`."""
        keys: list[bytes] = []
        for arrival in work:
            if arrival.chunk != NO_CHUNK and arrival.code == NO_SUBJECT:
                keys += self._walk.needed(arrival.chunk)
        return keys

    def handle(self, arrival: Arrival) -> None:
        """Fold one event that arrived on the topic, or go on with a restatement."""
        if arrival.moved is not None:
            # what it brings is known here since it came
            self._history.received_at = arrival.moment
            self._take_in(arrival.moved, arrival.moment)
        elif arrival.chunk != NO_CHUNK:
            self._history.received_at = 0
            if arrival.code == NO_SUBJECT:
                self._walk.go_on(arrival.chunk)
            else:
                self._restating.go_on(arrival.code, arrival.chunk)
        elif arrival.peek is None or not self._quick.take(arrival, arrival.peek):
            self._handle(arrival.opened(self._codec))

    def _handle(self, opened: DecodedEvent) -> None:
        header = opened.header
        self._history.received_at = header["received_at"]
        code = header["subject"].encode()
        subject = self._summaries.of(subject_key(code))
        if subject.lost_codes and self._reidentifying.turned_away(code, opened):
            return
        if is_parked(item_of(self._catalogue, header), header["subject"], registered=subject.registered):
            self._waiting.park(code, subject, opened)
        else:
            self._fold(code, subject, opened)

    def finish(self) -> None:
        """Put the changed summaries into the state, and book what passed quickly."""
        self._quick.finish()
        self._lane.add(map(code_of, self._summaries.write()))
        self._lane.due.finish()
        due_from = self._lane.due_from
        if due_from is not None:
            self._out.endings.due[self._out.lane] = due_from

    # -- folding --------------------------------------------------------------------------------

    def _fold(self, code: bytes, subject: Subject, opened: DecodedEvent, *, was_held: bool = False) -> None:
        name = record_key(opened.header).encode()
        if not was_held:
            opened = self._booking.cautioned(subject, opened)
        header = opened.header
        if self._acting.acts(header["item"]):
            self._act(code, subject, opened, name)
            return
        key = record_store_key(code, name)
        value = self._view.get(key)
        record = None if value is None else decode_record(value)
        if record is not None and header["verb"] in CONTENT_VERBS and is_corrected(record):
            outcome, opened = self._acting.fold_under_corrections(record, opened, code, name, self._view)
        else:
            outcome = fold(record, header)
        match outcome:
            case Moved():
                self._apply(code, subject, self._annotated(record, opened), outcome, name, key)
            case Duplicate(known) | Stale(known):
                if known is not None:
                    self._view.put(key, encode_record(known))
                self._booking.book(header, Outcome.DUPLICATE if isinstance(outcome, Duplicate) else Outcome.STALE)
                self._settling.codes(code, subject, opened, name, frozenset())
            case Unknown():
                self._waiting.hold(code, subject, opened, name)
            case Conflict():
                if record is not None and self._annulled_before(record, header):
                    again = remember(record, (header["verb"], header["content_hash"]))
                    self._apply(code, subject, opened, Moved(again, Change.TRANSITION, record.state), name, key)
                else:
                    self._booking.refuse(opened)

    def _annotated(self, record: Record | None, opened: DecodedEvent) -> DecodedEvent:
        """Return an event with what the subject states about its record."""
        if record is None or not is_annotated(record):
            return opened
        return annotate(opened, statement_of(record, self._codec), self._codec)

    def _annulled_before(self, record: Record, header: Header) -> bool:
        """Tell whether an annulment of a succession was published before the one that counts.

        By other codes it may come after it to one of the two records, and both sides must name the same one.
        """
        if header["verb"] != Verb.WITHDRAW or header["item"] not in self._successions or not record.act:
            return False
        counts = self._codec.open(record.act).header
        return (header["received_at"], header["sequence"]) < (counts["received_at"], counts["sequence"])

    def _act(self, code: bytes, subject: Subject, opened: DecodedEvent, name: bytes) -> None:
        """Bring an act of one item to the record of another."""
        header = opened.header
        landing = self._acting.land(opened, code, self._view)
        match landing.folded:
            case Moved() as moved if landing.event is not None:
                self._correct(code, landing)
                if landing.place:
                    self._view.put(statement_key(code, landing.name), landing.place)
                self._apply(code, subject, landing.event, moved, landing.name, landing.key, booked=header)
                if header["verb"] == Verb.DISPUTE and subject.held:
                    self._release_held(code, subject, name)
            case Duplicate(again):
                if again is not None:
                    self._correct(code, landing)
                    self._view.put(landing.key, encode_record(again))
                self._booking.book(header, Outcome.DUPLICATE)
            case Stale(again) if again is not None:
                self._view.put(landing.key, encode_record(again))
                self._booking.book(header, Outcome.STALE)
            case Unknown():
                self._waiting.hold(code, subject, opened, name)
            case _:
                self._booking.refuse(opened, landing.findings)

    def _correct(self, code: bytes, landing: Landing) -> None:
        if landing.corrections is not None:
            self._view.put(corrections_key(code, landing.name), landing.corrections)

    def _apply(
        self,
        code: bytes,
        subject: Subject,
        opened: DecodedEvent,
        moved: Moved,
        name: bytes,
        key: bytes,
        *,
        booked: Header | None = None,
        taken_back: bool = False,
    ) -> None:
        header = opened.header
        told = self._settling.codes_before(header["item"], key)
        brings_content = booked is not None or header["lifts"]
        moved = self._ending.settled(code, moved, opened, brings_content=brings_content, taken_back=taken_back)
        state_kind(subject, header)
        registering, changed = self._settling.facts(code, subject, opened, moved, name, brings_content=brings_content)
        before = None
        # a retracted record is passed over by restatements, so it may have been emitted under facts of long ago, and
        # which consents count may have become others last midnight
        behind = changed or subject.restating != NOT_RESTATING or moved.previous_state in RETRACTED
        item = header["item"].encode()
        behind = behind or bool(subject.consents) or item in self._lane.behind or item in self._gates.items
        if moved.change is not Change.NEW and behind:
            before = self._restating.before(key, subject)
        subject.version += 1
        self._summaries.changed(subject_key(code))
        consents = consents_now(subject, item, self._lane.today)
        applied = applied_of(subject, moved, self._standing.by_item[item], consents, before)
        sealed = self._codec.seal_applied(opened, applied)
        record = self._history.keep(code, name, moved, header["received_at"], acted=brings_content)
        if moved.change is Change.TRANSITION:
            self._view.put(key, encode_record(record, act=sealed))
        elif brings_content:
            self._view.put(key, encode_record(record, content=sealed, act=sealed))
        else:
            self._view.put(key, encode_record(record, content=sealed))
        self._changes.append((code, sealed))
        self._booking.book(booked or header, Outcome.APPLIED, moved.change.value)
        if moved.change is Change.NEW:
            filled = subject.add_record(name)
            if filled is not None:
                self._view.put(index_key(code, filled[0]), filled[1])
        if changed and subject.records > 1:
            self._restating.start(code, subject)
        if moved.change is Change.NEW:
            self._release_acts(code, subject, name)
        self._settling.codes(code, subject, opened, name, told)
        # a withdrawal that waited for this registration has just ended it
        if registering and subject.registered and subject.parked_from < subject.parked_to:
            self._release_parked(code, subject)

    # -- from another subject -------------------------------------------------------------------

    def _take_in(self, moved: MovedRecord, moment: int) -> None:
        """Take in a record that another subject gave up; where there is one of its key, what both say counts."""
        code = moved.subject.encode()
        subject = self._summaries.of(subject_key(code))
        if subject.lost_codes and self._reidentifying.passed_on(code, moved):
            return
        if not self._reidentifying.take_in(moved, moment):
            self._booking.again = True
            self._merge(code, subject, moved)
            self._booking.again = False
        # where it met another one, what answers an objection may have waited for that of the first subject
        self._release_acts(code, subject, moved.name)

    def _merge(self, code: bytes, subject: Subject, moved: MovedRecord) -> None:
        key = record_store_key(code, moved.name)
        meeting = self._merging.meet(code, moved)
        if meeting.corrections is not None:
            self._view.put(corrections_key(code, moved.name), meeting.corrections)
        if meeting.place is not None:
            self._view.put(statement_key(code, moved.name), meeting.place)
        event = meeting.event
        if event is None:
            self._view.put(key, encode_record(meeting.moved.record))
        else:
            acted, gone = event.header if meeting.acted else None, is_taken_back(meeting.moved.record)
            self._apply(code, subject, event, meeting.moved, moved.name, key, booked=acted, taken_back=gone)

    # -- what waited ----------------------------------------------------------------------------

    def _release_parked(self, code: bytes, subject: Subject) -> None:
        for event in self._waiting.parked(code, subject):
            # one before it may have said that the code is another subject's
            if not (subject.lost_codes and self._reidentifying.turned_away(code, event)):
                self._fold(code, subject, event)

    def _release_acts(self, code: bytes, subject: Subject, record: bytes) -> None:
        if subject.held:
            for waiting in self._acting.waiting_names(record):
                self._release_held(code, subject, waiting)

    def _release_held(self, code: bytes, subject: Subject, name: bytes) -> None:
        for opened in self._waiting.held(code, subject, name):
            self._fold(code, subject, opened, was_held=True)
