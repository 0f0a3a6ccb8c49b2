"""`connector watch` ends soon after it is asked to, whatever it waits for at that moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError
from tests.harness.silent import Silent
from tests.harness.waiting import until
from tests.unit.topics.test_registry_address import serving

_SECONDS = 8.0
"""Two after which nobody waits any more, and some for a loaded machine; a question to a server takes up to ten."""


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.close()


_ROWS = "主体名称,主体代码,列入日期\n示例公司,91990106FC0090109B,2025-03-03\n"


def _watching(folder: Path, kafka: str, registry: str, **source: object) -> subprocess.Popen[bytes]:
    (folder / "rows.csv").write_text(_ROWS, encoding="utf-8")
    configuration = {
        "id": "lists",
        "department": "credit-office",
        "item": "red-black-list",
        "kind": "csv",
        "settings": {"path": "rows.csv"},
        "mapping": "red-black-lists",
        **source,
    }
    (folder / "lists.yaml").write_text(json.dumps(configuration), encoding="utf-8")
    addresses = {"BOOTSTRAP_SERVERS": kafka, "REGISTRY_URL": registry, "HOME": str(folder / "home")}
    environment = os.environ | {f"CREDITBUS_{name}": value for name, value in addresses.items()}
    command = [sys.executable, "-m", "creditbus.services.cli", "connector", "watch", "lists.yaml", "--every", "600"]
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT)


def _ends(process: subprocess.Popen[bytes], number: signal.Signals) -> int:
    asked = time.monotonic()
    process.send_signal(number)
    try:
        code = process.wait(30)
    finally:
        process.kill()
    assert time.monotonic() - asked < _SECONDS
    return code


asked = pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)], ids=["term", "int"])


@asked
def test_with_a_registry_that_does_not_answer(
    tmp_path: Path, silent: Silent, number: signal.Signals, code: int
) -> None:
    process = _watching(tmp_path, "127.0.0.1:1", f"http://{silent.address}")
    until(silent.was_asked, "the registry is asked")
    assert _ends(process, number) == code


@asked
@pytest.mark.parametrize("away", ["silent", "gone"])
def test_with_a_kafka_that_does_not_answer(
    tmp_path: Path, silent: Silent, away: str, number: signal.Signals, code: int
) -> None:
    questions: list[str] = []

    def registry(_: str, path: str) -> tuple[int, dict[str, str], bytes]:
        questions.append(path)
        return 200, {}, b'{"id": 1}'

    with serving(registry) as url:
        process = _watching(tmp_path, silent.address if away == "silent" else "127.0.0.1:1", url)
        until(lambda: len(questions) >= 2, "the registry has answered")
        if away == "silent":
            until(silent.was_asked, "Kafka is asked")
        assert _ends(process, number) == code


@asked
def test_with_a_source_that_does_not_answer(tmp_path: Path, silent: Silent, number: signal.Signals, code: int) -> None:
    settings = {"url": f"http://{silent.address}/lists"}
    process = _watching(tmp_path, "127.0.0.1:1", "http://127.0.0.1:1", kind="http", settings=settings)
    until(silent.was_asked, "the source is asked")
    assert _ends(process, number) == code


@asked
def test_between_two_looks(tmp_path: Path, number: signal.Signals, code: int) -> None:
    process = _watching(tmp_path, "127.0.0.1:1", "http://127.0.0.1:1")
    until(lambda: b"does not answer" in (tmp_path / "said").read_bytes(), "it has told of the registry")
    assert _ends(process, number) == code


def test_what_does_not_pass_by_itself_ends_it_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "lists.yaml").write_text("id: lists\n", encoding="utf-8")
    command = [sys.executable, "-m", "creditbus.services.cli", "connector", "watch", "lists.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("creditbus: ")


def test_who_looks_again_and_again_for_a_kafka_that_is_away_keeps_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    bus = Connection("127.0.0.1:1", "", "", tmp_path)
    with pytest.raises(UnavailableError), admin(bus):
        pass
    assert threading.active_count() == before
