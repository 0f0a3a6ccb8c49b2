"""What can go wrong in the engine; the type decides what a lane does next.

EngineError
├── OwnershipLostError     acquire the lane again, at once
│   ├── FencedError        another owner has the transactional id
│   ├── ForgottenError     the brokers know the producer or its transaction no longer
│   ├── CheckpointError    the store reflects another position than this owner wrote
│   └── GapError           records are missing between two batches
├── OutdatedError          acquire the lane again, at once, by what the city declares now
├── AheadError             look for what the city declares now; nothing newer: pause, then acquire the lane again
├── ClockBehindError       pause, then acquire the lane again: it is never judged by an earlier day
├── DependencyDownError    pause, growing, then acquire the lane again
│   └── OldBrokerError     the brokers' cluster lacks a feature; until an operator turns it on
└── StoreBehindError       for readers of a store that belongs to another: ask again; no lane meets it
"""

from __future__ import annotations

from typing import Self

from creditbus.services.engine import messages
from creditbus.topics.errors import UnavailableError

__all__ = [
    "AheadError",
    "CheckpointError",
    "ClockBehindError",
    "DependencyDownError",
    "EngineError",
    "FencedError",
    "ForgottenError",
    "GapError",
    "OldBrokerError",
    "OutdatedError",
    "OwnershipLostError",
    "StoreBehindError",
]


class EngineError(Exception):
    """Base of the engine's errors."""


class OwnershipLostError(EngineError):
    """This owner's view of the lane may be stale: fence, read the position, restore, go on."""


class FencedError(OwnershipLostError):
    """Another worker acquired the lane's transactional id."""


class ForgottenError(OwnershipLostError):
    """The brokers know this producer or its transaction no longer: it was idle for long, or took too long.

    A transactional id that nobody used for `transactional.id.expiration.ms`, seven days, goes with its producer.
    """


class CheckpointError(OwnershipLostError):
    """The store's checkpoint is not the one that this owner wrote last."""


class OutdatedError(EngineError):
    """The city declares something else than the acquisition works by: acquire the lanes again, by that."""


class AheadError(EngineError):
    """A stage before this one worked by a version of the city's declarations that this one does not know.

    Attributes:
        version: its number.

    """

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version} of the declarations is not known")
        self.version = version


class ClockBehindError(EngineError):
    """A lane was judged by a later day already than that of this machine's clock: it is wrong, or some seconds late."""

    def __init__(self) -> None:
        super().__init__("the lane was judged by a later day already: is the clock of this machine right?")


class GapError(OwnershipLostError):
    """A batch does not start where the one before it ended."""


class DependencyDownError(EngineError, UnavailableError):
    """Kafka, Redis or the schema registry does not answer.

    Attributes:
        dependency: "kafka", "redis" or "registry".

    """

    def __init__(self, dependency: str, detail: str) -> None:
        UnavailableError.__init__(self, dependency, messages.NO_ANSWER(detail=detail), messages.SEE_STATUS())
        self.dependency = dependency

    @classmethod
    def of(cls, dependency: str, error: UnavailableError) -> Self:
        """Say what a client has said, no more: it names the server and the fix already."""
        down = cls(dependency, "")
        UnavailableError.__init__(down, error.place, error.problem, error.fix)
        return down


class OldBrokerError(DependencyDownError):
    """The Kafka cluster lacks a feature, or uses it at too low a level."""

    def __init__(self, feature: str, level: int, needed: int) -> None:
        UnavailableError.__init__(
            self,
            "kafka",
            messages.FEATURE_LEVEL(feature=feature, level=level, needed=needed),
            messages.UPGRADE(feature=feature, needed=needed),
        )
        self.dependency = "kafka"


class StoreBehindError(EngineError, UnavailableError):
    """A store does not hold yet what its changelog holds: it was emptied, or set back, and is being rebuilt."""

    def __init__(self, stage: str, lane: int) -> None:
        UnavailableError.__init__(
            self,
            "redis",
            messages.HOLDS_LESS(stage=stage, lane=lane),
            messages.TRY_AGAIN(),
        )
