"""Lexical forms: what the connectors bring cells to, and how names are compared.

Only outer blanks, characters without ink, full-width ASCII and the spelling of dates are brought into one form. A value
that has no such form stays as it was given: validation refuses it by name, nothing is guessed.
"""

import datetime as dt
import re
from functools import lru_cache

from creditbus.services.domain.invisible import OUTSIDE, without_invisible

__all__ = [
    "NO_END",
    "half_width",
    "lexical_date",
    "parse_date",
    "same_name",
    "trim",
    "unwrapped",
]

NO_END = "2099-12-31"
"""Lexical form of "no end" (长期) in a date that may be open, as the 2018 dual-publicity standard writes it."""

_OUTSIDE = frozenset(OUTSIDE)
_HALF_WIDTH: dict[int, int | str | None] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    # signs without ink that Python takes for printable
    **{ord(one): None for one in OUTSIDE if one.isprintable() and one != " "},
    0x2800: " ",  # one of them is as wide as a blank: what stands on its sides may be two numbers
}
_OPEN_MARKERS = frozenset({"长期"})
_EQUALS = re.compile(r'="((?:[^"]|"")*)"')
_DATE = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")


def trim(text: str) -> str:
    """Remove what has no ink at both ends: Unicode's blanks, line ends, control and format characters."""
    if text and (text[0] in _OUTSIDE or text[-1] in _OUTSIDE):
        return text.strip(OUTSIDE)
    return text


def unwrapped(text: str) -> str:
    """Take a trimmed text out of what keeps a spreadsheet from reading it as a number, and trim it again.

    That is ``="0012"`` or an apostrophe before it. A text with a second apostrophe is quoted by its author, and stays.

    >>> unwrapped('="0012"'), unwrapped("'0012"), unwrapped("'十四五'规划"), unwrapped("=1+1")
    ('0012', '0012', "'十四五'规划", '=1+1')
    """
    if text.startswith("'") and "'" not in text[1:]:
        return trim(text[1:])
    match = _EQUALS.fullmatch(text)
    return text if match is None else trim(match[1].replace('""', '"'))


def half_width(text: str) -> str:
    """Bring full-width ASCII (U+FF01 to U+FF5E) to half width, without fillers; for codes, numbers, dates."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


@lru_cache(maxsize=1 << 15)
def lexical_date(text: str, *, open_end: bool = False) -> str:
    """Give the ISO form of a date written as yyyy-MM-dd, yyyy/MM/dd or yyyy.MM.dd (month and day of one or two digits).

    With ``open_end``, 长期 becomes `NO_END`. Anything else, also a day that does not exist, returns trimmed as given,
    so that validation can name it.
    """
    trimmed = trim(text)
    narrow = half_width(without_invisible(trimmed))
    if open_end and narrow in _OPEN_MARKERS:
        return NO_END
    match = _DATE.fullmatch(narrow)
    if match is None:
        return trimmed
    year, _, month, day = match.groups()
    iso = f"{year}-{month:0>2}-{day:0>2}"
    return trimmed if parse_date(iso) is None else iso


@lru_cache(maxsize=1 << 15)
def parse_date(text: str) -> dt.date | None:
    """Read an ISO date (yyyy-MM-dd exactly); None for anything else, also for a day that does not exist."""
    if len(text) != len(NO_END) or text[4] != "-" or text[7] != "-":
        return None  # fromisoformat also takes week dates
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def same_name(given: str, registered: str) -> bool:
    """Compare a given name with the registered one, full width as half width, and without what has no ink."""
    return given == registered or _plain_name(given) == _plain_name(registered)


def _plain_name(name: str) -> str:
    return half_width(without_invisible(trim(name)))
