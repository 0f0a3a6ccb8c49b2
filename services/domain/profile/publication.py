"""When a record's publication ends: the rules of its item on the day that is looked at, and what the record states.

A rule ends what is published while it is in force, whenever the record was decided: of rules that follow each other the
first one under which the record is too old counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import blake2b
from itertools import zip_longest
from typing import Final, NamedTuple

from creditbus.services.domain.catalogue import Field, Item, PublicationPeriod, PublicationRules
from creditbus.services.domain.city_time import day_number, numbered_day
from creditbus.services.domain.event import ID_BYTES, NO_ACT, Act

__all__ = ["NEVER", "End", "Publication", "act_of", "end_said", "ended_id"]

_YEAR: Final = 12
_REMEMBERED: Final = 50_000
#: In a field of a date: no end (长期).
_OPEN: Final = "2099-12-31"
#: The day after all that the store of a lane can name: 2149-06-06.
NEVER: Final = 0xFFFF


class End(NamedTuple):
    """The end of a publication.

    Attributes:
        day: the first day on which the record is not published any more, in days since 1970-01-01.
        source: the rule by which; empty: the record states it.
        category: the class that the rule found the record to be of.

    """

    day: int
    source: str
    category: str


class _Span(NamedTuple):
    """Days, as numbers, on which the same rules are in force; `last` None: for ever."""

    first: int
    last: int | None
    periods: tuple[PublicationPeriod, ...]

    def has(self, day: int) -> bool:
        """Tell whether a day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


class Publication:
    """Of the records of one item.

    Args:
        item: the item.

    Attributes:
        fields: content fields by which the end is found.
        digest: differs where the rules do.

    """

    def __init__(self, item: Item) -> None:
        rules = item.publication
        periods = rules.periods if rules.start else ()
        telling = dict.fromkeys(period.when_field for period in periods if period.when_field)
        self.fields: Final = tuple(dict.fromkeys(name for name in (rules.start, rules.until, *telling) if name))
        self.digest: Final = blake2b(_rules_as_text(rules).encode(), digest_size=8).hexdigest()
        self._start = self.fields.index(rules.start) if rules.start else None
        self._until = self.fields.index(rules.until) if rules.until else None
        self._telling = [(self.fields.index(name), item.fields[name]) for name in telling]
        self._spans = _spans(periods)
        self._ends: dict[tuple[bytes, ...], End | None] = {}

    def end(self, values: tuple[bytes, ...]) -> End | None:
        """Return the end of a record's publication; None: it has none.

        Args:
            values: of `fields`, as UTF-8; an empty one stands for none.

        """
        try:
            return self._ends[values]
        except KeyError:
            pass
        if len(self._ends) >= _REMEMBERED:
            self._ends.clear()
        texts = _texts(values)
        self._ends[values] = found = _first(self._stated(texts), self._ruled(texts, minimum=False))
        return found

    def end_of_repaired(self, values: tuple[bytes, ...], today: int) -> End:
        """Return the end of a repaired record's publication: after the minimum period, where it has a rule today.

        Args:
            values: as of `end`.
            today: in days since 1970-01-01.

        """
        texts = _texts(values)
        in_force = [period for span in self._spans if span.has(today) for period in span.periods]
        over = None if self._period(in_force, texts) is None else self._ruled(texts, minimum=True)
        return _first(self.end(values), over or End(today, "", "")) or End(today, "", "")

    def _stated(self, texts: Sequence[str]) -> End | None:
        text = "" if self._until is None else texts[self._until]
        last = None if text == _OPEN else _day(text)
        return None if last is None else End(day_number(last) + 1, "", "")

    def _ruled(self, texts: Sequence[str], *, minimum: bool) -> End | None:
        start = None if self._start is None else _day(texts[self._start])
        if start is None:
            return None
        for span in self._spans:
            period = self._period(span.periods, texts)
            if period is None:
                continue
            last = _after_months(start, period.min_months if minimum else period.max_months)
            day = max(day_number(last) + 1, span.first)
            if span.has(day):
                return End(day, period.source, period.category)
        return None

    def _period(self, periods: Sequence[PublicationPeriod], texts: Sequence[str]) -> PublicationPeriod | None:
        """Return the rule that counts for a record: of several kinds of penalty the longest one."""
        named = [period for place, field in self._telling for period in _named(periods, field, texts[place])]
        if named:
            return max(named, key=lambda period: (period.max_months, period.min_months))
        return _of_all_others(periods)


def _rules_as_text(rules: PublicationRules) -> str:
    """Return the rules as a text, the same in every process: the order of a set is not."""
    periods = [(replace(period, when_values=frozenset()), sorted(period.when_values)) for period in rules.periods]
    return repr((replace(rules, periods=()), periods))


def _texts(values: Sequence[bytes]) -> list[str]:
    return [value.decode() for value in values]


def _first(*ends: End | None) -> End | None:
    known = [end for end in ends if end is not None and end.day < NEVER]
    return min(known, default=None, key=lambda end: end.day)


def _named(periods: Sequence[PublicationPeriod], field: Field, text: str) -> list[PublicationPeriod]:
    """Return the rules for the values of a cell, that of all others too where one of them has none of its own."""
    named = [period for period in periods if period.when_field == field.code]
    found = [[period for period in named if value in period.when_values] for value in field.elements(text)]
    if not any(found):
        return []
    other = _of_all_others(periods)
    without = [] if other is None or all(found) else [other]
    return [*(period for periods_of_value in found for period in periods_of_value), *without]


def _of_all_others(periods: Sequence[PublicationPeriod]) -> PublicationPeriod | None:
    return next((period for period in periods if not period.when_field), None)


def _spans(periods: Sequence[PublicationPeriod]) -> list[_Span]:
    turns = {period.effective_from for period in periods}
    # after the last day of the calendar comes nothing that could turn
    finals = {period.effective_to for period in periods if period.effective_to is not None} - {date.max}
    turns |= {last + timedelta(1) for last in finals}
    ordered = sorted(turns)
    lasts: list[int | None] = [day_number(after) - 1 for after in ordered[1:]]
    return [
        _Span(day_number(first), last, tuple(period for period in periods if period.in_force(first)))
        for first, last in zip_longest(ordered, lasts)
    ]


def _after_months(start: date, months: int) -> date:
    """Return the last day of a period of months (民法典 201, 202): the day of the same number, or the month's last."""
    year, month = divmod(start.year * _YEAR + start.month - 1 + months, _YEAR)
    if year >= date.max.year:
        return date.max
    next_month = date(year + (month + 1) // _YEAR, (month + 1) % _YEAR + 1, 1)
    return date(year, month + 1, min(start.day, (next_month - timedelta(1)).day))


def _day(text: str) -> date | None:
    """Read a date; None where there is none: what intake admitted is one."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def act_of(end: End) -> Act:
    """Return what the event says by which a publication ends."""
    return {
        **NO_ACT,
        "legal_basis": end.source or None,
        "effective_to": numbered_day(end.day - 1).isoformat(),
        "reason": end.category or None,
    }


def end_said(act: Act) -> End | None:
    """Return the end of which `act_of` would make an act; None: the act says no day."""
    last = _day(act["effective_to"] or "")
    return None if last is None else End(day_number(last) + 1, act["legal_basis"] or "", act["reason"] or "")


def ended_id(record: bytes, end: End) -> bytes:
    """Return the id of the event by which a record's publication ends.

    Args:
        record: key of the record in the store.
        end: by which rule, and on which day.

    """
    text = b"expire\0%b\0%b\0%d" % (record, end.source.encode(), end.day)
    return blake2b(text, digest_size=ID_BYTES).digest()
