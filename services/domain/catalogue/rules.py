"""Rules between the fields of a content record, as an entry's ``rules`` state them."""

import re
from dataclasses import dataclass

from creditbus.services.domain.reasons import AnyReason

__all__ = ["FirstYear", "Known", "Magnitude", "Period", "Required", "Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """`field` must be filled when `when_field` holds one of `when_values`; else `reason`."""

    field: str
    when_field: str
    when_values: frozenset[str]
    reason: AnyReason


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstYear:
    """`when_values` of `when_field` exist only from year `first` on (in `year_field`); else `reason`."""

    when_field: str
    when_values: frozenset[str]
    year_field: str
    first: int
    reason: AnyReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A period from the date in `start` to the date in `end`; the end must not lie before the start."""

    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Magnitude:
    """A number in `field` greater than `above` is accepted with the caution ``AMOUNT_MAGNITUDE``.

    `amount`, for a field of free text, finds the numbers in it by its one group. None: the field is a number.
    """

    field: str
    above: float
    amount: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`field` must hold one of `values`; else `reason`.

    For values that the catalogue adds and drops (names of lists), which are not part of the schema.
    """

    field: str
    values: frozenset[str]
    reason: AnyReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rules of an item. `not_future` names the dates that must not lie after today."""

    not_future: tuple[str, ...] = ()
    periods: tuple[Period, ...] = ()
    required: tuple[Required, ...] = ()
    not_before: tuple[FirstYear, ...] = ()
    magnitudes: tuple[Magnitude, ...] = ()
    known: tuple[Known, ...] = ()
