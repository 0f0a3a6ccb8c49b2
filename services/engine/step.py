"""What a stage is: a pure step, and what it reads, writes and keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec import Schemas
from creditbus.services.engine.output import Output
from creditbus.services.engine.state import StateView

__all__ = ["Stage", "Step", "StoreKind"]


class Step(Protocol):
    """The stage's work on one batch, without I/O once it is loaded.

    `prepare` reads the records and says which keys of the state they need; what it returns is given
    to `run`, maybe more than once: when `run` raises MissingKeysError the keys are read and it runs
    again on the same work, so it must not change it.
    """

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that the step writes, before the first batch."""

    def prepare(self, records: Sequence[Record], lane: int) -> tuple[Any, Iterable[bytes]]:
        """Return the work and the keys of the state that it needs."""

    def run(self, work: Any, view: StateView, out: Output) -> None:
        """Do the work."""


class StoreKind:
    """How a stage keeps its state (a closed set of names)."""

    NONE = "none"
    RESIDENT = "resident"
    REDIS = "redis"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the bus.

    Attributes:
        name: group id is `<application>-<name>`, transactional ids add the lane.
        topics: what it reads; all with `lanes` partitions.
        lanes: partitions of each of its topics.
        step: its work.
        store: one of StoreKind.
        changelog: compacted topic that holds the truth of its state, and how far its lanes have read.
        looks_up: the stage whose state it reads beside its own (StoreKind.LOOKUP).
        fan: records that one record may make it write; the wider, the fewer records go into a batch.

    """

    name: str
    topics: tuple[str, ...]
    lanes: int
    step: Step
    store: str = StoreKind.NONE
    changelog: str = ""
    looks_up: str = ""
    fan: int = 1
