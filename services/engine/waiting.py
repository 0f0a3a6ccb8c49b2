"""Growing pauses while something is down, said once in the log and shown in a metric."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container

from aiokafka.errors import KafkaError

from creditbus.services.engine import metrics
from creditbus.services.engine.errors import DependencyDownError, OwnershipLostError
from creditbus.services.engine.settings import EngineSettings

__all__ = ["Waiting"]

logger = logging.getLogger(__name__)


class Waiting:
    """What one lane waits for, and how long it pauses before it tries again."""

    def __init__(self, settings: EngineSettings, stage: str, name: str) -> None:
        self._settings = settings
        self._stage = stage
        self._name = name
        self._pause = settings.pause_seconds
        self._dependency = ""

    def failed(self, error: Exception) -> None:
        """Take note of what ended an acquisition."""
        metrics.LANE_LOST.labels(self._stage, type(error).__name__).inc()
        dependency = _dependency(error)
        if isinstance(error, OwnershipLostError):
            logger.warning("%s: acquire again: %s %s", self._name, type(error).__name__, error)
        elif not dependency:
            logger.error("%s: batch given up, acquire again", self._name, exc_info=error)
        elif dependency != self._dependency:
            self.over()
            logger.warning("%s: wait for %s: %s", self._name, dependency, error)
            metrics.WAITING.labels(self._stage, dependency).inc()
            self._dependency = dependency

    def recovered(self, proven: Container[str] | None = None) -> None:
        """Take note of an acquisition, which proves that these dependencies answer, or of a batch (None: all do)."""
        if proven is not None and self._dependency and self._dependency not in proven:
            return
        if self._dependency:
            logger.info("%s: %s is back", self._name, self._dependency)
        self.over()
        self._pause = self._settings.pause_seconds

    def over(self) -> None:
        """Stop showing that the lane waits."""
        if self._dependency:
            metrics.WAITING.labels(self._stage, self._dependency).dec()
            self._dependency = ""

    async def pause(self) -> None:
        """Pause, each time twice as long, up to the longest pause of the settings."""
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, self._settings.pause_max_seconds)


def _dependency(error: Exception) -> str:
    """Name what is down, or nothing when the error is our own."""
    if isinstance(error, DependencyDownError):
        return error.dependency
    return "kafka" if isinstance(error, KafkaError | TimeoutError | ConnectionError) else ""
