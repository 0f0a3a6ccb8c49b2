"""The functions of this package in Python.

Sources: Kafka protocol, "Message sets", record batch of magic 2; Redis serialization protocol specification, "Arrays"
and "Bulk strings".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from struct import Struct
from typing import Final

from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch

from creditbus.services.engine.batch import Record

__all__ = ["HEADER", "Received", "pack_command", "pack_entries", "pack_records", "splice", "unpack_records"]

HEADER: Final = Struct(">qiibIhiqqqhii")
"""Of a record batch: base offset, length of the rest, leader epoch, magic, checksum, attributes, last offset's delta,
first and last timestamp, producer's id and epoch, first sequence number, count."""

_UNKNOWN: Final = -1
_MAGIC: Final = 2
_TRANSACTIONAL: Final = 1 << 4
_LENGTH_END: Final = 12
_NOTHING: Final = b"\x01"  # a length of -1
_NO_HEADERS: Final = b"\x00"


def pack_records(
    entries: Sequence[tuple[bytes | None, bytes | None]], first: int, now_ms: int, most: int
) -> tuple[bytearray, int]:
    """Return a transactional record batch of the entries from number `first` on, and how many it holds.

    They are keys and values. The batch has at most `most` bytes, but one record at least. Who the producer is, its
    sequence number and the checksum are left to be filled in.
    """
    batch = bytearray(HEADER.size)
    count = 0
    for key, value in islice(entries, first, None):
        body = b"".join((b"\x00\x00", _varint(count), _sized(key), _sized(value), _NO_HEADERS))
        size = _varint(len(body))
        if count and len(batch) + len(size) + len(body) > most:
            break
        batch += size
        batch += body
        count += 1
    HEADER.pack_into(
        batch,
        0,
        *(0, len(batch) - _LENGTH_END, _UNKNOWN, _MAGIC, 0, _TRANSACTIONAL, max(0, count - 1)),
        *(now_ms, now_ms, _UNKNOWN, _UNKNOWN, _UNKNOWN, count),
    )
    return batch, count


@dataclass(slots=True)
class Received:
    """A record that was read (services/engine/batch.py: Record)."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None


def unpack_records(data: bytes, start: int, end: int, topic: str, partition: int, least: int) -> list[Record]:
    """Return the records of the batch from `start` to `end`, those before offset `least` left out.

    Its checksum has been compared. What is compiled takes no compressed ones.

    Raises:
        ValueError: it is not built as a batch is.

    """
    try:
        return [
            Received(topic, partition, record.offset, record.timestamp, record.key, record.value)
            for record in DefaultRecordBatch(data[start:end])
            if record.offset >= least
        ]
    except CorruptRecordException as error:
        message = f"{topic}: a record batch is not built as one"
        raise ValueError(message) from error


def _sized(part: bytes | None) -> bytes:
    return _NOTHING if part is None else _varint(len(part)) + part


def _varint(number: int) -> bytes:
    """Return a number that is not negative as zigzag and in groups of seven bits, the last first."""
    rest = number << 1
    encoded = bytearray()
    while rest > 127:  # noqa: PLR2004 -- what seven bits hold
        encoded.append(rest & 127 | 128)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


def pack_command(name: bytes, first: Sequence[bytes], prefix: bytes = b"", rest: Sequence[bytes] = ()) -> bytes:
    """Return a command of Redis; `prefix` is put in front of each argument of `rest`."""
    parts = [b"*%d\r\n" % (1 + len(first) + len(rest)), _bulk(name)]
    parts += [_bulk(part) for part in first]
    parts += [_bulk(prefix + part) for part in rest]
    return b"".join(parts)


def pack_entries(prefix: bytes, entries: Mapping[bytes, bytes | None]) -> list[bytes]:
    """Return commands that set keys, each after `prefix`, and that remove those without a value; none for nothing."""
    sets: list[bytes] = []
    removes: list[bytes] = []
    for key, value in entries.items():
        if value is None:
            removes.append(_bulk(prefix + key))
        else:
            sets += (_bulk(prefix + key), _bulk(value))
    commands = []
    for name, parts in ((b"MSET", sets), (b"UNLINK", removes)):
        if parts:
            commands.append(b"".join((b"*%d\r\n" % (1 + len(parts)), _bulk(name), *parts)))
    return commands


def splice(value: bytes, start: int, end: int, part: bytes) -> bytes:
    """Return `value` with `part` in place of what stands from `start` to `end`.

    Raises:
        ValueError: `start` and `end` lie outside it, or in the wrong order.

    """
    if not 0 <= start <= end <= len(value):
        raise ValueError("bytes are replaced where there are none")
    return b"%b%b%b" % (value[:start], part, value[end:])


def _bulk(part: bytes) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(part), part)
