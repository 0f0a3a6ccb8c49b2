from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from creditbus.services.domain.statements import (
    ClosedRow,
    Closing,
    CompleteReading,
    Declaration,
    Place,
    Redrive,
    Statement,
    decode_statement,
    first_run,
    redrive_run,
)


def test_a_correction_s_run_names_the_run_it_corrects_however_often() -> None:
    once = redrive_run("lists-1", "a")
    assert first_run(once) == "lists-1"
    assert first_run(redrive_run(once, "b")) == "lists-1"
    assert first_run("lists-1") == "lists-1"


_SAID: list[Statement] = [
    Redrive("tax-bureau", Place("r", "文件.csv", "", 7), "r~1", "00", 1000, 61_000),
    Declaration("court", "judgment-defaulter", date(2018, 1, 1), date(2018, 1, 31), 12, 5),
    CompleteReading("court", "lists", "文件.csv", "r", 5),
    Closing("court", ClosedRow("lists", "文件.csv", "", "0a"), "合计行", 5),
]


@pytest.mark.parametrize("said", _SAID, ids=lambda said: type(said).__name__)
def test_statements_survive_their_topic(said: Statement) -> None:
    assert decode_statement(said.encode()) == said


def test_no_two_subjects_share_a_key() -> None:
    other = Declaration("court", "x", date(2018, 1, 1), date(2018, 1, 31), 12, 5)
    assert len({said.key for said in (*_SAID, other)}) == len(_SAID) + 1


def test_the_time_to_fix_is_never_negative() -> None:
    redrive = _SAID[0]
    assert isinstance(redrive, Redrive)
    assert redrive.seconds_to_fix == 60
    assert replace(redrive, sent_at=0).seconds_to_fix == 0


def test_a_whole_reading_outdates_what_other_runs_published_before_it() -> None:
    reading = CompleteReading("court", "lists", "a", "r2", 1000)
    assert reading.replaces("r1", 999)
    assert reading.replaces("r1~x", 999)
    assert not reading.replaces("r2", 999)
    assert not reading.replaces("r2~x", 999)
    assert not reading.replaces("r3", 1001)


@pytest.mark.parametrize("value", [b"[]", b"{}", b'{"kind": "reading"}', b'{"kind": "redrive", "place": 1}'])
def test_what_is_no_statement_is_told(value: bytes) -> None:
    with pytest.raises(ValueError, match="no statement"):
        decode_statement(value)
