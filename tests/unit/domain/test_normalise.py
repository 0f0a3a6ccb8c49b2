"""Lexical forms."""

from datetime import date

import pytest

from creditbus.services.domain.normalise import (
    NO_END,
    half_width,
    lexical_date,
    parse_date,
    same_name,
    trim,
)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2018-05-01", "2018-05-01"),
        ("2018/5/1", "2018-05-01"),
        ("2018.05.1", "2018-05-01"),
        ("\u3000２０１８/５/１\t", "2018-05-01"),
        ("2016-02-29", "2016-02-29"),
    ],
)
def test_the_three_forms_of_a_date_become_one(text: str, iso: str) -> None:
    assert lexical_date(text) == iso


@pytest.mark.parametrize(
    "text", ["2018年5月1日", "20180501", "43234", "18-5-1", "2018-02-30", "2018-13-01", "2018/5-1", "不详", "长期"]
)
def test_another_form_stays_and_is_no_date(text: str) -> None:
    assert lexical_date(f" {text} ") == text
    assert parse_date(text) is None


def test_no_end_has_one_form_where_a_date_may_be_open() -> None:
    assert lexical_date(" 长期", open_end=True) == NO_END
    assert lexical_date("2099/12/31", open_end=True) == NO_END


@pytest.mark.parametrize("text", ["2018-W01-1", "2018-1-1", "2018-01-01T00:00", "２018-01-01", "2018-001"])
def test_only_the_iso_form_is_parsed(text: str) -> None:
    assert parse_date(text) is None
    assert parse_date("2018-01-01") == date(2018, 1, 1)


def test_outer_blanks_go_and_inner_ones_stay() -> None:
    assert trim("\ufeff\u3000\u00a0 \t武汉 市\t ") == "武汉 市"


def test_full_width_ascii_becomes_half_width_and_chinese_stays() -> None:
    assert half_width("（２０１７）鄂０１执５号Ａ～") == "(2017)鄂01执5号A~"
    assert half_width("武交罚〔2018〕2号，。") == "武交罚〔2018〕2号,。"


def test_names_are_compared_in_half_width() -> None:
    assert same_name("腾讯科技（深圳）有限公司", "腾讯科技(深圳)有限公司")
    assert not same_name("腾讯科技有限公司", "腾讯科技(深圳)有限公司")
