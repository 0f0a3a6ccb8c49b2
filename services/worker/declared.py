"""Follows what the city declares on the bus, so that a change takes effect while the worker runs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.stopping import stop_consumer
from creditbus.services.engine.consume.topic_reader import RETRY_MS
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.worker.grants import GrantVersions
from creditbus.topics import messages as shared
from creditbus.topics.city.published import PublishedCity
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import DECLARATIONS

__all__ = ["DeclarationsFollower"]

_PLACE: Final = Partition(DECLARATIONS, 0)
_WAIT_MS: Final = 500
_ANSWER_SECONDS: Final = 4.0


class DeclarationsFollower:
    """Knows the newest version, and can say for certain that it does.

    Attributes:
        newest: the newest version that has been read; None before `open`.
        grants: those of all versions that have been read.

    """

    def __init__(self, bootstrap_servers: str) -> None:
        self._servers = bootstrap_servers
        self._consumer: AIOKafkaConsumer | None = None
        self._position = 0
        self._moved = asyncio.Condition()
        self.newest: PublishedCity | None = None
        self.grants = GrantVersions()

    async def open(self) -> PublishedCity:
        """Read up to the newest version and return it.

        Raises:
            DependencyDownError: no broker answers, or the first version is being written at this moment.
            ConfigurationError: nothing has been published, or a newer creditbus has done it.

        """
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            isolation_level="read_committed",
            auto_offset_reset="none",
            enable_auto_commit=False,
            fetch_max_wait_ms=_WAIT_MS,
            retry_backoff_ms=RETRY_MS,
            max_partition_fetch_bytes=8 << 20,
        )
        self._consumer = consumer
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                await consumer.start()
                # else the question for its offsets waits for the topic, as if Kafka were away
                known = DECLARATIONS in await consumer.topics()
                first, end = await _bounds(consumer) if known else (0, 0)
        except (KafkaError, TimeoutError) as error:
            await self.close()
            raise DependencyDownError("kafka", f"{self._servers}: {type(error).__name__}") from error
        if not known:
            await self.close()
            raise ConfigurationError(shared.TOPIC(name=DECLARATIONS), shared.DOES_NOT_EXIST(), shared.RUN_APPLY())
        # no await in between: aiokafka would start a reset of its own
        consumer.assign([_PLACE])
        consumer.seek(_PLACE, first)
        self._position = first
        while self._position < end:
            await self._read(consumer)
        if self.newest is None:
            await self._expect_first_version(consumer)
        if self.newest is None:
            await self.close()
            raise ConfigurationError(shared.TOPIC(name=DECLARATIONS), shared.NOTHING_PUBLISHED(), shared.RUN_APPLY())
        return self.newest

    async def _expect_first_version(self, consumer: AIOKafkaConsumer) -> None:
        """Raise a DependencyDownError where a version has been written that readers are not shown yet.

        `topics apply` returns once Kafka has decided its transaction; the marker that shows it to readers comes after
        that. A worker that starts in between has nothing to read, and nothing is wrong.
        """
        detail = f"{DECLARATIONS}: a version is being written"
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                # the first answer says it, also where it brings no record
                while consumer.highwater(_PLACE) is None:
                    await self._read(consumer)
        except TimeoutError:
            detail = f"{self._servers}: {TimeoutError.__name__}"
        else:
            if self.newest is not None or consumer.highwater(_PLACE) <= self._position:
                return
        await self.close()
        raise DependencyDownError("kafka", detail)

    async def follow(self) -> None:
        """Read on, for ever; `newer` says when there is something.

        Raises:
            ConfigurationError: a newer creditbus has published a version that this one cannot read.

        """
        consumer = self._opened()
        while True:
            await self._read(consumer)

    async def newer(self, than: int) -> PublishedCity:
        """Wait for a version after this one."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.newest is not None and self.newest.version > than)
        assert self.newest is not None  # noqa: S101 -- for the type checker: it was waited for
        return self.newest

    async def caught_up(self) -> None:
        """Return when everything that was published before the call has been read; `follow` must run.

        Raises:
            DependencyDownError: no broker answers.

        """
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                end = (await self._opened().end_offsets([_PLACE]))[_PLACE]
                async with self._moved:
                    await self._moved.wait_for(lambda: self._position >= end)
        except (KafkaError, TimeoutError) as error:
            raise DependencyDownError("kafka", f"{self._servers}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Read no more."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await stop_consumer(consumer)

    def _opened(self) -> AIOKafkaConsumer:
        assert self._consumer is not None  # noqa: S101 -- `open` comes first
        return self._consumer

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        fetched = await consumer.getmany(timeout_ms=_WAIT_MS)
        position = await consumer.position(_PLACE)
        records: Sequence[object] = fetched.get(_PLACE, ())
        for record in records:
            found = PublishedCity.decode(record.key, record.value)  # type: ignore[attr-defined]
            if found is not None:
                self.grants.add(found)
                self.newest = found
        async with self._moved:
            self._position = position
            self._moved.notify_all()


async def _bounds(consumer: AIOKafkaConsumer) -> tuple[int, int]:
    return (await consumer.beginning_offsets([_PLACE]))[_PLACE], (await consumer.end_offsets([_PLACE]))[_PLACE]
