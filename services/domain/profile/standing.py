"""What the bus would do with an event that it has not received yet."""

from __future__ import annotations

from enum import StrEnum

from creditbus.services.domain.event import Change, Header
from creditbus.services.domain.profile.record import Conflict, Duplicate, Moved, Record, Stale, Unknown, fold

__all__ = ["Standing", "standing_of"]


class Standing(StrEnum):
    """How an event stands to what the bus holds now."""

    NEW = "new"
    AMENDMENT = "amendment"
    TRANSITION = "transition"
    UNCHANGED = "unchanged"
    STALE = "stale"
    HELD = "held"
    CONFLICT = "conflict"
    #: Its subject is not registered: it would wait for the registration.
    PARKED = "parked"
    #: Nobody but the city can say: a natural person, who stands on the bus under a key of the city's.
    UNKNOWN = "unknown"


_CHANGES = {
    Change.NEW: Standing.NEW,
    Change.AMENDED: Standing.AMENDMENT,
    Change.TRANSITION: Standing.TRANSITION,
}


def standing_of(record: Record | None, header: Header) -> Standing:
    """Return what the fold would make of the event with this header; None: the bus has no such record."""
    match fold(record, header):
        case Moved(change=change):
            return _CHANGES[change]
        case Duplicate():
            return Standing.UNCHANGED
        case Stale():
            return Standing.STALE
        case Unknown():
            return Standing.HELD
        case Conflict():
            return Standing.CONFLICT
