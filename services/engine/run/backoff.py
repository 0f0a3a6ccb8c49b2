"""Growing pauses while something is down, said once in the log and shown in a metric."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Container
from typing import Final

from aiokafka import errors as kafka
from aiokafka.errors import KafkaError

from creditbus.services.engine import metrics
from creditbus.services.engine.errors import DependencyDownError, OwnershipLostError
from creditbus.services.engine.settings import EngineSettings

__all__ = ["Backoff"]

logger = logging.getLogger(__name__)

#: Kafka answers, and what it says does not change by waiting: a fault of the batch, not a Kafka that is away.
_REFUSALS: Final = (
    kafka.IllegalArgumentError,
    kafka.InvalidMessageError,
    kafka.InvalidTopicError,
    kafka.MessageSizeTooLargeError,
    kafka.RecordListTooLargeError,
    kafka.UnsupportedForMessageFormatError,
    kafka.UnsupportedVersionError,
)


class Backoff:
    """What the lanes of one range wait for, and how long they pause before they try again.

    The pause grows with each failure. A batch that is through ends that, and so does an acquisition that has held for
    as long as the longest pause; an acquisition alone proves nothing about the batch that ended the one before it.

    Args:
        settings: the pauses.
        stage: its name.
        name: of the range, for the log.
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
        self._said = ""
        self._awaited = ""
        self._repeated = 0
        self._acquired_at: float | None = None

    @property
    def dependency(self) -> str:
        """What ended the last acquisition and has not answered since: "kafka", "redis", "registry"; empty: nothing."""
        return "" if self._silent else self._dependency

    def failed(self, error: Exception) -> None:
        """Take note of what ended an acquisition."""
        metrics.LANE_LOST.labels(self._stage, type(error).__name__).inc()
        if self._acquired_at is not None and _now() - self._acquired_at >= self._settings.pause_max_seconds:
            self._begin_anew()
        self._acquired_at = None
        dependency = _dependency(error)
        self._say(error, dependency)
        if dependency and (dependency != self._dependency or self._silent):
            self.over()
            self._show(dependency)

    def _say(self, error: Exception, dependency: str) -> None:
        """Log it; the same again, with no batch between, at the level for those who look closely."""
        about = dependency or f"{type(error).__name__} {error}".rstrip()
        again, self._said = about == self._said, about
        self._repeated = self._repeated + 1 if again else 0
        if isinstance(error, OwnershipLostError):
            logger.log(_level(logging.WARNING, again), "%s: acquire again: %s", self._name, about)
        elif not dependency:
            logger.log(
                _level(logging.ERROR, again),
                "%s: batch given up, acquire again",
                self._name,
                exc_info=not again and error,
            )
        else:
            self._awaited = self._awaited if again else dependency
            # a time-out says nothing by itself
            said = str(error) or type(error).__name__
            logger.log(_level(logging.WARNING, again), "%s: wait for %s: %s", self._name, dependency, said)

    def acquired(self, proven: Container[str]) -> None:
        """Take note of an acquisition, which proves that these dependencies answer."""
        # It does not end the pauses by itself: it did, and a batch that always fails was tried ten times a second, with
        # a traceback each (docs/adr/0029).
        self._acquired_at = _now()
        if self._dependency in proven:
            self._say_it_is_back()
            self.over()

    def recovered(self) -> None:
        """Take note of a batch that is through: all dependencies answer."""
        self._begin_anew()
        self.over()

    def _begin_anew(self) -> None:
        self._say_it_is_back()
        if self._repeated:
            logger.info("%s: goes on after %d failures", self._name, self._repeated + 1)
        self._said, self._repeated = "", 0
        self._pause = self._settings.pause_seconds

    def _say_it_is_back(self) -> None:
        if self._awaited:
            logger.info("%s: %s is back", self._name, self._awaited)
            self._awaited = ""

    def mark_unreachable(self, dependency: str) -> None:
        """Show that a dependency does not answer others, unless the lanes wait already; who asked it says so."""
        if not self._dependency:
            self._show(dependency)
            self._silent = True

    def mark_reachable(self) -> None:
        """Take `mark_unreachable` back; what ended an acquisition only another one takes back."""
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


def _now() -> float:
    return asyncio.get_running_loop().time()


def _level(level: int, again: bool) -> int:  # noqa: FBT001 -- said before or not
    return logging.DEBUG if again else level


def _dependency(error: Exception) -> str:
    """Name what is down, or nothing when the error is our own."""
    if isinstance(error, DependencyDownError):
        return error.dependency
    if isinstance(error, _REFUSALS):
        return ""
    return "kafka" if isinstance(error, KafkaError | TimeoutError | ConnectionError) else ""
