"""Events that wait in the state of their subject: for its registration, or for the record that they act on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from creditbus.services.domain.event import Header, record_key, said_id
from creditbus.services.domain.ledger import Outcome
from creditbus.services.domain.profile.keys import (
    held_by_code_key,
    held_key,
    pack_events,
    parked_key,
    parked_of_record_key,
    subject_key,
    unpack_events,
)
from creditbus.services.domain.profile.parked import parked_already, with_parked
from creditbus.services.domain.profile.subject import Subject, pack_record_keys, record_keys
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.acting import Acting
from creditbus.services.profiles.booking import Booking
from creditbus.services.profiles.codes import Codes
from creditbus.services.profiles.summaries import Summaries

__all__ = ["Waiting"]


class Waiting:
    """Of one batch."""

    def __init__(
        self, acting: Acting, codec: EventCodec, codes: Codes, booking: Booking, summaries: Summaries, view: StateView
    ) -> None:
        self._acting = acting
        self._codec = codec
        self._codes = codes
        self._booking = booking
        self._summaries = summaries
        self._view = view

    # -- for the registration -------------------------------------------------------------------

    def park(self, code: bytes, subject: Subject, opened: DecodedEvent) -> None:
        """Let an event wait for the registration of its subject."""
        header = opened.header
        place = parked_of_record_key(code, record_key(header).encode())
        known, said = self._view.get(place), said_id(header, "")
        if parked_already(known, said, header["reading"]):
            # what waits has its cautions booked when it is released; this one is through
            self._booking.cautions(header)
            self._booking.book(header, Outcome.DUPLICATE)
            return
        self._view.put(place, with_parked(known, said))
        self._view.put(parked_key(code, subject.parked_to), self._codec.reseal(opened))
        subject.parked_to += 1
        self._summaries.changed(subject_key(code))
        self._booking.book(header, Outcome.PARKED)

    def parked(self, code: bytes, subject: Subject) -> Iterator[DecodedEvent]:
        """Give what waits for the registration, each event as it leaves the state."""
        keys = [parked_key(code, number) for number in range(subject.parked_from, subject.parked_to)]
        self._view.need(keys)
        events = [self._codec.open(self._view.get(key) or b"") for key in keys]
        names = [record_key(event.header).encode() for event in events]
        self._view.need(place for name in names for place in self._acting.touched(code, name))
        # then all that their acts look at: one miss for each of them would begin the whole batch again as often
        coming = frozenset(names)
        self._view.need(place for name in names for place in self._acting.beside(code, name, coming, self._view))
        subject.parked_from = subject.parked_to
        for key, name, event in zip(keys, names, events, strict=True):
            self._view.delete(key)
            self._view.delete(parked_of_record_key(code, name))
            self._booking.book(event.header, Outcome.PARKED, count=-1)
            yield event

    # -- for the record -------------------------------------------------------------------------

    def hold(self, code: bytes, subject: Subject, opened: DecodedEvent, name: bytes) -> None:
        """Let an act wait for its record, or for the objection that it answers."""
        key = held_key(code, name)
        waiting = unpack_events(self._view.get(key))
        if any(_same_act(self._codec.open(event).header, opened.header) for event in waiting):
            self._booking.book(opened.header, Outcome.DUPLICATE)
            return
        self._view.put(key, pack_events([*waiting, self._codec.reseal(opened)]))
        subject.held += 1
        if self._codes.naming(opened):
            place = held_by_code_key(code)
            names = record_keys(self._view.get(place) or b"")
            if name not in names:
                self._view.put(place, pack_record_keys([*names, name]))
        self._summaries.changed(subject_key(code))
        self._booking.book(opened.header, Outcome.HELD)

    def held(self, code: bytes, subject: Subject, name: bytes) -> Iterator[DecodedEvent]:
        """Give the acts that wait for a record; none of them is in the state any more."""
        key = held_key(code, name)
        waiting = unpack_events(self._view.get(key))
        if not waiting:
            return
        self._view.delete(key)
        subject.held -= len(waiting)
        for sealed in waiting:
            opened = self._codec.open(sealed)
            self._booking.book(opened.header, Outcome.HELD, count=-1)
            yield opened

    def held_for(self, code: bytes, subject: Subject, records: Iterable[bytes]) -> Iterator[tuple[bytes, DecodedEvent]]:
        """Give the acts that wait for what is done to these records, and the key of the record of each.

        None of them is in the state any more.
        """
        names = [(record, name) for record in records for name in self._acting.waiting_names(record)]
        self._view.need(held_key(code, name) for _, name in names)
        for record, name in names:
            for event in self.held(code, subject, name):
                self._summaries.changed(subject_key(code))
                yield record, event

    def held_by_code(self, code: bytes, subject: Subject) -> Iterator[tuple[bytes, DecodedEvent]]:
        """Give the acts that wait for records that may come by a legacy code, and the key of the record of each.

        None of them is in the state any more.
        """
        place = held_by_code_key(code)
        names = record_keys(self._view.get(place) or b"") if subject.held else []
        if not names:
            return
        self._view.need(held_key(code, name) for name in names)
        self._view.delete(place)
        for name in names:
            for event in self.held(code, subject, name):
                yield name, event
        self._summaries.changed(subject_key(code))


def _same_act(one: Header, other: Header) -> bool:
    return one["verb"] == other["verb"] and one["content_hash"] == other["content_hash"]
