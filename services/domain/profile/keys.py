r"""Keys of the profile store; those of one subject share its code.

| key | value |
|---|---|
| `s\|subject` | summary (`subject`) |
| `r\|subject\|item\|authority\|document number` | record (`stored_record`) |
| `i\|subject\|n` | the n-th full chunk of the subject's record keys |
| `q\|subject\|n` | the n-th event that waits for the subject's registration |
| `p\|subject\|item\|authority\|document number` | which events of the record wait for it (`parked`) |
| `h\|subject\|item\|authority\|document number` | acts that wait for the record |
| `a\|subject` | for which records acts wait that name their subject by a legacy code, and may wait no more |
| `c\|subject\|item\|authority\|document number` | corrections that lie over the record (`corrections`) |
| `n\|subject\|item\|authority\|document number` | place of the subject's newest statement about it (`annotation`) |
| `e\|subject` | of a subject of many records: how far what is due of a day has ended (`ending_walk` of the stage) |
| `v\|subject\|item\|authority\|document number\|n` | what of the record was replaced for the n-th time (`history`) |
| `o\|subject` | legacy codes that were the subject's and are so no more, with spaces between them |
| `l` | under which policies the lane emits its records (`lane`) |
| `m` | how many subjects the lane has, and the last of them (`lane`) |
| `m\|n` | the n-th full chunk of the lane's subjects |
| `d` | the journal of what is due (`due`) |
| `d\|span` | how much is due in a span of days, and the last of it |
| `d\|span\|n` | the n-th full chunk of that |
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

__all__ = [
    "DUE_KEY",
    "LANE_KEY",
    "LANE_SUBJECTS_KEY",
    "code_of",
    "corrections_key",
    "due_chunk_key",
    "due_span_key",
    "ended_key",
    "held_by_code_key",
    "held_key",
    "index_key",
    "item_of",
    "lane_chunk_key",
    "lost_codes_key",
    "pack_events",
    "parked_key",
    "parked_of_record_key",
    "record_store_key",
    "statement_key",
    "subject_key",
    "superseded_key",
    "unpack_events",
]

#: The keys that a lane has besides those of its subjects and of what is due.
LANE_KEY: Final = b"l"
LANE_SUBJECTS_KEY: Final = b"m"
DUE_KEY: Final = b"d"

_LENGTH: Final = struct.Struct(">I")


def subject_key(subject: bytes) -> bytes:
    """Return the key of a subject's summary."""
    return b"s|%b" % subject


def code_of(summary_key: bytes) -> bytes:
    """Return the subject whose summary has a key."""
    return summary_key[2:]


def record_store_key(subject: bytes, record: bytes) -> bytes:
    """Return the key of a record."""
    return b"r|%b|%b" % (subject, record)


def item_of(record: bytes) -> bytes:
    """Return the id of the item of a record, by the record's key within its subject."""
    return record.partition(b"|")[0]


def index_key(subject: bytes, chunk: int) -> bytes:
    """Return the key of a full chunk of record keys."""
    return b"i|%b|%d" % (subject, chunk)


def parked_key(subject: bytes, number: int) -> bytes:
    """Return the key of an event that waits for the registration."""
    return b"q|%b|%d" % (subject, number)


def parked_of_record_key(subject: bytes, record: bytes) -> bytes:
    """Return the key of what of a record waits for the registration."""
    return b"p|%b|%b" % (subject, record)


def held_key(subject: bytes, record: bytes) -> bytes:
    """Return the key of the acts that wait for a record."""
    return b"h|%b|%b" % (subject, record)


def held_by_code_key(subject: bytes) -> bytes:
    """Return the key of the records for which acts wait that name the subject by a legacy code."""
    return b"a|%b" % subject


def corrections_key(subject: bytes, record: bytes) -> bytes:
    """Return the key of the corrections of a record."""
    return b"c|%b|%b" % (subject, record)


def statement_key(subject: bytes, record: bytes) -> bytes:
    """Return the key of the place of the subject's newest statement about a record."""
    return b"n|%b|%b" % (subject, record)


def superseded_key(subject: bytes, record: bytes, number: int) -> bytes:
    """Return the key of what of a record was replaced."""
    return b"v|%b|%b|%d" % (subject, record, number)


def ended_key(subject: bytes) -> bytes:
    """Return the key of how far what is due of a subject of many records has ended."""
    return b"e|%b" % subject


def lost_codes_key(subject: bytes) -> bytes:
    """Return the key of the legacy codes that were a subject's and are so no more."""
    return b"o|%b" % subject


def lane_chunk_key(chunk: int) -> bytes:
    """Return the key of a full chunk of a lane's subjects."""
    return b"m|%d" % chunk


def due_span_key(span: int) -> bytes:
    """Return the key of what is due in a span of days."""
    return b"d|%d" % span


def due_chunk_key(span: int, chunk: int) -> bytes:
    """Return the key of a full chunk of what is due in a span of days."""
    return b"d|%d|%d" % (span, chunk)


def pack_events(events: Iterable[bytes]) -> bytes:
    """Return several events as one value."""
    return b"".join(part for event in events for part in (_LENGTH.pack(len(event)), event))


def unpack_events(value: bytes | None) -> list[bytes]:
    """Return the events of one value; none for None."""
    events = []
    start = 0
    while value is not None and start < len(value):
        (length,) = _LENGTH.unpack_from(value, start)
        start += _LENGTH.size
        events.append(value[start : start + length])
        start += length
    return events
