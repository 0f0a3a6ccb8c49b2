"""What a feed's record says of its place, read without its schema, and the leaf that stands for it in a tree.

Every feed's record begins alike, whatever its grant shows: the frame with the schema's id, `feed_seq`, and the hash of
the record before it (docs/adr/0009-feeds.md). So evidence needs no registry.
"""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

from creditbus.services.domain.evidence.hashing import digest
from creditbus.services.domain.evidence.merkle import HASH_BYTES, LEAF
from creditbus.services.domain.framing import FRAME_BYTES

__all__ = ["LEAF_FORMAT", "PARTITIONS", "FeedPlace", "Leaves", "feed_leaf", "feed_place", "place_bytes", "value_hash"]

#: Begins every leaf, so that no leaf of a feed can be taken for a leaf of anything else.
LEAF_FORMAT: Final = b"creditbus feed record 1\n"

#: Numbers of partitions for which there are leaves.
PARTITIONS: Final = range(1 << 32)

_MOST_LONG_BYTES: Final = 10
_SEVEN_BITS: Final = 127
_NO_KEY: Final = -1
_PARTITION: Final = struct.Struct(">I")
_PLACE: Final = struct.Struct(">Qi")
_LENGTH: Final = struct.Struct(">H")


class FeedPlace(NamedTuple):
    """Where a record says that it stands.

    Attributes:
        sequence: its `feed_seq`, from 1.
        previous_hash: SHA-256 of the value before it in its partition; zeros for the first.

    """

    sequence: int
    previous_hash: bytes


def feed_place(value: bytes) -> FeedPlace | None:
    """Read the beginning of a feed's record; None where the bytes cannot be one."""
    number = shift = 0
    for place in range(FRAME_BYTES, min(FRAME_BYTES + _MOST_LONG_BYTES, len(value))):
        byte = value[place]
        number |= (byte & _SEVEN_BITS) << shift
        shift += 7
        if byte <= _SEVEN_BITS:  # the last byte of a number in Avro
            # Avro writes 1, 2, 3 as 2, 4, 6; odd ones are negative
            digest = value[place + 1 : place + 1 + HASH_BYTES]
            sound = len(digest) == HASH_BYTES and number > 0 and not number & 1 and number < 1 << 64
            return FeedPlace(number >> 1, digest) if sound else None
    return None


def place_bytes(sequence: int, previous_hash: bytes) -> bytes:
    """Return what stands after the frame of a record at this place, as fanout writes it; `feed_place` reads it."""
    number = sequence << 1
    written = bytearray()
    while number > _SEVEN_BITS:
        written.append(number & _SEVEN_BITS | _SEVEN_BITS + 1)
        number >>= 7
    written.append(number)
    return bytes(written) + previous_hash


class Leaves:
    """Makes the leaves of one partition of a feed (docs/adr/0036-feed-manifests.md).

    Args:
        topic: the feed's.
        partition: the records'.

    """

    __slots__ = ("_begun",)

    def __init__(self, topic: str, partition: int) -> None:
        name = topic.encode()
        self._begun = LEAF + LEAF_FORMAT + _LENGTH.pack(len(name)) + name + _PARTITION.pack(partition)

    def leaf(self, sequence: int, key: bytes | None, value_hash: bytes) -> bytes:
        """Return the hash of a record's leaf.

        Args:
            sequence: its `feed_seq`.
            key: its key in Kafka, which its value need not repeat; None: it has none.
            value_hash: SHA-256 of its value, as the record after it holds it.

        """
        place = self._begun + _PLACE.pack(sequence, _NO_KEY if key is None else len(key))
        return digest(place if key is None else place + key, value_hash)


def feed_leaf(topic: str, partition: int, sequence: int, key: bytes | None, value_hash: bytes) -> bytes:
    """Return the hash of one record's leaf; whoever needs those of many makes `Leaves`."""
    return Leaves(topic, partition).leaf(sequence, key, value_hash)


def value_hash(value: bytes) -> bytes:
    """Return the hash by which the record after it, and its leaf, name a value."""
    return digest(value)
