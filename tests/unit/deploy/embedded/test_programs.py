from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.deploy.embedded import ServerError
from creditbus.deploy.embedded.programs import resolve


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in Maven's place, to be written by the test; it is all there is on PATH."""
    program = tmp_path / "bin" / "mvn"
    program.parent.mkdir()
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def write(program: Path, script: str) -> None:
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.usefixtures("maven")
def test_a_machine_without_maven_is_told_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"^mvn: .*not on PATH; install Maven"):
        resolve(lambda _: None, tmp_path / "cache")


def test_a_failed_fetch_shows_mavens_first_error_and_leaves_nothing_behind(maven: Path, tmp_path: Path) -> None:
    write(maven, "echo '[INFO] trying'; echo '[ERROR] no route  to the repository'; exit 1")
    with pytest.raises(ServerError, match=r"^mvn: no route to the repository; see .*fetch\.log"):
        resolve(lambda _: None, tmp_path / "cache")
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"fetch.lock", "fetch.log"}


def test_jars_are_fetched_once(maven: Path, tmp_path: Path) -> None:
    fetch = (
        'for last; do :; done; target=${last#-Dservers.directory=}; /bin/mkdir -p "$target/kafka" "$target/registry"'
    )
    write(maven, fetch)
    steps: list[str] = []
    first = resolve(steps.append, tmp_path / "cache")
    assert first.kafka.is_dir()
    assert first.registry.is_dir()
    assert len(steps) == 2
    maven.unlink()
    assert resolve(steps.append, tmp_path / "cache") == first
    assert len(steps) == 2
