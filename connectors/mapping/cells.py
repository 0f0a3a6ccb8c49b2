"""One cell to its lexical form.

Nothing is repaired silently: trimming and half width are counted by the caller, and a value that has no lexical form (a
day that does not exist) passes as it is, for the catalogue's validation to name.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from creditbus.connectors.contract import Cell
from creditbus.connectors.mapping import messages
from creditbus.services.domain import normalise

__all__ = ["Transform", "date_reader", "number_text", "typed_text"]

Transform = Callable[[str], str | None]

_FIELDS = {"yyyy": r"(?P<y>\d{4})", "MM": r"(?P<m>\d{2})", "dd": r"(?P<d>\d{2})"}
_SHORT_FIELDS = {"M": r"(?P<m>\d{1,2})", "d": r"(?P<d>\d{1,2})"}
_TOKEN = re.compile("yyyy|MM|dd|M|d")


def number_text(value: float | Decimal) -> str:
    """Write a number without exponent, without what binary fractions add, and without zeros that only fill places.

    >>> number_text(0.1), number_text(2017.0), number_text(Decimal("1E+2")), number_text(Decimal("0.10"))
    ('0.1', '2017', '100', '0.1')
    """
    if isinstance(value, int):
        return str(value)  # formatting it as a fraction would cost digits beyond the sixteenth
    text = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def typed_text(cell: Cell) -> str | None:
    """Write a typed cell as text: dates in ISO, midnight left out."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, time | timedelta) else number_text(cell)


def date_reader(forms: tuple[str, ...], *, open_end: bool) -> Transform:
    """Make a function from text to ISO date.

    Args:
        forms: Forms in addition to the three of the standard, of the tokens yyyy, MM, dd, M and d.
        open_end: Whether 长期 is a date.

    Raises:
        ValueError: a form lacks year, month or day.
    """
    patterns = [_pattern(form) for form in forms]

    def read(text: str) -> str:
        found = normalise.lexical_date(text, open_end=open_end)
        for pattern in patterns:
            if match := pattern.fullmatch(text):
                iso = f"{match['y']}-{match['m']:0>2}-{match['d']:0>2}"
                return iso if normalise.parse_date(iso) else found
        return found

    return read


def _pattern(form: str) -> re.Pattern[str]:
    tokens = _FIELDS | _SHORT_FIELDS
    parts = []
    end = 0
    for match in _TOKEN.finditer(form):
        parts += [re.escape(form[end : match.start()]), tokens[match[0]]]
        end = match.end()
    try:
        pattern = re.compile("".join([*parts, re.escape(form[end:])]), re.ASCII)
    except re.error as error:
        raise ValueError(messages.DATE_FORM_TWICE(form=form)) from error
    if set(pattern.groupindex) != {"y", "m", "d"}:
        raise ValueError(messages.DATE_FORM_PARTS(form=form))
    return pattern
