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

    One that does not begin at the tree's first leaf is a stretch of it, which is appended to what comes before it: so
    stretches of a large tree are made side by side. It holds at most two hashes for each bit of its size.

    Args:
        begins: number of leaves of the tree before its own.

    Attributes:
        begins: the same.
        size: number of its own leaves.

    """

    __slots__ = ("_complete", "_levels", "begins", "size")

    def __init__(self, begins: int = 0) -> None:
        self.begins = begins
        self.size = 0
        self._complete: list[bytes] = []
        """Roots of the complete subtrees that the leaves make up, from left to right."""
        self._levels: list[int] = []
        """How many levels each of them has above its leaves."""

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        self._add(leaf, 0)

    def extend(self, stretch: TreeHead) -> None:
        """Add the leaves of a stretch that begins where this one ends.

        Raises:
            ValueError: it begins elsewhere.

        """
        if stretch.begins != self.begins + self.size:
            message = f"a stretch from {stretch.begins} does not follow {self.begins + self.size} leaves"
            raise ValueError(message)
        for root, level in zip(stretch._complete, stretch._levels, strict=True):
            self._add(root, level)

    def _add(self, root: bytes, level: int) -> None:
        """Add a complete subtree."""
        place = (self.begins + self.size) >> level
        self.size += 1 << level
        levels = self._levels
        while place & 1 and levels and levels[-1] == level:
            root = node_hash(self._complete.pop(), root)
            levels.pop()
            level += 1
            place >>= 1
        self._complete.append(root)
        levels.append(level)

    def root(self) -> bytes:
        """Return the root over the leaves so far, of a tree from its first leaf on."""
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
