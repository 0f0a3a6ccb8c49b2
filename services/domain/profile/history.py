"""What a record was before: each time another event takes the place of one, what it replaces is kept.

What is kept says what to put back, so the past is read from the present backwards. A new record keeps nothing: how it
began is said by the event of its content. Of each record the newest KEPT replacements are kept; they are numbered,
so that the oldest is removed without anything being read (docs/adr/0041-history.md). Of a record that came from another
subject it is kept in the same way since when it is there: what it was before is not this subject's past.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import takewhile
from typing import Final, NamedTuple

from creditbus.services.domain.profile.record import Record

__all__ = [
    "KEPT",
    "Phase",
    "Superseded",
    "arrival",
    "came_of",
    "decode_superseded",
    "encode_superseded",
    "numbers_kept",
    "phases_of",
    "replacements",
]

#: Replacements of one record that are kept.
KEPT: Final = 64

# layout, until, what was replaced, content bytes
_META: Final = struct.Struct(">BqBI")
_LAYOUT: Final = 1
_CONTENT: Final = 1
_ACT: Final = 2
#: The act's event was that of the content, and stands there once.
_ONE_EVENT: Final = 4


class Superseded(NamedTuple):
    """What one event replaced; one that replaced nothing brought the record from another subject.

    Attributes:
        until: when the bus received the event that replaced it, in milliseconds since 1970.
        content: the event of the content that counted before; None: the content stayed.
        act: that of the last act before, empty where there was none; None: it stayed.

    """

    until: int
    content: bytes | None
    act: bytes | None

    def __repr__(self) -> str:
        """Say nothing of what the record is about."""
        return f"<Superseded until {self.until}>"


class Phase(NamedTuple):
    """What a record was from one replacement to the next.

    Attributes:
        since: when the bus received the event with which it begins; None: the record began with it, or what was before
            is not kept.
        content: the event of its content, as profiles emitted it.
        act: that of its last act; empty: there was none.

    """

    since: int | None
    content: bytes
    act: bytes

    def __repr__(self) -> str:
        """Say nothing of what the record is about."""
        return f"<Phase since {self.since}>"


def replacements(record: Record) -> int:
    """Return how often an event took the place of another one in a record."""
    return record.revision - 1 + record.transitions


def numbers_kept(record: Record) -> range:
    """Return the numbers of what may be kept of a record; of one that was there before history was, some are not."""
    count = replacements(record)
    return range(max(0, count - KEPT), count)


def encode_superseded(until: int, content: bytes | None, act: bytes | None) -> bytes:
    """Return the bytes that the store holds; arguments as of `Superseded`."""
    if content is not None and act == content:
        return _META.pack(_LAYOUT, until, _CONTENT | _ACT | _ONE_EVENT, len(content)) + content
    replaced = (0 if content is None else _CONTENT) | (0 if act is None else _ACT)
    content = content or b""
    return b"%b%b%b" % (_META.pack(_LAYOUT, until, replaced, len(content)), content, act or b"")


def decode_superseded(value: bytes) -> Superseded:
    """Return what `encode_superseded` wrote.

    Raises:
        ValueError: the bytes have another layout.

    """
    layout, until, replaced, length = _META.unpack_from(value)
    if layout != _LAYOUT:
        message = f"layout {layout} of what was superseded, this version reads {_LAYOUT}"
        raise ValueError(message)
    end = _META.size + length
    content = value[_META.size : end]
    act = content if replaced & _ONE_EVENT else value[end:]
    return Superseded(until, content if replaced & _CONTENT else None, act if replaced & _ACT else None)


def arrival(moment: int) -> bytes:
    """Return the bytes that say when a record came from another subject, in milliseconds since 1970."""
    return encode_superseded(moment, None, None)


def came_of(superseded: Iterable[Superseded]) -> int | None:
    """Return when a record came from another subject, by what is kept of it; None: it is not known to have done so."""
    return next((one.until for one in superseded if _is_arrival(one)), None)


def _is_arrival(superseded: Superseded) -> bool:
    return superseded.content is None and superseded.act is None


def phases_of(record: Record, superseded: Iterable[Superseded]) -> list[Phase]:
    """Return what a record was at its subject, the oldest first; the last phase is what it is.

    Args:
        record: as it is.
        superseded: what is kept of it, the newest first.

    """
    content, act = record.content, record.act
    found = []
    for one in takewhile(lambda one: not _is_arrival(one), superseded):
        found.append(Phase(one.until, content, act))
        content = content if one.content is None else one.content
        act = act if one.act is None else one.act
    found.append(Phase(None, content, act))
    return found[::-1]
