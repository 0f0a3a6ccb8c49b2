"""The newest record of each key of a feed of any length, in little memory.

Records go to files by the first bits of their keys' digests. Each file then holds all records of its keys, in their
order, and fits into memory: what comes last of a key is its newest.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from creditbus.services.subscriber.heads import KEY_BYTES

__all__ = ["Spill", "SpilledRecord"]

#: Records that are held in memory at a time, about: a kibibyte each.
_PART_RECORDS: Final = 20_000
_MOST_PARTS: Final = 512
_BUFFER_BYTES: Final = 8 << 20
_HEAD: Final = struct.Struct(f"<{KEY_BYTES}sIqi")
_GONE: Final = -1


class SpilledRecord(NamedTuple):
    """A record as it stood in the feed."""

    partition: int
    offset: int
    value: bytes


class Spill:
    """Takes records in the order of their partitions.

    Args:
        folder: an empty one, for the files.
        expected: how many records there are, about.

    """

    def __init__(self, folder: Path, expected: int) -> None:
        self._count = min(max(expected // _PART_RECORDS, 1), _MOST_PARTS)
        self._parts = [folder / f"{number:03}" for number in range(self._count)]
        self._waiting: list[list[bytes]] = [[] for _ in self._parts]
        self._bytes = 0

    def put(self, key: bytes, record: SpilledRecord) -> None:
        """Take a record that is shown."""
        self._put(key, _HEAD.pack(key, record.partition, record.offset, len(record.value)) + record.value)

    def remove(self, key: bytes) -> None:
        """Take a record that is to be shown no more."""
        self._put(key, _HEAD.pack(key, 0, 0, _GONE))

    def _put(self, key: bytes, entry: bytes) -> None:
        self._waiting[int.from_bytes(key[:4], "little") % self._count].append(entry)
        self._bytes += len(entry)
        if self._bytes >= _BUFFER_BYTES:
            self._write()

    def _write(self) -> None:
        for path, waiting in zip(self._parts, self._waiting, strict=True):
            if waiting:
                with path.open("ab") as file:
                    file.write(b"".join(waiting))
                waiting.clear()
        self._bytes = 0

    def parts(self) -> Iterator[list[SpilledRecord]]:
        """Yield the newest records of all keys that are shown, each part in the order of the feed; the files go."""
        self._write()
        for path in self._parts:
            if path.exists():
                newest = _newest(path.read_bytes())
                path.unlink()
                yield newest


def _newest(content: bytes) -> list[SpilledRecord]:
    # where it begins and ends, not the bytes: what is replaced would be copied for nothing
    found: dict[bytes, tuple[int, int, int, int]] = {}
    place = 0
    while place < len(content):
        key, partition, offset, size = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        if size == _GONE:
            found.pop(key, None)
            continue
        found[key] = (partition, offset, place, place + size)
        place += size
    return [SpilledRecord(one[0], one[1], content[one[2] : one[3]]) for one in sorted(found.values())]
