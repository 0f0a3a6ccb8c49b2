"""Checks of single values: compiled once an item into functions that run for every event.

Each check takes the content and the list to add findings to. Values of content are strings or None; None and the empty
string both mean that nothing was given.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter

from creditbus.services.domain.catalogue import Field, Format, Item
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.invisible import is_divided
from creditbus.services.domain.normalise import parse_date
from creditbus.services.domain.profile.corrections import read_changes
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding

__all__ = ["YEAR", "Check", "Values", "value_checks"]

Values = Mapping[str, str | None]
Check = Callable[[Values, list[Finding]], None]

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
YEAR = re.compile(r"[0-9]{4}")
_DIVISION = re.compile(r"[0-9]{6}")
_MOMENT = re.compile(
    r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?[T\s]\s*[0-9]{1,2}:[0-9]{2}.*|[0-9]{14}|-?[0-9]{12,13}"
)
"""A date with a time of day, however written, or milliseconds since 1970."""
_REMEMBERED = 4096


def _date_fault(value: str) -> Reason | None:
    if parse_date(value):
        return None
    return Reason.DATE_WITH_TIME if _MOMENT.fullmatch(value) else Reason.DATE_UNPARSABLE


_FAULTS: dict[Format, Callable[[str], Reason | None]] = {
    Format.NUMBER: lambda value: None if _NUMBER.fullmatch(value) else Reason.NUMBER_UNPARSABLE,
    Format.YEAR: lambda value: None if YEAR.fullmatch(value) else Reason.DATE_UNPARSABLE,
    Format.DIVISION: lambda value: None if _DIVISION.fullmatch(value) else Reason.ID_CHARSET,
    Format.USCC: uscc.authority_fault,
    Format.CHANGES: lambda value: Reason.FORMAT_UNPARSABLE if read_changes(value) is None else None,
    Format.DATE: _date_fault,
    Format.DATE_OPEN: _date_fault,
}


def value_checks(item: Item) -> tuple[Check, ...]:
    """Compile the checks of mandatory fields, lengths, admitted values and formats."""
    fields = tuple(item.fields.values())
    checks = [
        _mandatory(tuple(field.code for field in fields if field.mandatory)),
        _lengths(tuple((field.code, field.max_length) for field in fields if field.max_length and not field.values)),
        *(_admitted(field) for field in fields if field.values),
        _formats(tuple((field.code, _FAULTS[field.format]) for field in fields if field.format in _FAULTS)),
        _undivided(tuple(field.code for field in fields if field.format is Format.CODE and not field.values)),
    ]
    return tuple(checks)


def _mandatory(codes: tuple[str, ...]) -> Check:
    if not codes:
        return _nothing
    take = _take(codes)

    def check(content: Values, findings: list[Finding]) -> None:
        if not all(take(content)):
            findings += (Finding(Reason.MANDATORY_EMPTY, code) for code in codes if not content[code])

    return check


def _lengths(limits: tuple[tuple[str, int], ...]) -> Check:
    if not limits:
        return _nothing
    take = _take(tuple(code for code, _ in limits))
    shortest = min(limit for _, limit in limits)

    def check(content: Values, findings: list[Finding]) -> None:
        for value, (code, limit) in zip(take(content), limits, strict=True):
            # The first comparison settles nearly all values without unpacking more.
            if value and len(value) > shortest and len(value) > limit:
                findings.append(Finding(Reason.FORMAT_OVER_LENGTH, code))

    return check


def _admitted(field: Field) -> Check:
    code = field.code
    admits = lru_cache(_REMEMBERED)(field.admits)

    def check(content: Values, findings: list[Finding]) -> None:
        value = content[code]
        if value and not admits(value):
            findings.append(Finding(Reason.ENUM_UNKNOWN, code))

    return check


def _formats(faults: tuple[tuple[str, Callable[[str], Reason | None]], ...]) -> Check:
    def check(content: Values, findings: list[Finding]) -> None:
        for code, fault in faults:
            value = content[code]
            if value and (reason := fault(value)) is not None:
                findings.append(Finding(reason, code))

    return check


def _undivided(codes: tuple[str, ...]) -> Check:
    if not codes:
        return _nothing
    take = _take(codes)

    def check(content: Values, findings: list[Finding]) -> None:
        # one look at all of them settles nearly every event
        if not "".join(filter(None, take(content))).isprintable():
            divided = (code for code in codes if (value := content[code]) and is_divided(value))
            findings += (Finding(Reason.ID_CHARSET, code) for code in divided)

    return check


def _take(codes: tuple[str, ...]) -> Callable[[Values], tuple[str | None, ...]]:
    if len(codes) == 1:
        only = codes[0]
        return lambda content: (content[only],)
    return itemgetter(*codes)


def _nothing(_content: Values, _findings: list[Finding]) -> None:
    """Check nothing: the item has no field of this sort."""
