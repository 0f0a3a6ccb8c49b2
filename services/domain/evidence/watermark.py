"""Up to when everything that a department published has reached the feeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["CLOCK_MARGIN_MS", "is_ahead", "later_of", "watermark_ms"]

#: The brokers stamp what departments publish, and another machine says when they were asked: a record that comes after
#: the question may be stamped earlier, by as much as their clocks differ.
CLOCK_MARGIN_MS: Final = 10_000


def is_ahead(said_ms: int, now_ms: int) -> bool:
    """Tell whether a moment that somebody has said lies after the present one, by more than clocks may differ."""
    return said_ms > now_ms + CLOCK_MARGIN_MS


def watermark_ms(asked_ms: int, unread_ms: Iterable[int]) -> int:
    """Return the moment before which a department has published nothing that is still to come.

    Args:
        asked_ms: when the ends of its topic were asked for, in milliseconds since 1970 UTC.
        unread_ms: of each partition with unread records, when the first of them was published, as its broker says.

    """
    return min([asked_ms - CLOCK_MARGIN_MS, *unread_ms])


def later_of(before: Mapping[str, int], now: Mapping[str, int], now_ms: int) -> dict[str, int]:
    """Return the later watermark of each department: what was true once stays true.

    One that lies in the future was never true: the clock of whoever said it was wrong. It is left out.
    """
    true = [{name: until for name, until in said.items() if not is_ahead(until, now_ms)} for said in (before, now)]
    return {name: max(said.get(name, 0) for said in true) for name in sorted(true[0].keys() | true[1].keys())}
