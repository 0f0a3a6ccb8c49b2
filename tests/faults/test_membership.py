"""A group that refuses its member at first: it is joined again, by itself."""

import asyncio
from datetime import date

import pytest
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import UnknownError

from creditbus.services.engine.settings import EngineSettings
from creditbus.services.worker.bus import open_bus, stage_apps
from creditbus.services.worker.person_key import read_person_key
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations
from tests.harness.waiting import until


def test_a_stage_joins_its_group_again_when_the_group_could_not_be_written(
    bus: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a broker answers whose disk is full; nobody polls the consumer then, for it has no partitions."""
    refused = 0
    join = GroupCoordinator._do_rejoin_group

    async def refuse_twice(coordinator: GroupCoordinator, subscription: object) -> object:
        nonlocal refused
        if refused < 2:
            refused += 1
            raise UnknownError
        return await join(coordinator, subscription)

    monkeypatch.setattr(GroupCoordinator, "_do_rejoin_group", refuse_twice)
    assert asyncio.run(_lanes_of_intake(bus)) == [0, 1, 2, 3]
    assert refused == 2


async def _lanes_of_intake(bus: Connection) -> list[int]:
    settings = EngineSettings(application="membership", bootstrap_servers=bus.bootstrap_servers)
    opened = await open_bus(bus, declarations(), settings, read_person_key(bus.home), on=date(2026, 9, 1))
    ((app, store),) = await stage_apps(opened, ["intake"])
    await app.start()
    try:
        lanes = app.lanes
        await asyncio.to_thread(until, lambda: len(lanes.numbers) == 4, "all lanes are assigned")
        return lanes.numbers
    finally:
        await app.stop()
        if store is not None:
            await store.close()
