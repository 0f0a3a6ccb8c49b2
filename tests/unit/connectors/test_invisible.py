"""Characters without ink never make a record or a code of their own."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Row
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.domain.invisible import invisible_at, visible
from creditbus.services.domain.normalise import same_name
from creditbus.services.domain.reasons import Reason

Write = Callable[..., Path]

_CASES = Path(__file__).parents[2] / "cases"
_FORMATS = [
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u202a", "\u202c", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2066"),
    *("\u3164", "\u115f", "\ufe0f"),
]
_BLANKS = [
    *("\u00a0", "\u2003", "\u2009", "\u202f", "\u205f", "\u2028", "\u2029", "\u0085", "\t", "\x0b", "\n", "\r", "\r\n"),
    *("\x1f", "\x7f", " \n ", "\u200b\n", "\n\u200b"),
]
_TODAY = date(2025, 12, 31)


def test_the_case_has_seven_decisions_and_nothing_is_refused(write_connector: Write) -> None:
    connector = load_connector(write_connector((_CASES / "17-invisible.csv").read_text("utf-8")))
    result = preview(connector, _TODAY)
    assert (result.refused, result.publishable) == (0, 11)
    rows = [row for row in connector.open().read(None) if isinstance(row, Row)]
    events = [connector.mapper(row, "r").event for row in rows]
    numbers = {event["header"]["document_no"] for event in events}
    assert numbers == {f"示例隐形〔2025〕{number}号" for number in range(1, 10)}
    assert {len(event["claim"]["uscc"]) for event in events} == {18}
    assert {event["content"]["LRRQ"] for event in events} == {"2025-03-03"}
    assert result.normalised == 9


def _named(sign: str) -> str:
    return " ".join(f"U+{ord(one):04X}" for one in sign)


def _event(connector: Connector, **cells: Any) -> dict[str, Any]:
    return connector.mapper(Row(cells, "f", "", 1, 1), "r").event


@pytest.mark.parametrize(
    ("sign", "place"),
    [
        *((sign, place) for sign in _FORMATS for place in ("before", "inside", "after")),
        *((sign, place) for sign in _BLANKS for place in ("before", "after")),
    ],
    ids=_named,
)
def test_it_is_dropped_from_codes_numbers_and_dates_and_counted(write_connector: Write, sign: str, place: str) -> None:
    def dressed(text: str) -> str:
        return {"before": sign + text, "inside": text[:3] + sign + text[3:], "after": text + sign}[place]

    cells = {
        "主体代码": dressed("91990106FC0007002W"),
        "列入决定文书号": dressed("示例1号"),
        "期限(年)": dressed("1234"),
    }
    event = _event(load_connector(write_connector("")), **cells)
    assert event["claim"]["uscc"] == "91990106FC0007002W"
    assert event["header"]["document_no"] == "示例1号"
    assert event["content"]["QX"] == "1234"
    assert event["header"]["normalised"] == 3


@pytest.mark.parametrize("sign", [sign for sign in _BLANKS if " " not in sign], ids=_named)
@pytest.mark.parametrize("number", ["示例{}1号", "示例〔2025〕{}12号", "示例〔2025{}〕12号", "示例1{}号"])
def test_a_blank_that_merely_wraps_a_document_number_is_dropped(write_connector: Write, sign: str, number: str) -> None:
    event = _event(load_connector(write_connector("")), 列入决定文书号=number.format(sign))
    assert event["header"]["document_no"] == event["content"]["JDWH"] == number.format("")


@pytest.mark.parametrize("sign", _BLANKS, ids=_named)
@pytest.mark.parametrize(
    ("one", "two"), [("12", "13"), ("示例〔2025〕12", "13号"), ("A", "1"), ("１", "２"), ("a-", "1")]
)
def test_a_blank_that_divides_a_code_refuses_it_by_name(write_connector: Write, sign: str, one: str, two: str) -> None:
    text = (_CASES / "17-invisible.csv").read_text("utf-8").splitlines()
    cells = dict(zip(text[0].split(","), text[3].split(","), strict=True))
    rows = [list(cells), list((cells | {"列入决定文书号": one + sign + two}).values())]
    connector = load_connector(write_connector(_written(rows)))
    found = preview(connector, _TODAY)
    [refused] = found.shown
    assert (refused.column, refused.reason) == ("JDWH", Reason.ID_CHARSET)
    assert refused.at.endswith(f" at {len(one) + 1}")
    [row] = [row for row in connector.open().read(None) if isinstance(row, Row)]
    key = connector.mapper(row, "r").event["header"]["document_no"]
    assert key.isprintable()
    assert key.replace(" ", "") != key


@pytest.mark.parametrize("sign", _BLANKS, ids=_named)
@pytest.mark.parametrize("number", ["3{}5", "0.3{}1", "3{}\u28005", "3{}.5", "3.{}5", "1{},234", "-{}5", "３{}５"])
def test_a_number_that_a_blank_divides_is_none(write_connector: Write, sign: str, number: str) -> None:
    event = _event(load_connector(write_connector("")), **{"期限(年)": number.format(sign)})
    assert not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", event["content"]["QX"])


@pytest.mark.parametrize("sign", [sign for sign in _BLANKS if " " not in sign], ids=_named)
def test_codes_of_the_subject_and_days_that_a_blank_divides_are_refused(write_connector: Write, sign: str) -> None:
    text = (_CASES / "17-invisible.csv").read_text("utf-8").splitlines()
    cells = dict(zip(text[0].split(","), text[3].split(","), strict=True))
    for column, value in (
        ("主体代码", f"91990106FC{sign}0007029L"),
        ("列入日期", f"2025-03-1{sign}2"),
        ("认定单位代码", f"11990100AU{sign}0000010W"),
    ):
        rows = [list(cells), list((cells | {column: value}).values())]
        found = preview(load_connector(write_connector(_written(rows))), _TODAY)
        assert found.refused == 1, column
        assert any(one.at.startswith("U+") for one in found.shown), column


def test_names_that_a_blank_divides_are_keys_of_one_line(write_connector: Write) -> None:
    event = _event(load_connector(write_connector("")), 认定单位="示例1\n2所")
    assert (event["header"]["authority_name"], event["content"]["RDDW"]) == ("示例1 2所", "示例1\n2所")
    assert not same_name("示例1\n2公司", "示例12公司")
    assert same_name("示例\n公司", "示例公司")


def _written(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def test_a_blank_that_stays_is_named_and_others_are_shown_as_escapes(write_connector: Write) -> None:
    text = (_CASES / "17-invisible.csv").read_text("utf-8").splitlines()
    row = (
        text[3]
        .replace("91990106FC0007029L", "91990106 FC0007029L")
        .replace("法人及非法人组织", "法人及\u200b非法人组织")
    )
    file = write_connector(f"{text[0]}\n{row}\n")
    shown = CliRunner().invoke(app, ["preview", str(file)], env={"COLUMNS": "240"})
    assert "法人及\\u200b非法人组织" in shown.output
    assert invisible_at("91990106 FC") == "U+0020 at 9"
    assert invisible_at("91990106FC") == ""
    assert visible("a\tb\u200b\n", 10) == "a\\tb\\u200b\\n"
