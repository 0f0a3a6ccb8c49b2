"""Checks of the rules between fields: compiled once an item, run for every event."""

from collections.abc import Callable
from functools import lru_cache

from creditbus.services.domain.catalogue import Field, FirstYear, Item, Known, Magnitude, Required
from creditbus.services.domain.normalise import NO_END, half_width
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding
from creditbus.services.domain.validation.values import YEAR, Check, Values

__all__ = ["DatesCheck", "condition_checks", "dates_check", "magnitude_check"]

DatesCheck = Callable[[Values, str, list[Finding]], None]
_REMEMBERED = 4096
_NO_DATES = (Reason.DATE_UNPARSABLE, Reason.DATE_WITH_TIME)


def condition_checks(item: Item) -> tuple[Check, ...]:
    """Compile the rules ``required``, ``not_before`` and ``known``."""
    rules = item.rules
    return (
        *(_required(rule, item.fields[rule.when_field]) for rule in rules.required),
        *(_first_year(rule, item.fields[rule.when_field]) for rule in rules.not_before),
        *(_known(rule) for rule in rules.known),
    )


def dates_check(item: Item) -> DatesCheck:
    """Compile the rules ``not_future`` and ``periods``.

    The check runs after the formats, with today's ISO date. ISO dates compare as text. Periods are not looked at when
    any date of the row is unparsable or lies in the future: the ends would only repeat that fault.
    """
    not_future = item.rules.not_future
    periods = tuple((period.start, period.end) for period in item.rules.periods)

    def check(content: Values, today: str, findings: list[Finding]) -> None:
        if findings and any(finding.reason in _NO_DATES for finding in findings):
            _future(content, not_future, today, findings)
            return
        if _future(content, not_future, today, findings):
            return
        for start, end in periods:
            first, last = content[start], content[end]
            if first and last and last < first:
                findings.append(Finding(Reason.PERIOD_INVERTED, end))

    return check


def magnitude_check(item: Item) -> Callable[[Values], bool] | None:
    """Compile the rules ``magnitudes``; None when the item has none. A value that is not a number is not looked at."""
    rules = item.rules.magnitudes
    if not rules:
        return None

    def check(content: Values) -> bool:
        return any(_exceeds(content[rule.field], rule) for rule in rules)

    return check


def _future(content: Values, codes: tuple[str, ...], today: str, findings: list[Finding]) -> bool:
    found = False
    for code in codes:
        value = content[code]
        if value and value > today and len(value) == len(NO_END) and _is_sound(code, findings):
            findings.append(Finding(Reason.DATE_FUTURE, code))
            found = True
    return found


def _is_sound(code: str, findings: list[Finding]) -> bool:
    return not any(finding.field == code and finding.reason in _NO_DATES for finding in findings)


def _required(rule: Required, when: Field) -> Check:
    field, when_field, reason = rule.field, rule.when_field, rule.reason
    applies = _holds_one_of(when, rule.when_values)

    def check(content: Values, findings: list[Finding]) -> None:
        if content[field]:
            return
        value = content[when_field]
        if value and applies(value):
            findings.append(Finding(reason, field))

    return check


def _first_year(rule: FirstYear, when: Field) -> Check:
    applies = _holds_one_of(when, rule.when_values)

    def check(content: Values, findings: list[Finding]) -> None:
        value, year = content[rule.when_field], content[rule.year_field]
        # anything but a year has a finding of its own, and Python refuses to read a number of thousands of digits
        if value and year and applies(value) and YEAR.fullmatch(year) and int(year) < rule.first:
            findings.append(Finding(rule.reason, rule.when_field))

    return check


def _known(rule: Known) -> Check:
    field, values, reason = rule.field, rule.values, rule.reason

    def check(content: Values, findings: list[Finding]) -> None:
        value = content[field]
        if value and value not in values:
            findings.append(Finding(reason, field))

    return check


def _holds_one_of(field: Field, values: frozenset[str]) -> Callable[[str], bool]:
    if not field.separator:
        return values.__contains__
    return lru_cache(_REMEMBERED)(lambda value: not values.isdisjoint(field.elements(value)))


def _exceeds(value: str | None, rule: Magnitude) -> bool:
    if not value:
        return False
    numbers = (value,) if rule.amount is None else rule.amount.findall(half_width(value))
    try:
        return any(float(number) > rule.above for number in numbers)
    except ValueError:
        return False
