"""Which sheets of a workbook are read: one, several by name, or all that look alike."""

from collections.abc import Mapping, Sequence

from creditbus.connectors.common.titles import folded
from creditbus.connectors.contract import Column, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages

__all__ = ["ALL", "Choice", "alike", "named_sheets", "proposed_sheet", "resembles"]

ALL = "*"
Choice = str | int | tuple[str | int, ...]


def named_sheets(wanted: Choice, names: Sequence[str], visible: Sequence[str], place: str) -> list[str]:
    """Find sheets by name, or by number from 0; 0 is the first that is visible, where any is.

    Raises:
        SourceError: there is none of a name or a number.
    """
    found = []
    for one in wanted if isinstance(wanted, tuple) else (wanted,):
        if one == 0 and visible:
            found.append(visible[0])
        elif isinstance(one, int) and 0 <= one < len(names):
            found.append(names[one])
        elif isinstance(one, str) and one in names:
            found.append(one)
        else:
            raise SourceError(place, messages.NO_SHEET(one=one), messages.SHEETS(names=", ".join(names)))
    return list(dict.fromkeys(found))


def alike(headers: Mapping[str, Sequence[Column]]) -> list[str]:
    """Choose the sheets that hold one table in parts: those whose columns are mostly the same.

    A cover or a legend next to them has other columns. Of two such groups the one with more sheets counts, then the one
    with more columns, then the first.
    """
    sets = {name: _titles(columns) for name, columns in headers.items()}
    groups = [[other for other in sets if _resembles(sets[name], sets[other])] for name in sets]
    ranked = zip(groups, sets.values(), strict=True)
    return max(ranked, key=lambda one: (len(one[0]), len(one[1])), default=([], set()))[0]


def proposed_sheet(tables: Sequence[Table], table: str) -> str | list[str] | None:
    """Say which sheets to read, where one of a workbook was found to be what is wanted.

    Args:
        tables: What there is to read.
        table: Name of the wanted one.

    Returns:
        The setting `sheet`; None: the first sheet, as by default, or no workbook.
    """
    wanted = next((one for one in tables if one.name == table and "sheet" in one.details), None)
    if wanted is None:
        return None
    sheets = {one.details["sheet"]: one.columns for one in tables if "sheet" in one.details}
    group = [name for name, of in sheets.items() if _resembles(_titles(of), _titles(wanted.columns))]
    if len(group) == 1:
        return None if wanted.is_read else group[0]
    return ALL if group == alike(sheets) else group


def resembles(one: Sequence[Column], other: Sequence[Column]) -> bool:
    """Say whether two headers are mostly the same."""
    return _resembles(_titles(one), _titles(other))


def _titles(columns: Sequence[Column]) -> set[str]:
    return {folded(column.name) for column in columns}


def _resembles(one: set[str], other: set[str]) -> bool:
    return 2 * len(one & other) > min(len(one), len(other))
