"""Keeps what an event replaces in its record, so that the record's past can be read; nothing is read for it."""

from __future__ import annotations

from dataclasses import replace

from creditbus.services.domain.event import Change
from creditbus.services.domain.profile.history import KEPT, arrival, encode_superseded, replacements
from creditbus.services.domain.profile.keys import superseded_key
from creditbus.services.domain.profile.record import Moved, Record
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["History", "keep_arrival", "keep_content"]


class History:
    """Of one batch.

    Attributes:
        received_at: when the bus received the event that is being folded. One that waited for it may be older, and
            counts from then on only. 0: no event is, but the lane goes on with what it said itself.

    """

    __slots__ = ("_view", "received_at")

    def __init__(self, view: StateView) -> None:
        self._view = view
        self.received_at = 0

    def keep(self, code: bytes, name: bytes, moved: Moved, received_at: int, *, acted: bool) -> Record:
        """Keep what an event replaces; return the record after it, which counts that.

        Args:
            code: the subject.
            name: key of the record within it.
            moved: what the event does to the record.
            received_at: when the bus received the event.
            acted: it is also the record's last act from now on.

        """
        record, until = moved.record, max(received_at, self.received_at)
        if moved.change is Change.NEW:
            return record
        if moved.change is Change.TRANSITION:
            record = replace(record, transitions=record.transitions + 1)
            _put(self._view, code, name, record, encode_superseded(until, None, record.act))
        else:
            _put(
                self._view, code, name, record, encode_superseded(until, record.content, record.act if acted else None)
            )
        return record


def keep_content(view: StateView, code: bytes, name: bytes, record: Record, until: int) -> None:
    """Keep the content that an amendment replaces; `record` is the record after it, still with that content."""
    _put(view, code, name, record, encode_superseded(until, record.content, None))


def keep_arrival(view: StateView, code: bytes, name: bytes, record: Record, moment: int) -> Record:
    """Keep when a record came from another subject; return the record, which counts that."""
    record = replace(record, transitions=record.transitions + 1)
    _put(view, code, name, record, arrival(moment))
    return record


def _put(view: StateView, code: bytes, name: bytes, record: Record, value: bytes) -> None:
    number = replacements(record) - 1
    view.put(superseded_key(code, name, number), value)
    if number >= KEPT:
        view.delete(superseded_key(code, name, number - KEPT))
