"""Sends events on under the subject that they were found to be about."""

from __future__ import annotations

from creditbus.services.domain.event import partition_of
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.engine.codec.event_codec import DecodedEvent, EventCodec
from creditbus.services.engine.stage.output import Output
from creditbus.topics.names import EVENTS, UNRESOLVED

__all__ = ["Outlet"]


class Outlet:
    """Names the subject in the header; every topic has this many lanes."""

    def __init__(self, codec: EventCodec, lanes: int) -> None:
        self._codec = codec
        self._lanes = lanes

    def resolved(self, event: DecodedEvent, subject: str, out: Output) -> None:
        """Write an event to `credit.events`, under its subject."""
        self._emit(EVENTS, subject, event, subject, out)

    def half_resolved(self, event: DecodedEvent, subject: str, key: str, out: Output) -> None:
        """Write an event to `credit.unresolved` once more, under another code that it must be resolved for."""
        self._emit(UNRESOLVED, key, event, subject, out)

    def _emit(self, topic: str, key: str, event: DecodedEvent, subject: str, out: Output) -> None:
        # a copy: the step may run again on the same work
        header = event.header.copy()
        header["subject"] = subject
        header["subject_kind"] = kind_of(subject)
        place = key.encode()
        out.emit(topic, partition_of(place, self._lanes), place, self._codec.seal(header, event.body))
