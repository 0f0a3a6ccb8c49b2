"""Characters without ink never make a record or a code of their own."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Row
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.domain.invisible import invisible_at, visible

Write = Callable[..., Path]

_CASES = Path(__file__).parents[2] / "cases"
_INVISIBLE = [
    *("\u200b", "\u200c", "\u200d", "\u200e", "\u202a", "\u202c", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u2066"),
    *("\u00a0", "\u2003", "\u2009", "\u202f", "\u205f", "\u2028", "\u3164", "\u115f", "\ufe0f", "\u0085", "\t", "\x0b"),
]


def test_the_case_has_seven_decisions_and_nothing_is_refused(write_connector: Write) -> None:
    connector = load_connector(write_connector((_CASES / "17-invisible.csv").read_text("utf-8")))
    result = preview(connector, date(2025, 12, 31))
    assert (result.refused, result.publishable) == (0, 11)
    rows = [row for row in connector.open().read(None) if isinstance(row, Row)]
    events = [connector.mapper(row, "r").event for row in rows]
    numbers = {event["header"]["document_no"] for event in events}
    assert numbers == {f"示例隐形〔2025〕{number}号" for number in range(1, 10)}
    assert {len(event["claim"]["uscc"]) for event in events} == {18}
    assert {event["content"]["LRRQ"] for event in events} == {"2025-03-03"}
    assert result.normalised == 9


@pytest.mark.parametrize("sign", _INVISIBLE, ids=lambda sign: f"U+{ord(sign):04X}")
@pytest.mark.parametrize("place", ["before", "inside", "behind"])
def test_it_is_dropped_from_codes_numbers_and_dates_and_counted(write_connector: Write, sign: str, place: str) -> None:
    def dressed(text: str) -> str:
        return {"before": sign + text, "inside": text[:3] + sign + text[3:], "behind": text + sign}[place]

    connector = load_connector(write_connector(""))
    cells = {
        "主体代码": dressed("91990106FC0007002W"),
        "列入决定文书号": dressed("示例1号"),
        "期限(年)": dressed("1234"),
    }
    event = connector.mapper(Row(cells, "f", "", 1, 1), "r").event
    assert event["claim"]["uscc"] == "91990106FC0007002W"
    assert event["header"]["document_no"] == "示例1号"
    assert event["content"]["QX"] == "1234"
    assert event["header"]["normalised"] == 3


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
