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
    """What the lanes of one span wait for, and how long they pause before they try again.

    Args:
        settings: the pauses.
        stage: its name.
        name: of the span, for the log.
        lanes: how many it has.

    """

    def __init__(self, settings: EngineSettings, stage: str, name: str, lanes: int) -> None:
        self._settings = settings
        self._stage = stage
        self._name = name
        self._lanes = lanes
        self._pause = settings.pause_seconds
        self._dependency = ""
        self._silent = False

    def failed(self, error: Exception) -> None:
        """Take note of what ended an acquisition."""
        metrics.LANE_LOST.labels(self._stage, type(error).__name__).inc()
        dependency = _dependency(error)
        if isinstance(error, OwnershipLostError):
            logger.warning("%s: acquire again: %s %s", self._name, type(error).__name__, error)
        elif not dependency:
            logger.error("%s: batch given up, acquire again", self._name, exc_info=error)
        elif dependency != self._dependency or self._silent:
            self.over()
            logger.warning("%s: wait for %s: %s", self._name, dependency, error)
            self._show(dependency)

    def recovered(self, proven: Container[str] | None = None) -> None:
        """Take note of an acquisition, which proves that these dependencies answer, or of a batch (None: all do)."""
        if proven is not None and self._dependency and self._dependency not in proven:
            return
        if self._dependency and not self._silent:
            logger.info("%s: %s is back", self._name, self._dependency)
        self.over()
        self._pause = self._settings.pause_seconds

    def silent(self, dependency: str) -> None:
        """Show that a dependency does not answer others, unless the lanes wait already; who asked it says so."""
        if not self._dependency:
            self._show(dependency)
            self._silent = True

    def answered(self) -> None:
        """Take `silent` back; what ended an acquisition only another one takes back."""
        if self._silent:
            self.over()

    def over(self) -> None:
        """Stop showing that the lanes wait."""
        if self._dependency:
            metrics.WAITING.labels(self._stage, self._dependency).dec(self._lanes)
            self._dependency = ""
        self._silent = False

    def _show(self, dependency: str) -> None:
        metrics.WAITING.labels(self._stage, dependency).inc(self._lanes)
        self._dependency = dependency

    async def pause(self) -> None:
        """Pause, each time twice as long, up to the longest pause of the settings."""
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, self._settings.pause_max_seconds)


def _dependency(error: Exception) -> str:
    """Name what is down, or nothing when the error is our own."""
    if isinstance(error, DependencyDownError):
        return error.dependency
    return "kafka" if isinstance(error, KafkaError | TimeoutError | ConnectionError) else ""
