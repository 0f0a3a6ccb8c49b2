r"""What is due on which day, as the profile store knows it of a lane.

An entry is a day and a subject: on that day the publication of one of its records may end. It is no more than a hint,
for the record itself is asked then; so one that is written twice, or is out of date, does no harm. Entries come into
the lane's journal, and from there, many at once, into spans of days: what is due on a day is found without a look at
what is not, and an event writes no more than its entry.
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = [
    "JOURNAL_FULL",
    "DueSpan",
    "due_between",
    "due_by",
    "is_over",
    "pack_due",
    "span_of",
]

#: Days of a span.
_SPAN: Final = 32
#: Bytes from which a journal is brought into the spans: some 200 entries. It is written again with each batch that adds
#: to it, and each bringing in writes the ends of some forty spans again.
JOURNAL_FULL: Final = 4096
#: Bytes from which the entries of a span are a full chunk: some 24, which end in one piece.
_CHUNK_FULL: Final = 512

#: Day, length of the subject's code.
_HEAD: Final = struct.Struct(">HB")
_COUNT: Final = struct.Struct(">I")


def pack_due(day: int, code: bytes) -> bytes:
    """Return one entry; `day` in days since 1970-01-01, before `publication.NEVER`."""
    return _HEAD.pack(day, len(code)) + code


def due_by(value: bytes | None, until: int) -> tuple[list[bytes], bytes]:
    """Return the subjects of which something is due up to a day, and the other entries as they were."""
    due: list[bytes] = []
    others: list[bytes] = []
    value = value or b""
    place, size = 0, len(value)
    while place < size:
        after = place + _HEAD.size + value[place + 2]
        if _day_at(value, place) <= until:
            due.append(value[place + _HEAD.size : after])
        else:
            others.append(value[place:after])
        place = after
    return due, b"".join(others)


def span_of(day: int) -> int:
    """Return the number of the span that a day is in."""
    return day // _SPAN


def is_over(span: int, day: int) -> bool:
    """Tell whether a span's last day is not after a day."""
    return span_of(day + 1) > span


def due_between(value: bytes | None) -> dict[int, bytes]:
    """Return the entries of a journal by their spans."""
    spans: dict[int, list[bytes]] = {}
    value = value or b""
    begin, place, size, span = 0, 0, len(value), -1
    while place < size:
        found = span_of(_day_at(value, place))
        if found != span:
            # those of one batch stand together by their spans: few pieces for many entries
            if begin < place:
                spans.setdefault(span, []).append(value[begin:place])
            begin, span = place, found
        place += _HEAD.size + value[place + 2]
    if begin < size:
        spans.setdefault(span, []).append(value[begin:])
    return {span: b"".join(pieces) for span, pieces in spans.items()}


def _day_at(value: bytes, place: int) -> int:
    return value[place] << 8 | value[place + 1]


class DueSpan:
    """The entries of one span.

    Args:
        value: what `encode` gave; None: there is none.

    Attributes:
        chunks: how many full chunks there are.
        last: the entries that fill none yet.

    """

    __slots__ = ("chunks", "last")

    def __init__(self, value: bytes | None) -> None:
        self.chunks: int = 0 if value is None else _COUNT.unpack_from(value)[0]
        self.last = b"" if value is None else value[_COUNT.size :]

    def add(self, entries: bytes) -> bytes | None:
        """Add entries; return the content of the chunk that is full by them, the last one of `chunks` then."""
        self.last += entries
        if len(self.last) < _CHUNK_FULL:
            return None
        full, self.last = self.last, b""
        self.chunks += 1
        return full

    def encode(self) -> bytes:
        """Return the bytes that the store holds."""
        return _COUNT.pack(self.chunks) + self.last

    def __repr__(self) -> str:
        """Say nothing of the subjects themselves."""
        return f"<DueSpan of {self.chunks} full chunks>"
