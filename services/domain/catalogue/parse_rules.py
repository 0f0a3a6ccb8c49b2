"""Reads the ``rules`` of an entry."""

import re
from collections.abc import Mapping

from creditbus.services.domain.catalogue.fields import Field, Format
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.services.domain.catalogue.remedies import Remedy
from creditbus.services.domain.catalogue.rules import FirstYear, Known, Magnitude, Period, Required, Rules
from creditbus.services.domain.reasons import AnyReason, ItemReason, Reason

__all__ = ["parse_reasons", "parse_rules", "read_date", "read_when"]

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
            reader.fail("", Remedy.UNUSED_REASON, reason=code)
    return rules


def _parse_reason(table: Reader, code: str, place: int) -> ItemReason:
    if code in Reason.__members__:
        table.fail(code, Remedy.GENERAL_REASON)
    if not ItemReason.FORM.fullmatch(code):
        table.fail(code, Remedy.REASON_CODE)
    sentences = table.table(code)
    reason = ItemReason(code, _sentence(sentences, "zh", "。"), _sentence(sentences, "en", "."), place)
    sentences.finish()
    return reason


def _sentence(table: Reader, language: str, stop: str) -> str:
    text = table.text(language)
    if "\n" in text or not text.endswith(stop):
        table.fail(language, Remedy.SENTENCE, stop=stop)
    return text


def read_date(table: Reader, key: str, fields: Mapping[str, Field]) -> str:
    """Read the name of a field that holds a date."""
    return _field(table, key, fields, _DATES)


def _reason(table: Reader, reasons: Mapping[str, ItemReason]) -> AnyReason:
    code = table.text("reason")
    return reasons[code] if code in reasons else table.word("reason", Reason)


def _period(table: Reader, fields: Mapping[str, Field]) -> Period:
    period = Period(start=_field(table, "from", fields, _DATES), end=_field(table, "to", fields, _DATES))
    table.finish()
    return period


def _required(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> Required:
    when_field, when_values = read_when(table, fields)
    required = Required(
        field=_field(table, "field", fields),
        when_field=when_field,
        when_values=when_values,
        reason=_reason(table, reasons),
    )
    table.finish()
    return required


def _first_year(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> FirstYear:
    when_field, when_values = read_when(table, fields)
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
        table.fail("amount", Remedy.EXPRESSION, text=text, said=error)
    return amount if amount.groups == 1 else table.fail("amount", Remedy.ONE_GROUP)


def _known_values(table: Reader, fields: Mapping[str, Field], reasons: Mapping[str, ItemReason]) -> Known:
    known = Known(
        field=_field(table, "field", fields),
        values=frozenset(table.texts("values")),
        reason=_reason(table, reasons),
    )
    table.finish()
    return known


def read_when(table: Reader, fields: Mapping[str, Field]) -> tuple[str, frozenset[str]]:
    """Read a condition: one field and the values of it for which it holds."""
    when = table.table("when")
    names = list(when.keys())
    if len(names) != 1:
        table.fail("when", Remedy.WHEN)
    name = _known(when, names[0], names[0], fields, _ANY)
    values = frozenset(when.texts(name))
    for value in values:
        if not fields[name].admits(value):
            when.fail(name, Remedy.NOT_A_VALUE, value=value)
    return name, values


def _field(table: Reader, key: str, fields: Mapping[str, Field], formats: frozenset[Format] = _ANY) -> str:
    return _known(table, key, table.text(key), fields, formats)


def _known(table: Reader, key: str, name: str, fields: Mapping[str, Field], formats: frozenset[Format]) -> str:
    fitting = [code for code, field in fields.items() if field.format in formats]
    if name not in fitting:
        table.fail(key, Remedy.UNFITTING, name=name, known=", ".join(fitting))
    return name
