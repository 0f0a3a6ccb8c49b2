"""The supervisor of worker processes: who dies is started again as the same member, and nobody is left behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.harness.waiting import until

_SUPERVISE = """
import logging, signal, sys
from creditbus.services.worker.supervisor import supervise

def work(arguments):
    print(*arguments, flush=True)
    {work}

logging.basicConfig(level="INFO")
sys.exit(supervise(work, ["--stage=intake"], 2, {port}))
"""
_WAITS = "signal.pause()"


@contextmanager
def _supervisor(
    log: Path, work: str, port: int | None = None, *, before: str = ""
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        command = [sys.executable, "-c", before + _SUPERVISE.format(work=work, port=port)]
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        yield process
    finally:
        # its workers end with it; killed, it would leave them running
        process.terminate()
        process.wait(20)


def _started(log: Path) -> list[tuple[int, str]]:
    found = re.findall(r"worker (\d+) starts as (\S+)", log.read_text(encoding="utf-8"))
    return [(int(pid), instance) for pid, instance in found]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def test_a_worker_that_is_killed_is_started_again_as_the_same_member(log: Path) -> None:
    with _supervisor(log, _WAITS) as process:
        until(lambda: len(_started(log)) == 2, "two workers start")
        (first, name), (second, other) = _started(log)
        assert {child.pid for child in psutil.Process(process.pid).children()} == {first, second}
        psutil.Process(first).kill()
        until(lambda: len(_started(log)) == 3, "the killed one is started again")
        third, again = _started(log)[2]
        assert (again, name == other) == (name, False)
        assert {child.pid for child in psutil.Process(process.pid).children()} == {second, third}
        line = f"worker --single --instance={name} --supervisor={process.pid} --stage=intake"
        until(lambda: log.read_text(encoding="utf-8").count(line) == 2, "the successor works as the same member")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not any(psutil.pid_exists(pid) for pid in (first, second, third))
    assert f"worker {first} ended with -9; starting it again in 0.2 s" in log.read_text(encoding="utf-8")


def test_each_worker_has_a_port_of_its_own(log: Path) -> None:
    with _supervisor(log, _WAITS, port=9100):
        until(
            lambda: {"--metrics-port=9100", "--metrics-port=9101"} <= set(log.read_text("utf-8").split()), "the ports"
        )


def test_one_that_fails_is_started_with_growing_pauses(log: Path) -> None:
    with _supervisor(log, "return 1"):
        until(lambda: re.search(r"ended with 1; starting it again in 0\.4 s", log.read_text("utf-8")), "a second pause")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_the_code_tells_a_request_to_stop_from_ctrl_c(log: Path, number: signal.Signals, code: int) -> None:
    with _supervisor(log, _WAITS) as process:
        until(lambda: len(_started(log)) == 2, "two workers start")
        process.send_signal(number)
        process.send_signal(signal.SIGTERM)  # a second signal changes nothing
        assert process.wait(20) == code


def test_a_user_s_error_ends_all(log: Path) -> None:
    with _supervisor(log, f"if arguments[2].endswith('-1'): return 2\n    {_WAITS}") as process:
        assert process.wait(20) == 2
        assert not any(psutil.pid_exists(pid) for pid, _ in _started(log))


def test_a_successor_is_told_how_those_before_it_ended(log: Path) -> None:
    with _supervisor(log, "return 71"):
        until(lambda: "--restarted=stalled=2" in log.read_text("utf-8"), "a third start")


def test_a_user_s_error_of_one_that_has_worked_is_no_end_of_all(log: Path) -> None:
    work = f"if arguments[2].endswith('-1'): return 2\n    {_WAITS}"
    program = "from creditbus.services.worker import supervisor; supervisor._STEADY_SECONDS = 0.0\n"
    with _supervisor(log, work, before=program) as process:
        until(lambda: re.search(r"ended with 2; starting it again", log.read_text("utf-8")), "it is started again")
        assert process.poll() is None
