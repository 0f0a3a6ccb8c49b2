"""Units of money: what each is worth, which one a title names, and amounts of one in another."""

import re
from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Final

from creditbus.services.domain.normalise import half_width

__all__ = ["UNITS", "converted", "stated_unit"]

UNITS: Final = {"元": Decimal(1), "千元": Decimal(1000), "万元": Decimal(10_000), "亿元": Decimal(100_000_000)}
"""In yuan. All are powers of ten, so that every amount of one can be written in another without a loss."""

_STATED = re.compile(r"\((?:单位[:为]?)?\s*([^()]*元)\)|单位[:为]?([^\s():,;]*元)|以([^\s():,;]*元)[计为]")
"""How a title says its unit: 罚款(元), 罚款(单位:万元), 罚款金额,单位:元, and a row above a table 金额单位:元."""


def stated_unit(titles: Iterable[str]) -> str:
    """Return the unit of money that the first of some titles names; empty: none does."""
    for title in titles:
        for match in _STATED.finditer(half_width(title)):
            unit = next(filter(None, match.groups()))
            if unit in UNITS:
                return str(unit)
    return ""


def converted(number: str, source: str, target: str) -> str:
    """Write an amount of one unit in another, with all its digits, however many these are.

    Args:
        number: Digits with a point and a minus at most; anything else is an error of the caller.
        source: Name of its unit.
        target: Name of the other one; the same: the number stays as it is.

    >>> converted("3000", "元", "万元"), converted("0.3", "万元", "元")
    ('0.3', '3000')
    """
    if source == target:
        return number
    # the precision that Python starts with is 28 digits, and what lies past it would be lost without a word
    exact = Context(prec=len(number), Emax=MAX_EMAX, Emin=MIN_EMIN)
    places = (UNITS[source] / UNITS[target]).adjusted()
    return format(Decimal(number).scaleb(places, exact).normalize(exact), "f")
