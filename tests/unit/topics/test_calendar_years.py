from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from creditbus.services.domain.working_days import Uncovered
from creditbus.services.query.working_calendar import working_calendar
from creditbus.topics.calendar_years import read_calendar_years, shipped_calendar
from creditbus.topics.errors import ConfigurationError

_YEAR = """\
notices: [示例通知〔2026〕1号]
holidays:
  - 2027-01-01..2027-01-03
  - 2027-05-01
  - 2027-10-01..2027-10-07
working_weekends:
  - 2027-10-09
"""


def _refusal(folder: Path, text: str, name: str = "2027.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_calendar_years(folder)
    line = str(caught.value)
    assert "\n" not in line
    return line.removeprefix(f"{folder}/")


def test_the_years_that_come_with_the_product_follow_each_other_and_have_their_eleven_holidays() -> None:
    years = shipped_calendar()
    assert list(years) == list(range(2016, 2027))
    assert all(len(days.holidays) >= 11 for days in years.values())
    assert all(any(f"〔{year - 1}〕" in notice for notice in days.notices) for year, days in years.items())


def test_a_citys_file_adds_a_year_and_replaces_one_that_is_shipped(tmp_path: Path) -> None:
    assert working_calendar(tmp_path / "nothing").due(date(2027, 9, 30), 1) == Uncovered(2027)
    (tmp_path / "2027.yaml").write_text(_YEAR, encoding="utf-8")
    assert working_calendar(tmp_path).due(date(2027, 9, 30), 2) == date(2027, 10, 9)
    (tmp_path / "2018.yaml").write_text(_YEAR.replace("2027", "2018").replace("2018-10-09", "2018-10-14"))
    assert working_calendar(tmp_path).due(date(2018, 2, 9), 7) == date(2018, 2, 20), "no Spring Festival here"
    assert working_calendar(tmp_path).due(date(2018, 10, 12), 1) == date(2018, 10, 14)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-05-01", "2026-05-01", ":4: holidays: 2026-05-01 is not a day of 2027; correct it, or write it into"),
        ("2027-01-01..", "2026-12-31..", ":3: holidays: 2026-12-31 is not a day of 2027; "),
        ("2027-05-01", "2027-10-07", ":5: holidays: 2027-10-07 stands there twice (also in holidays); leave one"),
        ("2027-10-09", "2027-10-03", ":7: working_weekends: 2027-10-03 stands there twice (also in holidays); "),
        ("2027-10-09", "2027-10-08", ":7: working_weekends: 2027-10-08 is not a Saturday or a Sunday; compare"),
        ("2027-05-01", "2027-05-02", ":2: holidays: lacks 2027-05-01, a holiday of every year; complete the holidays"),
        ("01..2027-10-07", "07..2027-10-01", ":5: holidays: '2027-10-07..2027-10-01' ends before it begins; write the"),
        ("2027-05-01", "05-01", ":4: holidays: must be a day or a range of days, and is '05-01'; write it"),
        ("2027-05-01", "2027-05-01.", ":4: holidays: must be a day or a range of days, and is '2027-05-01.'; "),
        ("working_weekends", "make_up", ":1: working_weekends: is missing; "),
        ("notices: [示例通知〔2026〕1号]\n", "", ":1: notices: is missing; add it"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_year_is_named_by_file_line_key_and_fix(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert old in _YEAR
    assert _refusal(tmp_path, _YEAR.replace(old, new)).startswith(f"2027.yaml{said}")


@pytest.mark.parametrize("name", ["2027.yml", "next-year.yaml", "20270.yaml"])
def test_a_file_that_nobody_would_read_is_named(name: str, tmp_path: Path) -> None:
    assert _refusal(tmp_path, _YEAR, name).startswith(f"{name}: is not named by a year; each year has a file")


def test_a_range_over_ages_is_refused_at_its_first_wrong_day(tmp_path: Path) -> None:
    text = _YEAR.replace("2027-10-01..2027-10-07", f"2027-10-01..{date.max - timedelta(1)}")
    assert "2028-01-01 is not a day of 2027" in _refusal(tmp_path, text)


@pytest.mark.parametrize("page", ["working-days.md", "working-days.zh-CN.md"])
def test_the_example_of_the_page_is_the_shipped_year(page: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / page).read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "2026.yaml").write_text(example, encoding="utf-8")
    assert read_calendar_years(tmp_path)[2026] == shipped_calendar()[2026]
