"""How a spreadsheet shows a number: as a day, a time, a span, or by digits and literals. One table for xlsx and xls.

A text may be shown with literals, too: 12 by the format "示〔2025〕"@"号".

The codes are those of ECMA-376 part 1, 18.8.30 (numFmt) and 18.8.31; ids 27 to 36 and 50 to 58 are those of Chinese
and Japanese editions, 71 to 81 of the Thai one. A file that defines an id itself means its own code by it.
One table, for with a library's judgement for each format xlsx and xls disagreed on what a day is (docs/adr/0025).
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from creditbus.connectors.contract import Cell
from creditbus.connectors.files import messages
from creditbus.connectors.files.format_code import FormatSection, Sections, sections
from creditbus.connectors.files.sheet_cells import EXACT_DIGITS, FaultyCell, SheetNumber
from creditbus.services.domain.reasons import Reason

__all__ = ["NumberFormat", "number_format"]

_MOST = 10**EXACT_DIGITS
_DAY, _TIME, _MOMENT = 'yyyy"年"m"月"d"日"', 'h"时"mm"分"ss"秒"', 'yyyy"年"m"月"d"日" h:mm'
_CODES: dict[int, str] = {
    **BUILTIN_FORMATS,
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), _DAY),
    **dict.fromkeys((32, 33), _TIME),
    # a time in China, a day in Japan and Korea: the number tells
    **dict.fromkeys((34, 35, 55, 56), _MOMENT),
    **dict.fromkeys((71, 72, 73, 74, 81), _DAY),
    **dict.fromkeys((75, 76, 78, 79, 80), _TIME),
    77: _MOMENT,
}
_LEAP_DAY_THAT_WAS_NONE = 60
"""29 February 1900, which spreadsheets show and no calendar has."""


class NumberFormat(NamedTuple):
    """One format."""

    sections: Sections
    is_general: bool
    """Shows an ordinary number by its digits, as nearly all cells do."""

    def cell(self, number: float, *, from_1904: bool) -> Cell:
        """Give what a cell of this format holds.

        Args:
            number: The cell's number.
            from_1904: Days are counted from 1904, as old Macintosh editions do.

        Raises:
            ValueError: it is shown as a day that does not exist.
        """
        whole = int(number) if number == int(number) else None
        if self.is_general:
            return whole if whole is not None and abs(whole) < _MOST else SheetNumber(number)
        section = self._section(number)
        if section is None:
            return SheetNumber(number)
        if section.temporal:
            return _moment(number, from_1904=from_1904, is_span=section.temporal == "span")
        if whole is None or abs(whole) >= _MOST:
            return SheetNumber(number)
        shown = section.render(whole, signed=len(self.sections.numbers) == 1)
        return whole if shown == str(whole) else SheetNumber(whole, shown)

    @property
    def changes_texts(self) -> bool:
        """Whether a text is not shown as it is."""
        return self.sections.texts is not None

    def text(self, text: str) -> str:
        """Give what a cell of this format shows of a text, or a fault where that is not known."""
        texts = self.sections.texts
        if not text or texts is None:
            return text
        shown = texts.render_text(text)
        return FaultyCell(text, Reason.NUMBER_FORMATTED) if shown is None else shown

    def _section(self, number: float) -> FormatSection | None:
        """Choose the section by sign; None: the sections have conditions of their own, and none speaks of time."""
        sections = self.sections.numbers
        if any(section.conditional for section in sections):
            return next((section for section in sections if section.temporal), None)
        place = 0
        if len(sections) > 1 and number < 0:
            place = 1
        elif len(sections) > 2 and number == 0:  # noqa: PLR2004 -- the third section is for zero
            place = 2
        return sections[place]


@lru_cache(4096)
def number_format(identity: int, code: str | None = None) -> NumberFormat:
    """Give a format.

    Args:
        identity: Its number; 0 to 163 are built in.
        code: As the file defines it; None or empty: it does not.
    """
    found = sections(code or _CODES.get(identity, "General"))
    return NumberFormat(found, len(found.numbers) == 1 and found.numbers[0].is_general)


def _moment(number: float, *, from_1904: bool, is_span: bool) -> Cell:
    if not from_1904 and int(number) == _LEAP_DAY_THAT_WAS_NONE and not is_span:
        raise ValueError(messages.LEAP_DAY_1900())
    if number < 0 and not is_span:
        raise ValueError(messages.SHOWN_AS_DATE())
    try:
        found: date = from_excel(number, MAC_EPOCH if from_1904 else WINDOWS_EPOCH, timedelta=is_span)
    except (OverflowError, ValueError, TypeError) as error:
        raise ValueError(messages.SHOWN_AS_DATE()) from error
    return found
