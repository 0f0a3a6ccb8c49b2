"""What is signed of a snapshot of a feed's view: its files, and how far of the feed they are made."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from creditbus.services.domain.evidence.checkpoint import Checkpoint, is_noted
from creditbus.services.domain.evidence.manifest import ManifestFault
from creditbus.services.domain.evidence.merkle import leaf_hash, root_of
from creditbus.services.domain.evidence.signed_json import canonical, number_of, read_json, text_of

__all__ = ["Snapshot", "SnapshotFile", "SnapshotSpan", "read_snapshot"]

_FORMAT: Final = 1
_EXTENSION: Final = "creditbus snapshot sha256 "
_LEAF_FORMAT: Final = b"creditbus snapshot file 1\n"


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One file of a snapshot.

    Attributes:
        name: within the folder; without a path.
        item: whose records it holds.
        schema_id: under which the registry has their schema; 0: they were written in several.
        records: how many it holds.
        size: in bytes.
        digest: SHA-256 of the file.

    """

    name: str
    item: str
    schema_id: int
    records: int
    size: int
    digest: bytes

    def facts(self) -> Mapping[str, Any]:
        """Return what JSON has of it."""
        return {
            "file": self.name,
            "item": self.item,
            "schema_id": self.schema_id,
            "records": self.records,
            "bytes": self.size,
            "sha256": self.digest.hex(),
        }


@dataclass(frozen=True, slots=True)
class SnapshotSpan:
    """Which records of one partition the view was made of.

    Attributes:
        partition: its number.
        first: number of the first; 1: nothing that was ever there is missing.
        last: number of the last; 0 where there was never one.
        last_hash: SHA-256 of the last record's value, which the next one repeats.
        next_offset: offset at which a copy goes on.

    """

    partition: int
    first: int
    last: int
    last_hash: bytes
    next_offset: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A feed's view as it was after the last records of its spans.

    Attributes:
        feed: the feed's topic.
        form: of the files: `avro` or `parquet`.
        suite: name of the signature's suite; empty where nobody signed.
        made_ms: when it was made, in milliseconds since 1970 UTC.
        spans: by partition, each of them once, in ascending order.
        files: by name, in ascending order.
        note: the signed checkpoint; empty where nobody signed.

    """

    feed: str
    form: str
    suite: str
    made_ms: int
    spans: tuple[SnapshotSpan, ...]
    files: tuple[SnapshotFile, ...]
    note: str = ""

    @property
    def records(self) -> int:
        """Number of records in all files."""
        return sum(one.records for one in self.files)

    @property
    def complete(self) -> bool:
        """Whether it holds all that the feed shows: no record expired before it was read for this snapshot."""
        return all(span.first == 1 for span in self.spans)

    def by_item(self) -> Mapping[str, int]:
        """Return the number of records of each item."""
        counts: Counter[str] = Counter()
        for one in self.files:
            counts[one.item] += one.records
        return dict(sorted(counts.items()))

    def facts(self) -> Mapping[str, Any]:
        """Return all that is signed, as JSON has it."""
        return {
            "format": _FORMAT,
            "feed": self.feed,
            "form": self.form,
            "suite": self.suite,
            "made_ms": self.made_ms,
            "complete": self.complete,
            "records": self.records,
            "items": self.by_item(),
            "partitions": [
                {
                    "partition": span.partition,
                    "first": span.first,
                    "last": span.last,
                    "last_hash": span.last_hash.hex(),
                    "next_offset": span.next_offset,
                }
                for span in self.spans
            ],
            "files": [one.facts() for one in self.files],
        }

    def checkpoint(self) -> Checkpoint:
        """Return what is to be signed: the head of a tree over the files, and the hash of all that is said."""
        root = root_of(leaf_hash(_LEAF_FORMAT + canonical(one.facts())) for one in self.files)
        extension = _EXTENSION + base64.b64encode(sha256(canonical(self.facts())).digest()).decode()
        return Checkpoint(f"creditbus/{self.feed}/snapshot/{self.made_ms}", len(self.files), root, (extension,))

    def document(self) -> bytes:
        """Return the manifest: the facts and the note."""
        return canonical({**self.facts(), "checkpoint": self.note})


def read_snapshot(document: bytes) -> Snapshot | ManifestFault:
    """Read a manifest and compare it with the text of its note; nothing is said yet of the note's signature."""
    snapshot = read_json(document, _read)
    if snapshot is None:
        return ManifestFault.UNREADABLE
    if snapshot.document() != document:
        return ManifestFault.OTHER_FACTS
    sound = not snapshot.note or is_noted(snapshot.note, snapshot.checkpoint())
    return snapshot if sound else ManifestFault.OTHER_FACTS


def _read(content: Mapping[str, Any]) -> Snapshot | None:
    if content["format"] != _FORMAT:
        return None
    spans = tuple(
        SnapshotSpan(
            partition=number_of(one["partition"]),
            first=number_of(one["first"]),
            last=number_of(one["last"]),
            last_hash=bytes.fromhex(one["last_hash"]),
            next_offset=number_of(one["next_offset"]),
        )
        for one in content["partitions"]
    )
    files = tuple(
        SnapshotFile(
            name=text_of(one["file"]),
            item=text_of(one["item"]),
            schema_id=number_of(one["schema_id"]),
            records=number_of(one["records"]),
            size=number_of(one["bytes"]),
            digest=bytes.fromhex(one["sha256"]),
        )
        for one in content["files"]
    )
    return Snapshot(
        feed=text_of(content["feed"]),
        form=text_of(content["form"]),
        suite=text_of(content["suite"]),
        made_ms=number_of(content["made_ms"]),
        spans=spans,
        files=files,
        note=text_of(content["checkpoint"]),
    )
