from __future__ import annotations

from datetime import date

import pytest

from creditbus.services.domain.working_days import Uncovered, WorkingCalendar, YearDays
from creditbus.services.query.working_calendar import working_calendar

_PLAIN = YearDays(frozenset(), frozenset())


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        ("2018-03-05", "2018-03-14"),  # nothing but a weekend between
        ("2018-02-09", "2018-02-24"),  # Spring Festival, a Sunday and a Saturday worked
        ("2018-09-28", "2018-10-12"),  # 29 and 30 September worked, a week off
        ("2018-12-28", "2019-01-09"),  # over the year: 29 December worked
        ("2020-01-23", "2020-02-11"),  # the holiday that was prolonged
        ("2026-02-13", "2026-03-02"),
    ],
)
def test_seven_working_days_end_where_the_official_calendar_says(decided: str, due: str) -> None:
    assert working_calendar().due(date.fromisoformat(decided), 7) == date.fromisoformat(due)


def test_none_at_all_is_the_day_itself() -> None:
    assert working_calendar().due(date(2018, 1, 1), 0) == date(2018, 1, 1)


@pytest.mark.parametrize(
    ("decided", "working_days", "due"),
    [
        ("2015-12-01", 7, Uncovered(2015)),
        ("2016-12-27", 1, date(2016, 12, 28)),
        ("2016-12-27", 2, Uncovered(2017)),  # the notice for 2017 settles what is worked from the 29th on
        ("2016-12-27", 20, Uncovered(2017)),
        ("2017-06-01", 1, Uncovered(2017)),
    ],
)
def test_a_due_date_that_needs_a_year_that_is_not_known_is_not_guessed(
    decided: str, working_days: int, due: date | Uncovered
) -> None:
    assert WorkingCalendar({2016: _PLAIN}).due(date.fromisoformat(decided), working_days) == due


def test_the_end_of_a_year_is_known_once_the_next_year_is() -> None:
    both = WorkingCalendar({2016: _PLAIN, 2017: _PLAIN})
    assert both.due(date(2016, 12, 27), 3) == date(2016, 12, 30)
    assert WorkingCalendar({}).due(date(2018, 1, 1), 1) == Uncovered(2018)


def test_a_year_has_as_many_working_days_as_the_notices_leave() -> None:
    assert working_calendar().due(date(2017, 12, 31), 250) == date(2018, 12, 29)
    assert working_calendar().due(date(2017, 12, 31), 251) == date(2019, 1, 2)
