"""Checkpoints and signed notes: what is believed, and what is not."""

from __future__ import annotations

import base64

import pytest

from creditbus.services.domain.evidence.checkpoint import Checkpoint, read_checkpoint
from creditbus.services.domain.evidence.note import (
    NoteFault,
    OpenedNote,
    PublicKey,
    open_note,
    read_public_key,
    signed_note,
    signers,
)
from tests.feed_evidence import key_named

_KEY = key_named("credit.example")
_OTHER = key_named("credit.elsewhere", 2)
_TRUSTED = [(_KEY.public, _KEY.suite.verify)]
_TEXT = Checkpoint("creditbus/feed.court/3", 17, bytes(range(32)), ("more",)).text()

# The example of Go's package golang.org/x/mod/sumdb/note: a key and a note by it.
_GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
_GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_that_another_implementation_signed_is_believed() -> None:
    key = read_public_key(_GO_KEY, [_KEY.suite.kind])
    assert key is not None
    assert key.text() == _GO_KEY
    opened = open_note(_GO_NOTE, [(key, _KEY.suite.verify)])
    assert opened == OpenedNote(_GO_NOTE.partition("\n\n")[0] + "\n", key)
    assert open_note(_GO_NOTE.replace("problem", "answer", 1), [(key, _KEY.suite.verify)]) is NoteFault.BAD_SIGNATURE


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    root = base64.b64encode(bytes(range(32))).decode()
    assert _TEXT.splitlines() == ["creditbus/feed.court/3", "17", root, "more"]
    assert read_checkpoint(_TEXT) == Checkpoint("creditbus/feed.court/3", 17, bytes(range(32)), ("more",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n1\n",
        _TEXT.rstrip("\n"),
        _TEXT.replace("17", "017"),
        _TEXT.replace("17", "-1"),
        _TEXT.replace("17", "١٧"),
        _TEXT.replace("17", "1" * 21),
        _TEXT.replace("17", "1" * 5000),
        _TEXT.replace("more", ""),
        _TEXT.replace("AAEC", "AAE"),
        "\n" + _TEXT,
    ],
)
def test_what_is_no_checkpoint_is_not_read(text: str) -> None:
    assert read_checkpoint(text) is None


def test_a_signature_of_a_trusted_key_is_enough_next_to_others() -> None:
    note = _OTHER.note(_TEXT) + _KEY.note(_TEXT).rpartition("\n\n")[2]
    assert open_note(note, _TRUSTED) == OpenedNote(_TEXT, _KEY.public)
    assert signers(note) == ["credit.elsewhere", "credit.example"]


def test_a_note_of_others_is_not_believed() -> None:
    assert open_note(_OTHER.note(_TEXT), _TRUSTED) is NoteFault.OTHER_SIGNER
    assert open_note(_KEY.note(_TEXT), []) is NoteFault.OTHER_SIGNER
    namesake = key_named("credit.example", 3)
    assert open_note(namesake.note(_TEXT), _TRUSTED) is NoteFault.OTHER_SIGNER, "a name alone is not a key"


def test_a_wrong_signature_under_a_trusted_key_is_never_passed_over() -> None:
    note = signed_note(_TEXT, _KEY.public, bytes(64))
    assert open_note(note, _TRUSTED) is NoteFault.BAD_SIGNATURE
    assert open_note(note + _KEY.note(_TEXT).rpartition("\n\n")[2], _TRUSTED) is NoteFault.BAD_SIGNATURE
    assert open_note(signed_note(_TEXT, _KEY.public, b"short"), _TRUSTED) is NoteFault.BAD_SIGNATURE


@pytest.mark.parametrize(
    "note",
    ["", _TEXT, f"{_TEXT}\n", f"{_TEXT}\n— credit.example AAAA\n", f"{_TEXT}\n- credit.example AAAAAAAA\n", "a\tb"],
)
def test_what_is_no_note_is_malformed(note: str) -> None:
    assert open_note(note, _TRUSTED) is NoteFault.MALFORMED


def test_half_a_character_makes_no_note_and_no_name() -> None:
    note = _KEY.note(_TEXT)
    for other in ("\udcff" + note, note.replace("credit.example", "\ud800"), f"{note}— \ud800x AAAAAAA=\n"):
        assert open_note(other, _TRUSTED) is NoteFault.MALFORMED
        assert "\ud800" not in "".join(signers(other))
    assert read_public_key("\ud800" + _GO_KEY, [_KEY.suite.kind]) is None


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000", "a b+c74f20a3+AQ==", _GO_KEY.replace("c74", "c75"), "x+c74f20a3+!"]
)
def test_what_is_no_public_key_is_not_read(text: str) -> None:
    assert read_public_key(text, [_KEY.suite.kind]) is None


def test_a_key_of_another_suite_is_not_taken_for_ed25519() -> None:
    other = PublicKey("credit.example", b"\xffsm2-sm3", bytes(64))
    assert read_public_key(other.text(), [_KEY.suite.kind]) is None
    assert read_public_key(other.text(), [_KEY.suite.kind, b"\xffsm2-sm3"]) == other
