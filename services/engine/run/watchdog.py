"""Finds a stage that stands still though it should not: the fault of a kind that nobody has thought of.

Every known reason to stand still is reported somewhere: a dependency that is away by the lanes, a group that refuses by
the consumer. What is left is a stage that has records to read and commits nothing, or lanes that do not become ready,
with nobody saying why. A worker was dead like that after 1,000 seconds, and looked healthy (docs/adr/0029).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["StageFacts", "Watchdog"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFacts:
    """What a stage is doing.

    Attributes:
        member: whether it is a member of its consumer group.
        assigned: lanes that the group has assigned to it.
        ready: those of them that accept records.
        behind: records that wait for them; None: its consumer does not say.
        activity: counts everything that moves it on: batches committed, chunks of state restored.
        dependency: what its lanes wait for: "kafka", "redis", "registry"; empty: for nothing.

    """

    member: bool
    assigned: int
    ready: int
    behind: int | None
    activity: int
    dependency: str

    @property
    def trouble(self) -> str:
        """What would be a fault if it lasted; empty where all is well."""
        if not self.member:
            return "it is no member of its consumer group"
        if self.ready < self.assigned:
            return f"{self.assigned - self.ready} of its {self.assigned} lanes are not ready"
        if self.behind is None:
            return "its consumer does not say how much waits"
        return f"{self.behind} records wait and it commits nothing" if self.behind else ""


class Watchdog:
    """Watches one stage.

    Args:
        seconds: how long it may stand still without a known reason.
        clock: seconds that only grow.

    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._activity = -1
        self._since: float | None = None
        self._looked = clock()

    def look(self, facts: StageFacts) -> str:
        """Take note of what the stage is doing; return what is wrong once that has lasted too long, else nothing.

        A look that comes late was kept from coming, by a machine that slept or a process that was frozen: then the
        stage was, too, and gets its time again.
        """
        now = self._clock()
        late, self._looked = now - self._looked > self._seconds / 2, now
        moved, self._activity = facts.activity != self._activity, facts.activity
        trouble = facts.trouble
        if late or moved or facts.dependency or not trouble:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since >= self._seconds:
            return trouble
        return ""

    def excuse(self) -> None:
        """Give the stage its time again: what it stands still for has turned out to be away."""
        self._since = None
