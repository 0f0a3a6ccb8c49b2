"""What a feed's record says of its place, read without its schema, and the leaf that stands for it in a tree.

Every feed's record begins alike, whatever its grant shows: the frame with the schema's id, `feed_seq`, and the hash of
the record before it (docs/adr/0009-feeds.md). So evidence needs no registry.
"""

from __future__ import annotations

import struct
from hashlib import sha256
from typing import Final, NamedTuple

from creditbus.services.domain.evidence.merkle import HASH_BYTES, leaf_hash
from creditbus.services.domain.framing import FRAME_BYTES

__all__ = ["LEAF_FORMAT", "FeedPlace", "feed_leaf", "feed_place", "value_hash"]

#: Begins every leaf, so that no leaf of a feed can be taken for a leaf of anything else.
LEAF_FORMAT: Final = b"creditbus feed record 1\n"

_MOST_LONG_BYTES: Final = 10
_NO_KEY: Final = -1
_PLACE: Final = struct.Struct(">IQi")
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
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 -- the last byte of a number in Avro
            # Avro writes 1, 2, 3 as 2, 4, 6; odd ones are negative
            digest = value[place + 1 : place + 1 + HASH_BYTES]
            sound = len(digest) == HASH_BYTES and number > 0 and not number & 1 and number < 1 << 64
            return FeedPlace(number >> 1, digest) if sound else None
    return None


def feed_leaf(topic: str, partition: int, sequence: int, key: bytes | None, value_hash: bytes) -> bytes:
    """Return the hash of a record's leaf (docs/adr/0036-feed-manifests.md).

    Args:
        topic: the feed's.
        partition: the record's.
        sequence: its `feed_seq`.
        key: its key in Kafka, which its value need not repeat; None: it has none.
        value_hash: SHA-256 of its value, as the record after it holds it.

    """
    name = topic.encode()
    length = _NO_KEY if key is None else len(key)
    place = _PLACE.pack(partition, sequence, length)
    return leaf_hash(b"".join((LEAF_FORMAT, _LENGTH.pack(len(name)), name, place, key or b"", value_hash)))


def value_hash(value: bytes) -> bytes:
    """Return the hash by which the record after it, and its leaf, name a value."""
    return sha256(value).digest()
