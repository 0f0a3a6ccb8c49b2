"""The order of what a subject states about one record (主体声明): the newest statement counts, whenever it arrives."""

from __future__ import annotations

from creditbus.services.domain.event import Header
from creditbus.services.domain.profile.record import Folded, Moved, Stale

__all__ = ["annotated", "statement_place"]


def statement_place(stated_on: str, header: Header) -> bytes:
    """Return a statement's place in the order of those about a record; a later one compares greater.

    The day of the statement comes first, then the time of the source where it gives one, then the order of publication.

    Args:
        stated_on: ISO date.
        header: of the event that brings it.

    """
    moments = (header["source_time"] or 0, header["received_at"], header["sequence"])
    return "|".join((stated_on, *(f"{max(0, moment):020d}" for moment in moments))).encode()


def annotated(folded: Folded, place: bytes, newest: bytes | None) -> Folded:
    """Return what an annotation does to its record, where there may be a later one.

    Args:
        folded: what it does if there is none.
        place: its own.
        newest: that of the newest one so far; None: it is the first.

    """
    if isinstance(folded, Moved) and newest is not None and place < newest:
        return Stale(folded.record)
    return folded
