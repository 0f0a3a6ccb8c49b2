"""What anybody may write in place of a manifest or a proof: it is never believed, and never ends what reads it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import orjson
import pytest

from creditbus.services.cli.feed.verify import finding_line
from creditbus.services.domain.evidence.feed_record import feed_leaf, value_hash
from creditbus.services.domain.evidence.findings import FeedFault
from creditbus.services.domain.evidence.inclusion_file import InclusionFault, InclusionFile, checked, read_inclusion
from creditbus.services.domain.evidence.manifest import Manifest, ManifestFault, read_manifest
from creditbus.services.domain.evidence.manifest_series import trusted_manifests
from creditbus.services.domain.evidence.proofs import inclusion_proof
from creditbus.services.domain.evidence.snapshot import Snapshot, SnapshotFile, SnapshotSpan, read_snapshot
from creditbus.services.engine.codec.primitives import encode_long
from tests.feed_evidence import TOPIC, audited, key_named, made_log, next_of, signed

_KEY = key_named("credit.example")
_OTHER = key_named("credit.elsewhere", 2)
_TRUSTED = [(_KEY.public, _KEY.suite.verify)]
_LOG = made_log(random.Random(1))
_ENDS: Final = {number: len(entries) for number, entries in _LOG.items()}

_DEEP: Final = "[" * 100_000 + "]" * 100_000
_VALUES: Final = {
    "infinite": "1e999",
    "less than any": "-1e999",
    "no number": "NaN",
    "below 0": "-1",
    "of 65 bits": str(1 << 64),
    "of 4,300 digits": "9" * 4300,
    "of 5,000 digits": "1" * 5000,
    "with a fraction": "1.5",
    "true": "true",
    "null": "null",
    "half a character": r'"\ud800"',
    "a text": '"x"',
    "a list": "[]",
    "a list of lists": "[[[1e999]]]",
    "an object": "{}",
    "deep": _DEEP,
}


def _manifest() -> Manifest:
    return signed(replace(next_of(_LOG, _ENDS, None), watermarks={"court": 5}), _KEY)


def _snapshot() -> Snapshot:
    file = SnapshotFile("a.avro", "a", 1, 2, 3, bytes(32))
    unsigned = Snapshot(TOPIC, "avro", "ed25519", 17, (SnapshotSpan(0, 1, 5, bytes(32), 9),), (file,))
    return replace(unsigned, note=_KEY.note(unsigned.checkpoint().text()))


def _proof() -> InclusionFile:
    leaves = [
        feed_leaf(TOPIC, number, place, key, value_hash(value))
        for number, entries in _LOG.items()
        for place, (key, value) in enumerate(entries, 1)
    ]
    return InclusionFile(_manifest().document(), 0, 3, *_LOG[0][2], 2, inclusion_proof(leaves, 2))


def _forged(content: Any, value: str) -> Iterator[bytes]:
    """Yield a document for each place in it, with another value there."""
    for changed in _changed(content):
        text = json.dumps(changed, sort_keys=True, separators=(",", ":"))
        yield text.replace('"here"', value).encode("ascii")


def _changed(content: Any) -> Iterator[Any]:
    yield "here"
    if isinstance(content, Mapping):
        for name, one in content.items():
            yield from ({**content, name: other} for other in _changed(one))
    elif isinstance(content, list):
        for place, one in enumerate(content):
            yield from ([*content[:place], other, *content[place + 1 :]] for other in _changed(one))


def _with_notes(content: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield a document with notes that nobody could sign."""
    note = content["checkpoint"]
    for other in (
        note.replace("\n", "\n" + "1" * 5000, 1),
        note.replace("— credit", "— \ud800credit"),
        note + "— \ud800x AAAAAAA=\n",
        "\udfff" + note,
        "",
        "\n\n",
    ):
        yield json.dumps({**content, "checkpoint": other}, sort_keys=True, separators=(",", ":")).encode("ascii")


@pytest.mark.parametrize("value", _VALUES.values(), ids=_VALUES)
def test_a_manifest_with_anything_in_any_place_is_one_finding(value: str) -> None:
    whole = _manifest().document()
    for document in [*_forged(json.loads(whole), value), *_with_notes(json.loads(whole))]:
        assert isinstance(read_manifest(document), ManifestFault)
        believed, (found,) = trusted_manifests(TOPIC, [whole, document], _TRUSTED)
        assert [one.number for one in believed] == [1]
        assert not found.fault.harmless
        assert orjson.dumps(asdict(found))
        assert finding_line(found).encode()


@pytest.mark.parametrize("value", _VALUES.values(), ids=_VALUES)
def test_a_snapshot_with_anything_in_any_place_is_refused(value: str) -> None:
    whole = _snapshot().document()
    unsigned = replace(_snapshot(), note="").document()
    for document in [*_forged(json.loads(whole), value), *_with_notes(json.loads(whole))]:
        # it says `true` of itself, and one that nobody signed is for its reader to refuse
        assert document in {whole, unsigned} or isinstance(read_snapshot(document), ManifestFault)


@pytest.mark.parametrize("value", _VALUES.values(), ids=_VALUES)
def test_a_proof_with_anything_in_any_place_proves_nothing(value: str) -> None:
    whole = json.loads(_proof().document())
    for document in _forged(whole, value):
        proof = read_inclusion(document)
        outcome = None if proof is None else checked(proof, _TRUSTED)
        changed = proof != read_inclusion(_proof().document())
        assert not changed or outcome is None or isinstance(outcome, InclusionFault) or _for_people(document)
    for forged in _with_notes(whole["manifest"]):
        proof = read_inclusion(json.dumps({**whole, "manifest": json.loads(forged)}).encode())
        assert proof is not None
        assert checked(proof, _TRUSTED) is InclusionFault.MANIFEST_FORGED


def _for_people(document: bytes) -> bool:
    """Tell whether nothing but the record in readable form was changed, which proves nothing."""
    return bool({**json.loads(document), "record": None} == json.loads(_proof().document()))


@pytest.mark.parametrize("partition", [-1, 1, 1 << 31, 1 << 32, 1 << 33, 1 << 64])
def test_a_proof_of_a_partition_in_which_the_record_is_not_proves_nothing(partition: int) -> None:
    assert checked(replace(_proof(), partition=partition), _TRUSTED) is InclusionFault.NOT_INCLUDED


@pytest.mark.parametrize(
    "changed", [{"number": 1 << 64}, {"number": 10**4299}, {"since_ms": 1 << 63}, {"feed": "\ud800"}]
)
def test_a_manifest_that_agrees_with_itself_and_says_what_nothing_has_cannot_be_read(changed: dict[str, Any]) -> None:
    made = replace(_manifest(), **changed)
    note = _OTHER.note(_manifest().checkpoint().text()).rpartition("\n\n")[2]
    document = replace(made, note=f"{made.checkpoint().text()}\n{note}").document()
    assert read_manifest(document) is ManifestFault.UNREADABLE


def test_a_record_that_says_a_number_that_no_feed_reaches_is_named_at_once() -> None:
    log = {0: list(_LOG[0][:3])}
    key, value = log[0][2]
    log[0][2] = (key, value[:5] + encode_long((1 << 63) - 1) + value[6:])
    found = audited(log, [], _KEY)
    assert [(one.fault, one.first, one.last) for one in found] == [(FeedFault.GAP, 3, (1 << 63) - 2)]
