"""What everything that runs one stage in one worker shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final

from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.consume.cluster_metadata import TopicIds
from creditbus.services.engine.errors import OutdatedError
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Stage
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.store import Store

__all__ = ["CatchUp", "Finish", "StageRuntime"]

#: Adds the engine's own records (the ledger's) to a batch's output.
Finish = Callable[[Output], None]

#: Waits until the worker has taken up every version of the declarations that was published before the call.
CatchUp = Callable[[], Awaitable[None]]

#: One batch of a stage is computed while another one commits. Several lane ranges have no more under way together: they
#: share one interpreter, and what waits for its slot meanwhile becomes a larger batch. Without the bound 64
#: partitions took 40 % more transactions (docs/adr/0016).
_SLOTS: Final = 2


@dataclass(slots=True)
class StageRuntime:
    """One stage in one worker. Stage and schemas are replaced when the city declares something else.

    Attributes:
        stage: what it does.
        settings: of the engine.
        store: where its lanes keep their state; None: it has none.
        ids: of the topics that it reads.
        schemas: known to the worker.
        finish: see `Finish`.
        catch_up: see `CatchUp`; None: declarations do not change as long as the worker runs.
        origin: of what `newest` returned, the one that is kept up to date.
        slots: of its batches that are being computed or committed, for all its lanes together.

    """

    stage: Stage
    settings: EngineSettings
    store: Store | None
    ids: TopicIds
    schemas: Schemas
    finish: Finish
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SLOTS))
    catch_up: CatchUp | None = None
    origin: StageRuntime | None = None

    def switch(self, stage: Stage, schemas: Schemas) -> None:
        """Do this instead, from the next acquisition on; name, lanes, store and changelog stay as they are."""
        self.stage, self.schemas = stage, schemas

    async def newest(self) -> StageRuntime:
        """Return what an acquisition works with to its end.

        An earlier owner of its lanes may have judged by any version that is published by now. Asked for once that owner
        is fenced, this one is as new or newer: a lane never goes back to an older version.

        Raises:
            DependencyDownError: it cannot be found out.

        """
        if self.catch_up is not None:
            await self.catch_up()
        return replace(self, origin=self)

    async def expect_newer(self) -> None:
        """Look for a newer version, because a record shows something that this one does not know.

        A stage before this one may work by a newer version, and hand on events of an item, or of a schema, that is new
        with it. Judged by the older one they would be passed over as foreign, or lose the fields that are new.

        Raises:
            OutdatedError: there is one; the record must be left to it.
            DependencyDownError: it cannot be found out.

        """
        if self.catch_up is not None:
            await self.catch_up()
        if self.outdated:
            raise OutdatedError

    @property
    def outdated(self) -> bool:
        """Whether the worker has taken up something newer since `newest` returned this."""
        return self.origin is not None and self.origin.stage is not self.stage

    @property
    def group(self) -> str:
        """The consumer group's id, which transactional ids begin with."""
        return f"{self.settings.application}-{self.stage.name}"

    @property
    def batch_records(self) -> int:
        """The maximum number of records that one transaction reads."""
        return self.settings.batch_of(self.stage.max_outputs_per_record)
