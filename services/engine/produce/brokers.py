"""The brokers as one producer sees them: who leads, who coordinates, one connection to each."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from importlib.metadata import version
from typing import Any

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.conn import CloseReason
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    NodeNotReadyError,
    NotCoordinatorForGroupError,
    RequestTimedOutError,
)
from aiokafka.protocol.transaction import InitProducerIdRequest

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import OldBrokerError
from creditbus.services.engine.produce.error_codes import COORDINATOR_MOVES, must_repeat
from creditbus.services.engine.produce.messages import NO_TAGS, ApiVersionsRequest, finalized_features
from creditbus.services.engine.produce.records import Identity
from creditbus.services.engine.produce.vectored_write import InPieces, write_in_pieces
from creditbus.services.engine.settings import EngineSettings

__all__ = ["Brokers"]

_CLOSE_SECONDS = 2.0
#: An idle connection is closed before a gateway on the way forgets it without a word, some after four minutes: the next
#: batch would wait for its answer until it is given up.
_IDLE_MS = 180_000
_NOBODY = (None, -1)
_VERSION = version("creditbus")
_FEATURE = "transaction.version"
_LEVEL = 2
_MOVING = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)


class Brokers:
    """A client of one producer's own.

    A broker answers the requests of a connection in their order. On a shared one, the end of a transaction would
    wait for another lane's outputs.
    """

    def __init__(self, settings: EngineSettings, name: str) -> None:
        self._settings = settings
        self._client = AIOKafkaClient(
            bootstrap_servers=settings.bootstrap_servers,
            client_id=name,
            request_timeout_ms=int(settings.watchdog_seconds * 1000),
            retry_backoff_ms=settings.retry_backoff_ms,
            connections_max_idle_ms=_IDLE_MS,
        )
        self._pause = settings.retry_backoff_ms / 1000

    async def open(self) -> None:
        """Learn who the brokers are.

        Raises:
            KafkaConnectionError: none answers.

        """
        await self._client.bootstrap()

    async def close(self) -> None:
        """End all connections in a bounded time; what waits for an answer fails."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._client.close()

    async def send(self, node: int, request: Any) -> Any:
        """Send a request to a broker and return the answer.

        Raises:
            KafkaError: no answer, so nobody knows whether it was done.

        """
        return await self._client.send(node, request)

    async def send_in_pieces(self, node: int, request: InPieces) -> Any:
        """Send a large request to a broker and return the answer; errors as of `send`."""
        if not await self._client.ready(node):
            raise NodeNotReadyError(f"broker {node} is not ready")
        connection = self._client._conns[node, ConnectionGroup.DEFAULT]
        try:
            return await write_in_pieces(connection, request)
        except TimeoutError as error:
            connection.close(reason=CloseReason.CONNECTION_TIMEOUT)
            raise RequestTimedOutError from error

    async def leaders(self, partitions: Collection[Partition]) -> dict[Partition, int]:
        """Return who leads each partition; waits for those that have no leader yet."""
        client = self._client
        waited = False
        while True:
            found = {partition: client.cluster.leader_for_partition(partition) for partition in partitions}
            unknown = {partition.topic for partition, leader in found.items() if leader in _NOBODY}
            if not unknown:
                return found
            if waited:
                await asyncio.sleep(self._pause)
            for topic in unknown:
                client.add_topic(topic)
            await client.force_metadata_update()
            waited = True

    async def group_coordinator(self, group: str) -> int:
        """Return who keeps the offsets of a group."""
        return await self._coordinator(CoordinationType.GROUP, group)

    async def take(self, transactional_id: str) -> tuple[int, Identity]:
        """Take a transactional id: ends what its last owner left open, and shuts that owner out.

        Returns:
            The coordinator of its transactions, and the identity for the first one.

        Raises:
            OldBrokerError: the cluster has no transactions of version 2.
            KafkaError: refused, or no answer.

        """
        request = InitProducerIdRequest(transactional_id, int(self._settings.transaction_timeout_seconds * 1000))
        while True:
            node = await self._coordinator(CoordinationType.TRANSACTION, transactional_id)
            await self._check_version(node)
            answer = await self.send(node, request)
            moves = answer.error_code in COORDINATOR_MOVES
            if not moves and not must_repeat((answer.error_code,), "InitProducerId"):
                return node, Identity(answer.producer_id, answer.producer_epoch)
            await asyncio.sleep(self._pause)

    async def _coordinator(self, kind: CoordinationType, key: str) -> int:
        while True:
            try:
                node: int = await self._client.coordinator_lookup(kind, key)
            except _MOVING:
                await asyncio.sleep(self._pause)
            except AssertionError as error:
                # how aiokafka says that it knows no broker: one that is coming back has named none
                raise KafkaConnectionError("no broker is known") from error
            else:
                return node

    async def _check_version(self, node: int) -> None:
        request = ApiVersionsRequest("creditbus", _VERSION, NO_TAGS)
        try:
            features = finalized_features(await self.send(node, request))
        except IncompatibleBrokerVersion as error:
            raise OldBrokerError(_FEATURE, 0, _LEVEL) from error
        if (level := features.get(_FEATURE, 0)) < _LEVEL:
            raise OldBrokerError(_FEATURE, level, _LEVEL)
