"""A record as the bytes that the store and its changelog hold; equal records have equal bytes."""

from __future__ import annotations

import struct
from typing import Final

from creditbus.services.domain.event import RecordState, Verb
from creditbus.services.domain.profile.record import Record, Term

__all__ = ["content_hash_of", "decode_record", "emitted_of", "encode_new_record", "encode_record", "with_emitted"]

_VERBS: Final = tuple(verb.value for verb in Verb)
_VERB_CODE: Final = {verb: code for code, verb in enumerate(_VERBS)}
_STATES: Final = tuple(RecordState)
_STATE_CODE: Final = {state: code for code, state in enumerate(_STATES)}
_NONE: Final = 255
_NO_TIME: Final = -(1 << 63)
# layout, stated, procedural, before-dispute, revision, source time, received at, sequence,
# content hash, department bytes, seen, act bytes
_META: Final = struct.Struct(">BBBBIqqq16sBHI")
_SEEN: Final = struct.Struct(">B16s")
_LAYOUT: Final = 1
# after it, where a reading of a source gave the record: its reading, its act's, and the state before that act
_READINGS: Final = struct.Struct(">qqB")
_LAYOUT_WITH_READINGS: Final = 2
# a layout has this bit where events changed the state alone: their number comes after what the layout has besides
_COUNTED: Final = 16
_TRANSITIONS: Final = struct.Struct(">I")
# added to the layout, so that a record whose term is running stays as it always was
_TERMS: Final = {Term.RUNNING: 0, Term.OVER: 0x20, Term.KEPT: 0x40}
_TERM_OF: Final = {mark: term for term, mark in _TERMS.items()}
_TERM_BITS: Final = 0x60
# a layout has this bit where there was an objection: its day comes after what the layout has besides
_DISPUTED: Final = 0x80
_DISPUTED_ON: Final = struct.Struct(">i")
# its last fields: department bytes, seen, act bytes
_SIZES: Final = struct.Struct(">BHI")
_SIZES_AT: Final = _META.size - _SIZES.size
_ACT_BYTES: Final = struct.Struct(">I")
_ACT_BYTES_AT: Final = _META.size - _ACT_BYTES.size
_HASH_AT: Final = struct.calcsize(">BBBBIqqq")
_HASH_END: Final = _HASH_AT + 16
_FIRST_SEEN: Final = bytes([_VERB_CODE[Verb.ISSUE]])

# of a new record: what comes before its times, by layout and stated state, and what comes after its hash
_NEW_HEAD: Final = struct.Struct(">BBBBI")
_NEW_HEADS: Final = {state.value: _NEW_HEAD.pack(_LAYOUT, code, _NONE, _NONE, 1) for state, code in _STATE_CODE.items()}
_NEW_HEADS_WITH_READINGS: Final = {
    state.value: _NEW_HEAD.pack(_LAYOUT_WITH_READINGS, code, _NONE, _NONE, 1) for state, code in _STATE_CODE.items()
}
_NEW_TIMES: Final = struct.Struct(">qqq")
# by the length of the department's id; what it has seen is one content, and there is no act
_NEW_RESTS: Final = [struct.pack(">BHI", length, 1, 0) for length in range(256)]


def encode_record(record: Record, *, content: bytes | None = None, act: bytes | None = None) -> bytes:
    """Return the bytes of a record.

    `content` and `act` stand in for those of the record, where they are given.
    """
    department = record.department.encode()
    content = record.content if content is None else content
    act = record.act if act is None else act
    readings = _readings(record.reading, record.act_reading, record.before_act)
    layout = _LAYOUT_WITH_READINGS if readings else _LAYOUT
    if record.transitions:
        layout |= _COUNTED
        readings += _TRANSITIONS.pack(record.transitions)
    if record.disputed_on is not None:
        layout |= _DISPUTED
        readings += _DISPUTED_ON.pack(record.disputed_on)
    head = _META.pack(
        layout | _TERMS[record.term],
        _STATE_CODE[record.stated],
        _NONE if record.procedural is None else _STATE_CODE[record.procedural],
        _NONE if record.before_dispute is None else _STATE_CODE[record.before_dispute],
        record.revision,
        _NO_TIME if record.source_time is None else record.source_time,
        record.received_at,
        record.sequence,
        record.content_hash,
        len(department),
        len(record.seen),
        len(act),
    )
    seen = b"".join([_SEEN.pack(_VERB_CODE[verb], digest) for verb, digest in record.seen])
    return b"%b%b%b%b%b%b" % (head, readings, department, seen, act, content)


def encode_new_record(
    *,
    stated: str,
    source_time: int | None,
    received_at: int,
    sequence: int,
    reading: int | None,
    department: bytes,
    content_hash: bytes,
    content: bytes,
) -> bytes:
    """Return what `encode_record` makes of a new record in its first revision, without making the record."""
    heads, readings = _NEW_HEADS, b""
    if reading is not None:
        heads, readings = _NEW_HEADS_WITH_READINGS, _readings(reading, None, None)
    times = _NEW_TIMES.pack(_NO_TIME if source_time is None else source_time, received_at, sequence)
    # compiled, a template is written in one pass, where join makes a tuple and looks at each part twice
    return b"%b%b%b%b%b%b%b%b%b" % (
        heads[stated],
        times,
        content_hash,
        _NEW_RESTS[len(department)],
        readings,
        department,
        _FIRST_SEEN,
        content_hash,
        content,
    )


def _readings(reading: int | None, act_reading: int | None, before_act: RecordState | None) -> bytes:
    """Write the places in readings; nothing where there are none, so that such a record stays as it always was."""
    if reading is None and act_reading is None and before_act is None:
        return b""
    return _READINGS.pack(
        _NO_TIME if reading is None else reading,
        _NO_TIME if act_reading is None else act_reading,
        _NONE if before_act is None else _STATE_CODE[before_act],
    )


def content_hash_of(value: bytes) -> bytes:
    """Return the hash of a stored record's content without decoding the record."""
    return value[_HASH_AT:_HASH_END]


def _other_layout(layout: int) -> str:
    return f"record layout {layout}, this version reads {_LAYOUT} and {_LAYOUT_WITH_READINGS}"


def emitted_of(value: bytes) -> tuple[bytes, bytes]:
    """Return the events of a stored record's content and of its last act, without decoding the record.

    Raises:
        ValueError: the bytes have another layout.

    """
    layout = value[0]
    uncounted = layout & ~(_COUNTED | _TERM_BITS | _DISPUTED)
    if uncounted not in {_LAYOUT, _LAYOUT_WITH_READINGS}:
        raise ValueError(_other_layout(layout))
    department_bytes, seen_count, act_bytes = _SIZES.unpack_from(value, _SIZES_AT)
    start = _META.size + department_bytes + seen_count * _SEEN.size
    if uncounted == _LAYOUT_WITH_READINGS:
        start += _READINGS.size
    if layout & _COUNTED:
        start += _TRANSITIONS.size
    if layout & _DISPUTED:
        start += _DISPUTED_ON.size
    return value[start + act_bytes :], value[start : start + act_bytes]


def with_emitted(value: bytes, last: tuple[bytes, bytes], content: bytes, act: bytes) -> bytes:
    """Return a stored record with other events in place of its `last` ones, those that `emitted_of` returns."""
    said, done = last
    before = value[: len(value) - len(said) - len(done)]
    if len(act) != len(done):
        before = before[:_ACT_BYTES_AT] + _ACT_BYTES.pack(len(act)) + before[_META.size :]
    return b"%b%b%b" % (before, act, content)


def decode_record(value: bytes) -> Record:
    """Return the record that `encode_record` wrote.

    Raises:
        ValueError: the bytes have another layout.

    """
    (
        layout,
        stated,
        procedural,
        before,
        revision,
        source_time,
        received_at,
        sequence,
        content_hash,
        department_bytes,
        seen_count,
        act_bytes,
    ) = _META.unpack_from(value)
    start = _META.size
    term, uncounted = _TERM_OF.get(layout & _TERM_BITS), layout & ~(_COUNTED | _TERM_BITS | _DISPUTED)
    reading, act_reading, before_act, transitions = _NO_TIME, _NO_TIME, _NONE, 0
    if uncounted == _LAYOUT_WITH_READINGS and term is not None:
        reading, act_reading, before_act = _READINGS.unpack_from(value, start)
        start += _READINGS.size
    elif uncounted != _LAYOUT or term is None:
        raise ValueError(_other_layout(layout))
    if layout & _COUNTED:
        (transitions,) = _TRANSITIONS.unpack_from(value, start)
        start += _TRANSITIONS.size
    disputed_on = None
    if layout & _DISPUTED:
        (disputed_on,) = _DISPUTED_ON.unpack_from(value, start)
        start += _DISPUTED_ON.size
    seen_start = start + department_bytes
    act_start = seen_start + seen_count * _SEEN.size
    content_start = act_start + act_bytes
    return Record(
        stated=_STATES[stated],
        procedural=None if procedural == _NONE else _STATES[procedural],
        before_dispute=None if before == _NONE else _STATES[before],
        revision=revision,
        source_time=None if source_time == _NO_TIME else source_time,
        received_at=received_at,
        sequence=sequence,
        department=value[start:seen_start].decode(),
        content_hash=content_hash,
        seen=tuple([(_VERBS[code], digest) for code, digest in _SEEN.iter_unpack(value[seen_start:act_start])]),
        content=value[content_start:],
        act=value[act_start:content_start],
        reading=None if reading == _NO_TIME else reading,
        act_reading=None if act_reading == _NO_TIME else act_reading,
        before_act=None if before_act == _NONE else _STATES[before_act],
        transitions=transitions,
        term=term,
        disputed_on=disputed_on,
    )
