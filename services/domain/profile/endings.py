"""Which publications ended in a batch, and how far lanes have come with what is due: for whoever watches the bus."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import Final, NamedTuple

__all__ = ["Ended", "EndedBy", "Endings"]


class EndedBy(StrEnum):
    """Why a publication ended."""

    #: By the longest term of its rule.
    RULE = "rule"
    #: On the day that the record states.
    STATED = "stated"
    #: The record is repaired, and the minimum period of its rule is over.
    REPAIRED = "repaired"


class Ended(NamedTuple):
    """What one count is about.

    Attributes:
        item: id of the record's item.
        by: why it ended.
        due: the first day on which it should not have been published any more, in days since 1970-01-01; None: it was
            not waited for, because an event or another rule ended it.

    """

    item: str
    by: EndedBy
    due: int | None


class Endings:
    """Of one batch.

    Attributes:
        counts: publications that ended.
        due: by lane, the first day of which it has not ended everything yet, in days since 1970-01-01.

    """

    __slots__ = ("counts", "due")

    def __init__(self) -> None:
        self.counts: Final[Counter[Ended]] = Counter()
        self.due: Final[dict[int, int]] = {}

    def join(self, other: Endings) -> None:
        """Add those of another lane."""
        self.counts.update(other.counts)
        self.due.update(other.due)
