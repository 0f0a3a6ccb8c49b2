"""The kind of a subject, by which grants admit its records."""

from __future__ import annotations

from creditbus.services.domain.event import Header, SubjectKind
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.profile.subject import Subject
from creditbus.services.domain.tokens import is_token

__all__ = ["state_kind"]


def state_kind(subject: Subject, header: Header) -> None:
    """Take the kind of a subject from the first event that is applied to it, also that of a record that comes to it."""
    if subject.kind is SubjectKind.UNSTATED:
        code = header["subject"]
        subject.kind = SubjectKind(header["subject_kind"]) if is_token(code) else kind_of(code)
