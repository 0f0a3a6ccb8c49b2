"""Least, middle and most of the runs of one measurement."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

__all__ = ["spread"]


def spread(figures: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    """Return min, median and max of each figure."""
    columns = {name: sorted(figure[name] for figure in figures) for name in figures[0]}
    return {
        name: [round(value, 2) for value in (values[0], statistics.median(values), values[-1])]
        for name, values in columns.items()
    }
