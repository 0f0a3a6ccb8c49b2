"""The end of one worker process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from creditbus.topics.connection import Connection
from tests.harness.silent import Silent
from tests.harness.waiting import until
from tests.harness.workers import Worker

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_code_tells_a_request_to_stop_from_ctrl_c(tmp_path: Path, number: signal.Signals, code: int) -> None:
    bus = Connection(NOBODY, f"http://{NOBODY}", f"redis://{NOBODY}/0", tmp_path)
    with Worker(bus, tmp_path / "worker.log") as worker:
        worker.expect("wait for kafka")
        assert worker.process is not None
        worker.process.send_signal(number)
        assert worker.process.wait(30) == code


@pytest.mark.parametrize("options", [("--single",), ()])
def test_a_metrics_port_that_is_taken_is_the_user_s_mistake(tmp_path: Path, options: tuple[str, ...]) -> None:
    environment = os.environ | {
        "CREDITBUS_HOME": str(tmp_path),
        "CREDITBUS_BOOTSTRAP_SERVERS": NOBODY,
        "CREDITBUS_REGISTRY_URL": f"http://{NOBODY}",
        "CREDITBUS_REDIS_URL": f"redis://{NOBODY}/0",
    }
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))  # noqa: S104 -- where the metrics are served
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "creditbus.services.cli", "worker", *options, f"--metrics-port={port}"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    (line,) = (line for line in ended.stderr.splitlines() if "starts as" not in line)
    assert line.startswith(f"creditbus: --metrics-port: cannot be served at port {port}: ")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_kafka_that_keeps_silent_holds_up_no_request_to_stop(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    silent = Silent()
    bus = Connection(silent.address, f"http://{NOBODY}", f"redis://{NOBODY}/0", tmp_path)
    with Worker(bus, tmp_path / "worker.log") as worker:
        until(silent.was_asked, "Kafka is asked")
        assert worker.process is not None
        worker.process.send_signal(number)
        assert worker.process.wait(30) == code
    said = (tmp_path / "worker.log").read_text(encoding="utf-8")
    assert "wait for kafka" not in said, "the question itself is given up after three seconds, and that is said"
    silent.close()
