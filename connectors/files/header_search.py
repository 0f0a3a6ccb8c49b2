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
    grouped: bool = False
    """The lower of its two rows names the columns of groups."""


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
    return _widest(rows, joined=joined)


def _rank(one: _Candidate) -> tuple[int, bool, int, int]:
    return one.known, bool(one.codes) or one.grouped, one.first - one.last, -one.first


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
        below = list(map(header.text_of, codes))
        joint = _joined(names, below, titles)
        before, after = _count(names, titles), _count(joint, titles)
        grouped = level == 1 and _fills_groups(names, below)
        if after <= before and not grouped:
            return  # a row of data names no column
        names = joint
        yield _Candidate(max(before, after), number, number + level, names, grouped=grouped)


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


def _fills_groups(above: Sequence[str], below: Sequence[str]) -> bool:
    """Tell whether the lower row names the columns of groups alone, and all of them: 当事人 over 名称 and 信用代码.

    A group is a title with empty cells after it, over which it is merged; every other title is merged downwards, and
    there is at least one: the title of a form has all of a header below it.
    """
    width = max((place for row in (above, below) for place, title in enumerate(row, start=1) if title), default=0)
    upper, lower = ([bool(title) for title in row[:width]] + [False] * (width - len(row)) for row in (above, below))
    in_group = [not (title and after) for title, after in zip(upper, [*upper[1:], True], strict=False)]
    return upper[:1] == [True] and any(in_group) and not all(in_group) and lower == in_group


def _count(names: Sequence[str | None], titles: frozenset[str]) -> int:
    return len({name for name in map(folded, filter(None, names)) if name in titles})


def _widest(rows: Mapping[int, Sequence[Cell]], *, joined: bool) -> HeaderRows | None:
    widths = {number: sum(1 for cell in cells if header.text_of(cell)) for number, cells in rows.items()}
    most = max(widths.values(), default=0)
    for number, cells in rows.items():
        if header.is_header(cells) and widths[number] >= most * _WIDE:
            names, below = (list(map(header.text_of, row)) for row in (cells, rows.get(number + 1, ())))
            if joined and _fills_groups(names, below):
                return HeaderRows(number, number + 1, header.columns(_joined(names, below, frozenset())))
            return HeaderRows(number, number, header.columns(cells))
    return None
