"""The summaries of the subjects that a batch touches: each decoded once, and written at the end."""

from __future__ import annotations

from creditbus.services.domain.profile.keys import subject_key
from creditbus.services.domain.profile.subject import Subject, decode_subject, encode_subject
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["Summaries"]


class Summaries:
    """Of one batch."""

    def __init__(self, view: StateView) -> None:
        self._view = view
        self._subjects: dict[bytes, Subject] = {}
        self._changed: set[bytes] = set()

    def of(self, code: bytes) -> Subject:
        """Return the summary of a subject; an empty one where nothing is known."""
        subject = self._subjects.get(code)
        if subject is None:
            value = self._view.get(subject_key(code))
            subject = Subject() if value is None else decode_subject(value)
            self._subjects[code] = subject
        return subject

    def changed(self, code: bytes) -> None:
        """Note that a subject's summary is another one now."""
        self._changed.add(code)

    def write(self) -> None:
        """Put the changed ones into the state."""
        for code in self._changed:
            self._view.put(subject_key(code), encode_subject(self._subjects[code]))
