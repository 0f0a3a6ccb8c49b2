"""The process that signs every hour next to the servers: when it is started, with what, and that it is ended."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.evidence.keys import create_key

_APP = "creditbus.services.cli.servers.app"


@dataclass(slots=True)
class _Process:
    """In place of a process of the system."""

    pid: int | None = None
    started: list[tuple[Sequence[str], Path, Mapping[str, str]]] = field(default_factory=list)

    def start(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        self.started.append((command, directory, environment))
        self.pid = 7

    def terminate(self) -> None:
        self.pid = None

    def wait(self, seconds: float) -> bool:
        return seconds > 0 and self.pid is None


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Process:
    made = _Process()
    cluster = SimpleNamespace(
        home=tmp_path,
        listening=SimpleNamespace(is_open=False),
        start=lambda: None,
        stop=lambda: None,
        endpoints=lambda: {"bootstrap_servers": "127.0.0.1:9092"},
    )
    monkeypatch.setattr("creditbus.deploy.embedded.process.ServerProcess", lambda *_: made)
    monkeypatch.setattr(f"{_APP}._cluster", lambda *_: cluster)
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "elsewhere.example:9092")
    return made


def test_it_signs_the_bus_of_this_home_and_ends_with_it(
    process: _Process, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    create_key(tmp_path, "trial.example", "ed25519")
    assert cli.main(["up", "--lang", "en"]) == 0
    assert "manifests          signed every hour\n" in capsys.readouterr().out
    ((command, directory, environment),) = process.started
    assert command == [sys.executable, "-m", "creditbus.services.cli", "feed", "manifest", "--every", "1h"]
    assert (directory, environment["CREDITBUS_HOME"]) == (tmp_path, str(tmp_path))
    assert "CREDITBUS_BOOTSTRAP_SERVERS" not in environment
    assert cli.main(["up"]) == 0
    assert len(process.started) == 1
    assert cli.main(["down"]) == 0
    assert process.pid is None


@pytest.mark.parametrize(("key", "options"), [(False, []), (True, ["--no-manifests"])])
def test_without_a_key_or_against_the_wish_nothing_signs(
    *, key: bool, options: list[str], process: _Process, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if key:
        create_key(tmp_path, "trial.example", "ed25519")
    assert cli.main(["up", *options, "--lang", "en"]) == 0
    assert (process.started, "signed" in capsys.readouterr().out) == ([], False)
