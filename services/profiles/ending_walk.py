"""Looks for what has ended at subjects piece by piece: a subject of many records is gone through in parts.

Of what is due, how far it is stands in the state under a key of the subject's own, for few subjects have that many
records. The key stays when the subject is through: a day is filed once for each of its records, and nobody looks at all
of them each time. Of other rules the lane itself says it: one subject at a time is gone through, and it stays the one
also where it has fewer records by then.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator, Sequence
from typing import Final, Protocol

from creditbus.services.domain.profile.keys import ended_key, subject_key
from creditbus.services.domain.profile.subject import INDEX_CHUNK
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.lane import Pace
from creditbus.services.profiles.restating import AT_ONCE
from creditbus.services.profiles.summaries import Summaries

__all__ = ["DueOfDay", "EndingWalk", "Looking", "OtherRules"]

#: A subject of more records is gone through in parts: four full chunks of them, and the last one.
_WHOLE: Final = AT_ONCE * INDEX_CHUNK + INDEX_CHUNK - 1
#: The day up to which everything due is looked for, and the chunk of records that is next.
_ENDED: Final = struct.Struct(">HI")
_THROUGH: Final = 0xFFFFFFFF


class Looking(Protocol):
    """What is looked for at subjects, and how far that is at one that is gone through in parts."""

    @property
    def items(self) -> Container[bytes] | None:
        """Those whose records are looked at; None: all that may end."""

    def next(self, code: bytes) -> int:
        """Return the next chunk of a subject's records to be looked at; _THROUGH: there is none."""

    def keep(self, code: bytes, after: int) -> None:
        """Keep the next chunk, likewise."""


class DueOfDay:
    """What is due up to a day, in days since 1970-01-01."""

    items: Final = None

    def __init__(self, until: int, view: StateView) -> None:
        self._until = until
        self._view = view

    def next(self, code: bytes) -> int:
        """Return the next chunk; that of another day is none of this one's."""
        value = self._view.get(ended_key(code))
        day, chunk = (self._until, 0) if value is None else _ENDED.unpack(value)
        return int(chunk) if day == self._until else 0

    def keep(self, code: bytes, after: int) -> None:
        """Keep the next chunk, also when the subject is through."""
        self._view.put(ended_key(code), _ENDED.pack(self._until, after))


class OtherRules:
    """What ends otherwise, and when, by other rules of items.

    Args:
        items: those of which the rules are others.
        first: the chunk of records of the one subject that is next.

    """

    def __init__(self, items: Container[bytes], first: int) -> None:
        self.items: Final = items
        self._next = first

    def next(self, code: bytes) -> int:  # noqa: ARG002 -- of one subject
        """Return the next chunk."""
        return self._next

    def keep(self, code: bytes, after: int) -> None:  # noqa: ARG002 -- of one subject
        """Keep the next chunk, until the lane says it."""
        self._next = after


class EndingWalk:
    """Of one batch."""

    def __init__(self, ending: Ending, summaries: Summaries, view: StateView) -> None:
        self._ending = ending
        self._summaries = summaries
        self._view = view

    def together(self, codes: Sequence[bytes], due: DueOfDay, pace: Pace) -> Sequence[bytes]:
        """Return the first subjects, as many as one piece may hold; MissingKeysError where others are to be read first.

        Args:
            codes: of which something may be due.
            due: what.
            pace: how much a piece may hold.

        """
        codes = codes[: pace.subjects]
        self._view.need(map(subject_key, codes))
        self._view.need(ended_key(code) for code in codes if self._is_large(code))
        records, taken = 0, 0
        for code in codes:
            records += self._records(code, due)
            if taken and records > pace.records:
                break
            taken += 1
        return codes[:taken]

    def needed(self, codes: Sequence[bytes], looking: Looking, pace: Pace) -> Iterator[bytes]:
        """Give the keys of the records that `end` looks at; MissingKeysError where others are to be read first."""
        for code in codes:
            if not self._is_large(code):
                yield from self._ending.needed(code, looking.items)
            elif (first := looking.next(code)) != _THROUGH:
                yield from self._ending.needed(code, looking.items, first, first + pace.chunks)

    def end(self, codes: Sequence[bytes], looking: Looking, pace: Pace) -> int:
        """Bring records of subjects that are done together to their terms, and file when they end.

        Args:
            codes: the subjects.
            looking: which records, and how far that is.
            pace: how much a piece may hold.

        Returns:
            how many of the subjects are through.

        """
        through = 0
        for code in codes:
            if not self._is_large(code):
                self._ending.end(code, looking.items)
            elif (first := looking.next(code)) != _THROUGH:
                after = self._end_part(code, looking, first, first + pace.chunks)
                looking.keep(code, after)
                if after != _THROUGH:
                    break
            through += 1
        return through

    def is_first(self, code: bytes, looking: Looking) -> bool:
        """Tell whether none of a subject's records has been looked at."""
        return not self._is_large(code) or looking.next(code) == 0

    def _records(self, code: bytes, due: DueOfDay) -> int:
        if not self._is_large(code):
            return self._summaries.of(subject_key(code)).records
        return 0 if due.next(code) == _THROUGH else AT_ONCE * INDEX_CHUNK

    def _is_large(self, code: bytes) -> bool:
        return self._summaries.of(subject_key(code)).records > _WHOLE

    def _end_part(self, code: bytes, looking: Looking, first: int, after: int) -> int:
        """Look at a part of a subject's records; return the number of the chunk after it, _THROUGH: there is none."""
        self._ending.end(code, looking.items, first, after)
        # the last chunk is in the summary, after all full ones
        return after if after <= self._summaries.of(subject_key(code)).records // INDEX_CHUNK else _THROUGH
