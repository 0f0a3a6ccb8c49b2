"""What the looks of a worker say about parts of its way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from whole.workers import Look

__all__ = ["Segment", "segments"]


class Segment(NamedTuple):
    """The part of a way between two numbers of records that a stage had read.

    Attributes:
        first: records read at its beginning, as the look nearest to the mark tells.
        last: the same at its end.
        cpu_us: processor time per record, microseconds.
        per_second: records per second.
        rss_mb: memory at its end.

    """

    first: int
    last: int
    cpu_us: float
    per_second: float
    rss_mb: float


def segments(looks: Sequence[Look], stage: str, marks: Sequence[int]) -> list[Segment]:
    """Cut the way at these numbers of records."""
    moving = [look for look in looks if stage in look["read"]]
    cuts = [min(moving, key=lambda look: abs(look["read"][stage] - mark)) for mark in marks]
    return [
        Segment(
            int(before["read"][stage]),
            int(after["read"][stage]),
            (after["cpu"] - before["cpu"]) / (after["read"][stage] - before["read"][stage]) * 1e6,
            (after["read"][stage] - before["read"][stage]) / (after["at"] - before["at"]),
            after["rss_mb"],
        )
        for before, after in pairwise(cuts)
        if after["read"][stage] > before["read"][stage]
    ]
