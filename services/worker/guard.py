"""Ends a worker that stands still, so that the supervisor starts another in its place."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

from creditbus.services.engine import metrics
from creditbus.services.engine.consume.cluster_metadata import topic_facts
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.engine.run.app import StageApp
from creditbus.services.engine.run.watchdog import Watchdog
from creditbus.services.worker.exit_codes import STALLED

__all__ = ["LoopGuard", "stalled"]

logger = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_FROZEN_SECONDS: Final = 5.0


async def stalled(apps: Sequence[StageApp], bootstrap_servers: str, seconds: float) -> None:
    """Return when a stage has stood still this long without a known reason, and it has been said.

    Its consumer may wait for a Kafka that is away without anybody having found out. So Kafka is asked first, by a
    client that knows nothing yet; a consumer whose brokers all have other addresses now is found by that, too.
    """
    # The whole process ends, not the stage: what holds it may be shared by all. A probe from outside needs the same
    # facts and an orchestrator, which not every city has (docs/adr/0029).
    dogs: Mapping[str, tuple[StageApp, Watchdog]] = {app.stage_name: (app, Watchdog(seconds)) for app in apps}
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        for name, (app, dog) in dogs.items():
            trouble = dog.look(app.facts())
            if not trouble:
                continue
            try:
                await asyncio.to_thread(topic_facts, bootstrap_servers)
            except DependencyDownError:
                dog.excuse()
                continue
            metrics.STALLS.labels(name).inc()
            logger.critical(
                "%s has stood still for %.0f s and nothing that it needs is away: %s; ending this worker with exit "
                "code %d, see docs/runbooks/stage-stalled.md",
                name,
                seconds,
                trouble,
                STALLED,
            )
            return


class LoopGuard(threading.Thread):
    """Ends the process when its event loop does not turn: what runs in the loop cannot see that.

    Args:
        seconds: how long a turn may take.

    """

    def __init__(self, seconds: float) -> None:
        super().__init__(name="loop guard", daemon=True)
        self._seconds = seconds
        self._turned = time.monotonic()

    async def turn(self) -> None:
        """Tell again and again that the loop turns."""
        while True:
            self._turned = time.monotonic()
            await asyncio.sleep(_LOOK_SECONDS)

    def run(self) -> None:
        """Watch until the process ends."""
        looked = time.monotonic()
        while True:
            time.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            if now - looked > _FROZEN_SECONDS:
                # the whole process was frozen, and the loop had no more time than this thread
                self._turned = now
            looked = now
            if now - self._turned >= self._seconds:
                logger.critical("the event loop has not turned for %.0f s; ending this worker", self._seconds)
                faulthandler.dump_traceback(sys.stderr)
                os._exit(STALLED)
