"""The manifest of a snapshot: what it says is what is signed, and nothing else is read as one."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.evidence.checkpoint import read_checkpoint
from creditbus.services.domain.evidence.manifest import ManifestFault
from creditbus.services.domain.evidence.snapshot import Snapshot, SnapshotFile, SnapshotSpan, read_snapshot

_DIGEST = st.binary(min_size=32, max_size=32)
_NUMBER = st.integers(0, 2**53)
_SPANS = st.lists(st.builds(SnapshotSpan, _NUMBER, _NUMBER, _NUMBER, _DIGEST, _NUMBER), max_size=3).map(tuple)
_FILES = st.lists(st.builds(SnapshotFile, st.text(), st.text(), _NUMBER, _NUMBER, _NUMBER, _DIGEST), max_size=3).map(
    tuple
)
_SNAPSHOTS = st.builds(
    Snapshot, st.text(), st.sampled_from(["avro", "parquet"]), st.just("ed25519"), _NUMBER, _SPANS, _FILES
)


def _noted(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, note=f"{snapshot.checkpoint().text()}\n— somebody AAAA\n")


@given(_SNAPSHOTS)
def test_what_was_written_is_read_again(snapshot: Snapshot) -> None:
    assert read_snapshot(snapshot.document()) == snapshot
    noted = _noted(snapshot)
    if "\n" not in snapshot.feed and snapshot.feed:
        assert read_snapshot(noted.document()) == noted


@given(_SNAPSHOTS, _SNAPSHOTS)
def test_a_note_is_of_one_snapshot_alone(one: Snapshot, other: Snapshot) -> None:
    borrowed = replace(one, note=_noted(other).note)
    if one != other:
        assert read_snapshot(borrowed.document()) is ManifestFault.OTHER_FACTS


@given(_SNAPSHOTS)
def test_what_follows_from_other_facts_cannot_be_said_otherwise(snapshot: Snapshot) -> None:
    for name in ("complete", "records", "items"):
        said = json.loads(snapshot.document())
        said[name] = {"other": 1} if name == "items" else not said[name]
        document = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        assert read_snapshot(document) is ManifestFault.OTHER_FACTS


def test_the_checkpoint_is_one_of_transparency_logs() -> None:
    file = SnapshotFile("a.avro", "a", 1, 2, 3, bytes(32))
    snapshot = Snapshot("feed.x", "avro", "ed25519", 17, (SnapshotSpan(0, 1, 5, bytes(32), 9),), (file,))
    found = read_checkpoint(snapshot.checkpoint().text())
    assert found == snapshot.checkpoint()
    assert (found.origin, found.size) == ("creditbus/feed.x/snapshot/17", 1)


def test_something_else_is_not_read() -> None:
    for document in (b"", b"[]", b"{}", b'{"format":2}', b"\xff"):
        assert read_snapshot(document) is ManifestFault.UNREADABLE
