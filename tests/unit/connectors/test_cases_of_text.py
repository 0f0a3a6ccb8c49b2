"""The small text files that went wrong once, through connector, mapping and the rules of intake."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import Preview, preview
from creditbus.services.domain.reasons import Reason

_CASES = Path(__file__).parents[2] / "cases"
_TODAY = date(2026, 1, 1)
_LISTS = {"department": "credit-office", "item": "red-black-list", "mapping": "red-black-lists"}
_REGISTRATION = {"department": "market-supervision", "item": "enterprise-registration", "mapping": "registration"}


def _connector(folder: Path, case: str, said: dict[str, str] | None = None, **more: Any) -> Connector:
    configuration = {"id": "one", "kind": "files", "settings": {"path": str(_CASES / case)}, **(said or _LISTS), **more}
    (folder / "one.yaml").write_text(json.dumps(configuration), encoding="utf-8")
    return load_connector(folder / "one.yaml")


def _events(connector: Connector) -> dict[int, dict[str, Any]]:
    return {row.row: connector.mapper(row, "r").event for row in connector.open().read(None) if isinstance(row, Row)}


def _counts(result: Preview) -> tuple[int, int, int]:
    return result.rows, result.publishable, result.refused


def test_two_stray_marks_in_a_hundred_companies_cost_two(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "04-stray-quotes-registration.csv", _REGISTRATION)
    result = preview(connector, _TODAY)
    assert _counts(result) == (100, 98, 2)
    assert [(one.row, one.reason) for one in result.shown] == [
        (11, Reason.FORMAT_UNPARSABLE),
        (61, Reason.FORMAT_UNPARSABLE),
    ]
    assert [one.detail.partition(":")[0] for one in result.shown] == [
        "the quotation mark opened in line 12 is not closed before line 13, which is a row of its own",
        "the quotation mark opened in line 62 is not closed before line 63, which is a row of its own",
    ]
    names = {event["header"]["subject_name"] for event in _events(connector).values()}
    assert names == {f"示例规模{number}有限公司" for number in range(100)} - {
        "示例规模10有限公司",
        "示例规模60有限公司",
    }


def test_stray_marks_in_a_list(tmp_path: Path) -> None:
    result = preview(_connector(tmp_path, "04-stray-quotes.csv"), _TODAY)
    assert (_counts(result), [one.row for one in result.shown]) == ((7, 5, 2), [2, 5])


def test_line_ends_of_cr_are_read(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "05-cr-line-ends.csv")
    assert _counts(preview(connector, _TODAY)) == (3, 3, 0)
    assert [event["header"]["document_no"] for event in _events(connector).values()] == [
        f"示例回车〔2025〕{number}号" for number in range(3)
    ]


def test_what_keeps_a_text_is_unwrapped(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "06-equals-and-apostrophe.csv")
    result = preview(connector, _TODAY)
    assert (_counts(result), result.normalised) == ((6, 6, 0), 6)
    events = _events(connector)
    assert [event["header"]["document_no"] for event in events.values()] == [
        *(f"示例等号〔2025〕{number}号" for number in range(1, 5)),
        "0012",
        "0012",
    ]
    assert events[2]["claim"]["uscc"] == "91990106FC0007010P"


def test_blank_cells_at_the_end_are_no_fault(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "24-trailing-blanks.csv")
    assert _counts(preview(connector, _TODAY)) == (3, 3, 0)
    assert [event["content"]["BZ"] for event in _events(connector).values()] == [None, None, "x"]


def test_an_array_is_rows(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "27-array.json")
    assert _counts(preview(connector, _TODAY)) == (2, 2, 0)
    assert connector.mapper.columns(connector.open().discover()[0].columns).missing == ()


def test_a_key_that_stands_there_twice_is_refused_and_still_a_column(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "27-duplicate-key.jsonl")
    [row] = connector.open().read(None)
    assert isinstance(row, Defect)
    assert "the key 'JDWH' stands there twice" in row.detail
    assert connector.mapper.columns(connector.open().discover()[0].columns).missing == ()


def test_times_are_refused_with_the_fix_and_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    result = preview(_connector(tmp_path, "27-time-stamps.csv"), _TODAY)
    assert [(one.row, one.column, one.reason) for one in result.shown] == [
        (1, "LRRQ", Reason.DATE_WITH_TIME),
        (2, "LRRQ", Reason.DATE_WITH_TIME),
    ]
    said = _connector(tmp_path, "27-time-stamps.csv", overrides={"content": {"LRRQ": {"form": "datetime"}}})
    assert _counts(preview(said, _TODAY)) == (2, 2, 0)
    assert {event["content"]["LRRQ"] for event in _events(said).values()} == {"2025-03-03"}


@pytest.mark.parametrize("name", ["gbk", "GBK", "gb2312", "GB18030", "auto"])
def test_encodings_have_the_names_that_people_call_them(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes((_CASES / "05-cr-line-ends.csv").read_text(encoding="utf-8").encode("gbk"))
    connector = _connector(tmp_path, "x", settings={"path": str(path), "encoding": name})
    assert _counts(preview(connector, _TODAY)) == (3, 3, 0)
