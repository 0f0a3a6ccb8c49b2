"""The end of one worker process."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from creditbus.topics.connection import Connection
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
