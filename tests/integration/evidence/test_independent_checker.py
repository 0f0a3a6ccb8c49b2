"""A checker that nobody here wrote, Go's packages for its checksum database, accepts our notes, trees and proofs."""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from creditbus.services.domain.evidence.feed_record import feed_leaf, feed_place, value_hash
from creditbus.services.domain.evidence.inclusion_file import InclusionFile
from creditbus.services.domain.evidence.merkle import leaf_hash, root_of
from creditbus.services.domain.evidence.note import OpenedNote, open_note
from creditbus.services.domain.evidence.proofs import consistency_proof, inclusion_proof
from creditbus.services.evidence.keys import create_key, key_path
from tests.feed_evidence import TOPIC, key_named, made_log, next_of, signed

_SOURCES = Path(__file__).parent / "checker"
_KEY = key_named("credit.example")

Checker = Callable[..., tuple[bool, str]]


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go here, with which the independent checker is built")
    program = tmp_path_factory.mktemp("checker") / "checker"
    built = subprocess.run(
        [go, "build", "-o", str(program), "."],
        cwd=_SOURCES,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GOFLAGS": "-buildvcs=false"},
    )
    if built.returncode:
        if "dial tcp" in built.stderr or "no such host" in built.stderr or "module lookup disabled" in built.stderr:
            pytest.skip(f"golang.org/x/mod cannot be fetched: {built.stderr.splitlines()[-1]}")
        pytest.fail(built.stderr)

    def check(*arguments: object) -> tuple[bool, str]:
        ran = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
        return ran.returncode == 0, ran.stdout

    return check


def _proofs(chance: random.Random) -> list[InclusionFile]:
    """Every record of a small feed, proved."""
    log = made_log(chance, most=20)
    manifest = signed(next_of(log, {one: len(entries) for one, entries in log.items()}, None), _KEY)
    entries = [(partition, key, value) for partition, found in log.items() for key, value in found]
    places = [feed_place(value) for _, _, value in entries]
    numbers = [0 if place is None else place.sequence for place in places]
    leaves = [
        feed_leaf(TOPIC, partition, number, key, value_hash(value))
        for number, (partition, key, value) in zip(numbers, entries, strict=True)
    ]
    return [
        InclusionFile(manifest.document(), partition, numbers[index], key, value, index, inclusion_proof(leaves, index))
        for index, (partition, key, value) in enumerate(entries)
    ]


def test_it_accepts_the_proof_of_each_record_and_of_no_other(checker: Checker, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    for proof in _proofs(random.Random(3))[::3]:
        file.write_bytes(proof.document())
        accepted, said = checker("prove", _KEY.public.text(), file)
        assert accepted, said
        assert said == f"proved creditbus/{TOPIC}/1 {proof.partition} {proof.sequence}\n"
    content = json.loads(file.read_bytes())
    for name, value in (
        ("value", base64.b64encode(b"another record").decode()),
        ("key", base64.b64encode(b"another key").decode()),
        ("partition", 0),
        ("feed_seq", content["feed_seq"] + 1),
        ("index", 0),
    ):
        file.write_text(json.dumps({**content, name: value}))
        assert not checker("prove", _KEY.public.text(), file)[0], name


def test_it_refuses_another_signer_and_another_head(checker: Checker, tmp_path: Path) -> None:
    file = tmp_path / "proof.json"
    proof = _proofs(random.Random(4))[0]
    file.write_bytes(proof.document())
    assert not checker("prove", key_named("credit.example", 2).public.text(), file)[0]
    content = json.loads(proof.document())
    content["manifest"]["checkpoint"] = content["manifest"]["checkpoint"].replace("manifest sha256", "manifest  sha256")
    file.write_text(json.dumps(content))
    accepted, said = checker("prove", _KEY.public.text(), file)
    assert not accepted
    assert "invalid signature" in said


def test_it_accepts_that_a_tree_goes_on_from_another(checker: Checker, tmp_path: Path) -> None:
    leaves = [leaf_hash(bytes([one])) for one in range(21)]
    file = tmp_path / "trees.json"
    for old in range(1, 21):
        heads = {"old_size": old, "old_root": root_of(leaves[:old]), "size": 21, "root": root_of(leaves)}
        facts = {name: base64.b64encode(one).decode() if isinstance(one, bytes) else one for name, one in heads.items()}
        proof = [base64.b64encode(one).decode() for one in consistency_proof(leaves, old)]
        file.write_text(json.dumps(facts | {"proof": proof}))
        assert checker("consistent", file) == (True, "")
        file.write_text(json.dumps(facts | {"proof": proof, "old_root": facts["root"]}))
        assert not checker("consistent", file)[0]


def test_a_note_that_it_signs_with_our_key_file_is_believed_here(checker: Checker, tmp_path: Path) -> None:
    key = create_key(tmp_path, "credit.example", "ed25519")
    text = tmp_path / "text"
    text.write_text("said by another\n", "utf-8")
    accepted, note = checker("sign", key_path(tmp_path), text)
    assert accepted
    assert open_note(note, [(key.public, key.suite.verify)]) == OpenedNote("said by another\n", key.public)
