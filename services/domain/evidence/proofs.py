"""Proofs of RFC 6962, section 2.1: that a leaf is in a tree, and that one tree goes on from another.

They are made by the definitions there, and checked by the loops of RFC 9162, sections 2.1.3.2 and 2.1.4.2.
Manifests of feeds need no consistency proofs (docs/adr/0036-feed-manifests.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from creditbus.services.domain.evidence.merkle import EMPTY_ROOT, node_hash, root_of

__all__ = ["consistency_proof", "inclusion_proof", "is_consistent", "is_included"]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from a leaf to the root, the lowest first.

    Args:
        leaves: the hashes of all leaves of the tree.
        index: which of them, from 0.

    Raises:
        IndexError: there is no such leaf.

    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    return _path(leaves, index)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a proof leads from a leaf, by its hash, to the root of a tree of this size."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = node_hash(sibling, found)
            # at the right edge there are levels without a sibling
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the hashes that show that the first `old_size` leaves are the tree that was there before.

    Args:
        leaves: the hashes of all leaves of the tree as it is now.
        old_size: number of leaves of the earlier tree.

    Raises:
        IndexError: the earlier tree is larger.

    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(old_size)
    return [] if old_size in {0, len(leaves)} else _subproof(leaves, old_size, whole=True)


def is_consistent(old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that the tree of `size` begins with all leaves of the tree of `old_size`."""
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # an earlier tree that is complete is a node of the later one, so the proof leaves it out
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_found = found = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_found, found = node_hash(sibling, old_found), node_hash(sibling, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_found == old_root and found == root


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*_path(leaves[:middle], index), root_of(leaves[middle:])]
    return [*_path(leaves[middle:], index - middle), root_of(leaves[:middle])]


def _subproof(leaves: Sequence[bytes], old_size: int, *, whole: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if whole else [root_of(leaves)]
    middle = _split(len(leaves))
    if old_size <= middle:
        return [*_subproof(leaves[:middle], old_size, whole=whole), root_of(leaves[middle:])]
    return [*_subproof(leaves[middle:], old_size - middle, whole=False), root_of(leaves[:middle])]
