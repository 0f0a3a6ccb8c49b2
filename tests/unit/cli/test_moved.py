from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from creditbus.services.cli.moved import unless_moved
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError


def _at(home: Path, port: int) -> None:
    endpoints = {"bootstrap_servers": f"a:{port}", "registry_url": "http://b:2"}
    (home / "endpoints.json").write_text(json.dumps(endpoints), encoding="utf-8")


@pytest.fixture
def bus(tmp_path: Path) -> Connection:
    _at(tmp_path, 1)
    return Connection.from_environment({"CREDITBUS_HOME": str(tmp_path)}, store=False)


def test_work_that_follows_dead_addresses_ends_with_a_line(bus: Connection) -> None:
    ended: list[str] = []

    async def follow() -> None:
        _at(bus.home, 9)
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cleanly")

    with pytest.raises(UnavailableError) as caught:
        asyncio.run(unless_moved(bus, follow()))
    said = f"{bus.home}: the servers have other addresses now, Kafka is at a:9; those that this command uses are dead; "
    assert str(caught.value) == said + "run the command again"
    assert ended == ["cleanly"]


def test_work_that_ends_gives_what_it_found_and_raises_what_it_raised(bus: Connection) -> None:
    async def count() -> int:
        return 3

    async def fail() -> int:
        raise LookupError

    assert asyncio.run(unless_moved(bus, count())) == 3
    with pytest.raises(LookupError):
        asyncio.run(unless_moved(bus, fail()))
