"""What a stage is: a pure step, and what it reads, writes and keeps."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["SLICE_RECORDS", "Stage", "Step", "StoreKind", "run_through"]

#: Records between two turns of the event loop: one to six milliseconds of work.
SLICE_RECORDS: Final = 256


class Step(Protocol):
    """The stage's work on one batch, without I/O once it is loaded.

    `prepare` reads the records and says which keys of the state they need; what it returns is given
    to `advance`, maybe more than once: when it raises MissingKeysError the keys are read and it begins
    again on the same work, so it must not change it.
    Whatever holds the interpreter for long holds up answers from Kafka and Redis that a transaction waits for, so
    `prepare` is given a batch in pieces of SLICE_RECORDS records, and `advance` pauses after as many.
    """

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that the step writes, before the first batch."""

    def prepare(self, records: Sequence[Record], lane: int) -> tuple[list[Any], Iterable[bytes]]:
        """Return the work and the keys of the state that it needs; a batch has the work of its pieces, joined."""

    def advance(self, work: list[Any], view: StateView, out: Output) -> Iterator[None]:
        """Do the work as it is iterated over; each step is one piece, and the end is reached behind the last."""


def run_through(step: Step, work: list[Any], view: StateView, out: Output) -> None:
    """Do all of the work at once."""
    deque(step.advance(work, view, out), maxlen=0)


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
    max_outputs_per_record: int = 1
