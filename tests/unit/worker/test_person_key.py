"""The key of persons' tokens: that of the environment, else one that the home makes once."""

from __future__ import annotations

import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from creditbus.services.worker.person_key import KEY_BYTES, KEY_VARIABLE, read_person_key
from creditbus.topics.errors import ConfigurationError

KEY = "0123456789abcdef" * 4


def test_the_key_of_the_environment_is_that_of_every_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert {read_person_key(tmp_path / home) for home in ("a", "b")} == {bytes.fromhex(KEY)}
    assert list(tmp_path.iterdir()) == []


def test_without_one_each_home_makes_its_own_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    first, other = (read_person_key(tmp_path / home) for home in ("a", "b"))
    assert first != other
    assert read_person_key(tmp_path / "a") == first
    assert (tmp_path / "a" / "person.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", [KEY[:-2], KEY + "00", "z" * len(KEY)])
def test_what_is_no_key_is_the_user_s_mistake_and_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, key)
    with pytest.raises(ConfigurationError, match=KEY_VARIABLE) as told:
        read_person_key(tmp_path)
    assert key not in str(told.value)


def test_workers_that_start_at_the_same_moment_have_the_same_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that is first is held up while it makes the key; nobody reads half of it."""
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    workers, rounds = 4, 10
    for home in (tmp_path / str(number) for number in range(rounds)):
        together = Barrier(workers)

        def made(size: int, together: Barrier = together) -> str:
            together.wait()
            return os.urandom(size).hex()

        monkeypatch.setattr(secrets, "token_hex", made)
        with ThreadPoolExecutor(workers) as pool:
            keys = set(pool.map(read_person_key, [home] * workers))
        assert len(keys) == 1
        assert [path.name for path in home.iterdir()] == ["person.key"]


def test_a_worker_sees_no_key_before_it_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)

    def made(size: int) -> str:
        assert not (tmp_path / "person.key").exists()
        return os.urandom(size).hex()

    monkeypatch.setattr(secrets, "token_hex", made)
    assert len(read_person_key(tmp_path)) == KEY_BYTES


@pytest.mark.parametrize("content", [b"", KEY.encode()[:-2], b"\xff" * len(KEY)])
def test_a_damaged_file_is_named_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    path = tmp_path / "person.key"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"person\.key: is not a key; restore it"):
        read_person_key(tmp_path)
    assert path.read_bytes() == content


def test_a_home_that_is_a_file_is_the_user_s_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    home = tmp_path / "home"
    home.write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"person\.key: cannot be read or made"):
        read_person_key(home)
