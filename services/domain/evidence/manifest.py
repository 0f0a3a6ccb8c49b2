"""What is signed of an interval of a feed: how many records, from where to where, and the root of their tree."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from creditbus.services.domain.evidence.checkpoint import Checkpoint, is_noted
from creditbus.services.domain.evidence.merkle import HASH_BYTES
from creditbus.services.domain.evidence.signed_json import canonical, number_of, read_json, text_of

__all__ = ["NO_HASH", "Manifest", "ManifestFault", "Span", "manifest_named", "origin_of", "read_manifest"]

#: Stands where there is no record before.
NO_HASH: Final = bytes(HASH_BYTES)

#: Of a manifest with watermarks and of one without. Whoever knows the first format alone says of the second that it
#: cannot be read, and not that it is forged.
_FORMAT: Final = 1
_WITH_WATERMARKS: Final = 2
_EXTENSION: Final = "creditbus manifest sha256 "


class ManifestFault(StrEnum):
    """Why a manifest says nothing, whoever signed it."""

    UNREADABLE = "unreadable"
    """It is not a document of a format that is known here."""
    OTHER_FACTS = "other-facts"
    """It says something else than what was signed."""


@dataclass(frozen=True, slots=True)
class Span:
    """What an interval holds of one partition.

    Attributes:
        partition: its number.
        first: number of the first record; one more than `last` where there is none.
        last: number of the last record; 0 where there was never one.
        previous_hash: of the record before the first; `NO_HASH` before the first of all.
        last_hash: of the last record, or of the one before where there is none.
        next_offset: where the log goes on after the last record. It helps to read on, and proves nothing: a copy of
            the feed has offsets of its own.

    """

    partition: int
    first: int
    last: int
    previous_hash: bytes
    last_hash: bytes
    next_offset: int

    @property
    def records(self) -> int:
        """Number of its records."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """An interval of a feed.

    Attributes:
        feed: the feed's topic.
        number: of the manifest, from 1 without gaps.
        suite: name of the signature's suite.
        since_ms: when the manifest before was made, in milliseconds since 1970 UTC; 0 for the first. Where a clock was
            wrong it may be later than `made_ms`.
        made_ms: when this one was made.
        previous: SHA-256 of the document before it; `NO_HASH` for the first.
        spans: by partition, each of them once, in ascending order.
        root: of the tree over the leaves of all spans, one after the other.
        note: the signed checkpoint.
        watermarks: by department, up to when all that it published is in this feed's manifests so far, where the grant
            admits it, in milliseconds since 1970 UTC; empty: nothing is said.

    """

    feed: str
    number: int
    suite: str
    since_ms: int
    made_ms: int
    previous: bytes
    spans: tuple[Span, ...]
    root: bytes
    note: str = ""
    watermarks: Mapping[str, int] = field(default_factory=dict)

    @property
    def records(self) -> int:
        """Number of records of the interval."""
        return sum(span.records for span in self.spans)

    def facts(self) -> Mapping[str, Any]:
        """Return all that is signed, as JSON has it."""
        said = {"watermarks": dict(self.watermarks)} if self.watermarks else {}
        return {
            **said,
            "format": _WITH_WATERMARKS if said else _FORMAT,
            "feed": self.feed,
            "number": self.number,
            "suite": self.suite,
            "since_ms": self.since_ms,
            "made_ms": self.made_ms,
            "previous": self.previous.hex(),
            "records": self.records,
            "partitions": [
                {
                    "partition": span.partition,
                    "first": span.first,
                    "last": span.last,
                    "previous_hash": span.previous_hash.hex(),
                    "last_hash": span.last_hash.hex(),
                    "next_offset": span.next_offset,
                }
                for span in self.spans
            ],
            "root": base64.b64encode(self.root).decode(),
        }

    def checkpoint(self) -> Checkpoint:
        """Return what is to be signed: the tree's head, with the hash of all other facts as an extension."""
        digest = sha256(canonical(self.facts())).digest()
        extension = _EXTENSION + base64.b64encode(digest).decode()
        return Checkpoint(origin_of(self.feed, self.number), self.records, self.root, (extension,))

    def document(self) -> bytes:
        """Return the record's value: the facts and the note."""
        return canonical({**self.facts(), "checkpoint": self.note})

    @property
    def digest(self) -> bytes:
        """SHA-256 of the document, which the next manifest names."""
        return sha256(self.document()).digest()


def origin_of(feed: str, number: int) -> str:
    """Return the origin of a manifest's checkpoint: each interval is a tree of its own."""
    return f"creditbus/{feed}/{number}"


def read_manifest(document: bytes) -> Manifest | ManifestFault:
    """Read a document and compare it with the text of its note; nothing is said yet of the note's signature."""
    manifest = read_json(document, _read)
    if manifest is None:
        return ManifestFault.UNREADABLE
    sound = is_noted(manifest.note, manifest.checkpoint()) and manifest.document() == document
    return manifest if sound else ManifestFault.OTHER_FACTS


def manifest_named(manifests: Sequence[Manifest], partition: int, sequence: int) -> Manifest | None:
    """Return the manifest whose interval holds a record; None where none does."""
    for manifest in manifests:
        for span in manifest.spans:
            if span.partition == partition and span.first <= sequence <= span.last:
                return manifest
    return None


def _read(content: Mapping[str, Any]) -> Manifest | None:
    if content["format"] not in {_FORMAT, _WITH_WATERMARKS}:
        return None
    said = content["watermarks"] if content["format"] == _WITH_WATERMARKS else {}
    spans = tuple(
        Span(
            partition=number_of(one["partition"]),
            first=number_of(one["first"]),
            last=number_of(one["last"]),
            previous_hash=bytes.fromhex(one["previous_hash"]),
            last_hash=bytes.fromhex(one["last_hash"]),
            next_offset=number_of(one["next_offset"]),
        )
        for one in content["partitions"]
    )
    return Manifest(
        feed=text_of(content["feed"]),
        number=number_of(content["number"]),
        suite=text_of(content["suite"]),
        since_ms=number_of(content["since_ms"]),
        made_ms=number_of(content["made_ms"]),
        previous=bytes.fromhex(content["previous"]),
        spans=spans,
        root=base64.b64decode(content["root"], validate=True),
        note=text_of(content["checkpoint"]),
        watermarks={text_of(name): number_of(until) for name, until in said.items()},
    )
