"""What the resolver knows of one legacy code."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

__all__ = [
    "Crosswalk",
    "crosswalk_key",
    "decode_crosswalk",
    "encode_crosswalk",
    "moved_key",
    "moved_together_key",
    "waiting_key",
    "waiting_of_record_key",
]

_META: Final = struct.Struct(">BII")
_LAYOUT: Final = 1
_SEPARATOR: Final = b","
# before a subject that had the code; and, in place of one, before how many records wait, alone where they do so in one
# value, as an earlier version kept them
_FORMER: Final = "-"
_MOVED: Final = "+"


@dataclass(slots=True)
class Crosswalk:
    """Subjects that registrations gave for a legacy code, and the events that wait for one.

    Waiting events are numbered from `waiting_from` up to (not including) `waiting_to`. Two subjects
    for one code settle nothing: a wrong guess would put a penalty on somebody else's profile.
    `former` are those whose profiles said that the code is theirs no more: only they can say that it is again, for an
    old row of the register may be sent once more. `moved` records that were in such a profile wait, too, numbered
    from 0 on; `moved_together` tells that others wait as an earlier version kept them, in one value.
    """

    subjects: tuple[str, ...] = ()
    waiting_from: int = 0
    waiting_to: int = 0
    former: tuple[str, ...] = ()
    moved: int = 0
    moved_together: bool = False

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


def moved_key(legacy_key: bytes, number: int) -> bytes:
    """Return the store key of one record that waits for a legacy code's subject."""
    return b"n|%b|%d" % (legacy_key, number)


def moved_together_key(legacy_key: bytes) -> bytes:
    """Return the store key of the records that wait for it as an earlier version kept them."""
    return b"m|%b" % legacy_key


def encode_crosswalk(entry: Crosswalk) -> bytes:
    """Return the bytes that the store holds."""
    said = [*entry.subjects, *(_FORMER + subject for subject in entry.former)]
    if entry.moved_together:
        said.append(_MOVED)
    if entry.moved:
        said.append(f"{_MOVED}{entry.moved}")
    return _META.pack(_LAYOUT, entry.waiting_from, entry.waiting_to) + _SEPARATOR.join(one.encode() for one in said)


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
    entry = Crosswalk(waiting_from=first, waiting_to=after)
    for one in value[_META.size :].decode().split(_SEPARATOR.decode()) if len(value) > _META.size else ():
        if one[0] == _FORMER:
            entry.former = (*entry.former, one[1:])
        elif one == _MOVED:
            entry.moved_together = True
        elif one[0] == _MOVED:
            entry.moved = int(one[1:])
        else:
            entry.subjects = (*entry.subjects, one)
    return entry
