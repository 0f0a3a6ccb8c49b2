"""What a record of a feed begins with, and hashes: in Python and compiled, against Python's own library."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.evidence import hashing as hashing_package
from creditbus.services.domain.evidence.audit import Audit
from creditbus.services.domain.evidence.feed_record import FeedPlace, feed_place, place_bytes, value_hash
from creditbus.services.domain.evidence.hashing import plain
from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.primitives import encode_long
from tests.harness.twins import compiled

_PARTS = st.binary(max_size=200) | st.integers(0, 70_000).map(lambda size: b"x" * size)


@pytest.fixture(params=["plain", "compiled"], scope="module")
def hashing(request: pytest.FixtureRequest) -> Any:
    found = plain if request.param == "plain" else compiled(hashing_package)
    return found or pytest.skip("not compiled here")


@given(first=_PARTS, second=_PARTS)
def test_a_digest_is_that_of_the_parts_together(hashing: Any, first: bytes, second: bytes) -> None:
    assert hashing.digest(first, second) == sha256(first + second).digest()
    assert hashing.digest(second) == sha256(second).digest()


@given(number=st.integers(1, (1 << 63) - 1), digest=st.binary(min_size=32, max_size=32), rest=st.binary(max_size=9))
def test_a_place_is_read_as_it_is_written(number: int, digest: bytes, rest: bytes) -> None:
    written = place_bytes(number, digest)
    assert written == encode_long(number) + digest
    assert feed_place(frame(7) + written + rest) == FeedPlace(number, digest)


def test_a_number_that_another_program_wrote_longer_than_it_must_be_follows_too() -> None:
    audit = Audit("feed.district-wuchang", [])
    taken = audit.partition(0, cut=False)
    first = frame(7) + b"\x82\x00" + bytes(32) + b"one"
    second = frame(7) + b"\x84\x00" + value_hash(first) + b"two"
    third = frame(7) + place_bytes(3, value_hash(second))
    for value in (first, second, third):
        taken.take(b"key", value)
    audit.close(taken)
    assert (audit.records, audit.findings) == (3, [])


def test_a_record_that_says_nothing_of_its_place_is_not_taken_for_the_first() -> None:
    audit = Audit("feed.district-wuchang", [])
    taken = audit.partition(0, cut=False)
    for value in (frame(7) + bytes(33), frame(7) + place_bytes(1, bytes(32))):
        taken.take(b"key", value)
    audit.close(taken)
    assert audit.findings != []


@pytest.mark.parametrize("byte", [0, 1, 15, 31])
def test_a_record_follows_by_every_byte_of_the_hash(byte: int) -> None:
    first = frame(7) + place_bytes(1, bytes(32)) + b"one"
    wrong = bytearray(value_hash(first))
    wrong[byte] ^= 1
    audit = Audit("feed.district-wuchang", [])
    taken = audit.partition(0, cut=False)
    for value in (first, frame(7) + place_bytes(2, bytes(wrong)) + b"two"):
        taken.take(b"key", value)
    audit.close(taken)
    assert len(audit.findings) == 1
