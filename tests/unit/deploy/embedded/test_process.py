from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import psutil
import pytest

from creditbus.deploy.embedded.process import ServerProcess

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


@pytest.fixture
def process(tmp_path: Path) -> ServerProcess:
    return ServerProcess(tmp_path / "run" / "server.json", tmp_path / "logs" / "server.log")


def test_a_process_is_found_again_by_its_pid_file(process: ServerProcess, tmp_path: Path) -> None:
    process.start(SLEEP, tmp_path)
    again = ServerProcess(tmp_path / "run" / "server.json", process.log)
    assert again.pid == process.pid
    assert psutil.pid_exists(again.pid or 0)
    again.terminate()
    assert again.wait(10)
    assert process.pid is None


def test_who_waited_for_the_end_does_not_forget_a_new_start(
    process: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.start(SLEEP, tmp_path)
    supervisor = ServerProcess(tmp_path / "run" / "server.json", process.log)
    wait = psutil.Process.wait

    def wait_while_the_supervisor_is_quicker(gone: psutil.Process, timeout: float) -> None:
        gone.kill()
        wait(gone, timeout)
        supervisor.start(SLEEP, tmp_path)

    monkeypatch.setattr(psutil.Process, "wait", wait_while_the_supervisor_is_quicker)
    assert process.wait(10)
    monkeypatch.undo()
    assert supervisor.pid is not None
    supervisor.kill()


def test_a_process_whose_first_thread_ended_is_waited_for(process: ServerProcess, tmp_path: Path) -> None:
    """As a server of several threads is for a moment when it is killed."""
    program = "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(1,)).start(); "
    process.start(
        [sys.executable, "-c", program + "print('first', flush=True); ctypes.CDLL(None).pthread_exit(0)"], tmp_path
    )
    pid = process.pid
    assert pid is not None
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert process.pid == pid
    assert process.pid == pid
    assert process.wait(10)
    assert not psutil.pid_exists(pid)


def test_a_process_that_ended_has_no_pid(process: ServerProcess, tmp_path: Path) -> None:
    process.start([sys.executable, "-c", "print('bye')"], tmp_path)
    assert process.wait(10)
    assert process.pid is None
    assert process.log.read_text() == "bye\n"


def test_a_process_that_ignores_the_request_to_end_is_killed(process: ServerProcess, tmp_path: Path) -> None:
    process.start(DEAF, tmp_path)
    while "deaf" not in process.log.read_text():
        assert process.pid is not None
    process.terminate()
    assert not process.wait(0.2)
    process.kill()
    assert process.pid is None


@pytest.mark.parametrize(
    "facts",
    [
        json.dumps({"pid": os.getpid(), "started": psutil.Process().create_time() - 3600}),
        json.dumps({"pid": os.getpid()}),
        "half a fi",
    ],
    ids=["started earlier", "not said when", "cut off"],  # the same in every process that runs tests
)
def test_another_process_with_the_same_pid_is_left_alone(process: ServerProcess, tmp_path: Path, facts: str) -> None:
    pid_file = tmp_path / "run" / "server.json"
    pid_file.parent.mkdir()
    pid_file.write_text(facts)
    assert process.pid is None
    process.terminate()
    process.kill()
    assert pid_file.read_text() == facts


def test_a_large_log_of_earlier_runs_is_set_aside(
    process: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditbus.deploy.embedded.process._LARGEST_LOG_BYTES", 3)
    process.log.parent.mkdir()
    process.log.write_text("earlier")
    process.start([sys.executable, "-c", "print('now')"], tmp_path)
    assert process.wait(10)
    assert process.log.read_text() == "now\n"
    assert (tmp_path / "logs" / "server.1.log").read_text() == "earlier"
