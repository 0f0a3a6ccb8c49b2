"""How the values of a column are written: what a rule has to say so that its field can read them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from creditbus.connectors.mapping.amounts import number_reader
from creditbus.connectors.mapping.cells import date_reader
from creditbus.connectors.mapping.day_numbers import DaySystem, day_number_reader
from creditbus.connectors.mapping.units import stated_unit
from creditbus.services.domain.catalogue import Field, Format
from creditbus.services.domain.normalise import half_width, parse_date, trim

__all__ = ["all_say_their_unit", "rule_hints"]

_DATE_FORMS = ("yyyyMMdd", "yyyy年M月d日")
_TIME = re.compile(r".*\d:\d\d.*")


def rule_hints(field: Field, unit: str, values: Sequence[str], days: DaySystem = 1900) -> dict[str, Any]:
    """Return keys of a rule, in addition to its column, that the values of a column ask for.

    Args:
        field: The content field.
        unit: Of the column's amounts, where the source says it; else empty.
        values: Some of its values.
        days: The system in which the source counts days, where it says one.
    """
    texts = [half_width(trim(value)) for value in values]
    if field.format is Format.NUMBER:
        return _of_numbers(field, unit, texts)
    if field.format in (Format.DATE, Format.DATE_OPEN):
        return _of_dates(texts, days, open_end=field.format is Format.DATE_OPEN)
    return {}


def _of_numbers(field: Field, of_column: str, texts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if any("," in text for text in texts):
        found["thousands"] = True
    of_field = stated_unit((field.title,))
    written = any(_say_their_unit(texts))
    if of_field and ((of_column and of_column != of_field) or written):
        unit: dict[str, Any] = {"from": of_column or of_field, "to": of_field}
        found["unit"] = unit | ({"written": True} if written else {})
    return found


def all_say_their_unit(values: Sequence[str]) -> bool:
    """Tell whether each of some values is written with its unit of money."""
    texts = [half_width(trim(value)) for value in values]
    return bool(texts) and all(_say_their_unit(texts))


def _say_their_unit(texts: Sequence[str]) -> Iterator[bool]:
    plain, named = number_reader(thousands=True), number_reader(thousands=True, unit=("元", "元"), written=True)
    return (named(text) != plain(text) for text in texts)


def _of_dates(texts: Sequence[str], days: DaySystem, *, open_end: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    plain = date_reader((), open_end=open_end)
    unread = [text for text in texts if parse_date(plain(text) or "") is None]
    forms = [
        form
        for form in _DATE_FORMS
        if any(parse_date(date_reader((form,), open_end=open_end)(text) or "") for text in unread)
    ]
    if forms:
        found["date_forms"] = forms
    if any(day_number_reader(days)(text) != text for text in unread):
        found["day_numbers"] = days
    if any(map(_TIME.fullmatch, unread)):
        found["form"] = "datetime"
    return found
