"""Looks for what has ended at subjects piece by piece: a subject of many records is gone through in parts.

How far it is stands in the state under a key of the subject's own, for few subjects have that many records. Of what is
due, the key stays when the subject is through: a day is filed once for each of its records, and nobody looks at all of
them each time.
"""

from __future__ import annotations

import struct
from collections.abc import Container, Iterator, Sequence
from typing import Final

from creditbus.services.domain.profile.keys import ended_key, filed_key, subject_key
from creditbus.services.domain.profile.subject import INDEX_CHUNK
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.ending import Ending
from creditbus.services.profiles.lane import Pace
from creditbus.services.profiles.restating import AT_ONCE
from creditbus.services.profiles.summaries import Summaries

__all__ = ["EndingWalk"]

#: A subject of more records is gone through in parts: four full chunks of them, and the last one.
_WHOLE: Final = AT_ONCE * INDEX_CHUNK + INDEX_CHUNK - 1
#: The day up to which everything due is looked for, and the chunk of records that is next.
_ENDED: Final = struct.Struct(">HI")
_THROUGH: Final = 0xFFFFFFFF
_CHUNK_BYTES: Final = 4


class EndingWalk:
    """Of one batch."""

    def __init__(self, ending: Ending, summaries: Summaries, view: StateView) -> None:
        self._ending = ending
        self._summaries = summaries
        self._view = view

    # -- what is due of a day -------------------------------------------------------------------

    def together(self, codes: Sequence[bytes], until: int, pace: Pace) -> Sequence[bytes]:
        """Return the first subjects, as many as one piece may hold; MissingKeysError where others are to be read first.

        Args:
            codes: of which something may be due.
            until: the day up to which it is, in days since 1970-01-01.
            pace: how much a piece may hold.

        """
        codes = codes[: pace.subjects]
        self._view.need(map(subject_key, codes))
        self._view.need(ended_key(code) for code in codes if self._is_large(code))
        records, taken = 0, 0
        for code in codes:
            records += self._records(code, until)
            if taken and records > pace.records:
                break
            taken += 1
        return codes[:taken]

    def needed_to_end(self, codes: Sequence[bytes], until: int, pace: Pace) -> Iterator[bytes]:
        """Give the keys of the records that `end` looks at; MissingKeysError where others are to be read first."""
        for code in codes:
            if not self._is_large(code):
                yield from self._ending.needed(code)
            elif (first := self._next(code, until)) != _THROUGH:
                yield from self._ending.needed(code, None, first, first + pace.chunks)

    def end(self, codes: Sequence[bytes], until: int, pace: Pace) -> int:
        """End what is due of subjects that are done together; return how many of them are through."""
        through = 0
        for code in codes:
            if not self._is_large(code):
                self._ending.end(code)
            elif (first := self._next(code, until)) != _THROUGH:
                after = self._end_part(code, first, pace, None)
                self._view.put(ended_key(code), _ENDED.pack(until, after))
                if after != _THROUGH:
                    break
            through += 1
        return through

    def _records(self, code: bytes, until: int) -> int:
        if not self._is_large(code):
            return self._summaries.of(subject_key(code)).records
        return 0 if self._next(code, until) == _THROUGH else AT_ONCE * INDEX_CHUNK

    def _next(self, code: bytes, until: int) -> int:
        """Return the next chunk of a subject's records to be looked at; _THROUGH: there is none."""
        value = self._view.get(ended_key(code))
        day, chunk = (until, 0) if value is None else _ENDED.unpack(value)
        return int(chunk) if day == until else 0

    # -- other rules ----------------------------------------------------------------------------

    def is_under_way(self, code: bytes) -> bool:
        """Tell whether the first of a subject's records are filed by other rules, and others are not."""
        return self._is_large(code) and self._view.get(filed_key(code)) is not None

    def needed_to_file(self, code: bytes, items: Container[bytes], pace: Pace, *, begun: bool) -> Iterator[bytes]:
        """Give the keys of the records that `file` looks at; MissingKeysError where others are to be read first."""
        if not self._is_large(code):
            return self._ending.needed(code, items)
        first = self._next_to_file(code) if begun else 0
        return self._ending.needed(code, items, first, first + pace.chunks)

    def file(self, code: bytes, items: Container[bytes], pace: Pace, *, begun: bool) -> bool:
        """File by other rules when the publication of a subject's records ends, and end what is over.

        Args:
            code: the subject.
            items: those of which the rules are others.
            pace: how much a piece may hold.
            begun: whether the first of its records are filed.

        Returns:
            whether all of them are.

        """
        if not self._is_large(code):
            self._ending.end(code, items)
            return True
        after = self._end_part(code, self._next_to_file(code) if begun else 0, pace, items)
        if after == _THROUGH:
            self._view.delete(filed_key(code))
        else:
            self._view.put(filed_key(code), after.to_bytes(_CHUNK_BYTES, "big"))
        return after == _THROUGH

    def _next_to_file(self, code: bytes) -> int:
        return int.from_bytes(self._view.get(filed_key(code)) or b"", "big")

    # -- both -----------------------------------------------------------------------------------

    def _is_large(self, code: bytes) -> bool:
        return self._summaries.of(subject_key(code)).records > _WHOLE

    def _end_part(self, code: bytes, first: int, pace: Pace, items: Container[bytes] | None) -> int:
        """Look at a part of a subject's records; return the number of the chunk after it, _THROUGH: there is none."""
        after = first + pace.chunks
        self._ending.end(code, items, first, after)
        # the last chunk is in the summary, after all full ones
        return after if after <= self._summaries.of(subject_key(code)).records // INDEX_CHUNK else _THROUGH
