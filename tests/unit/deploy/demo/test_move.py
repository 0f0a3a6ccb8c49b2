"""The demonstration is right only where a feed shows nothing more of a subject that has moved away."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from creditbus.deploy.demo.move import ELSEWHERE, Moved, on_show, registered_elsewhere

_CODES = ("91420106MA4KAAA16H", "91420106MA4KBBB29G")


def _record(code: str, number: str, state: str) -> dict[str, Any]:
    about = {"item": "administrative-penalty", "authority": "one", "document_no": number, "state": state}
    return {"subject": {"code": code, "name": "某公司", "district": "420106"}, "record": about}


_BEFORE = [
    _record(_CODES[0], "1", "ACTIVE"),
    _record(_CODES[0], "2", "ACTIVE"),
    _record(_CODES[0], "2", "DISPUTED"),
    _record(_CODES[0], "3", "ACTIVE"),
    _record(_CODES[0], "3", "WITHDRAWN"),
    _record(_CODES[1], "1", "ACTIVE"),
]


def _said(*after: dict[str, Any]) -> tuple[bool, str]:
    console = Console(width=400)
    with console.capture() as captured:
        right = Moved(_BEFORE, _CODES[0]).say("district-wuchang", [*_BEFORE, *after], console)
    return right, captured.get().strip()


def test_what_a_feed_shows_is_the_newest_of_each_record() -> None:
    assert on_show(_BEFORE) == {_CODES[0]: 2, _CODES[1]: 1}


def test_a_subject_whose_records_are_all_retracted_has_moved() -> None:
    right, said = _said(_record(_CODES[0], "1", "WITHHELD"), _record(_CODES[0], "2", "WITHHELD"))
    assert right
    assert (
        said == "某公司 moves from 420106 to 420103: feed.district-wuchang takes back what it showed of it, 2 records"
    )


def test_a_record_that_stays_fails_the_demonstration() -> None:
    right, said = _said(_record(_CODES[0], "1", "WITHHELD"))
    assert not right
    assert said.endswith("still shows 1 record of it")


def test_the_new_seat_is_a_register_of_one_row(tmp_path: Path) -> None:
    columns = ("企业名称", "统一社会信用代码", "住所所在行政区划")
    with (tmp_path / "registration.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, ("甲", _CODES[0], "420106"), ("乙", _CODES[1], "420106")])
    connector = registered_elsewhere(tmp_path, tmp_path / "moved", _CODES[1])
    assert connector is not None
    source = Path(yaml.safe_load(connector.read_text(encoding="utf-8"))["settings"]["path"])
    with source.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [list(columns), ["乙", _CODES[1], ELSEWHERE]]
    assert registered_elsewhere(tmp_path, tmp_path / "none", "91420103777777775R") is None
