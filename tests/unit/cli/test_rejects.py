"""`rejects`: each row is named as in the file that its department published, in the language that is spoken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.returned import redrive, sheets
from creditbus.connectors.returned.redrive import RedriveSummary, StillRefused
from creditbus.connectors.returned.rejection import Fault
from creditbus.connectors.returned.sheets import CorrectedRow, Reference
from creditbus.services.cli import main as cli
from creditbus.services.cli import rejects
from creditbus.services.domain.statements import Place
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import ReturnedRow

_PLACE = Place("lists-1", "lists.csv", "", 3)
_FIELDS = {
    "run": "lists-1",
    "file": "lists.csv",
    "sheet": "",
    "row": 3,
    "offset": 7,
    "findings": [{"reason": "DATE_UNPARSABLE", "field": "LRRQ", "proposed": None}],
}


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOOTSTRAP_SERVERS", "REGISTRY_URL"):
        monkeypatch.setenv(f"CREDITBUS_{name}", "http://localhost:1")


def _row(status: str, **changes: Any) -> Any:
    class Row(ReturnedRow):
        __slots__ = ()

        @property
        def status(self) -> Any:
            return status

        @property
        def seconds_to_fix(self) -> float | None:
            return 30.0 if status == "fixed" else None

    return Row(RejectedEvent(_FIELDS | changes), ("lists-1",), 0)


@pytest.mark.parametrize(
    ("spoken", "place", "nowhere", "totals"),
    [
        ("zh", "lists.csv  第 3 行  LRRQ", "位点 7", "退回 5 行，待改正 1 行，已改正 2 行，已重新发送 2 行"),
        ("en", "lists.csv  row 3  LRRQ", "offset 7", "5 refused, 1 of them open, 2 fixed, 2 sent again since"),
    ],
)
def test_the_list_speaks_and_its_parts_are_the_whole(
    spoken: str,
    place: str,
    nowhere: str,
    totals: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    statuses = ["fixed", "fixed", "replaced", "replaced"]

    async def read(*_: object) -> list[Any]:
        return [_row("open"), *(_row(status, file="", row=0) for status in statuses)]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    assert cli.main(["rejects", "list", "credit-office", "--lang", spoken]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(place)
    assert said.out.count(nowhere) == 4
    assert said.err.startswith(totals)


@pytest.mark.parametrize(
    ("spoken", "line", "other"),
    [
        ("zh", "lists.csv  第 3 行（corrected.csv 第 2 行）仍不合格  LRRQ  DATE_UNPARSABLE  ", "The value"),
        ("en", "lists.csv  row 3  (row 2 of corrected.csv) is still refused  LRRQ  DATE_UNPARSABLE  The value", "日期"),
    ],
)
def test_what_is_still_refused_is_numbered_as_in_the_list(
    spoken: str,
    line: str,
    other: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = StillRefused(2, _PLACE, (Fault("DATE_UNPARSABLE", "LRRQ", None),))
    row = CorrectedRow(2, Reference("lists", _PLACE, 0), {})
    monkeypatch.setattr(sheets, "read", lambda _: [row])
    monkeypatch.setattr(redrive, "redrive", lambda *_: RedriveSummary(refused=[refused]))
    monkeypatch.setattr(rejects, "connector_named", lambda *_: None)
    assert cli.main(["rejects", "redrive", str(tmp_path / "corrected.csv"), "--lang", spoken]) == 1
    said = capsys.readouterr().out
    assert said.startswith(line)
    assert other not in said
