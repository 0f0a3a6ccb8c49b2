"""What a cell of a spreadsheet says to a field, or why it says nothing: the mapping knows what each field is for."""

from datetime import date, time, timedelta

from creditbus.connectors.contract import Cell
from creditbus.connectors.files.sheet_cells import (
    EXACT_DIGITS,
    FaultyCell,
    SheetNumber,
    is_spreadsheet_error,
    was_rounded,
)
from creditbus.connectors.mapping.cells import number_text, typed_text
from creditbus.connectors.mapping.model import Form
from creditbus.services.domain.reasons import Reason

__all__ = ["DOUBTFUL_STARTS", "OF_SHEETS", "TEMPORAL", "is_doubtful", "sheet_text"]

DOUBTFUL_STARTS = frozenset("#E+-0123456789")
"""First characters of texts that :func:`is_doubtful` may take."""
OF_SHEETS = frozenset({FaultyCell, SheetNumber})
TEMPORAL = (date, time, timedelta)

_WRITTEN = frozenset({"code", "text"})
"""Forms whose fields hold what was written, digit by digit."""


def is_doubtful(text: str) -> bool:
    """Say whether a text that begins as it must is what spreadsheets export in place of what was written."""
    if text[0] in "#E":
        return is_spreadsheet_error(text)
    # a quick look first: codes and days begin with digits, too
    return ("E" in text or "e" in text) and was_rounded(text)


def sheet_text(cell: Cell, form: Form) -> tuple[str, Reason | None]:
    """Give what a cell says to a field.

    Args:
        cell: One of :data:`OF_SHEETS`, a doubtful text, a day or a time of a sheet.
        form: Of the field.

    Returns:
        Its text, and why it is not a value of the field; None: it is one.
    """
    if isinstance(cell, FaultyCell):
        return str(cell), cell.reason
    if isinstance(cell, str):
        rounded = Reason.NUMBER_ROUNDED if form in _WRITTEN else None
        return cell, Reason.CELL_ERROR if is_spreadsheet_error(cell) else rounded
    if isinstance(cell, SheetNumber):
        return _number(cell, form)
    # "3-1" becomes the first of March when it is typed, and no code is a day
    return typed_text(cell) or "", Reason.NUMBER_FORMATTED if form == "code" else None


def _number(cell: SheetNumber, form: Form) -> tuple[str, Reason | None]:
    if form == "number":
        return number_text(cell), None
    if cell.shown is not None:
        return cell.shown, None
    if form not in _WRITTEN:
        return number_text(cell), None
    # written out, a long number would show digits that nobody wrote
    return f"{cell:.5E}" if cell.adjusted() >= EXACT_DIGITS else number_text(cell), cell.reason
