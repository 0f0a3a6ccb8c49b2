"""Which of the first rows of a table is its header: the one whose titles are known best.

Forms begin with a title, who filled them in and when; a row of those has several filled cells, too. Headers of two or
three rows, the upper ones merged over several columns, are joined.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import NamedTuple

from creditbus.connectors.common.titles import folded
from creditbus.connectors.contract import Cell, Column
from creditbus.connectors.files import header
from creditbus.connectors.setup.templates import titles_of_templates

__all__ = ["HeaderRows", "find_header", "known_titles"]

_LEAST_KNOWN = 2
_MOST_LEVELS = 3
_WIDE = 0.5
"""Without known titles, the first row that has this share of the filled cells of the widest one is the header."""


class HeaderRows(NamedTuple):
    """Where a header stands, and its columns."""

    first: int
    last: int
    columns: tuple[Column, ...]


class _Candidate(NamedTuple):
    known: int
    first: int
    last: int
    names: list[str]
    codes: Sequence[Cell] = ()


@cache
def known_titles() -> frozenset[str]:
    """Return the titles that the product's own mappings know, in their folded form."""
    return frozenset(map(folded, titles_of_templates()))


def find_header(
    rows: Mapping[int, Sequence[Cell]], titles: frozenset[str], *, joined: bool = True
) -> HeaderRows | None:
    """Find the header among rows by number.

    Args:
        rows: The first rows of a table; blank ones may be missing.
        titles: What the mapping knows, in the folded form; empty: what any mapping of the product knows.
        joined: Whether a header may stand in several rows.
    """
    candidates = [one for number in rows for one in _candidates(rows, number, titles or known_titles(), joined=joined)]
    best = max(candidates, key=_rank, default=None)
    if best is not None and best.known >= _LEAST_KNOWN:
        return HeaderRows(best.first, best.last, header.columns(best.names, best.codes))
    if titles and (found := find_header(rows, frozenset(), joined=joined)):
        return found
    return _widest(rows)


def _rank(one: _Candidate) -> tuple[int, bool, int, int]:
    return one.known, bool(one.codes), one.first - one.last, -one.first


def _candidates(
    rows: Mapping[int, Sequence[Cell]], number: int, titles: frozenset[str], *, joined: bool
) -> Iterator[_Candidate]:
    names = list(map(header.text_of, rows[number]))
    yield _Candidate(_count(names, titles), number, number, names)
    for level in range(1, _MOST_LEVELS if joined else 1):
        codes = rows.get(number + level, ())
        if header.is_code_row(codes):
            known = _count([code or name for name, code in zip_longest(names, map(header.text_of, codes))], titles)
            yield _Candidate(known, number, number + level, names, codes)
            return
        joint = _joined(names, list(map(header.text_of, codes)), titles)
        if _count(joint, titles) <= _count(names, titles):
            return  # a row of data names no column
        names = joint
        yield _Candidate(_count(names, titles), number, number + level, names)


def _joined(above: list[str], below: list[str], titles: frozenset[str]) -> list[str]:
    """Join two rows of titles: the lower one names a column, the upper one what it leaves open or names twice."""
    width = max(len(above), len(below))
    above, below = above + [""] * (width - len(above)), below + [""] * (width - len(below))
    names, group = [], ""
    for upper, lower in zip(above, below, strict=True):
        group = upper or group
        if not lower:
            names.append(upper)
        elif folded(lower) in titles and below.count(lower) == 1:
            names.append(lower)
        else:
            both = group + lower
            names.append(both if folded(both) in titles or below.count(lower) > 1 else lower)
    return names


def _count(names: Sequence[str | None], titles: frozenset[str]) -> int:
    return len({name for name in map(folded, filter(None, names)) if name in titles})


def _widest(rows: Mapping[int, Sequence[Cell]]) -> HeaderRows | None:
    widths = {number: sum(1 for cell in cells if header.text_of(cell)) for number, cells in rows.items()}
    most = max(widths.values(), default=0)
    for number, cells in rows.items():
        if header.is_header(cells) and widths[number] >= most * _WIDE:
            return HeaderRows(number, number, header.columns(cells))
    return None
