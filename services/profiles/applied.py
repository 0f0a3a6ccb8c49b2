"""What profiles decided of an event, as the event says it from then on."""

from __future__ import annotations

from creditbus.services.domain.event import Applied, Consent, Facts, Policy
from creditbus.services.domain.profile.record import Moved
from creditbus.services.domain.profile.subject import Subject

__all__ = ["applied_of"]


def applied_of(
    subject: Subject, moved: Moved, policy: Policy, consents: list[Consent], before: Facts | None = None
) -> Applied:
    """Return it of an event that applies.

    Args:
        subject: the summary after it.
        moved: what the event does to its record.
        policy: the one by which its item is shown.
        consents: those of the subject that count for the record today.
        before: facts under which the record was last emitted, where they differ from those of now.

    """
    return Applied(
        change=moved.change,
        version=subject.version,
        revision=moved.record.revision,
        state=moved.record.state,
        previous_state=moved.previous_state,
        registered_name=subject.name,
        district=subject.district,
        registered=subject.registered,
        policy=policy,
        before=before,
        consents=consents,
    )
