"""A worker that was started from the endpoints file notices that the file names other addresses now."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.services.worker import addresses
from creditbus.services.worker.addresses import AddressWatch
from creditbus.services.worker.exit_codes import MOVED
from creditbus.topics.connection import Connection
from tests.harness.waiting import until


def _write(home: Path, port: int) -> None:
    endpoints = {
        "bootstrap_servers": f"127.0.0.1:{port}",
        "registry_url": f"http://127.0.0.1:{port}/apis/ccompat/v7",
        "redis_url": f"redis://127.0.0.1:{port}/0",
    }
    scratch = home / "scratch"
    scratch.write_text(json.dumps(endpoints), encoding="utf-8")
    scratch.replace(home / "endpoints.json")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """What a supervised worker writes, whose servers are nowhere."""
    _write(tmp_path, 1)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREDITBUS_")}
    environment |= {"CREDITBUS_HOME": str(tmp_path), "CREDITBUS_INTERPRETED": "1"}
    path = tmp_path / "log"
    with path.open("wb") as output:
        command = [sys.executable, "-m", "creditbus.services.cli", "worker"]
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    yield path
    process.terminate()
    assert process.wait(30) == 0


def test_a_worker_ends_and_its_successor_takes_the_new_addresses(log: Path) -> None:
    def said(text: str) -> bool:
        return text in log.read_text(encoding="utf-8")

    until(lambda: said("wait for kafka"), "the worker waits for a Kafka that is not there")
    (log.parent / "endpoints.json").unlink()
    until(
        lambda: said(f"the servers of {log.parent} were stopped; this worker waits"), "it says that they were stopped"
    )
    _write(log.parent, 2)
    until(lambda: said("have other addresses now, Kafka is at 127.0.0.1:2; "), "it says where the bus is now")
    until(lambda: said(f"ended with {MOVED}; starting it again in 0.2 s"), "the supervisor starts the next one")
    until(lambda: said("127.0.0.1:2: "), "which asks at the new address")


def test_addresses_of_the_environment_do_not_move(tmp_path: Path) -> None:
    _write(tmp_path, 2)
    bus = Connection("127.0.0.1:1", "http://127.0.0.1:1", "redis://127.0.0.1:1/0", tmp_path)
    watch, stop = AddressWatch(bus), asyncio.Event()
    asyncio.run(watch.end(stop))
    assert not watch.moved
    assert not stop.is_set()


def test_a_file_that_cannot_be_read_moves_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_LOOK_SECONDS", 0.001)
    _write(tmp_path, 1)
    bus = Connection.from_environment({"CREDITBUS_HOME": str(tmp_path)})

    async def look() -> bool:
        watch, stop = AddressWatch(bus), asyncio.Event()
        looking = asyncio.create_task(watch.end(stop))
        (tmp_path / "endpoints.json").write_text("{", encoding="utf-8")
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not stop.is_set()
        _write(tmp_path, 2)
        await asyncio.wait_for(looking, 10)
        return watch.moved

    assert asyncio.run(look())
