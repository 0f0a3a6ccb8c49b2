"""Which sheets of a workbook are read: one, several by name, or all that look alike."""

from collections.abc import Mapping, Sequence

from creditbus.connectors.contract import Column
from creditbus.connectors.errors import SourceError

__all__ = ["ALL", "Choice", "alike", "named_sheets"]

ALL = "*"
Choice = str | int | tuple[str | int, ...]


def named_sheets(wanted: Choice, names: Sequence[str], place: str) -> list[str]:
    """Find sheets by name, or by number from 0.

    Raises:
        SourceError: there is none of a name or a number.
    """
    found = []
    for one in wanted if isinstance(wanted, tuple) else (wanted,):
        if isinstance(one, int) and 0 <= one < len(names):
            found.append(names[one])
        elif isinstance(one, str) and one in names:
            found.append(one)
        else:
            raise SourceError(place, f"has no sheet {one!r}", f"settings.sheet is one of: {', '.join(names)}")
    return list(dict.fromkeys(found))


def alike(headers: Mapping[str, Sequence[Column]]) -> list[str]:
    """Choose the sheets that hold one table in parts: those whose columns are mostly the same.

    A cover or a legend beside them has other columns. Of two such groups the one with more sheets counts, then the one
    with more columns, then the first.
    """
    sets = {name: {column.name for column in columns} for name, columns in headers.items()}
    groups = [[other for other in sets if _resembles(sets[name], sets[other])] for name in sets]
    ranked = zip(groups, sets.values(), strict=True)
    return max(ranked, key=lambda one: (len(one[0]), len(one[1])), default=([], set()))[0]


def _resembles(one: set[str], other: set[str]) -> bool:
    return 2 * len(one & other) > min(len(one), len(other))
