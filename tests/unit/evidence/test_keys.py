"""Keys: made once, kept from others, and handed out as text; a city's own package adds a suite."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from creditbus.services.domain.evidence.note import OpenedNote, PublicKey, open_note
from creditbus.services.evidence.keys import create_key, key_path, load_key, trusted_keys
from creditbus.services.evidence.suites import SUITE_GROUP
from creditbus.topics.errors import ConfigurationError


class _Keyed:
    """A suite that needs no library, for the test alone."""

    name = "keyed"
    kind = b"\xffkeyed"

    def generate(self) -> bytes:
        return b"s" * 16

    def public(self, secret: bytes) -> bytes:
        return secret

    def sign(self, secret: bytes, text: bytes) -> bytes:
        return hmac.digest(secret, text, hashlib.sha256)

    def verify(self, public: bytes, text: bytes, signature: bytes) -> bool:
        return self.sign(public, text) == signature


KEYED = _Keyed()


def test_a_key_is_read_by_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    made = create_key(tmp_path, "credit.example", "ed25519")
    assert key_path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path) == made
    assert made.secret.hex() not in repr(made)
    with pytest.raises(ConfigurationError, match="there is a signing key already"):
        create_key(tmp_path, "credit.example", "ed25519")
    assert load_key(tmp_path) == made


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    create_key(tmp_path, "credit.example", "ed25519")
    key_path(tmp_path).chmod(0o640)
    with pytest.raises(ConfigurationError, match=r"other users can read .*chmod 600"):
        load_key(tmp_path)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "\udcff"])
def test_a_name_that_notes_cannot_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a key"):
        create_key(tmp_path, name, "ed25519")


def test_a_machine_without_a_key_is_told_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="feed keys --create"):
        load_key(tmp_path)
    with pytest.raises(ConfigurationError, match="there are: ed25519"):
        create_key(tmp_path, "credit.example", "rsa")


@pytest.mark.parametrize("text", ["", "PRIVATE+KEY+credit.example", "PRIVATE+KEY+credit.example+00000000+AQ==", "x\0"])
def test_a_damaged_key_is_named(tmp_path: Path, text: str) -> None:
    create_key(tmp_path, "credit.example", "ed25519")
    key_path(tmp_path).write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_key(tmp_path)


def test_a_key_that_is_longer_than_a_path_may_be_is_read_as_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditbus.services.evidence.keys.suites", lambda: {KEYED.name: KEYED})
    key = PublicKey("credit.example", KEYED.kind, bytes(4000))
    assert [one for one, _ in trusted_keys([key.text()], tmp_path)] == [key]
    for other in (key.text()[:-4], "\udcff" + key.text(), "x" * 1000):
        with pytest.raises(ConfigurationError, match="is not a public key"):
            trusted_keys([other], tmp_path)


def test_trusted_are_the_keys_that_are_given_else_those_of_the_machine(tmp_path: Path) -> None:
    assert trusted_keys((), tmp_path) == [], "nobody is trusted by himself"
    own = create_key(tmp_path, "credit.example", "ed25519").public
    other = create_key(tmp_path / "other", "credit.elsewhere", "ed25519").public
    assert [key for key, _ in trusted_keys((), tmp_path)] == [own]
    kept = tmp_path / "keys" / "trusted.pub"
    kept.write_text(f"{other.text()}\n\n", "utf-8")
    assert [key for key, _ in trusted_keys((), tmp_path)] == [own, other]
    assert [key for key, _ in trusted_keys([other.text()], tmp_path)] == [other]
    assert [key for key, _ in trusted_keys([str(kept)], tmp_path)] == [other]
    with pytest.raises(ConfigurationError, match="is not a public key"):
        trusted_keys(["credit.example+00000000+AAAA"], tmp_path)
    for name in ("no-such-file", "no-such-folder/credit.example.pub"):
        with pytest.raises(ConfigurationError, match=r"there is no file of that name; .*`creditbus feed keys > FILE`"):
            trusted_keys([name], tmp_path)
    with pytest.raises(ConfigurationError, match="as a file it cannot be read: Is a directory"):
        trusted_keys([str(tmp_path)], tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="is not a public key of a known suite"):
        trusted_keys([str(tmp_path / "binary")], tmp_path)


def test_a_package_of_the_city_adds_a_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(group: str) -> Iterable[EntryPoint]:
        assert group == SUITE_GROUP
        return [EntryPoint("keyed", f"{__name__}:KEYED", group)]

    monkeypatch.setattr("creditbus.services.evidence.suites.entry_points", found)
    monkeypatch.setattr(EntryPoint, "load", lambda _: KEYED)
    key = create_key(tmp_path, "credit.example", "keyed")
    assert load_key(tmp_path) == key
    opened = open_note(key.note("said\n"), trusted_keys([key.public.text()], tmp_path))
    assert opened == OpenedNote("said\n", key.public)
