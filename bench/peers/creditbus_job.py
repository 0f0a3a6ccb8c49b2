"""The profile job in creditbus: the profiles stage as it is, and a copy of each change for one feed.

The worker of the product in all but its topics; the step around the stage's step writes the copy in the same
transaction. Runs until the process is asked to end.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from measured import KEY, ON, log_quietly

from creditbus.services.engine.batch import Partition, Record
from creditbus.services.engine.codec.schemas import Schemas
from creditbus.services.engine.settings import EngineSettings
from creditbus.services.engine.stage.contract import Step, StepRun
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.worker.bus import open_bus, stage_apps
from creditbus.services.worker.memory import tune_memory
from creditbus.topics.connection import Connection
from creditbus.topics.declarations import declarations

_STAGE = "profiles"
_CHANGES = "credit.changes"


class _WithFeed:
    """The stage's step, its changes on a topic of this run and once more on a feed's."""

    def __init__(self, step: Step, changes: str, feed: str) -> None:
        self._step = step
        self._topics = (changes, feed)

    async def load(self, schemas: Schemas) -> None:
        """Load the stage's step."""
        await self._step.load(schemas)

    def prepare(self, records: Sequence[Record]) -> tuple[list[Any], Iterable[bytes]]:
        """Prepare the stage's step."""
        return self._step.prepare(records)

    def begin(self, work: list[Any], view: StateView, out: Output) -> StepRun:
        """Run the stage's step and write what it says twice."""
        run = self._step.begin(work, view, out)

        def finish() -> None:
            run.finish()
            self._write_twice(out)

        return StepRun(run.handle, finish)

    def _write_twice(self, out: Output) -> None:
        changed = out.records.pop(Partition(_CHANGES, out.lane), None)
        if changed:
            for topic in self._topics:
                out.records[Partition(topic, out.lane)] = changed


def main() -> None:
    """Run until ended."""
    parser = argparse.ArgumentParser()
    for name in ("application", "input", "changes", "feed", "changelog"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--processes", type=int, default=1, help="workers that share the lanes")
    options = parser.parse_args()
    log_quietly()
    for _ in range(options.processes - 1):
        if os.fork() == 0:
            break
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    connection = Connection.from_environment()
    settings = EngineSettings(application=options.application, bootstrap_servers=connection.bootstrap_servers)
    bus = await open_bus(connection, declarations(), settings, KEY, on=ON)
    stage = bus.stages[_STAGE]
    job = replace(
        stage,
        topics=(options.input,),
        changelog=options.changelog,
        step=_WithFeed(stage.step, options.changes, options.feed),
    )
    apps = await stage_apps(replace(bus, stages={_STAGE: job}), [_STAGE])
    tune_memory()
    await asyncio.gather(*(app.start() for app, _ in apps))
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
