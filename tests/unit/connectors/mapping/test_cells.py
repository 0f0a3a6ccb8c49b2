"""Cells to lexical forms."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.connectors.mapping.cells import date_reader, number_text, typed_text
from creditbus.connectors.mapping.moments import day_reader, epoch_reader, moment_reader
from creditbus.connectors.mapping.tables import division_finder, divisions


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, None),
        ("  as is ", "  as is "),
        (True, "true"),
        (7, "7"),
        (0.1, "0.1"),
        (2017.0, "2017"),
        (9.14201116983285e17, "914201116983285000"),
        (1e-7, "0.0000001"),
        (Decimal("0.10"), "0.1"),
        (919901070000000018, "919901070000000018"),
        (Decimal("1E+2"), "100"),
        (date(2018, 1, 2), "2018-01-02"),
        (datetime(2018, 1, 2), "2018-01-02"),  # noqa: DTZ001 -- spreadsheets know no zone
        (datetime(2018, 1, 2, 3, 4, 5), "2018-01-02 03:04:05"),  # noqa: DTZ001
        (time(3, 4), "03:04:00"),
    ],
)
def test_typed_cells(cell: object, text: str | None) -> None:
    assert typed_text(cell) == text  # type: ignore[arg-type]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_means_the_same_as_text(value: float) -> None:
    assert float(number_text(value)) == value


@pytest.mark.parametrize(
    ("form", "text", "iso"),
    [
        ("yyyyMMdd", "20180102", "2018-01-02"),
        ("yyyy年M月d日", "2018年1月2日", "2018-01-02"),
        ("yyyy年M月d日", "2018年1月32日", "2018年1月32日"),
        ("dd.MM.yyyy", "02.01.2018", "2018-01-02"),
        ("yyyyMMdd", "2018/1/2", "2018-01-02"),
        ("yyyyMMdd", "二〇一八年", "二〇一八年"),
    ],
)
def test_further_date_forms(form: str, text: str, iso: str) -> None:
    assert date_reader((form,), open_end=False)(text) == iso


@pytest.mark.parametrize("form", ["yyyy-MM", "yyyyMMddd", "yyyy-yyyy-MM-dd"])
def test_a_date_form_that_names_no_day_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="date form"):
        date_reader((form,), open_end=False)


def test_no_end_is_a_date_only_where_the_field_is_open() -> None:
    assert date_reader((), open_end=True)("长期") == "2099-12-31"
    assert date_reader((), open_end=False)("长期") == "长期"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-04-03 10:13:25", datetime(2016, 4, 3, 2, 13, 25, tzinfo=UTC)),
        ("2016/4/3 10:13:25", datetime(2016, 4, 3, 2, 13, 25, tzinfo=UTC)),
        ("2016.4.3", datetime(2016, 4, 2, 16, tzinfo=UTC)),
        ("2016-04-03T10:13:25Z", datetime(2016, 4, 3, 10, 13, 25, tzinfo=UTC)),
    ],
)
def test_moments_stand_in_the_city_s_time(text: str, moment: datetime) -> None:
    assert moment_reader("Asia/Shanghai")(text) == int(moment.timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-03 00:00:00", "2025-03-03"),
        ("2025/3/3 0:00", "2025-03-03"),
        ("2025.03.03 23:59:59.999", "2025-03-03"),
        ("2025-03-03T00:00:00", "2025-03-03"),
        ("20250303235959", "2025-03-03"),
        ("2025-03-02T16:00:00Z", "2025-03-03"),
        ("2025-03-02 15:59:59 UTC", "2025-03-02"),
        ("2025-03-03T08:00:00+0800", "2025-03-03"),
        ("2025-03-03T00:30:00+09:00", "2025-03-02"),
        ("2025-03-02T18:00:00-05", "2025-03-03"),
        ("2025-3-3", "2025-03-03"),
        ("长期", "2099-12-31"),
        ("2025-02-30 00:00:00", "2025-02-30 00:00:00"),
        ("2025-03-03 24:30:00", "2025-03-03 24:30:00"),
        ("2025-03-03 00:00:00+99", "2025-03-03 00:00:00+99"),
        ("1740931200000", "1740931200000"),
        ("yesterday", "yesterday"),
    ],
)
def test_a_date_with_a_time_is_its_day_in_the_city(text: str, day: str) -> None:
    assert day_reader(moment_reader("Asia/Shanghai"), open_end=True)(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1740931200000", "2025-03-03"),  # 2025-03-02 16:00 UTC
        ("1740931199999", "2025-03-02"),
        ("-631180800000", "1950-01-01"),
        ("1740931200", "1740931200"),
        ("2025-03-03", "2025-03-03"),
        ("2025-03-03 00:00:00", "2025-03-03 00:00:00"),
    ],
)
def test_milliseconds_are_their_day_in_the_city_and_seconds_are_none(text: str, day: str) -> None:
    assert day_reader(epoch_reader(), open_end=False)(text) == day


def test_a_moment_without_a_zone_stands_in_the_mapping_s() -> None:
    assert day_reader(moment_reader("UTC"), open_end=False)("2025-03-02 16:00:00") == "2025-03-03"


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00+14:00", "9999-12-31 23:00:00-10:00", "9999-12-31 17:00:00Z"])
def test_a_moment_outside_of_the_calendar_is_none_and_its_cell_stays_as_it_was(text: str) -> None:
    assert moment_reader("Asia/Shanghai")(text) is None
    assert day_reader(moment_reader("Asia/Shanghai"), open_end=False)(text) == text


@pytest.mark.parametrize("text", ["yesterday", "2016-13-03 10:00", "20160403 25:00"])
def test_what_is_no_moment_is_none(text: str) -> None:
    assert moment_reader("Asia/Shanghai")(text) is None


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("武汉市江岸区虚构大道1号", "420102"),
        ("江汉区武昌区间路1号", "420103"),
        ("武汉东湖新技术开发区虚构路2号", "420119"),
        ("东湖开发区虚构路", "420119"),
        ("武汉经济技术开发区虚构路", "420118"),
        ("虚构省虚构市", None),
    ],
)
def test_districts_in_addresses(address: str, code: str | None) -> None:
    assert division_finder()(address) == code


def test_every_district_is_found_by_each_of_its_names() -> None:
    assert len({division.code for division in divisions()}) == len(divisions()) == 17
    for division in divisions():
        for name in (division.name, *division.aliases):
            assert division_finder()(f"{name}虚构路1号") == division.code
