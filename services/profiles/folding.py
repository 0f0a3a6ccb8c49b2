"""Folds the events of one batch into the profiles of their subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from creditbus.avro_schemas import code_claim_schema, continuation_schema, moved_record_schema
from creditbus.services.domain.catalogue import Catalogue, Item
from creditbus.services.domain.event import (
    Change,
    Header,
    Policy,
    SubjectKind,
    Verb,
    record_key,
    said_id,
)
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.normalise import same_name
from creditbus.services.domain.profile.keys import (
    code_of,
    corrections_key,
    held_key,
    index_key,
    pack_events,
    parked_key,
    parked_of_record_key,
    record_store_key,
    statement_key,
    subject_key,
    unpack_events,
)
from creditbus.services.domain.profile.parked import is_parked, parked_already, with_parked
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
from creditbus.services.domain.profile.succession import of_successor, successions
from creditbus.services.domain.reasons import Caution
from creditbus.services.domain.reidentified import MovedRecord
from creditbus.services.domain.tokens import is_token
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.rejects import Refusal, Rejects, Source
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.acting import CONFLICT, Acting, Findings, Landing
from creditbus.services.profiles.annotating import annotate, statement_of
from creditbus.services.profiles.applied import applied_of
from creditbus.services.profiles.arrival import NO_CHUNK, Arrival
from creditbus.services.profiles.codes import Codes
from creditbus.services.profiles.consenting import Consenting, consent_fields, consents_now
from creditbus.services.profiles.ending import CONTENT_CHANGES, Ending, ending_items
from creditbus.services.profiles.history import History
from creditbus.services.profiles.lane import NO_SUBJECT, BatchLane, StageStanding
from creditbus.services.profiles.lane_walk import LaneWalk
from creditbus.services.profiles.quick import Quick, QuickItems
from creditbus.services.profiles.registration import Registration
from creditbus.services.profiles.reidentifying import Reidentifying, renamed
from creditbus.services.profiles.restating import Restating
from creditbus.services.profiles.summaries import Summaries
from creditbus.topics.names import CHANGES

__all__ = ["Folding", "FoldingContext"]


class FoldingContext:
    """What the folding of all batches shares: the catalogue, codecs, and what is looked up in them once."""

    def __init__(
        self,
        catalogue: Catalogue,
        codec: EventCodec,
        acting: Acting,
        rejects: Rejects,
        lanes: int,
        policies: Mapping[str, Policy],
        on: date,
    ) -> None:
        self.ending: Final = ending_items(catalogue, codec)
        terms = {item.id: item.publication.digest for item in self.ending.values()}
        self.standing: Final = StageStanding(policies, terms, on)
        self.catalogue: Final = catalogue
        self.codec: Final = codec
        self.acting: Final = acting
        self.rejects: Final = rejects
        self.lanes: Final = lanes
        self.successions: Final = successions(catalogue)
        self.quick_items: Final = QuickItems(catalogue, codec, acting, self.successions)
        self.consenting: Final = consent_fields(catalogue)
        self.registering: Final = {item.id: item for item in catalogue if item.registers is not None}
        self.codes: Final = Codes(catalogue, codec)
        self.continuation: RecordWriter | None = None
        self.reidentifying: tuple[RecordWriter, RecordWriter] | None = None

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that folding writes."""
        await self.rejects.load(schemas)
        self.continuation = await schemas.writer_of(continuation_schema())
        self.reidentifying = (
            await schemas.writer_of(code_claim_schema()),
            await schemas.writer_of(moved_record_schema()),
        )


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
        self._rejects = context.rejects
        self._lanes = context.lanes
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)
        self._summaries = Summaries(view)
        self._successions = context.successions
        self._registration = Registration(context.registering, context.codec, view)
        assert context.continuation is not None  # noqa: S101 -- a step is loaded before its first batch
        self._standing = stage = context.standing
        self._lane = lane = BatchLane(stage, context.continuation, view, out, busy=busy)
        summaries = self._summaries
        self._restating = Restating(context.codec, context.continuation, stage, lane.today, summaries, view, out)
        self._history = History(view)
        self._consenting = Consenting(context.consenting, context.codec, lane.today, lane.due)
        self._ending = Ending(
            context.ending,
            context.codec,
            stage,
            lane,
            self._consenting,
            summaries,
            history=self._history,
            view=view,
            out=out,
        )
        self._walk = LaneWalk(lane, self._ending, self._restating, summaries, view)
        assert context.reidentifying is not None  # noqa: S101 -- likewise
        self._identifying = context.codes.identifying
        self._reidentifying = Reidentifying(
            context.codes,
            context.codec,
            context.reidentifying,
            stage,
            self._ending,
            self._consenting,
            self._restating,
            summaries=summaries,
            lanes=context.lanes,
            view=view,
            out=out,
        )
        #: Rows are folded that were booked under another subject.
        self._again = False
        self._quick = Quick(context.quick_items, context.codec, stage, self._ending, summaries, view, out)

    def looked_at(self, work: Sequence[Arrival]) -> Iterator[bytes]:
        """Give the keys of the records that pieces of the lane look at; MissingKeysError as of `LaneWalk.needed`."""
        for arrival in work:
            if arrival.chunk != NO_CHUNK and arrival.code == NO_SUBJECT:
                yield from self._walk.needed(arrival.chunk)

    def handle(self, arrival: Arrival) -> None:
        """Fold one event that arrived on the topic, or go on with a restatement."""
        if arrival.moved is not None:
            self._history.received_at = 0
            self._take_in(arrival.moved)
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
        if is_parked(self._item(header), header["subject"], registered=subject.registered):
            self._park(code, subject, opened)
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

    # -- waiting for the registration -----------------------------------------------------------

    def _park(self, code: bytes, subject: Subject, opened: DecodedEvent) -> None:
        header = opened.header
        place = parked_of_record_key(code, record_key(header).encode())
        known, said = self._view.get(place), said_id(header, "")
        if parked_already(known, said, header["reading"]):
            # what waits has its cautions booked when it is released; this one is through
            self._book_cautions(header)
            self._book(header, Outcome.DUPLICATE)
            return
        self._view.put(place, with_parked(known, said))
        self._view.put(parked_key(code, subject.parked_to), self._codec.reseal(opened))
        subject.parked_to += 1
        self._summaries.changed(subject_key(code))
        self._book(header, Outcome.PARKED)

    def _release_parked(self, code: bytes, subject: Subject) -> None:
        keys = [parked_key(code, number) for number in range(subject.parked_from, subject.parked_to)]
        self._view.need(keys)
        events = [self._codec.open(self._view.get(key) or b"") for key in keys]
        self._view.need(
            touched for event in events for touched in self._acting.touched(code, record_key(event.header).encode())
        )
        subject.parked_from = subject.parked_to
        for key, event in zip(keys, events, strict=True):
            self._view.delete(key)
            self._view.delete(parked_of_record_key(code, record_key(event.header).encode()))
            self._book(event.header, Outcome.PARKED, count=-1)
            # one before it may have said that the code is another subject's
            if not (subject.lost_codes and self._reidentifying.turned_away(code, event)):
                self._fold(code, subject, event)

    # -- folding --------------------------------------------------------------------------------

    def _fold(self, code: bytes, subject: Subject, opened: DecodedEvent, *, was_held: bool = False) -> None:
        name = record_key(opened.header).encode()
        if not was_held:
            opened = self._cautioned(subject, opened)
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
                self._book(header, Outcome.DUPLICATE if isinstance(outcome, Duplicate) else Outcome.STALE)
                self._identify(code, subject, opened, name, frozenset())
            case Unknown():
                self._hold(code, subject, opened, name)
            case Conflict():
                if record is not None and self._annulled_before(record, header):
                    again = remember(record, (header["verb"], header["content_hash"]))
                    self._apply(code, subject, opened, Moved(again, Change.TRANSITION, record.state), name, key)
                else:
                    self._refuse(opened)

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
                self._book(header, Outcome.DUPLICATE)
            case Stale(again) if again is not None:
                self._view.put(landing.key, encode_record(again))
                self._book(header, Outcome.STALE)
            case Unknown():
                self._hold(code, subject, opened, name)
            case _:
                self._refuse(opened, landing.findings)

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
    ) -> None:
        header = opened.header
        told = self._codes_before(header["item"], key)
        brings_content = booked is not None or header["lifts"]
        moved = self._ending.settled(code, moved, opened, brings_content=brings_content)
        _state_kind(subject, header)
        registering, changed = self._settle_facts(code, subject, opened, moved, name, brings_content=brings_content)
        before = None
        # a retracted record is passed over by restatements, so it may have been emitted under facts of long ago, and
        # which consents count may have become others last midnight
        behind = changed or subject.restating != NOT_RESTATING or moved.previous_state in RETRACTED
        item = header["item"].encode()
        behind = behind or bool(subject.consents) or item in self._lane.behind
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
        self._book(booked or header, Outcome.APPLIED, moved.change.value)
        if moved.change is Change.NEW:
            filled = subject.add_record(name)
            if filled is not None:
                self._view.put(index_key(code, filled[0]), filled[1])
        if changed and subject.records > 1:
            self._restating.start(code, subject)
        if moved.change is Change.NEW:
            self._release_acts(code, subject, name)
        self._identify(code, subject, opened, name, told)
        # a withdrawal that waited for this registration has just ended it
        if registering and subject.registered and subject.parked_from < subject.parked_to:
            self._release_parked(code, subject)

    def _settle_facts(
        self, code: bytes, subject: Subject, opened: DecodedEvent, moved: Moved, name: bytes, *, brings_content: bool
    ) -> tuple[bool, bool]:
        """Bring an event to its subject's facts; tell whether it registers the subject, and whether they changed."""
        facts, consents = subject.facts, subject.consents
        registering = self._registration.settle(code, subject, opened, moved.record, name)
        if self._consenting.has(opened.header["item"]):
            if not brings_content and moved.change not in CONTENT_CHANGES:
                opened = self._codec.open(moved.record.content)
            self._consenting.settle(code, subject, moved.record, opened)
        return registering, subject.facts != facts or subject.consents != consents

    # -- from another subject -------------------------------------------------------------------

    def _take_in(self, moved: MovedRecord) -> None:
        """Take in a record that another subject gave up; where there is one of its key, what both say counts."""
        code = moved.subject.encode()
        subject = self._summaries.of(subject_key(code))
        if subject.lost_codes and self._reidentifying.passed_on(code, moved):
            return
        if self._reidentifying.take_in(moved):
            self._release_acts(code, subject, moved.name)
        else:
            self._again = True
            self._merge(code, subject, moved)
            self._again = False

    def _codes_before(self, item: str, key: bytes) -> frozenset[str]:
        return self._reidentifying.codes_of(self._view.get(key)) if item in self._identifying else frozenset()

    def _identify(
        self, code: bytes, subject: Subject, opened: DecodedEvent, name: bytes, before: frozenset[str]
    ) -> None:
        """Bring an event to its subject's codes; `before` are those that its record gave before it."""
        if opened.header["item"] in self._identifying:
            self._reidentifying.settle(code, subject, name, before, opened)

    def _merge(self, code: bytes, subject: Subject, moved: MovedRecord) -> None:
        record, key = decode_record(moved.value), record_store_key(code, moved.name)
        events = [record.content, *([record.act] if record.act and record.act != record.content else [])]
        for event in events:
            self._fold(code, subject, renamed(self._codec.open(event), moved.subject), was_held=True)
        known = decode_record(self._view.get(key) or b"")
        contents = [said for said in record.seen if said[0] in CONTENT_VERBS]
        self._view.put(key, encode_record(remember(known, *contents)))

    # -- waiting for the record -----------------------------------------------------------------

    def _hold(self, code: bytes, subject: Subject, opened: DecodedEvent, name: bytes) -> None:
        key = held_key(code, name)
        waiting = unpack_events(self._view.get(key))
        if any(_same_act(self._codec.open(event).header, opened.header) for event in waiting):
            self._book(opened.header, Outcome.DUPLICATE)
            return
        self._view.put(key, pack_events([*waiting, self._codec.reseal(opened)]))
        subject.held += 1
        self._summaries.changed(subject_key(code))
        self._book(opened.header, Outcome.HELD)

    def _release_acts(self, code: bytes, subject: Subject, record: bytes) -> None:
        if subject.held:
            for waiting in self._acting.waiting_names(record):
                self._release_held(code, subject, waiting)

    def _release_held(self, code: bytes, subject: Subject, name: bytes) -> None:
        key = held_key(code, name)
        waiting = unpack_events(self._view.get(key))
        if not waiting:
            return
        self._view.delete(key)
        subject.held -= len(waiting)
        for sealed in waiting:
            opened = self._codec.open(sealed)
            self._book(opened.header, Outcome.HELD, count=-1)
            self._fold(code, subject, opened, was_held=True)

    # -- booking --------------------------------------------------------------------------------

    def _refuse(self, opened: DecodedEvent, findings: Findings = CONFLICT) -> None:
        header = opened.header
        if self._again or not self._counts(header):
            return
        origin = header["origin"]
        self._book(header, Outcome.REJECTED, findings[0][0])
        source = Source.of(header, self._lanes, self._codec.reseal(opened))
        refusal = Refusal(findings, header["warnings"])
        self._rejects.emit(self._out, origin, header["item"], source, refusal)

    def _cautioned(self, subject: Subject, opened: DecodedEvent) -> DecodedEvent:
        """Book the cautions, and add the one that only the profile can tell."""
        header = opened.header
        registers = self._item(header).registers is not None
        named = header["subject_name"]
        if subject.registered and not registers and named and not same_name(named, subject.name):
            # a copy: the step may run again on the same work
            header = header.copy()
            header["warnings"] = [*header["warnings"], Caution.NAME_MISMATCH.value]
            opened = DecodedEvent(header, opened.body)
        self._book_cautions(header)
        return opened

    def _book_cautions(self, header: Header) -> None:
        for caution in header["warnings"]:
            self._book(header, Outcome.CAUTION, caution)

    def _book(self, header: Header, outcome: Outcome, reason: str = "", count: int = 1) -> None:
        if not self._again and self._counts(header):
            self._out.book(header["origin"], header["item"], outcome, reason, count)

    def _counts(self, header: Header) -> bool:
        """Tell whether an event stands for its row: of the two of a succession the predecessor's does."""
        return header["item"] not in self._successions or not of_successor(header["document_no"])

    def _item(self, header: Header) -> Item:
        item = self._catalogue.item(header["item"])
        assert item is not None  # noqa: S101 -- intake admits nothing outside the catalogue
        return item


def _state_kind(subject: Subject, header: Header) -> None:
    if subject.kind is SubjectKind.UNSTATED:
        code = header["subject"]
        subject.kind = SubjectKind(header["subject_kind"]) if is_token(code) else kind_of(code)


def _same_act(one: Header, other: Header) -> bool:
    return one["verb"] == other["verb"] and one["content_hash"] == other["content_hash"]
