"""A fetcher of aiokafka for a stage: hundreds of partitions, of which few have something new.

Ordinary requests go by fetch sessions (`fetch_sessions`). Everything else, a partition without a position or a leader,
an error of one, a record larger than an answer, is left to aiokafka's own requests, which know all of it: what to do
about such things stays in one place (docs/adr/0019).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from typing import Any, Final, NamedTuple, cast

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import FetchResult
from aiokafka.errors import CorruptRecordException, KafkaError

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.consume.fetch_sessions import FetchSession, Limits, SessionRequest
from creditbus.services.engine.consume.long_polling import LongPollingFetcher
from creditbus.services.engine.consume.record_reader import Unpacking

__all__ = ["NOWHERE", "StageFetcher", "Taken", "stage_fetcher"]

logger = logging.getLogger(__name__)

#: A broker that came back gives records at most this much later.
_PAUSE_MAX_SECONDS = 1.0

#: What aiokafka's routine is asked to do: requests by broker, positions to ask for by broker, seconds until it looks
#: again, whether a leader is unknown, what to wait for besides.
_Actions = tuple[list[tuple[int, Any]], dict[int, Any], float, bool, list[Any]]


#: No position of a partition.
NOWHERE: Final = -1

_OFFSET_OUT_OF_RANGE: Final = 1


class Taken(NamedTuple):
    """Records of one partition, and its positions before and after them.

    There may be no records: an answer may hold nothing but markers and aborted ones. Where the position is not in the
    log, cut by retention or of a topic that was created again, both are NOWHERE: aiokafka would go on elsewhere without
    a word, and its lane has to find out what was there and book it.
    """

    partition: Partition
    records: list[Record]
    start: int
    end: int


class _Fetched(FetchResult):
    """What waits to be taken of one partition."""

    _partition_records: Unpacking | None

    def getall(self, max_records: int) -> list[Record]:
        unpacking = self._partition_records
        if unpacking is None or not self.check_assignment(self._topic_partition):
            return []
        try:
            records = unpacking.take(max_records)
        except CorruptRecordException:
            # what comes next time may be right
            self._partition_records = None
            raise
        self._update_position()
        if unpacking.over:
            self._partition_records = None
        return records


class _Cut:
    """Waits to be taken like records: the position is not in the log any more, or not yet."""

    @staticmethod
    def calculate_backoff() -> float:
        """Tell aiokafka that nothing is to be waited for."""
        return 0


class StageFetcher(LongPollingFetcher):
    """Asks each broker within a session, and gives out what was fetched, partition by partition.

    Attributes:
        sessions: by broker.
        irregular: brokers whose last answer held something that aiokafka's own request has to see.
        away: seconds until a broker that gives no answer is asked again, by broker.

    """

    sessions: defaultdict[int, FetchSession]
    irregular: set[int]
    away: dict[int, float]

    # -- what is asked: called by aiokafka's routine ----------------------------------------------

    def _get_actions_per_node(self, assignment: Any) -> _Actions:
        wanted = None if self.irregular else self._wanted(assignment)
        if wanted is None:
            actions = cast("_Actions", super()._get_actions_per_node(assignment))
            self.irregular.difference_update(node for node, _ in actions[0])
            return actions
        positions, pause = wanted
        limits = Limits(
            self._fetch_max_wait_ms,
            self._fetch_min_bytes,
            self._fetch_max_bytes,
            self._isolation_level,
            self._max_partition_fetch_bytes,
        )
        requests = [(node, self.sessions[node].request(at, limits)) for node, at in positions.items()]
        return requests, {}, pause, False, []

    def _wanted(self, assignment: Any) -> tuple[dict[int, dict[Partition, int]], float] | None:
        """Return the positions to ask each free broker for and when to look again; None where a partition is special.

        A broker waits for its answer until what it gave before has been taken, but no longer than aiokafka's backoff.
        """
        leader_of, buffered, in_flight = self._client.cluster.leader_for_partition, self._records, self._in_flight
        positions: defaultdict[int, dict[Partition, int]] = defaultdict(dict)
        pauses: dict[int, float] = {}
        for partition, state in assignment._tp_state.items():
            node = leader_of(partition)
            if node in in_flight:
                continue
            if node is None or node < 0 or state._position is None or state._paused:
                return None
            if partition not in buffered:
                positions[node][partition] = state._position
            elif pause := buffered[partition].calculate_backoff():
                pauses[node] = max(pause, pauses.get(node, 0.0))
        for node in pauses:
            positions.pop(node, None)
        return positions, min(pauses.values(), default=self._fetcher_timeout)

    # -- what is answered -------------------------------------------------------------------------

    async def _proc_fetch_request(self, assignment: Any, node_id: int, request: Any) -> bool:
        """Send a request and keep what comes; returns whether something did."""
        try:
            if isinstance(request, SessionRequest):
                return await self._ask(assignment, node_id, request)
            return cast("bool", await super()._proc_fetch_request(assignment, node_id, request))
        except asyncio.CancelledError:
            # whoever cancels this, also in a pause, awaits it and takes a cancellation for his own
            self.sessions[node_id].lost()
            return False

    async def _ask(self, assignment: Any, node_id: int, request: SessionRequest) -> bool:
        session = self.sessions[node_id]
        try:
            response = await self._client.send(node_id, request)
        except KafkaError as error:
            session.lost()
            await self._pause_for(node_id, error)
            return False
        if self.away.pop(node_id, None):
            logger.info("broker %s gives records again", node_id)
        if not session.answered(response.error_code, response.session_id):
            logger.info("broker %s refused a session: error %d", node_id, response.error_code)
            await asyncio.sleep(self._retry_backoff)
            return False
        if not assignment.active:
            return False
        return self._keep(assignment, node_id, response.topics)

    async def _pause_for(self, node_id: int, error: KafkaError) -> None:
        """Pause before a broker is asked again that gave no answer; longer each time, and said the first time."""
        pause = self.away.get(node_id)
        if pause is None:
            # at this level, for the stage itself says that it waits, once Kafka is away and not one broker of several
            logger.info("broker %s gives no records: %s", node_id, error)
            pause = self._retry_backoff
        self.away[node_id] = min(pause * 2, _PAUSE_MAX_SECONDS)
        await asyncio.sleep(pause)

    def _keep(self, assignment: Any, node: int, topics: Iterable[tuple[str, Iterable[tuple[Any, ...]]]]) -> bool:
        positions, now_ms, came = self.sessions[node].positions, int(time.time() * 1000), False
        for topic, partitions in topics:
            for number, error, highwater, stable, _, aborted, _, data in partitions:
                partition = Partition(topic, number)
                state = assignment.state_value(partition)
                if state is None or state._position is None or state._position != positions.get(partition):
                    continue
                if error == _OFFSET_OUT_OF_RANGE:
                    self._records[partition] = _Cut()
                    came = True
                    continue
                records = Unpacking(partition, data or b"", aborted, state._position)
                if error or (data and not records.whole):
                    self.irregular.add(node)
                    continue
                state.highwater, state.lso, state.timestamp = highwater, stable, now_ms
                if data:
                    self._records[partition] = _Fetched(
                        partition, assignment=assignment, partition_records=records, backoff=self._prefetch_backoff
                    )
                    came = True
        return came

    # -- what is given out ------------------------------------------------------------------------

    def polled(self) -> None:
        """Tell the group's membership that this member is at work.

        aiokafka ends the membership of a consumer that has not asked for records for `max.poll.interval.ms`, and joins
        again only once it asks. Its own `getmany` says so by this context; a stage takes records outside that, and none
        at all while its lanes wait for a dependency. Entered and left at once: an error that passes through the
        context would count as a poll that never ends.
        """
        with self._subscriptions.fetch_context():
            pass

    async def take(self, wanted: Container[Partition], timeout_seconds: float, most: int) -> list[Taken]:
        """Return what is there of the wanted partitions, at most `most`; wait for the first.

        Raises:
            KafkaError: what aiokafka has found out about a partition, or about the group.

        """
        self.polled()
        end = time.monotonic() + timeout_seconds
        while True:
            if self._subscriptions.reassignment_in_progress:
                await self._subscriptions.wait_for_assignment()
            taken = await self._there(wanted, most)
            left = end - time.monotonic()
            if taken or left <= 0 or self._closed:
                return taken
            waiter = self._create_fetch_waiter()
            try:
                async with asyncio.timeout(left):
                    await waiter
            except TimeoutError:
                return []

    async def _there(self, wanted: Container[Partition], most: int) -> list[Taken]:
        taken: list[Taken] = []
        subscription = self._subscriptions.subscription
        if subscription is None or subscription.assignment is None:
            return taken
        state_of = subscription.assignment.state_value
        for partition, result in list(self._records.items()):
            if partition not in wanted or (state := state_of(partition)) is None:
                continue
            if isinstance(result, _Cut):
                # not asked again at once: what follows moves the position
                del self._records[partition]
                taken.append(Taken(partition, [], NOWHERE, NOWHERE))
                continue
            if not isinstance(result, FetchResult):
                if not taken:
                    await self.fetched_records({partition})
                break
            start = state._position
            records = result.getall(most)
            if not result.has_more():
                del self._records[partition]
                self._notify(self._wait_consume_future)
            if state._position != start:
                taken.append(Taken(partition, records, start, state._position))
            most -= len(records)
            if most <= 0:
                break
        return taken


def stage_fetcher(consumer: AIOKafkaConsumer, has_full_batch: Callable[[], bool]) -> StageFetcher:
    """Make the fetcher of a started consumer one for a stage; aiokafka has no other way to choose it.

    Args:
        consumer: started, its routine not yet past its wait for an assignment.
        has_full_batch: tells whether a whole batch of records waits for the lanes.

    """
    fetcher: Any = consumer._fetcher
    fetcher.__class__ = StageFetcher
    fetcher.has_full_batch = has_full_batch
    fetcher.sessions = defaultdict(FetchSession)
    fetcher.irregular = set()
    fetcher.away = {}
    fetcher.sought()
    return cast("StageFetcher", fetcher)
