"""Lets the group's coordinator see that a worker which starts again reads other topics than before."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberMetadata

__all__ = ["SubscriptionAssignor"]

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
