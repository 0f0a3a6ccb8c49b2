"""What a stage's consumer asks of the stage and tells it: at a rebalance, before a fetch, by a timer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, cast

from creditbus.services.engine.batch import Partition

__all__ = ["ConsumerHooks", "LagMeter", "RebalanceListener", "hooks_of"]


class RebalanceListener(Protocol):
    """What the consumer tells about its partitions (services/engine/run/assignment.py)."""

    def wanted(self) -> set[Partition]:
        """Return the partitions whose lanes take more records now."""

    async def wait_wanted(self, timeout_seconds: float) -> None:
        """Return when `wanted` may have grown, or after the time-out."""

    def assign(self, partitions: set[Partition]) -> None:
        """Acquire lanes for these partitions; returns at once."""

    async def release(self) -> None:
        """Give up all lanes; returns within a bounded time."""

    @property
    def has_full_batch(self) -> bool:
        """Whether a whole batch of records waits."""


class LagMeter(Protocol):
    """What asks how far partitions reach, again and again (services/engine/consume/lag_monitor.py)."""

    async def measure(self) -> None:
        """Ask once."""


@dataclass(frozen=True, slots=True)
class ConsumerHooks:
    """What a stage's consumer is given of its stage.

    Attributes:
        listener: has the lanes.
        lag: measures what waits for them.
        fetch_wait_ms: longest time that a broker may wait for data before it answers a fetch.

    """

    listener: RebalanceListener
    lag: LagMeter
    fetch_wait_ms: int


def hooks_of(app: Any) -> ConsumerHooks:
    """Return those of a StageApp; Faust hands it to transport and consumer as an app."""
    return cast("ConsumerHooks", app.creditbus_hooks)
