"""The three commands as a person runs them, in a home of their own."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from creditbus.deploy.embedded import Cluster

COMMAND = [sys.executable, "-m", "creditbus.services.cli.main"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    Cluster(tmp_path).stop()


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CREDITBUS_")}
    return {**kept, "CREDITBUS_HOME": str(home)}


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], env=environment(home), capture_output=True, text=True, check=False, timeout=180
    )


def status(home: Path) -> dict[str, Any]:
    facts = json.loads(run(home, "status", "--json").stdout)
    assert isinstance(facts, dict)
    return facts


def until(condition: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_up_status_down_with_a_customary_port_taken(home: Path) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            stranger.bind(("127.0.0.1", 6379))
            stranger.listen()
        except OSError:
            pass  # taken already, which serves as well
        started = run(home, "up", "--json")
    assert started.returncode == 0, started.stderr
    endpoints = json.loads(started.stdout)
    assert endpoints == json.loads((home / "endpoints.json").read_text())
    assert not endpoints["redis_url"].endswith(":6379/0")

    facts = status(home)
    assert {server["name"]: server["state"] for server in facts["servers"]} == dict.fromkeys(
        ("kafka", "registry", "redis"), "healthy"
    )
    assert facts["endpoints"] == endpoints
    assert facts["topics"] == 0
    assert facts["answers"] == dict.fromkeys(endpoints, True)

    assert run(home, "topics", "plan").returncode == 1
    assert run(home, "topics", "apply").returncode == 0
    assert run(home, "topics", "plan").stdout == "topics and schemas are as declared\n"

    assert run(home, "feed", "keys", "--create", "trial.example").returncode == 0
    assert "signed every hour" in run(home, "up", "--lang", "en").stdout
    *servers, signer = status(home)["servers"]
    assert [server["pid"] for server in servers] == [server["pid"] for server in facts["servers"]]
    assert psutil.Process(signer["pid"]).cmdline()[-4:] == ["feed", "manifest", "--every", "1h"]

    assert run(home, "down").returncode == 0
    assert not any(psutil.pid_exists(server["pid"]) for server in [*servers, signer])
    assert run(home, "status").returncode == 1
    assert status(home) == {"servers": [], "endpoints": None, "answers": None, "topics": None, "stages": []}


def test_the_foreground_starts_again_what_dies_and_stops_all_at_ctrl_c(home: Path) -> None:
    with subprocess.Popen([*COMMAND, "up", "--foreground"], env=environment(home), stdout=subprocess.DEVNULL) as up:
        try:
            servers = Cluster(home, customary_ports=False)
            until((home / "endpoints.json").exists)
            servers = Cluster(home)
            servers.kill("redis")
            until(lambda: {server.state for server in servers.status()} == {"healthy"})
            up.send_signal(signal.SIGINT)
            assert up.wait(60) == 130
        finally:
            up.terminate()  # a failure must not wait for it for ever
    assert {server.state for server in servers.status()} == {"stopped"}
