"""Ends the publication of records: by the rules of their items, and by what they state themselves.

What has ended lies over the record as a term (`services.domain.profile.record.Term`): acts and contents go on as if
it had not. Each event that changes a record sees for itself to the term that it has then; where none comes, the lane
finds the record by what is filed as due (docs/adr/0043-end-of-publication.md).
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Final

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.city_time import midnight_ms
from creditbus.services.domain.event import Act, Change, Header, RecordState, Verb, record_key, restated_id
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.profile.endings import Ended, EndedBy
from creditbus.services.domain.profile.keys import item_of, record_store_key, subject_key
from creditbus.services.domain.profile.publication import End, Publication, act_of, ended_id
from creditbus.services.domain.profile.record import Moved, Record, Term, settled
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.engine.codec.emission import facts_before
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec, Wanted
from creditbus.services.engine.codec.peek import HeaderPeek
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.annotating import emission_annotated, statement_of
from creditbus.services.profiles.applied import applied_of
from creditbus.services.profiles.consenting import Consenting, consents_now, written_consents_now
from creditbus.services.profiles.gates import Gates
from creditbus.services.profiles.history import History
from creditbus.services.profiles.lane import BatchLane, StageStanding
from creditbus.services.profiles.restating import names_of
from creditbus.services.profiles.summaries import Summaries
from creditbus.topics.names import CHANGES

__all__ = ["CONTENT_CHANGES", "Ending", "EndingItem", "ending_items"]

#: None: there was no record.
_NOT_PUBLISHED: Final = frozenset({None, *RETRACTED})
#: Of an event that has the record's content after it.
CONTENT_CHANGES: Final = frozenset({Change.NEW, Change.AMENDED})


class EndingItem:
    """An item whose records may end.

    Attributes:
        id: of the item.
        publication: when they do.
        wanted: the fields of contents by which that is found.

    """

    __slots__ = ("id", "publication", "wanted")

    def __init__(self, id_: str, publication: Publication, wanted: Wanted) -> None:
        self.id = id_
        self.publication = publication
        self.wanted = wanted


def ending_items(catalogue: Catalogue, codec: EventCodec) -> dict[bytes, EndingItem]:
    """Return the items whose records may end, by their ids as they stand in a header."""
    items = {}
    for item in catalogue:
        if item.publication.acts:
            publication = Publication(item)
            items[item.id.encode()] = EndingItem(item.id, publication, codec.wanted(item.id, publication.fields))
    return items


class Ending:
    """Of one batch.

    Attributes:
        lane: the lane, with the day by which it works.

    """

    def __init__(
        self,
        items: dict[bytes, EndingItem],
        codec: EventCodec,
        stage: StageStanding,
        lane: BatchLane,
        consenting: Consenting,
        summaries: Summaries,
        *,
        gates: Gates,
        history: History,
        view: StateView,
        out: Output,
    ) -> None:
        self._items = items
        self._codec = codec
        self._stage = stage
        self.lane = lane
        self._today = lane.today
        self._due = lane.due
        self._consenting = consenting
        self._summaries = summaries
        self._gates = gates
        self._history = history
        self._view = view
        self._changes = out.channel(CHANGES, out.lane)
        self._endings = out.endings.counts

    # -- with an event --------------------------------------------------------------------------

    def settled(
        self, code: bytes, moved: Moved, opened: DecodedEvent, *, brings_content: bool, taken_back: bool = False
    ) -> Moved:
        """Return what an event does to its record, with the term that the record has after it.

        Args:
            code: the subject.
            moved: what it does.
            opened: the event.
            brings_content: whether the event has the record's content after it, also where it changes none.
            taken_back: as of `record.settled`.

        """
        item, verb = self._items.get(opened.header["item"].encode()), opened.header["verb"]
        if item is None and moved.record.term is Term.RUNNING:
            return moved
        if not brings_content and moved.change not in CONTENT_CHANGES:
            opened = self._codec.open(moved.record.content)
        end = self._end_of(item, moved.record, opened)
        self._file(code, end)
        record = self._settled(moved.record, moved.previous_state, end, verb, taken_back=taken_back)
        if record is moved.record:
            return moved
        if end is not None and record.term is Term.OVER and moved.previous_state not in _NOT_PUBLISHED:
            self._endings[_ended(opened.header, record, end, None)] += 1
        return replace(moved, record=record)

    def _end_of(self, item: EndingItem | None, record: Record, content: DecodedEvent) -> End | None:
        if item is None:
            return None
        stated = self._codec.read_body(item.id, content.body)[2]
        values = tuple([(stated[name] or "").encode() for name in item.publication.fields])
        if record.standing is RecordState.REPAIRED:
            return item.publication.end_of_repaired(values, self._today)
        return item.publication.end(values)

    def _file(self, code: bytes, end: End | None) -> None:
        if end is not None and end.day > self._today:
            self._due.expect(end.day, code)

    def _settled(
        self,
        record: Record,
        before: RecordState | None,
        end: End | None,
        verb: str | None = None,
        *,
        taken_back: bool = False,
    ) -> Record:
        day = None if end is None else end.day
        return settled(record, before, day, self._today, verb=verb, taken_back=taken_back)

    def is_to_come(self, value: bytes, peek: HeaderPeek) -> bool:
        """File when the publication of a peeked event's record ends; False where it has, or must be read whole."""
        item = self._items.get(peek.item)
        if item is None:
            return True
        values = self._codec.pick_content(value, peek, item.wanted)
        end = None if values is None else item.publication.end(values)
        if end is None:
            return values is not None
        if end.day <= self._today:
            return False
        self._due.expect(end.day, peek.subject)
        return True

    # -- without one ----------------------------------------------------------------------------

    def needed(
        self, code: bytes, items: Container[bytes] | None = None, first: int = 0, after: int | None = None
    ) -> Iterator[bytes]:
        """Give the keys of the records that `end` looks at; MissingKeysError where others are to be read first."""
        return iter(self._keys(code, self._summaries.of(subject_key(code)), items, first, after))

    def end(self, code: bytes, items: Container[bytes] | None = None, first: int = 0, after: int | None = None) -> None:
        """Bring records of a subject to the terms that they have today.

        Args:
            code: the subject.
            items: those whose records; None: all that may end, and those that did by the rules of before.
            first: number of the first chunk of its records that are looked at (`names_of`).
            after: number after that of the last one; None: to the end.

        """
        subject = self._summaries.of(subject_key(code))
        keys = self._keys(code, subject, items, first, after)
        self._view.need(keys)
        version = subject.version
        for key in keys:
            self._end(code, subject, key)
        if subject.version != version:
            self._summaries.changed(subject_key(code))

    def _keys(
        self, code: bytes, subject: Subject, items: Container[bytes] | None, first: int, after: int | None
    ) -> list[bytes]:
        among = self._items.keys() | self.lane.unfiled if items is None else items
        names = names_of(code, subject, self._view, first, after)
        return [record_store_key(code, name) for name in names if item_of(name) in among]

    def _end(self, code: bytes, subject: Subject, key: bytes) -> None:
        value = self._view.get(key)
        if value is None:  # the first event of the record is still being folded
            return
        record = decode_record(value)
        opened = self._codec.open(record.content)
        item = self._items.get(opened.header["item"].encode())
        end = self._end_of(item, record, opened)
        if opened.header["item"].encode() in self.lane.unfiled:
            # of others it is filed already, and each look at a subject would file all of them once more
            self._file(code, end)
        after = self._settled(record, record.state, end)
        if after is record:
            return
        last, _ = self._codec.last_emission(record.content, record.act)
        self._consenting.settle(code, subject, after, opened)
        consents = consents_now(subject, last.item, self._today)
        written = written_consents_now(subject, last.item, self._today)
        gate = self._gates.of(last.item, record.content)
        before = facts_before(last, subject.facts, self._stage.written[last.item], written, gate)
        policy = self._stage.by_item[last.item]
        subject.version += 1
        if end is not None and (after.term is Term.OVER or record.term is Term.KEPT):
            moved = Moved(after, Change.TRANSITION, record.state)
            event = self._event_of(opened, key, end, statement_of(record, self._codec))
            since = event.header["received_at"]
            due = end.day if self.lane.waited_for(end.day) else None
            self._endings[_ended(opened.header, after, end, due)] += 1
            sealed = self._codec.seal_applied(event, applied_of(subject, moved, policy, consents, before))
        else:
            # by other rules its publication goes on: with its content, and not as what ended it says
            moved, since = Moved(after, Change.RESTATED, record.state), midnight_ms(self._today)
            event_id = restated_id(last.event_id, subject.version)
            content = emission_annotated(self._codec.emission(record.content), record, self._codec)
            applied = applied_of(subject, moved, policy, consents, before)
            sealed = self._codec.seal_restated(content, event_id, applied)
        name = record_key(opened.header).encode()
        kept = self._history.keep(code, name, replace(moved, change=Change.TRANSITION), since, acted=False)
        self._view.put(key, encode_record(kept, act=sealed))
        self._changes.append((code, sealed))

    def _event_of(self, content: DecodedEvent, key: bytes, end: End, statement: str | None) -> DecodedEvent:
        """Return the event by which the publication of a record ends, with the record's content."""
        header = content.header
        ended: Header = {
            **header,
            "verb": Verb.EXPIRE.value,
            "event_id": ended_id(key, end),
            "source_time": None,
            # a rule that was declared later ends what came after that day, too
            "received_at": max(midnight_ms(end.day), header["received_at"]),
            "reading": None,
            "lifts": False,
            "normalised": 0,
            "warnings": [],
            "applied": None,
        }
        _, claim, stated, _ = self._codec.read_body(header["item"], content.body)
        act: Act = {**act_of(end), "statement": statement}
        body, _ = self._codec.write_body(header["item"], act, claim, stated)
        return DecodedEvent(ended, body)


def _ended(header: Header, record: Record, end: End, due: int | None) -> Ended:
    """Say for the metrics what ended: `record` as it is after that, `due` as of `Ended`."""
    if record.standing is RecordState.REPAIRED:
        return Ended(header["item"], EndedBy.REPAIRED, due)
    return Ended(header["item"], EndedBy.RULE if end.source else EndedBy.STATED, due)
