"""Workbooks of both formats with cells as spreadsheets leave them: formatted numbers, errors, merges."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import MAC_EPOCH

from tests.harness.xls_writer import XlsError, write_xls

__all__ = ["ERRORS", "write_workbook"]

ERRORS = {"#N/A": 42, "#REF!": 23, "#DIV/0!": 7, "#VALUE!": 15, "#NAME?": 29, "#NUM!": 36, "#NULL!": 0}
_OWN = 164
"""First id of a format that a file defines."""


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    merges: Mapping[str, Sequence[str]] | None = None,
    hidden: Sequence[str] = (),
    from_1904: bool = False,
) -> Path:
    """Write an xlsx or an xls, by the name.

    A cell is a text, a number, a truth value, an error of :data:`ERRORS`, or (number, code of its format).
    """
    write = _xls if path.suffix == ".xls" else _xlsx
    write(path, sheets, merges or {}, hidden, from_1904)
    return path


def _xlsx(path: Path, sheets: Any, merges: Any, hidden: Sequence[str], from_1904: Any) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.epoch = MAC_EPOCH if from_1904 else book.epoch
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        page.sheet_state = "hidden" if name in hidden else "visible"
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                value, code = cell if isinstance(cell, tuple) else (cell, "General")
                if value is not None:
                    place = page.cell(number, column)
                    place.value = value
                    place.number_format = code
        for merge in merges.get(name, ()):
            page.merge_cells(merge)
    book.save(path)


def _xls(path: Path, sheets: Any, merges: Any, hidden: Sequence[str], from_1904: Any) -> None:
    known = {code: identity for identity, code in BUILTIN_FORMATS.items()}
    codes = {
        cell[1]: known.get(cell[1], 0)
        for rows in sheets.values()
        for row in rows
        for cell in row
        if isinstance(cell, tuple)
    }
    own = {code: _OWN + place for place, code in enumerate(code for code in codes if code not in known)}
    write_xls(
        path,
        {name: [[_xls_cell(cell, {**codes, **own}) for cell in row] for row in rows] for name, rows in sheets.items()},
        formats={identity: code for code, identity in own.items()},
        merges={name: [_corners(merge) for merge in found] for name, found in merges.items()},
        hidden=hidden,
        from_1904=from_1904,
    )


def _xls_cell(cell: Any, ids: Mapping[str, int]) -> Any:
    if isinstance(cell, tuple):
        return cell[0], ids[cell[1]]
    return XlsError(ERRORS[cell]) if cell in ERRORS else cell


def _corners(merge: str) -> tuple[int, int, int, int]:
    left, first, right, last = (int(edge or 1) for edge in range_boundaries(merge))
    return first - 1, last - 1, left - 1, right - 1
