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
        self._changed: set[bytes] = set()

    def of(self, key: bytes) -> Subject:
        """Return a summary; an empty one where nothing is known."""
        subject = self._subjects.get(key)
        if subject is None:
            value = self._view.get(key)
            subject = Subject() if value is None else decode_subject(value)
            self._subjects[key] = subject
        return subject

    def changed(self, key: bytes) -> None:
        """Note that a summary is another one now."""
        self._changed.add(key)

    def write(self) -> None:
        """Put the changed ones into the state."""
        for key in self._changed:
            self._view.put(key, encode_subject(self._subjects[key]))
