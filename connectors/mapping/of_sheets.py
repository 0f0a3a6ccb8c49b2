"""What a number or a cell of a spreadsheet says to a field, or why nothing: the mapping knows what each field is for.

In a field of codes or texts, a number counts by its digits. A float has others than were written where it is long, and
so has a number with an exponent; JSON, databases and messages bring them as spreadsheets do.
"""

from datetime import date, time, timedelta
from decimal import Decimal

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

__all__ = ["DOUBTFUL_STARTS", "DOUBTFUL_TYPES", "TEMPORAL", "is_doubtful", "sheet_text"]

DOUBTFUL_STARTS = frozenset("#E+-0123456789")
"""First characters of texts that :func:`is_doubtful` may take."""
DOUBTFUL_TYPES = frozenset({FaultyCell, SheetNumber, Decimal, float})
TEMPORAL = (date, time, timedelta)

_MOST = 10**EXACT_DIGITS
_MOST_SHOWN = len("-2.02503E+19")
"""Characters of a number with an exponent, which has no more than spreadsheets give it."""
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
        cell: One of :data:`DOUBTFUL_TYPES`, a doubtful text, a day or a time of a sheet.
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
    if isinstance(cell, float | Decimal):
        return _fraction(cell, form)
    # "3-1" becomes the first of March when it is typed, and no code is a day
    return typed_text(cell) or "", Reason.NUMBER_FORMATTED if form == "code" else None


def _number(cell: SheetNumber, form: Form) -> tuple[str, Reason | None]:
    if form == "number":
        return number_text(cell), None
    if cell.shown is not None:
        return cell.shown, None
    if form not in _WRITTEN:
        return number_text(cell), None
    return _short(cell), cell.reason


def _fraction(cell: float | Decimal, form: Form) -> tuple[str, Reason | None]:
    if form not in _WRITTEN or _is_whole(cell):
        return number_text(cell), None
    return _short(Decimal(repr(cell)) if isinstance(cell, float) else cell), Reason.NUMBER_ROUNDED


def _is_whole(cell: float | Decimal) -> bool:
    """Say whether a number was written as a whole one: 12, 12.0; not 1E+3, of which nobody knows the digits."""
    if isinstance(cell, float):
        return cell.is_integer() and abs(cell) < _MOST
    exponent = cell.as_tuple().exponent
    return exponent == 0 or (isinstance(exponent, int) and exponent < 0 and cell % 1 == 0 and abs(cell) < _MOST)


def _short(number: Decimal) -> str:
    """Write a number in few characters: written out, a long one would show digits that nobody wrote."""
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent <= 0 and abs(number.adjusted()) < EXACT_DIGITS:
        return number_text(number)
    text = str(number)
    return text if len(text) <= _MOST_SHOWN else f"{number:.5E}"
