from __future__ import annotations

import logging
from bdb import BdbQuit
from collections.abc import Callable
from pathlib import Path
from socket import socket

import pytest
import typer
from prometheus_client import CollectorRegistry

from creditbus.services.cli import main as cli
from creditbus.services.worker.metrics_port import serve_metrics
from creditbus.topics.errors import ConfigurationError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("BOOTSTRAP_SERVERS", "REGISTRY_URL", "REDIS_URL"):
        monkeypatch.delenv(f"CREDITBUS_{name}", raising=False)
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["fly"], "No such command 'fly'"),
        (["up", "--brokers", "two"], "--brokers"),
        (["up", "--brokers", "0"], "--brokers"),
        (["topics"], "creditbus topics --help"),
        (["topics", "plan"], "CREDITBUS_BOOTSTRAP_SERVERS: no address is known"),
    ],
)
def test_what_the_user_can_put_right_is_one_line_and_code_2(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("creditbus: ")
    assert output.err.count("\n") == 1
    assert line in output.err


def test_help_is_shown_when_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 0
    assert "status" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (typer.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (BdbQuit(), 130),
        (typer.Exit(1), 1),
        (ConfigurationError("key", "is wrong", "mend it"), 2),
        (RuntimeError("a fault"), 70),
    ],
)
def test_every_end_has_its_code(
    error: BaseException,
    code: int,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "_command", lambda *_: fail)
    assert cli.main(["status"]) == code
    shown = capsys.readouterr().err
    assert "Traceback" not in shown
    if code == 70:
        log = home / "logs" / "errors.log"
        assert str(log) in shown
        assert "RuntimeError: a fault" in log.read_text()


@pytest.mark.parametrize(
    ("line", "word"), [("feed verify --lang en", "feed"), ("--lang en up", "up"), ("fly", ""), ("--help", ""), ("", "")]
)
def test_commands_are_built_by_the_first_word(line: str, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def build(_: object, word: str) -> Callable[..., int]:
        asked.append(word)
        return lambda **_: 0

    monkeypatch.setattr(cli, "_command", build)
    assert (cli.main(line.split()), asked) == (0, [word])


def test_what_a_library_logs_does_not_stand_next_to_the_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    of_library = logging.getLogger("paramiko.transport")
    monkeypatch.setattr(of_library, "propagate", False)  # without the handlers that pytest has
    monkeypatch.setattr(logging, "lastResort", logging.StreamHandler())
    of_library.error("Exception (client): Error reading SSH protocol banner")
    assert "banner" in capsys.readouterr().err
    cli.main(["fly"])
    of_library.error("Exception (client): Error reading SSH protocol banner")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_level_of_logging_is_taken_in_small_letters_and_another_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["worker", "--log-level", "loud"]) == 2
    assert "--log-level" in capsys.readouterr().err
    assert cli.main(["worker", "--log-level", "debug", "--stage", "fly"]) == 2
    assert "fly" in capsys.readouterr().err


def test_a_home_that_is_a_file_leaves_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("")
    monkeypatch.setenv("CREDITBUS_HOME", str(home))
    monkeypatch.setattr(cli, "_run", lambda _: 1 / 0)
    assert cli.main(["status"]) == 70
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert str(home) in said


def test_metrics_on_a_port_in_use_are_the_users_to_put_right() -> None:
    with socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="--metrics-port"):
            serve_metrics(port, CollectorRegistry())
