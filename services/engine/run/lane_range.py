"""Which lanes share a transaction: those that a worker holds together, by aligned ranges.

A transaction costs the broker and the worker the same for one lane as for sixteen. Whoever holds the
lanes 0 to 3 commits them together, under the transactional id of that range; when another worker takes
two of them, both go on with the halves. Ranges are the nodes of a binary tree over the lane numbers, so
two of them are apart or one lies within the other, and every range can name all those that overlap it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

__all__ = ["LaneRange", "overlapping", "ranges_of"]

#: Most lanes of one range: bounds the ids to fence, and what one transaction carries.
_LARGEST: Final = 16


class LaneRange(NamedTuple):
    """The lanes from `first` on, `size` of them: a power of two, `first` a multiple of it.

    Where a stage has fewer lanes than the range would hold, the rest do not exist.
    """

    first: int
    size: int

    def __str__(self) -> str:
        """Name it as transactional ids and the log do: `4` or `4-7`."""
        return str(self.first) if self.size == 1 else f"{self.first}-{self.first + self.size - 1}"


def ranges_of(numbers: Collection[int], lanes: int) -> list[LaneRange]:
    """Return the fewest ranges that hold exactly these lanes, of `lanes` that there are."""
    held = set(numbers)
    found: list[LaneRange] = []

    def descend(lane_range: LaneRange) -> None:
        inside = range(lane_range.first, min(lane_range.first + lane_range.size, lanes))
        if held.issuperset(inside):
            found.append(lane_range)
        elif not held.isdisjoint(inside):
            for half in _halves(lane_range, lanes):
                descend(half)

    for first in range(0, lanes, _LARGEST):
        descend(LaneRange(first, _LARGEST))
    return found


def overlapping(lane_range: LaneRange, lanes: int) -> list[LaneRange]:
    """Return all other ranges that share a lane with this one."""
    return [*_around(lane_range), *_within(lane_range, lanes)]


def _around(lane_range: LaneRange) -> Iterator[LaneRange]:
    size = lane_range.size * 2
    while size <= _LARGEST:
        yield LaneRange(lane_range.first // size * size, size)
        size *= 2


def _within(lane_range: LaneRange, lanes: int) -> Iterator[LaneRange]:
    for half in _halves(lane_range, lanes):
        yield half
        yield from _within(half, lanes)


def _halves(lane_range: LaneRange, lanes: int) -> list[LaneRange]:
    size = lane_range.size // 2
    return [LaneRange(first, size) for first in (lane_range.first, lane_range.first + size) if size and first < lanes]
