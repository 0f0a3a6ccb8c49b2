"""What everything that runs one stage in one worker shares."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.store import Store

__all__ = ["Finish", "StageRuntime"]

#: Adds the engine's own records (the ledger's) to a batch's output.
Finish = Callable[[Output], None]

#: One batch of a stage is computed while another one commits. Several lane ranges have no more under way together: they
#: share one interpreter, and what waits for its slot meanwhile becomes a larger batch. Without the bound 64
#: partitions took 40 % more transactions (docs/adr/0016).
_SLOTS: Final = 2


@dataclass(frozen=True, slots=True)
class StageRuntime:
    """One stage in one worker.

    Attributes:
        stage: what it does.
        settings: of the engine.
        store: where its lanes keep their state; None: it has none.
        ids: of the topics that it reads.
        schemas: known to the worker.
        finish: see `Finish`.
        slots: of its batches that are being computed or committed, for all its lanes together.

    """

    stage: Stage
    settings: EngineSettings
    store: Store | None
    ids: TopicIds
    schemas: Schemas
    finish: Finish
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SLOTS))

    @property
    def group(self) -> str:
        """The consumer group's id, which transactional ids begin with."""
        return f"{self.settings.application}-{self.stage.name}"

    @property
    def batch_records(self) -> int:
        """The maximum number of records that one transaction reads."""
        return self.settings.batch_of(self.stage.max_outputs_per_record)
