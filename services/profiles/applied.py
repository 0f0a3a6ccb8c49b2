"""What profiles decided of an event, as the event says it from then on."""

from __future__ import annotations

from creditbus.services.domain.event import Applied
from creditbus.services.domain.profile.record import Moved
from creditbus.services.domain.profile.subject import Subject

__all__ = ["applied_of"]


def applied_of(subject: Subject, moved: Moved) -> Applied:
    """Return it of an event that applies; `subject` is the summary after it."""
    return Applied(
        change=moved.change,
        version=subject.version,
        revision=moved.record.revision,
        state=moved.record.state,
        previous_state=moved.previous_state,
        registered_name=subject.name,
        district=subject.district,
        registered=subject.registered,
    )
