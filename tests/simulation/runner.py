"""Many schedules on all cores, and what they came to."""

import math
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.simulation.breaks import broken
from tests.simulation.schedule import Result, installed, run

__all__ = ["Outcome", "run_all"]

#: Schedules that a process takes at a time; one where the first wrong schedule ends the run.
_CHUNK = 10


@dataclass
class Outcome:
    """What schedules came to.

    Attributes:
        schedules: how many were run.
        records: how many records they published.
        faults: how many of each kind they had.
        virtual_seconds: the time that passed in them.
        wrong: by seed what was wrong.

    """

    schedules: int = 0
    records: int = 0
    virtual_seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.schedules += 1
        self.records += result.records
        self.virtual_seconds += result.seconds
        self.faults.update(result.faults)
        if result.wrong:
            self.wrong[result.seed] = result.wrong


_patched = ExitStack()


def _begin(rule: str) -> None:
    """Make a process one for schedules, for good."""
    _patched.enter_context(installed())
    if rule:
        _patched.enter_context(broken(rule))


def _run(seeds: Sequence[int]) -> list[Result]:
    return [run(seed) for seed in seeds]


def _chunks(first: int, count: int, size: int) -> Iterator[range]:
    for start in range(first, first + count, size):
        yield range(start, min(start + size, first + count))


def run_all(
    first: int, count: int, *, rule: str = "", processes: int | None = None, seconds: float = math.inf
) -> Outcome:
    """Run the schedules of this many seeds from the first on, or as many as there is time for.

    With a rule broken, only until one is wrong.
    """
    outcome, end = Outcome(), time.monotonic() + seconds
    with multiprocessing.get_context("fork").Pool(processes or os.cpu_count(), _begin, (rule,)) as pool:
        for results in pool.imap(_run, _chunks(first, count, 1 if rule else _CHUNK)):
            for result in results:
                outcome.add(result)
                if rule and result.wrong:
                    return outcome
            if time.monotonic() > end:
                return outcome
    return outcome
