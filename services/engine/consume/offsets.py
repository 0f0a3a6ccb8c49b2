"""How far partitions were read and could be, as a lane and a timer ask the consumer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from creditbus.services.engine.batch import Partition

__all__ = ["OffsetRange", "Offsets"]


class OffsetRange(NamedTuple):
    """How far a partition was read, and how far it could be: the offsets after both.

    `position` is the group's; where it has none, the first that is there. `end` does not go into open transactions.
    """

    position: int
    end: int


class Offsets(Protocol):
    """What a lane needs of the consumer (called from the main thread)."""

    async def committed(self, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
        """Return the group's committed offsets; None where there is none."""

    async def bounds(self, partitions: Iterable[Partition]) -> tuple[dict[Partition, int], dict[Partition, int]]:
        """Return the first and the end offsets."""

    async def reach(self, partitions: Iterable[Partition]) -> dict[Partition, OffsetRange]:
        """Return how far partitions were read and could be.

        Raises:
            TimeoutError, KafkaError: Kafka did not answer in some seconds.

        """

    def next_assignment_epoch(self) -> int:
        """Return a number that no acquisition of this consumer had before."""

    async def seek(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        """Read on from these offsets; what is read from here on carries the assignment_epoch."""
