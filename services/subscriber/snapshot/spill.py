"""The newest record of each key of a feed of any length, in little memory.

Records go to files by a checksum of their keys. Each file then holds all records of its keys, in their order, and fits
into memory: what comes last of a key is its newest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.batch import Record
from creditbus.services.subscriber.heads import HeadReader

__all__ = ["Part", "Spill"]

#: Records that are held in memory at a time, about: a kibibyte each.
_PART_RECORDS: Final = 20_000
_MOST_PARTS: Final = 512
_BUFFER_BYTES: Final = 8 << 20
#: Partition, offset, bytes of the key, bytes of the value.
_HEAD: Final = struct.Struct("<iqIi")
_HEAD_BYTES: Final = 20
_GONE: Final = -1


class Part:
    """The newest records of a part of the keys.

    Attributes:
        content: holds the values.
        places: of each record its partition, its offset, and where its value begins and ends in the content; in the
            order of the feed.

    """

    __slots__ = ("content", "places")

    def __init__(self, content: bytes, places: list[tuple[int, int, int, int]]) -> None:
        self.content = content
        self.places = places

    def values(self) -> list[bytes]:
        """Return the values alone."""
        return [self.content[start:end] for _, _, start, end in self.places]


class Spill:
    """Takes records in the order of their partitions.

    Args:
        folder: an empty one, for the files.
        expected: how many records there are, about.

    """

    __slots__ = ("_bytes", "_count", "_parts", "_waiting")

    def __init__(self, folder: Path, expected: int) -> None:
        self._count = min(max(expected // _PART_RECORDS, 1), _MOST_PARTS)
        self._parts = [folder / f"{number:03}" for number in range(self._count)]
        self._waiting: list[list[bytes]] = [[] for _ in self._parts]
        self._bytes = 0

    def take(self, records: Sequence[Record], start: int, heads: Mapping[bytes, HeadReader]) -> int:
        """Take records from a place in a list on; return the place of the first that cannot be read.

        Args:
            records: as they stand in the feed.
            start: place of the first to take.
            heads: readers by the frames of the values that they read.

        """
        reader: HeadReader | None = None
        frame = b""
        for at in range(start, len(records)):
            record = records[at]
            value = record.value
            if value is None:
                return at
            begun = value[:FRAME_BYTES]
            if begun != frame:
                # most are of one schema, or of two in turns
                frame, reader = begun, heads.get(begun)
            if reader is None:
                return at
            try:
                key, taken_away = reader.read(value)
            except UndecodableError:
                return at
            if taken_away:
                self._put(key, 0, 0, b"", _GONE)
            else:
                self._put(key, record.partition, record.offset, value, len(value))
        return max(start, len(records))

    def put(self, key: bytes, partition: int, offset: int, value: bytes) -> None:
        """Take a record that is shown."""
        self._put(key, partition, offset, value, len(value))

    def _put(self, key: bytes, partition: int, offset: int, value: bytes, size: int) -> None:
        waiting = self._waiting[crc32(key) % self._count]
        waiting.append(_HEAD.pack(partition, offset, len(key), size))
        waiting.append(key)
        waiting.append(value)
        self._bytes += _HEAD_BYTES + len(key) + len(value)
        if self._bytes >= _BUFFER_BYTES:
            self._write()

    def _write(self) -> None:
        for path, waiting in zip(self._parts, self._waiting, strict=True):
            if waiting:
                with path.open("ab") as file:
                    file.write(b"".join(waiting))
                waiting.clear()
        self._bytes = 0

    def parts(self) -> Iterator[Part]:
        """Yield the newest records of all keys that are shown; the files go."""
        self._write()
        for path in self._parts:
            if path.exists():
                part = _newest(path.read_bytes())
                path.unlink()
                yield part


def _newest(content: bytes) -> Part:
    # where it begins and ends, not the bytes: what is replaced would be copied for nothing
    found: dict[bytes, tuple[int, int, int, int]] = {}
    partition: int
    offset: int
    key_size: int
    size: int
    place = 0
    while place < len(content):
        partition, offset, key_size, size = _HEAD.unpack_from(content, place)
        begin = place + _HEAD_BYTES + key_size
        key = content[place + _HEAD_BYTES : begin]
        if size == _GONE:
            found.pop(key, None)
            place = begin
            continue
        place = begin + size
        found[key] = (partition, offset, begin, place)
    return Part(content, sorted(found.values()))
