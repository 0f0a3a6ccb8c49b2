from __future__ import annotations

from datetime import date, timedelta

import pytest

from creditbus.services.domain.working_days import UncoveredYearError, WorkingCalendar, YearDays
from creditbus.services.query.working_calendar import working_calendar


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


@pytest.mark.parametrize(("decided", "year"), [(date(2015, 12, 1), 2015), (date(2026, 12, 28), 2027)])
def test_a_year_that_is_not_known_is_refused_by_name(decided: date, year: int) -> None:
    with pytest.raises(UncoveredYearError, match=f"for {year}; the calendar holds 2016 to 2026"):
        working_calendar().due(decided, 7)


def test_every_day_that_is_named_differs_from_the_week_or_from_a_holiday() -> None:
    """A make-up day is a Saturday or a Sunday; a day cannot be both; each year has its eleven holidays at least."""
    for year, days in working_calendar().years.items():
        assert all(day.year == year for day in days.off | days.work)
        assert all(day.weekday() >= 5 for day in days.work)
        assert not days.off & days.work
        assert len(days.off) >= 11


def test_a_year_has_as_many_working_days_as_the_notices_leave() -> None:
    calendar = working_calendar()
    first = date(2018, 1, 1)
    assert sum(calendar.is_working(first + timedelta(number)) for number in range(365)) == 250


def test_a_calendar_without_years_refuses_any() -> None:
    with pytest.raises(UncoveredYearError):
        WorkingCalendar({}).is_working(date(2018, 1, 1))
    assert WorkingCalendar({2018: YearDays(frozenset(), frozenset())}).is_working(date(2018, 1, 1))
