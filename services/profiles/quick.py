"""What most events are, folded without reading them whole.

That is a new record of a registered subject, the same again, or another content of it.

It must come to what `Folding` would come to, to the byte: tests/properties compare them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Final, cast

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.event import Change, Header, RecordState, SubjectKind
from creditbus.services.domain.feed.disclosure import RETRACTED
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.keys import index_key
from creditbus.services.domain.profile.record import CONTENT_VERBS, Duplicate, Moved, Stale, Term, fold
from creditbus.services.domain.profile.record_acts import is_overlaid
from creditbus.services.domain.profile.stored_record import (
    content_hash_of,
    decode_record,
    encode_new_record,
    encode_record,
)
from creditbus.services.domain.profile.subject import NOT_RESTATING, Subject
from creditbus.services.domain.tokens import TOKEN_PREFIX
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.peek import HeaderPeek
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.acting import Acting
from creditbus.services.profiles.applied import applied_of
from creditbus.services.profiles.arrival import Arrival
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.gates import Gates
from creditbus.services.profiles.history import keep_content
from creditbus.services.profiles.lane import StageStanding
from creditbus.services.profiles.summaries import Summaries
from creditbus.topics.names import CHANGES

__all__ = ["Quick", "QuickItems"]

_WITHDRAWN = RecordState.WITHDRAWN.value
_TOKEN = TOKEN_PREFIX.encode()


class _Tally:
    """A count for the ledger, and an event that says what it is booked against."""

    __slots__ = ("count", "example", "item", "origin")

    def __init__(self, origin: bytes, item: bytes, example: Arrival) -> None:
        self.origin = origin
        self.item = item
        self.example = example
        self.count = 0


class _Tallies:
    """What passed to one outcome, by origin and item."""

    __slots__ = ("_by", "_last")

    def __init__(self) -> None:
        self._by: dict[tuple[bytes, bytes], _Tally] = {}
        self._last: _Tally | None = None

    def count(self, arrival: Arrival, peek: HeaderPeek) -> None:
        """Count an event; one comes mostly after another of the same file."""
        tally = self._last
        if tally is None or tally.origin != peek.origin or tally.item != peek.item:
            key = (peek.origin, peek.item)
            tally = self._by.get(key)
            if tally is None:
                tally = self._by[key] = _Tally(peek.origin, peek.item, arrival)
            self._last = tally
        tally.count += 1

    def all(self) -> Iterable[_Tally]:
        """Return what was counted."""
        return self._by.values()


class QuickItems:
    """Which items pass quickly, by their ids as they stand in a header.

    Args:
        catalogue: what the bus carries.
        codec: knows where contents have their fields.
        acting: knows the items whose rows act on records of others.
        linking: ids of items that a row brings to two subjects.
        gates: knows the items whose records may be withheld for a value.

    Attributes:
        ordinary: rows of these are records of their own and nothing else.
        registering: rows of these register their subject; where their contents have name and district.
        gated: records of these may be withheld for a value, so that a change says which one was there before it.

    """

    def __init__(
        self, catalogue: Catalogue, codec: EventCodec, acting: Acting, linking: Container[str], gates: Gates
    ) -> None:
        self.ordinary: Final = {
            item.id.encode()
            for item in catalogue
            if item.registers is None
            and item.consents is None
            and not item.identifies
            and not acting.acts(item.id)
            and item.id not in linking
        }
        self.gated: Final = gates.items
        self.registering: Final = {
            item.id.encode(): codec.wanted(item.id, (item.registers.name, item.registers.district))
            for item in catalogue
            if item.registers is not None
        }


class Quick:
    """Of one batch."""

    def __init__(
        self,
        items: QuickItems,
        codec: EventCodec,
        stage: StageStanding,
        ending: Ending,
        summaries: Summaries,
        view: StateView,
        out: Output,
    ) -> None:
        self._codec = codec
        self._ending = ending
        self._policies = stage.by_item
        self._written_policies = stage.written
        self._lane = ending.lane
        self._summaries = summaries
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)
        self._ordinary = items.ordinary
        self._registering = items.registering
        self._gated = items.gated
        self._new = _Tallies()
        self._again = _Tallies()
        self._amended = _Tallies()
        self._stale = _Tallies()

    def take(self, arrival: Arrival, peek: HeaderPeek) -> bool:
        """Fold an event, if it is such a one, and tell whether it was."""
        subject = self._summaries.of(arrival.summary_key)
        if not peek.plain or subject.held or subject.consents or subject.lost_codes or peek.verb not in CONTENT_VERBS:
            return False
        if peek.item not in self._ordinary:
            return peek.item in self._registering and self._register(arrival, peek, subject)
        if not subject.registered or (peek.subject_name and peek.subject_name != subject.name_utf8):
            return False
        value = self._view.get(arrival.key)
        if value is None:
            return self._add(arrival, peek, subject)
        if peek.source_time is None and peek.reading is None and content_hash_of(value) == peek.content_hash:
            self._again.count(arrival, peek)
            return True
        return peek.item not in self._gated and self._fold(arrival, peek, subject, value)

    def finish(self) -> None:
        """Book what passed."""
        self._book(self._new, Outcome.APPLIED, Change.NEW.value)
        self._book(self._amended, Outcome.APPLIED, Change.AMENDED.value)
        self._book(self._again, Outcome.DUPLICATE, "")
        self._book(self._stale, Outcome.STALE, "")

    def _register(self, arrival: Arrival, peek: HeaderPeek, subject: Subject) -> bool:
        if (
            peek.subject.startswith(_TOKEN)
            or subject.parked_from < subject.parked_to
            or self._view.get(arrival.key) is not None
        ):
            return False
        texts = self._codec.pick_content(arrival.value, peek, self._registering[peek.item])
        if texts is None:
            return False
        name, district = texts
        if peek.state == _WITHDRAWN or (subject.records and subject.facts != (name, district, True)):
            return False
        if subject.kind is SubjectKind.UNSTATED:
            subject.kind = kind_of(peek.subject.decode())
        subject.registered = True
        subject.name_utf8, subject.district_utf8 = name, district
        return self._add(arrival, peek, subject)

    def _fold(self, arrival: Arrival, peek: HeaderPeek, subject: Subject, value: bytes) -> bool:
        """Fold an event over a record that is there."""
        record = decode_record(value)
        if is_overlaid(record) or subject.restating != NOT_RESTATING or record.state in RETRACTED:
            return False
        if record.term is not Term.RUNNING:
            return False
        if peek.item in self._lane.behind:
            return False
        outcome = fold(record, _header_of(peek))
        if isinstance(outcome, Moved):
            if not self._ending.is_to_come(arrival.value, peek):
                return False
            subject.version += 1
            self._summaries.changed(arrival.summary_key)
            applied = applied_of(subject, outcome, self._policies[peek.item], [])
            sealed = self._codec.seal_peeked(arrival.value, peek, applied)
            keep_content(self._view, arrival.code, arrival.record, outcome.record, peek.received_at)
            self._view.put(arrival.key, encode_record(outcome.record, content=sealed))
            self._changes.append((arrival.code, sealed))
            self._amended.count(arrival, peek)
        elif isinstance(outcome, (Duplicate, Stale)):
            if outcome.record is not None:
                self._view.put(arrival.key, encode_record(outcome.record))
            (self._again if isinstance(outcome, Duplicate) else self._stale).count(arrival, peek)
        else:
            return False
        return True

    def _add(self, arrival: Arrival, peek: HeaderPeek, subject: Subject) -> bool:
        if not self._ending.is_to_come(arrival.value, peek):
            return False
        code = arrival.code
        subject.version += 1
        self._summaries.changed(arrival.summary_key)
        policy = self._written_policies[peek.item]
        sealed = self._codec.seal_new(
            arrival.value, peek, subject.version, subject.name_utf8, subject.district_utf8, policy
        )
        record = encode_new_record(
            stated=peek.state,
            source_time=peek.source_time,
            received_at=peek.received_at,
            sequence=peek.sequence,
            reading=peek.reading,
            department=peek.department,
            content_hash=peek.content_hash,
            content=sealed,
        )
        self._view.put(arrival.key, record)
        self._changes.append((code, sealed))
        self._new.count(arrival, peek)
        filled = subject.add_record(peek.record)
        if filled is not None:
            self._view.put(index_key(code, filled[0]), filled[1])
        return True

    def _book(self, tallies: _Tallies, outcome: Outcome, reason: str) -> None:
        for tally in tallies.all():
            header = tally.example.opened(self._codec).header
            self._out.book(header["origin"], header["item"], outcome, reason, tally.count)


def _header_of(peek: HeaderPeek) -> Header:
    """Return what the rules of folding look at; `plain` says that the event takes no act back."""
    header = {
        "verb": peek.verb,
        "content_hash": peek.content_hash,
        "state": peek.state,
        "source_time": peek.source_time,
        "received_at": peek.received_at,
        "sequence": peek.sequence,
        "reading": peek.reading,
        "lifts": False,
        "origin": {"department": peek.department.decode()},
    }
    return cast("Header", header)
