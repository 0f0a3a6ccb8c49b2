"""Which lanes share a transaction: those that a worker holds together, by aligned ranges.

A transaction costs the broker and the worker the same for one lane as for sixteen. Whoever holds the
lanes 0 to 3 commits them together, under the transactional id of that span; when another worker takes
two of them, both go on with the halves. Spans are the nodes of a binary tree over the lane numbers, so
two of them are apart or one lies within the other, and every span can name all those that overlap it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

__all__ = ["Span", "overlapping", "spans_of"]

#: Most lanes of one span: bounds the ids to fence, and what one transaction carries.
_LARGEST: Final = 16


class Span(NamedTuple):
    """The lanes from `first` on, `size` of them: a power of two, `first` a multiple of it.

    Where a stage has fewer lanes than the span would hold, the rest do not exist.
    """

    first: int
    size: int

    def __str__(self) -> str:
        """Name it as transactional ids and the log do: `4` or `4-7`."""
        return str(self.first) if self.size == 1 else f"{self.first}-{self.first + self.size - 1}"


def spans_of(numbers: Collection[int], lanes: int) -> list[Span]:
    """Return the fewest spans that hold exactly these lanes, of `lanes` that there are."""
    held = set(numbers)
    found: list[Span] = []

    def descend(span: Span) -> None:
        inside = range(span.first, min(span.first + span.size, lanes))
        if held.issuperset(inside):
            found.append(span)
        elif not held.isdisjoint(inside):
            for half in _halves(span, lanes):
                descend(half)

    for first in range(0, lanes, _LARGEST):
        descend(Span(first, _LARGEST))
    return found


def overlapping(span: Span, lanes: int) -> list[Span]:
    """Return all other spans that share a lane with this one."""
    return [*_around(span), *_within(span, lanes)]


def _around(span: Span) -> Iterator[Span]:
    size = span.size * 2
    while size <= _LARGEST:
        yield Span(span.first // size * size, size)
        size *= 2


def _within(span: Span, lanes: int) -> Iterator[Span]:
    for half in _halves(span, lanes):
        yield half
        yield from _within(half, lanes)


def _halves(span: Span, lanes: int) -> list[Span]:
    size = span.size // 2
    return [Span(first, size) for first in (span.first, span.first + size) if size and first < lanes]
