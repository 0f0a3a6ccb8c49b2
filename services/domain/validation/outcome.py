"""What an examination finds. Nothing here shows a value of the event in its representation."""

from dataclasses import dataclass
from typing import NamedTuple

from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.reasons import AnyReason, Caution

__all__ = ["Admitted", "Finding", "Refused", "in_primary_order"]


class Finding(NamedTuple):
    """One reason to refuse, the field at fault, and where there is one the proposed correction of its value."""

    reason: AnyReason
    field: str
    proposed: str | None = None

    def __repr__(self) -> str:
        """Leave the proposed value out: it is the subject's code."""
        return f"<Finding {self.reason} {self.field}>"


@dataclass(frozen=True, slots=True)
class Refused:
    """The event is refused. `findings` stand in primary order, each reason once."""

    findings: tuple[Finding, ...]
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """The event may enter.

    Attributes:
        subject: unified social credit code; empty while only a legacy code is known, and for a natural person.
        legacy_keys: keys to resolve the subject by, best first; empty when `subject` is known.
        subject_kind: by the code; as stated while only a legacy code is known.
        crosswalk: (legacy key, code) pairs that the event tells, under an item that identifies subjects.
        cautions: remarks, in the order of `Caution`.
        person: the subject is a natural person: its identifier must be replaced by a token before anything is written.

    """

    subject: str
    legacy_keys: tuple[str, ...]
    subject_kind: SubjectKind
    crosswalk: tuple[tuple[str, str], ...] = ()
    cautions: tuple[Caution, ...] = ()
    person: bool = False

    def __repr__(self) -> str:
        """Say nothing about the subject."""
        return f"<Admitted {self.subject_kind}>"


def in_primary_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Keep the first finding of each reason, in primary order."""
    first = {finding.reason: finding for finding in reversed(findings)}
    return tuple(sorted(first.values(), key=lambda finding: finding.reason.rank))
