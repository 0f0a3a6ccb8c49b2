"""A worker slot that starts again within the session's time-out with other topics is given those, not what it had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.protocol.group import JoinGroupRequest

from creditbus.deploy.embedded import Cluster
from creditbus.services.engine.consume.assignor import SubscriptionAssignor, join_by_one_request
from creditbus.topics.connection import Connection

_OLD, _KEPT, _NEW = "restarted-old", "restarted-kept", "restarted-new"
_SECONDS = 20.0


@pytest.fixture(scope="module")
def topics(cluster: Cluster) -> Connection:
    connection = cluster.connection()

    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=connection.bootstrap_servers)
        await admin.start()
        await admin.create_topics([NewTopic(name, 2, 1) for name in (_OLD, _KEPT, _NEW)])
        await admin.close()

    asyncio.run(create())
    return connection


def _member(bus: Connection, group: str, slot: str, strategy: Sequence[Any] | None = None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bus.bootstrap_servers,
        group_id=group,
        group_instance_id=slot,
        partition_assignment_strategy=list(strategy or (SubscriptionAssignor(), RangePartitionAssignor)),
        session_timeout_ms=int(_SECONDS * 1000),
        heartbeat_interval_ms=100,
        metadata_max_age_ms=1000,
        enable_auto_commit=False,
    )


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_SECONDS):
        while not holds():  # noqa: ASYNC110 -- aiokafka sets no event of ours
            await asyncio.sleep(0.05)


async def _joined(member: AIOKafkaConsumer, *topics: str) -> None:
    await member.start()
    join_by_one_request(member._coordinator)
    member.subscribe(topics)
    await _until(lambda: bool(member.assignment()))


def _topics(member: AIOKafkaConsumer) -> set[str]:
    return {place.topic for place in member.assignment()}


def _play(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario())


def test_it_is_given_what_it_subscribes_to_now(topics: Connection) -> None:
    async def scenario() -> None:
        first = _member(topics, "restarted", "slot")
        await _joined(first, _OLD, _KEPT)
        assert _topics(first) == {_OLD, _KEPT}
        await first.stop()
        second = _member(topics, "restarted", "slot")
        try:
            await _joined(second, _KEPT, _NEW)
            assert _topics(second) == {_KEPT, _NEW}
        finally:
            await second.stop()

    _play(scenario)


def test_without_the_topics_in_the_name_it_is_given_what_it_had(topics: Connection) -> None:
    """That Kafka does so is why the assignor is there: where it does no longer, it can go."""

    async def scenario() -> None:
        plain = [RangePartitionAssignor]
        first = _member(topics, "restarted-plain", "slot", plain)
        await _joined(first, _KEPT)
        await first.stop()
        second = _member(topics, "restarted-plain", "slot", plain)
        try:
            await _joined(second, _KEPT, _NEW)
            assert _topics(second) == {_KEPT}
        finally:
            await second.stop()

    _play(scenario)


def test_the_same_topics_are_not_assigned_again(topics: Connection) -> None:
    async def scenario() -> None:
        first = _member(topics, "restarted-same", "slot")
        await _joined(first, _OLD, _KEPT)
        generation = first._coordinator.generation
        await first.stop()
        second = _member(topics, "restarted-same", "slot")
        try:
            await _joined(second, _KEPT, _OLD)
            assert second._coordinator.generation == generation
        finally:
            await second.stop()

    _play(scenario)


def _watched(member: AIOKafkaConsumer) -> list[JoinGroupRequest]:
    """Return the requests to join that the member sends from now on."""
    send, sent = member._coordinator._client.send, list[JoinGroupRequest]()

    async def send_watched(node: int, request: Any, **options: Any) -> Any:
        if isinstance(request, JoinGroupRequest):
            sent.append(request)
        return await send(node, request, **options)

    member._coordinator._client.send = send_watched
    return sent


@pytest.mark.parametrize(("by_one", "requests"), [(True, 1), (False, 2)], ids=["by one request", "as aiokafka joins"])
def test_a_member_joins_by_one_request(topics: Connection, *, by_one: bool, requests: int) -> None:
    """As long as aiokafka needs two, each join sends all members into two rebalances."""

    async def scenario() -> None:
        member = _member(topics, f"restarted-join-{requests}", "slot")
        try:
            await member.start()
            if by_one:
                join_by_one_request(member._coordinator)
            sent = _watched(member)
            member.subscribe([_KEPT])
            await _until(lambda: bool(member.assignment()))
            assert len(sent) == requests
        finally:
            await member.stop()

    _play(scenario)


def _settled(members: Sequence[AIOKafkaConsumer], places: int) -> bool:
    """Whether all are in one generation, and every partition has its member."""
    generations = {member._coordinator.generation for member in members}
    return len(generations) == 1 and sum(len(member.assignment()) for member in members) == places


def test_members_that_start_together_settle(topics: Connection) -> None:
    async def scenario(number: int) -> None:
        members = [_member(topics, f"restarted-together-{number}", f"slot-{slot}") for slot in range(3)]
        try:
            await asyncio.gather(*(member.start() for member in members))
            for member in members:
                join_by_one_request(member._coordinator)
                member.subscribe([_OLD, _KEPT])
            await _until(lambda: _settled(members, 4))
        finally:
            await asyncio.gather(*(member.stop() for member in members))

    for number in range(5):
        _play(lambda number=number: scenario(number))  # type: ignore[misc]  # defaults bind the loop's value


def test_members_with_different_topics_share_a_group(topics: Connection) -> None:
    async def scenario() -> None:
        older, newer = _member(topics, "restarted-two", "a"), _member(topics, "restarted-two", "b")
        try:
            await _joined(older, _OLD, _KEPT)
            await _joined(newer, _KEPT, _NEW)
            held = [(_OLD, 2), (_KEPT, 1)], [(_KEPT, 1), (_NEW, 2)]
            for member, places in zip((older, newer), held, strict=True):
                wanted = dict(places)
                await _until(
                    lambda member=member, wanted=wanted: (  # type: ignore[misc]  # defaults bind the loop's values
                        {topic: sum(place.topic == topic for place in member.assignment()) for topic in _topics(member)}
                        == wanted
                    )
                )
        finally:
            await older.stop()
            await newer.stop()

    _play(scenario)
