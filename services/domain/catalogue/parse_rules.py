"""Reads the ``rules`` of an entry."""

import re
from collections.abc import Mapping

from creditbus.services.domain.catalogue.fields import Field, Format
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.services.domain.catalogue.rules import FirstYear, Known, Magnitude, Period, Required, Rules
from creditbus.services.domain.reasons import AnyReason, ItemReason, Reason

__all__ = ["parse_reasons", "parse_rules"]

_DATES = frozenset({Format.DATE, Format.DATE_OPEN})
_NUMBERS = frozenset({Format.NUMBER})
_YEARS = frozenset({Format.YEAR})
_ANY = frozenset(Format)


def parse_reasons(table: Reader) -> dict[str, ItemReason]:
    """Read the reasons that an item declares for conditions of its own, by code, in primary order."""
    return {code: _parse_reason(table, code, place) for place, code in enumerate(table.keys())}


def parse_rules(reader: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> Rules:
    """Read all rules; each field must exist and have the format that its rule needs.

    A rule names one of the item's `reasons` or a general one.
    """
    rules = Rules(
        not_future=tuple(
            _known(reader, "not_future", name, fields, _DATES) for name in reader.texts("not_future", default=())
        ),
        periods=tuple(_period(table, fields) for table in reader.tables("periods")),
        required=tuple(_required(table, fields, reasons) for table in reader.tables("required")),
        not_before=tuple(_first_year(table, fields, reasons) for table in reader.tables("not_before")),
        magnitudes=tuple(_magnitude(table, fields) for table in reader.tables("magnitudes")),
        known=tuple(_known_values(table, fields, reasons) for table in reader.tables("known")),
    )
    reader.finish()
    giving: tuple[Required | FirstYear | Known, ...] = (*rules.required, *rules.not_before, *rules.known)
    used = {str(rule.reason) for rule in giving}
    for code in reasons:
        if code not in used:
            reader.fail("", f"no rule gives the reason {code}: name it in one, or remove it from `reasons`")
    return rules


def _parse_reason(table: Reader, code: str, place: int) -> ItemReason:
    if code in Reason.__members__:
        table.fail(code, "is a general reason: use it without declaring it")
    if not ItemReason.FORM.fullmatch(code):
        table.fail(code, "begin the code with COND_ and go on in capital letters, digits and underscores")
    sentences = table.table(code)
    reason = ItemReason(code, _sentence(sentences, "zh", "。"), _sentence(sentences, "en", "."), place)
    sentences.finish()
    return reason


def _sentence(table: Reader, language: str, stop: str) -> str:
    text = table.text(language)
    if "\n" in text or not text.endswith(stop):
        table.fail(language, f"write one sentence on one line, with {stop} at its end")
    return text


def _reason(table: Reader, reasons: Mapping[str, ItemReason]) -> AnyReason:
    code = table.text("reason")
    return reasons[code] if code in reasons else table.word("reason", Reason)


def _period(table: Reader, fields: Mapping[str, Field]) -> Period:
    period = Period(start=_field(table, "from", fields, _DATES), end=_field(table, "to", fields, _DATES))
    table.finish()
    return period


def _required(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> Required:
    when_field, when_values = _when(table, fields)
    required = Required(
        field=_field(table, "field", fields),
        when_field=when_field,
        when_values=when_values,
        reason=_reason(table, reasons),
    )
    table.finish()
    return required


def _first_year(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> FirstYear:
    when_field, when_values = _when(table, fields)
    first_year = FirstYear(
        when_field=when_field,
        when_values=when_values,
        year_field=_field(table, "year", fields, _YEARS),
        first=table.whole("first"),
        reason=_reason(table, reasons),
    )
    table.finish()
    return first_year


def _magnitude(table: Reader, fields: Mapping[str, Field]) -> Magnitude:
    amount = _amount(table) if table.has("amount") else None
    formats = _NUMBERS if amount is None else _ANY
    magnitude = Magnitude(field=_field(table, "field", fields, formats), above=table.number("above"), amount=amount)
    table.finish()
    return magnitude


def _amount(table: Reader) -> re.Pattern[str]:
    text = table.text("amount")
    try:
        amount = re.compile(text)
    except re.error as error:
        table.fail("amount", f"{text!r} is not a regular expression: {error}")
    return amount if amount.groups == 1 else table.fail("amount", "enclose the number, and nothing else, in a group")


def _known_values(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> Known:
    known = Known(
        field=_field(table, "field", fields),
        values=frozenset(table.texts("values")),
        reason=_reason(table, reasons),
    )
    table.finish()
    return known


def _when(table: Reader, fields: Mapping[str, Field]) -> tuple[str, frozenset[str]]:
    when = table.table("when")
    names = list(when.keys())
    if len(names) != 1:
        table.fail("when", "name one field and its values")
    name = _known(when, names[0], names[0], fields, _ANY)
    values = frozenset(when.texts(name))
    for value in values:
        if not fields[name].admits(value):
            when.fail(name, f"{value!r} is not a value of that field")
    return name, values


def _field(table: Reader, key: str, fields: Mapping[str, Field], formats: frozenset[Format] = _ANY) -> str:
    return _known(table, key, table.text(key), fields, formats)


def _known(table: Reader, key: str, name: str, fields: Mapping[str, Field], formats: frozenset[Format]) -> str:
    fitting = [code for code, field in fields.items() if field.format in formats]
    if name not in fitting:
        table.fail(key, f"{name!r} is not a fitting field; use one of: {', '.join(fitting)}")
    return name
