"""The Merkle tree hash of RFC 6962, section 2.1, over SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from creditbus.services.domain.evidence.hashing import digest

__all__ = ["EMPTY_ROOT", "HASH_BYTES", "LEAF", "TreeHead", "leaf_hash", "node_hash", "root_of"]

HASH_BYTES: Final = 32

#: Of a tree without leaves.
EMPTY_ROOT: Final = digest(b"")

# Without these two a node could be passed off as a leaf (RFC 6962, section 2.1).
LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds these bytes."""
    return digest(LEAF, data)


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node over two subtrees."""
    return digest(_NODE + left, right)


class TreeHead:
    """The root of a tree that grows by one leaf at a time; holds a hash for each set bit of its size.

    Attributes:
        size: number of leaves.

    """

    __slots__ = ("_complete", "size")

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []
        """Roots of the complete subtrees that the leaves make up, the largest first."""

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        size = self.size
        while size & 1:
            leaf = node_hash(self._complete.pop(), leaf)
            size >>= 1
        self._complete.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root over the leaves so far."""
        if not self._complete:
            return EMPTY_ROOT
        *rest, root = self._complete
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaves, given by their hashes."""
    head = TreeHead()
    for leaf in leaves:
        head.append(leaf)
    return head.root()
