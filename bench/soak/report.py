"""What a soak came to: for machines, and as one line of a table."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from soak.watch import Look, Watch

from tests.harness.account import Account
from tests.harness.checker import DOUBLED, LOST, WRONG, Problem
from tests.harness.log_tail import LogTail
from tests.harness.phases import IDLE, LONGEST_TIMER_SECONDS

__all__ = ["PhaseFigures", "document", "table_line"]

_SHOWN = 20
_WINDOWS = 10


@dataclass(frozen=True, slots=True)
class PhaseFigures:
    """One phase.

    Attributes:
        kind: of phases.IDLE and LOAD.
        seconds: it lasted.
        published: events.
        first: seconds until the first event was in every feed; 0 when idle.
        latencies: seconds of every event from its publication into the last feed, sorted.
        behind: events that were on their way at its end.
        looks: of the watch.

    """

    kind: str
    seconds: float
    published: int
    first: float
    latencies: Sequence[float]
    behind: int
    looks: Sequence[Look]

    @property
    def line(self) -> str:
        """What a reader wants to see of it at once."""
        if not self.published:
            return f"{self.kind}: nothing was published"
        if not self.latencies:
            return f"{self.kind}: of {self.published:,} events none came through"
        return (
            f"{self.kind}: {self.published:,} events; the first in every feed after {self.first * 1000:.0f} ms, "
            f"p50 {_at(self.latencies, 0.5):.0f} ms, p99 {_at(self.latencies, 0.99):.0f} ms"
        )

    def document(self) -> dict[str, Any]:
        """Return the figures."""
        return {
            "kind": self.kind,
            "seconds": round(self.seconds),
            "published": self.published,
            "first_event_ms": round(self.first * 1000) if self.published else None,
            "p50_ms": round(_at(self.latencies, 0.5), 1) if self.latencies else None,
            "p99_ms": round(_at(self.latencies, 0.99), 1) if self.latencies else None,
            "max_ms": round(_at(self.latencies, 1.0), 1) if self.latencies else None,
            "on_the_way_at_the_end": self.behind,
            "windows": self._windows(),
        }

    def _windows(self) -> list[dict[str, Any]]:
        size = max(1, -(-len(self.looks) // _WINDOWS))
        parts = [self.looks[place : place + size] for place in range(0, len(self.looks), size)]
        return [
            {
                "memory_mb": {name: round(value) for name, value in part[-1].memory_mb.items()},
                "cores": _cores(part),
                "lag_max": max(sum(look.lag.values()) for look in part),
                "ready_min": min(sum(look.ready.values()) for look in part),
            }
            for part in parts
        ]


def document(
    options: argparse.Namespace,
    figures: Sequence[PhaseFigures],
    account: Account,
    watch: Watch,
    log: LogTail,
    problems: Sequence[Problem],
) -> dict[str, Any]:
    """Return the facts of a soak."""
    idle = [phase.seconds for phase in figures if phase.kind == IDLE]
    return {
        "options": {"hours": options.hours, "rate": options.rate, "processes": options.processes, "seed": options.seed},
        "seconds": round(sum(phase.seconds for phase in figures)),
        "published": account.published,
        "repeated": account.repeated,
        "booked": dict(sorted(account.booked.items())),
        **{kind: sum(one.cases for one in problems if one.kind == kind) for kind in (LOST, DOUBLED, WRONG)},
        "restarts": watch.restarts,
        "batches_given_up": sum(watch.losses.values()),
        "idle_beyond_the_longest_timer": sum(seconds > LONGEST_TIMER_SECONDS for seconds in idle),
        "worker_memory_mb_per_hour": _slope(watch.looks),
        "log_lines_of_warning_or_above": dict(log.counts),
        "phases": [phase.document() for phase in figures],
        "problems": [str(problem) for problem in problems[:_SHOWN]],
    }


def table_line(facts: dict[str, Any]) -> str:
    """Return the line of the table in bench/README.md."""
    loads = [phase for phase in facts["phases"] if phase["published"]]
    first = ", ".join(f"{phase['first_event_ms']}" for phase in loads)
    p99 = ", ".join(f"{phase['p99_ms'] or 0:.0f}" for phase in loads)
    idle = ", ".join(f"{phase['seconds'] / 60:.0f}" for phase in facts["phases"] if phase["kind"] == IDLE)
    lines = sum(facts["log_lines_of_warning_or_above"].values())
    verdict = f"lost {facts[LOST]}, doubled {facts[DOUBLED]}, wrong {facts[WRONG]}"
    cells = [f"{facts['seconds'] / 60:.0f}", idle, f"{facts['published']:,}", verdict, facts["restarts"], first, p99]
    return "| " + " | ".join(map(str, [*cells, facts["worker_memory_mb_per_hour"], lines])) + " |"


def _slope(looks: Sequence[Look]) -> float | None:
    """Return by how many MB an hour the workers together grow after the first fifth, in which caches fill."""
    settled = looks[len(looks) // 5 :]
    sums = [sum(value for name, value in look.memory_mb.items() if name.startswith("worker")) for look in settled]
    if len(settled) <= 1:
        return None
    return round(statistics.linear_regression([look.at for look in settled], sums).slope * 3600, 1)


def _cores(looks: Sequence[Look]) -> dict[str, float]:
    first, last = looks[0], looks[-1]
    lasted = last.at - first.at
    if not lasted:
        return {}
    return {
        name: round((last.cpu_seconds[name] - first.cpu_seconds[name]) / lasted, 2)
        for name in last.cpu_seconds
        if name in first.cpu_seconds
    }


def _at(sorted_seconds: Sequence[float], share: float) -> float:
    """Return a quantile in milliseconds."""
    return sorted_seconds[min(len(sorted_seconds) - 1, int(len(sorted_seconds) * share))] * 1000
