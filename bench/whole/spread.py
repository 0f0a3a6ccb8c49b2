"""Middle, tail and maximum of measured times."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["percentiles"]

_SHARES = {"p50": 0.5, "p99": 0.99}


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50, p99 and max in milliseconds; nothing for no times."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    found = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in _SHARES.items()}
    return {name: round(value * 1000, 1) for name, value in (found | {"max": ordered[-1]}).items()}
