"""What the resolver knows of one legacy code."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

__all__ = ["Crosswalk", "crosswalk_key", "decode_crosswalk", "encode_crosswalk", "waiting_key", "waiting_of_record_key"]

_META: Final = struct.Struct(">BII")
_LAYOUT: Final = 1
_SEPARATOR: Final = b","


@dataclass(slots=True)
class Crosswalk:
    """Subjects that registrations gave for a legacy code, and the events that wait for one.

    Waiting events are numbered from `waiting_from` up to (not including) `waiting_to`. Two subjects
    for one code settle nothing: a wrong guess would put a penalty on somebody else's profile.
    """

    subjects: tuple[str, ...] = ()
    waiting_from: int = 0
    waiting_to: int = 0

    @property
    def subject(self) -> str:
        """The subject when there is exactly one, else nothing."""
        return self.subjects[0] if len(self.subjects) == 1 else ""

    def __repr__(self) -> str:
        """Say nothing about the subjects."""
        return f"<Crosswalk {len(self.subjects)} subjects>"


def crosswalk_key(legacy_key: bytes) -> bytes:
    """Return the store key of a legacy code's entry."""
    return b"x|" + legacy_key


def waiting_key(legacy_key: bytes, number: int) -> bytes:
    """Return the store key of one waiting event."""
    return b"w|%b|%d" % (legacy_key, number)


def waiting_of_record_key(legacy_key: bytes, record: bytes) -> bytes:
    """Return the store key of what of a record waits for a legacy code's subject (`profile.parked`)."""
    return b"v|%b|%b" % (legacy_key, record)


def encode_crosswalk(entry: Crosswalk) -> bytes:
    """Return the bytes that the store holds."""
    subjects = _SEPARATOR.join(subject.encode() for subject in entry.subjects)
    return _META.pack(_LAYOUT, entry.waiting_from, entry.waiting_to) + subjects


def decode_crosswalk(value: bytes | None) -> Crosswalk:
    """Return the entry that `encode_crosswalk` wrote; an empty one for None.

    Raises:
        ValueError: the bytes have another layout.

    """
    if value is None:
        return Crosswalk()
    layout, first, after = _META.unpack_from(value)
    if layout != _LAYOUT:
        message = f"crosswalk layout {layout}, this version reads {_LAYOUT}"
        raise ValueError(message)
    subjects = value[_META.size :]
    return Crosswalk(
        tuple(subject.decode() for subject in subjects.split(_SEPARATOR)) if subjects else (), first, after
    )
