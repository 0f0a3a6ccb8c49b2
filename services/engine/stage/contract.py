"""What a stage is: a pure step, and what it reads, writes and keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from creditbus.services.engine.batch import Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView

__all__ = ["FurtherKeys", "LaneOpening", "LateSchemas", "LookAhead", "Stage", "Step", "StepRun", "StoreKind"]

FurtherKeys = Callable[[Sequence[Any], Mapping[bytes, bytes | None]], tuple[set[bytes], set[bytes]]]
"""Looks at a slice of the work and at the values of the keys that `prepare` named. Returns keys to be read besides, and
keys that have no value, as those values show: they are not asked for."""

LookAhead = Callable[[Sequence[Any], StateView], None]
"""Looks at the work of a batch and at what was read of its state, and asks by MissingKeysError for what it needs in
addition, until it needs nothing more. It decides nothing: where the state is older than the batch before, what it asks
for is read in vain."""


def _nothing() -> None:
    """End a run that has nothing left to do."""


@dataclass(frozen=True, slots=True)
class StepRun:
    """A step at work on one batch.

    Attributes:
        handle: does a slice of the work; slices come in the order of the records.
        finish: writes what is known only at the end of the batch; called once, after the last slice.

    """

    handle: Callable[[list[Any]], None]
    finish: Callable[[], None] = _nothing

    def complete(self, work: list[Any]) -> None:
        """Do all of the work as one slice."""
        self.handle(work)
        self.finish()


class Step(Protocol):
    """The stage's work on one batch, without I/O once it is loaded.

    `prepare` reads records and says which keys of the state they need. What it returns is given to the run that `begin`
    starts, in slices, so that the event loop has a turn in between: whatever holds the interpreter for long holds up
    the answers of Kafka and Redis that a transaction waits for.

    A run may end by MissingKeysError at any point. Then the keys are read and another run begins on the same work, with
    a new output: a step must not change its work, nor keep anything of a run that did not finish.
    """

    async def load(self, schemas: Schemas) -> None:
        """Learn the ids of the schemas that the step writes, before the first batch."""

    def prepare(self, records: Sequence[Record]) -> tuple[list[Any], Iterable[bytes]]:
        """Return the work and the keys of the state that it needs; a batch has the work of its slices, joined."""

    def begin(self, work: list[Any], view: StateView, out: Output) -> StepRun:
        """Start on a batch: `work` is all of it, `view` its state, `out` takes what it writes and books."""


class LateSchemas(Protocol):
    """Schemas that a step writes, too many to be asked for before the first batch."""

    async def need(self, work: Sequence[Any]) -> None:
        """Ask for those that this work needs: what `prepare` gave, before `begin` is given it.

        Raises:
            DependencyDownError: the registry does not answer.

        """

    async def rest(self) -> None:
        """Ask for all others, so that a registry that goes away later holds nothing up; errors as of `need`."""


class StoreKind:
    """How a stage keeps its state (a closed set of names)."""

    NONE = "none"
    RESIDENT = "resident"
    REDIS = "redis"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class LaneOpening:
    """What a stage says to a lane of its own where it takes it up: nobody else may ever send it anything.

    Attributes:
        key: of the lane's state; its value decides.
        topic: an input of the stage.
        message: key and value of the record, by that value; None: there is nothing to say.

    """

    key: bytes
    topic: str
    message: Callable[[bytes | None], tuple[bytes, bytes] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the bus.

    Attributes:
        name: the group's id is `<application>-<name>`, transactional ids add the lane range.
        topics: what it reads; all with `lanes` partitions.
        lanes: partitions of each of its topics.
        step: its work.
        store: one of StoreKind.
        changelog: compacted topic that holds the truth of its state, and how far its lanes have read.
        looks_up: the stage whose state it reads next to its own (StoreKind.LOOKUP).
        further_keys: says what more to read once the keys of `prepare` are known; None: nothing.
        look_ahead: says what else to read, one question after another; None: nothing.
        piece_key: key of the records by which the stage says to itself that there is more to do. One of them may be the
            work of a whole batch of others. None: it has none.
        max_outputs_per_record: how many records it may write for one that it reads; the more, the fewer records go into
            a batch.
        opening: what it says to each lane that it takes up; None: nothing.
        late_schemas: what it asks of the registry when it comes to need it; None: nothing after `load`.
        declarations: the version of the city's declarations by which it works; 0: none that was published.

    """

    name: str
    topics: tuple[str, ...]
    lanes: int
    step: Step
    store: str = StoreKind.NONE
    changelog: str = ""
    looks_up: str = ""
    further_keys: FurtherKeys | None = None
    look_ahead: LookAhead | None = None
    piece_key: bytes | None = None
    max_outputs_per_record: int = 1
    opening: LaneOpening | None = None
    late_schemas: LateSchemas | None = None
    declarations: int = 0
