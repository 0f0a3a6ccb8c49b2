"""Cells of spreadsheets whose value alone does not tell what is shown, or that have none.

Each is of a plain type, so that whoever does not know of it reads a number or a text.
"""

import re
from decimal import Decimal
from typing import Self

from creditbus.services.domain.reasons import Reason

__all__ = ["EXACT_DIGITS", "FaultyCell", "SheetNumber", "is_spreadsheet_error", "was_rounded"]

EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; further ones become zeros when it is typed."""

_ERRORS = frozenset(
    {
        *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"),
        *("#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#PYTHON!", "#EXTERNAL!"),
    }
)
"""As Excel and WPS write them; LibreOffice writes the first seven so, and its own as Err:502."""
_OWN_ERROR = re.compile(r"Err:5[0-9]{2}|#{4,255}")
"""LibreOffice's, and what a column shows that is too narrow for its number, as exports hold it."""
_EXPONENT = re.compile(r"[+-]?[0-9](?:\.[0-9]+)?[Ee][+-][0-9]{2,3}")


class SheetNumber(Decimal):
    """A number that its sheet does not show by its digits alone, or that cannot be what was typed."""

    __slots__ = ("shown",)
    shown: str | None
    """What the sheet shows; None: not a whole number of up to fifteen digits, or a format that is not rendered here."""

    def __new__(cls, value: float, shown: str | None = None) -> Self:
        """Keep a fraction by its shortest digits: those that binary fractions add were never typed."""
        made = super().__new__(cls, repr(value))
        made.shown = shown
        return made

    @property
    def reason(self) -> Reason:
        """Why it is neither code nor text, where nothing is shown."""
        exact = self == self.to_integral_value() and self.adjusted() < EXACT_DIGITS
        return Reason.NUMBER_FORMATTED if exact else Reason.NUMBER_ROUNDED


class FaultyCell(str):
    """A cell that has no value: an error, a formula that was never computed, a part of a merged cell.

    As a text it is what its department sees or finds there, to know it by.
    """

    __slots__ = ("reason",)
    reason: Reason

    def __new__(cls, text: str, reason: Reason) -> Self:
        """Say what is there, and why it is not a value."""
        made = super().__new__(cls, text)
        made.reason = reason
        return made


def is_spreadsheet_error(text: str) -> bool:
    """Say whether a text is an error as spreadsheets show and export it."""
    return text in _ERRORS or _OWN_ERROR.fullmatch(text) is not None


def was_rounded(text: str) -> bool:
    """Say whether a text is a long number as spreadsheets show and export it: 2.02503E+19."""
    return _EXPONENT.fullmatch(text) is not None
