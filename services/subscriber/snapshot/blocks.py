"""Entries of Avro container files, put together to blocks: the bytes of the feed, each with its place before them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.subscriber.snapshot.spill import Part

__all__ = ["Blocks", "Write", "write_blocks"]

_BLOCK_BYTES: Final = 256 << 10

#: Takes a block and the number of its entries.
Write = Callable[[bytes, int], object]


class Blocks:
    """Puts the entries of one file together.

    Args:
        write: takes each block.

    Attributes:
        records: how many entries the blocks hold that were written.

    """

    __slots__ = ("_bytes", "_count", "_partition", "_place", "_waiting", "_write", "records")

    def __init__(self, write: Write) -> None:
        self.records = 0
        self._write = write
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._count = 0
        self._partition = 0
        self._place = encode_long(0)

    def add(self, partition: int, offset: int, encoded: bytes) -> None:
        """Add a record by its place in the feed and its bytes without a frame."""
        if partition != self._partition:
            self._partition, self._place = partition, encode_long(partition)
        waiting = self._waiting
        waiting.append(self._place)
        waiting.append(encode_long(offset))
        waiting.append(encoded)
        self._count += 1
        self._bytes += len(encoded)
        if self._bytes >= _BLOCK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what was added since the last block."""
        if self._count:
            self._write(b"".join(self._waiting), self._count)
            self.records += self._count
        self._waiting, self._bytes, self._count = [], 0, 0


def write_blocks(parts: Iterable[Part], begin: Callable[[bytes], Write]) -> dict[bytes, int]:
    """Write all records to blocks, each of which holds records of one schema.

    Args:
        parts: the records.
        begin: is asked for what takes the blocks of a schema, by the frame of its values, when the first one comes.

    Returns:
        the number of records of each schema, by its frame.

    """
    found: dict[bytes, Blocks] = {}
    blocks: Blocks | None = None
    frame = b""
    for part in parts:
        content = part.content
        for partition, offset, start, end in part.places:
            begins = start + FRAME_BYTES
            begun = content[start:begins]
            if begun != frame or blocks is None:
                frame, blocks = begun, found.get(begun)
                if blocks is None:
                    blocks = found[begun] = Blocks(begin(begun))
            blocks.add(partition, offset, content[begins:end])
    for one in found.values():
        one.flush()
    return {begun: one.records for begun, one in found.items()}
