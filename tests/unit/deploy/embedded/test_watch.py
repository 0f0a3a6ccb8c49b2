"""`creditbus up --foreground`: what ends is started again; how it is asked to stop decides its exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from creditbus.deploy.embedded import watch
from creditbus.deploy.embedded.listening import LOCAL
from creditbus.services.cli import main as cli
from creditbus.services.cli.servers import app as servers


@dataclass(frozen=True)
class State:
    name: str
    state: str
    log: str = ""


class Servers:
    """A cluster whose Redis ends once; when it has been started again, the process is sent a signal."""

    home = Path("home")
    listening = LOCAL

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self.done: list[str] = []

    def start(self) -> None:
        self.done.append("start")

    def stop(self) -> None:
        self.done.append("stop")

    def restart(self, name: str) -> None:
        self.done.append(f"restart {name}")

    def endpoints(self) -> Mapping[str, str]:
        return {}

    def status(self) -> list[State]:
        if "restart redis" in self.done:
            os.kill(os.getpid(), self._number)
            return [State("kafka", "healthy"), State("redis", "healthy")]
        return [State("kafka", "healthy"), State("redis", "stopped")]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_code_tells_a_request_to_stop_from_ctrl_c(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, code: int
) -> None:
    found = Servers(number)
    monkeypatch.setattr(servers, "_cluster", lambda *_: found)
    monkeypatch.setattr(watch, "_LOOK_SECONDS", 0.01)
    before = signal.getsignal(number)
    assert cli.main(["up", "--foreground"]) == code
    assert found.done == ["start", "restart redis", "stop"]
    assert signal.getsignal(number) == before
