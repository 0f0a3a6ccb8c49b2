"""Whose a legacy code is, by what registrations and profiles say, and what waits until that is settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from creditbus.services.domain.crosswalk import (
    Crosswalk,
    crosswalk_key,
    encode_crosswalk,
    moved_key,
    moved_together_key,
    waiting_key,
    waiting_of_record_key,
)
from creditbus.services.domain.event import partition_of, record_key
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.keys import unpack_events
from creditbus.services.domain.reidentified import CodeClaim, MovedRecord
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.topics.names import EVENTS

__all__ = ["Owners"]

Released = Callable[[DecodedEvent, str, Output], None]


class Owners:
    """Of all codes.

    Args:
        codec: opens what waits.
        writer: writes records on their way to another subject.
        reader: reads them.
        released: takes an event that waited, and the subject that it was found to be about.
        lanes: partitions of each topic.

    """

    def __init__(
        self,
        codec: EventCodec,
        writer: RecordWriter,
        reader: Callable[[bytes], MovedRecord],
        released: Released,
        lanes: int,
    ) -> None:
        self._codec = codec
        self._writer = writer
        self._reader = reader
        self._released = released
        self._lanes = lanes

    def learn(self, key: bytes, crosswalk: Crosswalk, subject: str, view: StateView, out: Output) -> None:
        """Take what a registration says as it comes; of a code that the subject's profile gave up it says nothing."""
        if subject not in crosswalk.subjects and subject not in crosswalk.former:
            crosswalk.subjects = tuple(sorted((*crosswalk.subjects, subject)))
            self._settle(key, crosswalk, view, out)

    def claim(self, key: bytes, crosswalk: Crosswalk, claim: CodeClaim, view: StateView, out: Output) -> None:
        """Take what the profile of a subject says, which knows which of the subject's rows count."""
        subjects = [one for one in crosswalk.subjects if one != claim.subject]
        former = [one for one in crosswalk.former if one != claim.subject]
        (subjects if claim.holds else former).append(claim.subject)
        crosswalk.subjects, crosswalk.former = tuple(sorted(subjects)), tuple(sorted(former))
        self._settle(key, crosswalk, view, out)

    def bring(self, key: bytes, crosswalk: Crosswalk, moved: MovedRecord, view: StateView, out: Output) -> None:
        """Pass a record on to the subject of its code, or let it wait for one."""
        if crosswalk.subject:
            self._send(moved, crosswalk.subject, out)
            return
        view.put(moved_key(key, crosswalk.moved), self._writer(moved._asdict()))
        crosswalk.moved += 1
        view.put(crosswalk_key(key), encode_crosswalk(crosswalk))

    def _settle(self, key: bytes, crosswalk: Crosswalk, view: StateView, out: Output) -> None:
        # Two subjects of one code settle nothing, and what waits goes on waiting: a guess would put a penalty on
        # somebody else (docs/adr/0007).
        if crosswalk.subject:
            for number in self.waiting_keys(key, crosswalk):
                event = self._codec.open(view.get(number) or b"")
                self._released(event, crosswalk.subject, out)
                view.delete(number)
                view.delete(waiting_of_record_key(key, record_key(event.header).encode()))
            crosswalk.waiting_from = crosswalk.waiting_to
            for value in self._moved(key, crosswalk, view):
                self._send(self._reader(value), crosswalk.subject, out)
        view.put(crosswalk_key(key), encode_crosswalk(crosswalk))

    @staticmethod
    def _moved(key: bytes, crosswalk: Crosswalk, view: StateView) -> Iterator[bytes]:
        """Give the records that wait for a code; none of them is in the state any more."""
        if crosswalk.moved_together:
            yield from unpack_events(view.get(moved_together_key(key)))
            view.delete(moved_together_key(key))
            crosswalk.moved_together = False
        for number in range(crosswalk.moved):
            yield view.get(moved_key(key, number)) or b""
            view.delete(moved_key(key, number))
        crosswalk.moved = 0

    def _send(self, moved: MovedRecord, subject: str, out: Output) -> None:
        place = subject.encode()
        value = self._writer(moved._replace(subject=subject)._asdict())
        out.emit(EVENTS, partition_of(place, self._lanes), place, value)

    @staticmethod
    def waiting_keys(key: bytes, crosswalk: Crosswalk) -> list[bytes]:
        """Return the keys of the events that wait for a code."""
        return [waiting_key(key, number) for number in range(crosswalk.waiting_from, crosswalk.waiting_to)]

    def touched(self, key: bytes, crosswalk: Crosswalk) -> Iterator[bytes]:
        """Give the keys of what may be released as soon as a code is settled."""
        yield from self.waiting_keys(key, crosswalk)
        if crosswalk.moved_together:
            yield moved_together_key(key)
        for number in range(crosswalk.moved):
            yield moved_key(key, number)
