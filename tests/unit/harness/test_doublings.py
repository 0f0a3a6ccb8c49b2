"""A client that sends twice is distinguished from a bus or a broker that doubles."""

import struct
from pathlib import Path

from tests.harness.checker import DOUBLED, FOREIGN
from tests.harness.doublings import doublings
from tests.harness.identities import Identity, identity_of
from tests.harness.wire import Place, Record

_PLACE = Place("ingest.credit-office", 2)
_FIRST, _SECOND = Record(_PLACE, 5, b"k", b"v"), Record(_PLACE, 9, b"k", b"v")
_BEFORE, _AFTER = Identity(7, 0, 30), Identity(7, 1, 0)


def kinds(
    identities: dict[int, Identity | None], changing: set[tuple[str, int, int]], *copies: Record
) -> list[tuple[str, int]]:
    found = doublings("event 1", copies, lambda record: identities[record.offset], changing)
    return [(problem.kind, problem.cases) for problem in found]


def test_a_copy_under_another_identity_that_changed_nothing_is_its_clients() -> None:
    assert kinds({5: _BEFORE, 9: _AFTER}, {(*_PLACE, 5)}, _FIRST, _SECOND) == [(FOREIGN, 1)]


def test_a_copy_that_was_applied_is_doubled_whoever_sent_it() -> None:
    assert kinds({5: _BEFORE, 9: _AFTER}, {(*_PLACE, 5), (*_PLACE, 9)}, _FIRST, _SECOND) == [(DOUBLED, 1)]


def test_a_copy_under_the_same_number_is_the_brokers() -> None:
    assert kinds({5: _BEFORE, 9: _BEFORE}, {(*_PLACE, 5)}, _FIRST, _SECOND) == [(DOUBLED, 1)]


def test_a_copy_of_which_nobody_knows_the_writer_is_doubled() -> None:
    assert kinds({5: _BEFORE, 9: None}, {(*_PLACE, 5)}, _FIRST, _SECOND) == [(DOUBLED, 1)]
    assert kinds({5: None, 9: _AFTER}, {(*_PLACE, 5)}, _FIRST, _SECOND) == [(DOUBLED, 1)]


def test_each_copy_beyond_the_first_is_judged() -> None:
    third = Record(_PLACE, 11, b"k", b"v")
    identities: dict[int, Identity | None] = {5: _BEFORE, 9: _AFTER, 11: _AFTER}
    assert kinds(identities, {(*_PLACE, 5)}, _FIRST, _SECOND, third) == [(FOREIGN, 1), (DOUBLED, 1)]


def test_who_wrote_a_record_is_read_from_the_brokers_files(tmp_path: Path) -> None:
    folder = tmp_path / f"{_PLACE.topic}-{_PLACE.partition}"
    folder.mkdir()
    (folder / "00000000000000000000.log").write_bytes(batch(0, 4, Identity(7, 0, 25)) + batch(4, 3, _BEFORE))
    (folder / "00000000000000000007.log").write_bytes(batch(7, 3, _AFTER) + bytes(40))
    other = tmp_path / "elsewhere"
    assert identity_of(_FIRST, [other, tmp_path]) == Identity(7, 0, 31)
    assert identity_of(_SECOND, [other, tmp_path]) == Identity(7, 1, 2)
    assert identity_of(_FIRST._replace(offset=10), [tmp_path]) is None


def batch(base: int, count: int, identity: Identity) -> bytes:
    body = b"records"
    head = struct.pack(">hiqqqhii", 0, count - 1, 0, 0, *identity, count)
    rest = struct.pack(">ibI", 0, 2, 0) + head + body
    return struct.pack(">qi", base, len(rest)) + rest
