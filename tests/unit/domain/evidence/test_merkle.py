"""Tree hashes and proofs of RFC 6962, against the test data of Certificate Transparency and against the definitions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.evidence.merkle import EMPTY_ROOT, TreeHead, leaf_hash, node_hash, root_of
from creditbus.services.domain.evidence.proofs import consistency_proof, inclusion_proof, is_consistent, is_included

# Certificate Transparency's reference data: eight leaves, and the roots of the trees of the first 1 to 8 of them.
_LEAVES: Final = tuple(
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
_ROOTS: Final = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
_INCLUDED: Final = {
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}
_CONSISTENT: Final = {
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
}

_hashes = st.lists(st.binary(max_size=8).map(leaf_hash), max_size=70)


def _by_definition(leaves: Sequence[bytes]) -> bytes:
    """Section 2.1 of RFC 6962, written down once more."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _by_definition(leaves[:split]) + _by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference_data(size: int) -> None:
    assert root_of(map(leaf_hash, _LEAVES[:size])).hex() == _ROOTS[size - 1]


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert TreeHead().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("place", _INCLUDED)
def test_inclusion_proofs_are_those_of_the_reference_data(place: tuple[int, int]) -> None:
    index, size = place
    leaves = [leaf_hash(one) for one in _LEAVES[:size]]
    assert [one.hex() for one in inclusion_proof(leaves, index)] == list(_INCLUDED[place])


@pytest.mark.parametrize("sizes", _CONSISTENT)
def test_consistency_proofs_are_those_of_the_reference_data(sizes: tuple[int, int]) -> None:
    old, new = sizes
    leaves = [leaf_hash(one) for one in _LEAVES[:new]]
    assert [one.hex() for one in consistency_proof(leaves, old)] == list(_CONSISTENT[sizes])


@given(_hashes)
def test_a_growing_tree_has_the_root_of_the_definition(leaves: list[bytes]) -> None:
    head = TreeHead()
    for leaf in leaves:
        head.append(leaf)
    assert head.root() == _by_definition(leaves)
    assert len(head._complete) == len(leaves).bit_count(), "no more is kept than a hash for each bit of the size"


@given(_hashes, st.lists(st.integers(0, 70), max_size=6))
def test_stretches_made_side_by_side_are_the_same_tree(leaves: list[bytes], cuts: list[int]) -> None:
    bounds = [0, *sorted(min(cut, len(leaves)) for cut in cuts), len(leaves)]
    head = TreeHead()
    for first, end in itertools.pairwise(bounds):
        stretch = TreeHead(first)
        for leaf in leaves[first:end]:
            stretch.append(leaf)
        assert len(stretch._complete) <= 2 * max(stretch.size.bit_length(), 1), "little is kept of a stretch, too"
        head.extend(stretch)
    assert (head.size, head.root()) == (len(leaves), _by_definition(leaves))


def test_a_stretch_is_added_where_it_belongs_alone() -> None:
    with pytest.raises(ValueError, match="a stretch from 3 does not follow 0 leaves"):
        TreeHead().extend(TreeHead(3))


@given(_hashes.filter(bool), st.data())
def test_a_proof_shows_one_leaf_at_one_place_of_one_tree(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof, size = root_of(leaves), inclusion_proof(leaves, index), len(leaves)
    assert is_included(leaves[index], index, size, proof, root)
    assert not is_included(leaf_hash(b"another leaf"), index, size, proof, root)
    assert not is_included(leaves[index], index, size, [*proof, root], root)
    assert not is_included(leaves[index], index, size, proof, bytes(32))
    assert not is_included(leaves[index], size, size, proof, root)
    if proof:
        assert not is_included(leaves[index], index, size, proof[:-1], root)
        other = index ^ 1
        if other < size and leaves[other] != leaves[index]:
            assert not is_included(leaves[index], other, size, proof, root)


@given(_hashes, st.data())
def test_a_proof_shows_that_a_tree_goes_on_from_another(leaves: list[bytes], data: st.DataObject) -> None:
    old = data.draw(st.integers(0, len(leaves)))
    old_root, root, proof = root_of(leaves[:old]), root_of(leaves), consistency_proof(leaves, old)
    assert is_consistent(old, old_root, len(leaves), root, proof)
    assert not is_consistent(old, old_root, len(leaves), root, [*proof, root])
    assert not is_consistent(old, leaf_hash(b"another tree"), len(leaves), root, proof)
    if old and old < len(leaves):
        assert not is_consistent(old, old_root, len(leaves), leaf_hash(b"another tree"), proof)


def test_a_node_cannot_be_passed_off_as_a_leaf() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


def test_what_is_not_there_cannot_be_proved() -> None:
    with pytest.raises(IndexError):
        inclusion_proof([EMPTY_ROOT], 1)
    with pytest.raises(IndexError):
        consistency_proof([EMPTY_ROOT], 2)
