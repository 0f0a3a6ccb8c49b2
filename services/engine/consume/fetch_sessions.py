"""Requests for records that name only what changed since the last one (fetch sessions, KIP-227).

aiokafka names every partition in every request, and the broker answers for each. A stage reads the same lanes of all
its topics: 800 partitions at 200 departments, of which a few have something new. An event then cost a quarter more
(docs/adr/0019).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from random import shuffle
from typing import Final, NamedTuple

from aiokafka.protocol.api import Request
from aiokafka.protocol.fetch import FetchRequest_v11
from aiokafka.structs import TopicPartition

__all__ = ["FetchSession", "Limits", "SessionRequest"]

#: Opens a session; one that is named with it is closed.
_OPENING: Final = 0
_LAST: Final = (1 << 31) - 1
_CONSUMER: Final = -1
_UNKNOWN: Final = -1


class Limits(NamedTuple):
    """What an answer may hold, and how long it may take: fields of a request by their names in the protocol."""

    max_wait_ms: int
    min_bytes: int
    max_bytes: int
    isolation_level: int
    partition_max_bytes: int


class SessionRequest(Request[FetchRequest_v11]):
    """A request for records within a session.

    Args:
        limits: of its answer.
        session: id and epoch.
        changed: positions of the partitions that the broker does not know yet, or at another position.
        forgotten: partitions that the broker shall leave out from now on.

    """

    API_KEY = FetchRequest_v11.API_KEY

    def __init__(
        self,
        limits: Limits,
        session: tuple[int, int],
        changed: Mapping[TopicPartition, int],
        forgotten: Iterable[TopicPartition],
    ) -> None:
        self.changed = changed
        self.forgotten = frozenset(forgotten)
        self.session = session
        self._limits = limits

    def build(self, request_struct_class: type[FetchRequest_v11]) -> FetchRequest_v11:
        """Return it as it is sent; aiokafka calls this once the connection's versions are known."""
        limits = self._limits
        topics: dict[str, list[tuple[int, ...]]] = defaultdict(list)
        for (topic, number), position in self.changed.items():
            topics[topic].append((number, _UNKNOWN, position, _UNKNOWN, limits.partition_max_bytes))
        forgotten: dict[str, list[int]] = defaultdict(list)
        for topic, number in self.forgotten:
            forgotten[topic].append(number)
        return request_struct_class(
            _CONSUMER,
            limits.max_wait_ms,
            limits.min_bytes,
            limits.max_bytes,
            limits.isolation_level,
            *self.session,
            list(topics.items()),
            list(forgotten.items()),
            "",
        )


class FetchSession:
    """What one broker remembers of one consumer's partitions, kept in step with it.

    Attributes:
        positions: of the partitions in the session, as of the last request.

    """

    def __init__(self) -> None:
        self.positions: Mapping[TopicPartition, int] = {}
        self._id = 0
        self._epoch = _OPENING

    def request(self, wanted: Mapping[TopicPartition, int], limits: Limits) -> SessionRequest:
        """Make the next request, for these partitions at these positions; `answered` or `lost` must follow."""
        held: Mapping[TopicPartition, int] = {} if self._epoch == _OPENING else self.positions
        changed = [(partition, at) for partition, at in wanted.items() if held.get(partition) != at]
        if self._epoch == _OPENING:
            # answers are filled in this order; within a session the broker itself sees to it that all have their turn
            shuffle(changed)
        self.positions = wanted
        return SessionRequest(limits, (self._id, self._epoch), dict(changed), held.keys() - wanted.keys())

    def answered(self, error_code: int, session_id: int) -> bool:
        """Take note of an answer; return whether it is one, and not a refusal of the session.

        A broker forgets sessions when it restarts and when it has too many.
        """
        if error_code:
            self.lost()
            return False
        if self._epoch == _OPENING:
            # a broker that has no room for another session answers without one
            self._id = session_id
            self._epoch = 1 if session_id else _OPENING
        else:
            self._epoch = self._epoch + 1 if self._epoch < _LAST else 1
        return True

    def lost(self) -> None:
        """Open another with the next request: nobody knows whether the broker has seen the last one."""
        self._epoch = _OPENING
