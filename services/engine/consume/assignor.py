"""How a consumer joins its group: by a name that says which topics it reads, and by one request."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple

from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata
from aiokafka.protocol.group import JoinGroupRequest

__all__ = ["SubscriptionAssignor", "join_by_one_request"]

_DIGITS = 16


class SubscriptionAssignor(RangePartitionAssignor):
    """The range assignor under a name that says which topics the member subscribes to; one for each consumer.

    A static member that comes back within the session's time-out is given the assignment that its predecessor had, as
    long as the group would still choose a protocol of the same name (KIP-345); nobody looks at the topics. A worker
    that was started again after the city had declared a new department would never read its topic, nor would any other,
    and aiokafka ends at an assignment of a topic that is not subscribed to any more. With the topics in the name the
    group chooses another one, and assigns again.

    Members whose topics differ for a while have the plain range assignor in common; it must stand next in the list.
    """

    def __init__(self) -> None:
        self.name = super().name

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """Return what the member tells the group. aiokafka asks for this before it reads the name."""
        subscribed = sorted(topics)
        self.name = f"range-{sha256(chr(10).join(subscribed).encode()).hexdigest()[:_DIGITS]}"
        return super().metadata(subscribed)


class _NotSent(NamedTuple):
    """Answers a request that is not sent; aiokafka goes on to the next one."""

    error_code: int = 0


def join_by_one_request(coordinator: GroupCoordinator) -> None:
    """Have a consumer join its group by one request, which names all its assignors.

    aiokafka sends a request for each of them, the first of which names one, the next two. Each of these is answered
    when all members have joined, and is another rebalance for them, because the names differ. Two workers that started
    at the same moment sent each other from one rebalance into the next for minutes, until one of them was taken for
    dead.

    Args:
        coordinator: of a consumer that has started and is not subscribed to anything yet.

    """
    send, names = coordinator._send_req, len(coordinator._assignors)

    async def send_whole(request: Any) -> Any:
        if isinstance(request, JoinGroupRequest) and len(request._group_protocols) < names:
            return _NotSent()
        return await send(request)

    coordinator._send_req = send_whole
