"""Batches of records on their way from the consumer thread to a lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from aiokafka.structs import TopicPartition as Partition

__all__ = ["Batch", "Partition", "Record"]


class Record(Protocol):
    """What the engine uses of a consumed record (aiokafka's ConsumerRecord)."""

    @property
    def topic(self) -> str:
        """Name of its topic."""

    @property
    def partition(self) -> int:
        """Number of its partition."""

    @property
    def offset(self) -> int:
        """Its place in the partition."""

    @property
    def timestamp(self) -> int:
        """When the broker or the producer stamped it, in milliseconds since 1970."""

    @property
    def key(self) -> bytes | None:
        """Its key."""

    @property
    def value(self) -> bytes | None:
        """Its value; None is a tombstone."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The records of one partition from one fetch.

    `start` and `end` are consumer positions, so a gap between two batches shows even where
    offsets are taken by transaction markers. `assignment_epoch` counts the
    acquisitions of the partition: a batch fetched for an earlier one is worthless.
    """

    partition: Partition
    records: list[Record]
    start: int
    end: int
    assignment_epoch: int
