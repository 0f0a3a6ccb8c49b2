"""Numbers as departments write them: 12,500, 3000元, 1.2万元, 25年.

Each of these is read only where the mapping says that the column is written so. A number of which two readings are
possible (12,5 or 0,125: grouped digits, or a decimal comma) passes as it is, and validation refuses it by name. So does
what Python would read as a number and nobody writes as an amount: 1.2E+11, which a spreadsheet rounded, and 1_000.
"""

import re
from collections.abc import Iterable

from creditbus.connectors.mapping.cells import Transform
from creditbus.connectors.mapping.units import converted

__all__ = ["number_reader"]

_PLAIN = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
"""No group begins with 0 at the left: 0,125 is a fraction with a decimal comma."""
_MONEY = re.compile(r"(?:人民币)?(?P<sign>[¥￥]?)\s*(?P<number>-?[0-9,.]+)\s*(?P<unit>[千万亿]?元)?整?")
_YUAN = "元"


def number_reader(
    *, thousands: bool, suffixes: Iterable[str] = (), unit: tuple[str, str] | None = None, written: bool = False
) -> Transform:
    """Make a function from a written number to a plain one; a text that is not such a number passes.

    Args:
        thousands: Whether commas may group digits by three.
        suffixes: Words that may stand after the number.
        unit: Names of the unit of a bare number and of the field's unit; ``None``: no conversion.
        written: Whether the text may name its own unit, which then counts in place of the first of the two.
    """
    after = sorted(suffixes, key=len, reverse=True)

    def plain(text: str) -> str | None:
        if thousands and _GROUPED.fullmatch(text):
            return text.replace(",", "")
        return text if _PLAIN.fullmatch(text) else None

    def read(text: str) -> str:
        number, source = text, unit[0] if unit else ""
        for suffix in after:
            if number.endswith(suffix):
                number = number.removesuffix(suffix).rstrip()
                break
        if written and (match := _MONEY.fullmatch(number)):
            if match["sign"] and not match["unit"] and source != _YUAN:
                return text  # ¥3 in a column of ten thousand yuan: three yuan, or thirty thousand
            number, source = match["number"], match["unit"] or source
        found = plain(number)
        if found is None:
            return text
        return found if unit is None else converted(found, source, unit[1])

    return read
