"""What most events are, a new record of a registered subject or a duplicate, folded without reading them whole.

It must come to what `Folding` would come to, to the byte: tests/properties compare them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.event import Change, SubjectKind
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.keys import index_key
from creditbus.services.domain.profile.record import CONTENT_VERBS
from creditbus.services.domain.profile.stored_record import content_hash_of, encode_new_record
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.domain.tokens import TOKEN_PREFIX
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.peek import HeaderPeek
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.acting import Acting
from creditbus.services.profiles.arrival import Arrival
from creditbus.services.profiles.summaries import Summaries
from creditbus.topics.names import CHANGES

__all__ = ["Quick"]

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


class Quick:
    """Of one batch."""

    def __init__(
        self,
        catalogue: Catalogue,
        codec: EventCodec,
        acting: Acting,
        linking: Container[str],
        summaries: Summaries,
        view: StateView,
        out: Output,
    ) -> None:
        self._codec = codec
        self._summaries = summaries
        self._view = view
        self._out = out
        self._changes = out.channel(CHANGES, out.lane)
        self._ordinary = {
            item.id.encode()
            for item in catalogue
            if item.registers is None and not acting.acts(item.id) and item.id not in linking
        }
        self._registering = {item.id.encode(): item.registers for item in catalogue if item.registers is not None}
        self._new = _Tallies()
        self._again = _Tallies()

    def take(self, arrival: Arrival, peek: HeaderPeek) -> bool:
        """Fold an event, if it is such a one, and tell whether it was."""
        subject = self._summaries.of(arrival.code)
        if not peek.plain or subject.held or peek.verb not in CONTENT_VERBS:
            return False
        if peek.item in self._registering:
            return self._register(arrival, peek, subject)
        if (
            not subject.registered
            or peek.item not in self._ordinary
            or (peek.subject_name and peek.subject_name != subject.name.encode())
        ):
            return False
        value = self._view.get(arrival.key)
        if value is None:
            self._add(arrival, peek, subject)
            return True
        if peek.source_time is None and peek.reading is None and content_hash_of(value) == peek.content_hash:
            self._again.count(arrival, peek)
            return True
        return False

    def finish(self) -> None:
        """Book what passed."""
        self._book(self._new, Outcome.APPLIED, Change.NEW.value)
        self._book(self._again, Outcome.DUPLICATE, "")

    def _register(self, arrival: Arrival, peek: HeaderPeek, subject: Subject) -> bool:
        if (
            peek.subject.startswith(_TOKEN)
            or subject.parked_from < subject.parked_to
            or self._view.get(arrival.key) is not None
        ):
            return False
        registers = self._registering[peek.item]
        content = self._codec.read_content(peek.item.decode(), arrival.value, peek)
        if content is None:
            return False
        if subject.kind is SubjectKind.UNSTATED:
            subject.kind = kind_of(peek.subject.decode())
        subject.registered = True
        subject.name = content.get(registers.name) or ""
        subject.district = content.get(registers.district) or ""
        self._add(arrival, peek, subject)
        return True

    def _add(self, arrival: Arrival, peek: HeaderPeek, subject: Subject) -> None:
        code = arrival.code
        subject.version += 1
        self._summaries.changed(code)
        sealed = self._codec.seal_new(arrival.value, peek, subject.version, subject.name, subject.district)
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

    def _book(self, tallies: _Tallies, outcome: Outcome, reason: str) -> None:
        for tally in tallies.all():
            header = tally.example.opened(self._codec).header
            self._out.book(header["origin"], header["item"], outcome, reason, tally.count)
