"""The proof that one record is in a feed, as a file: whoever checks it needs neither the bus nor the other records."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from creditbus.services.domain.evidence.feed_record import PARTITIONS, feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.manifest import Manifest, ManifestFault, read_manifest
from creditbus.services.domain.evidence.note import NoteFault, OpenedNote, PublicKey, Verify, open_note
from creditbus.services.domain.evidence.proofs import is_included
from creditbus.services.domain.evidence.signed_json import canonical, read_json

__all__ = ["InclusionFault", "InclusionFile", "checked", "read_inclusion", "readable"]

_FORMAT: Final = 1
_FIELDS: Final = frozenset(
    {"format", "partition", "feed_seq", "key", "value", "index", "proof", "manifest", "record", "schema"}
)


class InclusionFault(StrEnum):
    """Why a proof proves nothing."""

    MANIFEST_FORGED = "manifest-forged"
    MANIFEST_OTHER_SIGNER = "manifest-other-signer"
    OTHER_PLACE = "other-place"
    """The record says another number of itself than the proof does."""
    NOT_INCLUDED = "not-included"
    """The proof does not lead from this record to what was signed."""


@dataclass(frozen=True, slots=True, repr=False)
class InclusionFile:
    """A record with its way to the root that was signed.

    Attributes:
        manifest: document of the manifest of the record's interval.
        partition: the record's.
        sequence: its `feed_seq`.
        key: its key; None: it has none.
        value: its value, as it stands in the feed.
        index: its place among the leaves, from 0.
        proof: hashes that lead from it to the root, the lowest first.
        record: the record decoded, for people; `readable_record` compares it with the value.
        schema: that the value was written with; None in files of earlier versions. Nobody signs it.

    """

    manifest: bytes
    partition: int
    sequence: int
    key: bytes | None
    value: bytes
    index: int
    proof: Sequence[bytes]
    record: Any = None
    schema: Any = None

    def document(self) -> bytes:
        """Return the file's content."""
        content = {
            "format": _FORMAT,
            "partition": self.partition,
            "feed_seq": self.sequence,
            "key": None if self.key is None else _text(self.key),
            "value": _text(self.value),
            "index": self.index,
            "proof": [_text(one) for one in self.proof],
            "manifest": json.loads(self.manifest),
            "record": self.record,
        }
        if self.schema is not None:
            content["schema"] = self.schema
        return readable(content, indent=2).encode() + b"\n"


def readable(content: Any, indent: int | None = None) -> str:
    """Return a decoded record, or what holds one, as it is written for people."""
    return json.dumps(content, ensure_ascii=False, indent=indent, default=_plain)


def read_inclusion(document: bytes) -> InclusionFile | None:
    """Read a file; None where it holds something else, or anything that does not belong to a proof."""
    return read_json(document, _read)


def checked(
    proof: InclusionFile, trusted: Sequence[tuple[PublicKey, Verify]]
) -> tuple[Manifest, OpenedNote] | InclusionFault:
    """Return the manifest that a record is proved by, and who signed it; or why nothing is proved."""
    manifest = read_manifest(proof.manifest)
    if isinstance(manifest, ManifestFault):
        return InclusionFault.MANIFEST_FORGED
    opened = open_note(manifest.note, trusted)
    if isinstance(opened, NoteFault):
        other = opened is NoteFault.OTHER_SIGNER
        return InclusionFault.MANIFEST_OTHER_SIGNER if other else InclusionFault.MANIFEST_FORGED
    place = feed_place(proof.value)
    if place is None or place.sequence != proof.sequence:
        return InclusionFault.OTHER_PLACE
    if proof.partition not in PARTITIONS:
        return InclusionFault.NOT_INCLUDED
    leaf = feed_leaf(manifest.feed, proof.partition, proof.sequence, proof.key, value_hash(proof.value))
    if not is_included(leaf, proof.index, manifest.records, proof.proof, manifest.root):
        return InclusionFault.NOT_INCLUDED
    return manifest, opened


def _read(content: Mapping[str, Any]) -> InclusionFile | None:
    # what nobody compares would be read as if it were proved
    if content["format"] != _FORMAT or not content.keys() <= _FIELDS:
        return None
    return InclusionFile(
        manifest=canonical(content["manifest"]),
        partition=int(content["partition"]),
        sequence=int(content["feed_seq"]),
        key=None if content["key"] is None else _bytes(content["key"]),
        value=_bytes(content["value"]),
        index=int(content["index"]),
        proof=[_bytes(one) for one in content["proof"]],
        record=content.get("record"),
        schema=content.get("schema"),
    )


def _plain(value: Any) -> str:
    """Write what JSON has no form for, as `creditbus feed follow --json` does."""
    return value.hex() if isinstance(value, bytes) else str(value.isoformat())


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
