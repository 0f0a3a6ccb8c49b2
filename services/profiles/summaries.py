"""The summaries of the subjects that a batch touches: each decoded once, and written at the end."""

from __future__ import annotations

from creditbus.services.domain.profile.subject import Subject, decode_subject, encode_subject
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["Summaries"]


class Summaries:
    """Of one batch; each goes by its key in the store."""

    def __init__(self, view: StateView) -> None:
        self._view = view
        self._subjects: dict[bytes, Subject] = {}
        # in the order in which they changed: the same events leave the same state
        self._changed: dict[bytes, None] = {}
        self._new: list[bytes] = []

    def of(self, key: bytes) -> Subject:
        """Return a summary; an empty one where nothing is known."""
        subject = self._subjects.get(key)
        if subject is None:
            value = self._view.get(key)
            if value is None:
                subject = Subject()
                self._new.append(key)
            else:
                subject = decode_subject(value)
            self._subjects[key] = subject
        return subject

    def changed(self, key: bytes) -> None:
        """Note that a summary is another one now."""
        self._changed[key] = None

    def write(self) -> list[bytes]:
        """Put the changed ones into the state; return the keys of those that were not there."""
        for key in self._changed:
            self._view.put(key, encode_subject(self._subjects[key]))
        return [key for key in self._new if key in self._changed]
