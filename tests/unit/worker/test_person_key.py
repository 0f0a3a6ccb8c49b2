"""The key of persons' tokens: that of the environment, else one that the home makes once."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.services.worker.person_key import KEY_VARIABLE, read_person_key
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
