"""What is wrong with a partition of a feed, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages

if TYPE_CHECKING:
    from creditbus.services.domain.evidence.continuity import Break

__all__ = ["break_line"]

_BREAK: Final = {"expired": messages.EXPIRED, "missing": messages.MISSING, "repeated": messages.REPEATED}
_BREAKS: Final = {
    "expired": messages.EXPIRED_SEVERAL,
    "missing": messages.MISSING_SEVERAL,
    "repeated": messages.REPEATED_SEVERAL,
}


def break_line(found: Break) -> str:
    """Return what is wrong with a partition of a feed as one line for a person."""
    place = spoken(messages.PARTITION, partition=found.partition)
    if found.last is None:
        return place + spoken(messages.ALL_EXPIRED)
    if found.first == found.last:
        return place + spoken(_BREAK.get(found.kind.value, messages.CHANGED), number=found.first)
    several = _BREAKS.get(found.kind.value, messages.CHANGED_SEVERAL)
    return place + spoken(several, first=found.first, last=found.last)
