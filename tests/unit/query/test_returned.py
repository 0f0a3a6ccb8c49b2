"""The last word on each refused row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from creditbus.services.domain.statements import Closing, CompleteReading, Place, Redrive, Statement
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import ReturnedRow, closed_row, returned_rows
from creditbus.services.query.statements import Statements


def _event(run: str, row: int, second: int, *, said: Any = None, **changes: Any) -> RejectedEvent:
    fields: dict[str, Any] = {
        "stage": "intake",
        "item": "red-black-list",
        "department": "credit-office",
        "run": run,
        "file": "a.csv" if row else "",
        "sheet": "",
        "row": row,
        "cautions": [],
        "topic": "ingest.credit-office",
        "partition": 0,
        "offset": second,
        "findings": [],
        "received_at": datetime.fromtimestamp(second, UTC),
    }
    return RejectedEvent(fields | changes, said or {})


def _redrive(row: int, sent_as: str, sent_at: int) -> Redrive:
    return Redrive("credit-office", Place("r", "a.csv", "", row), sent_as, "", 1000, sent_at)


def _rows(events: list[RejectedEvent], *said: Statement) -> list[ReturnedRow]:
    return returned_rows(events, Statements.of("credit-office", said))


def test_a_row_is_open_until_a_correction_is_not_refused() -> None:
    events = [_event("r", 1, 1), _event("r", 2, 1), _event("r", 3, 1), _event("r~x", 3, 5)]
    sent = [_redrive(2, "r~x", 4000), _redrive(3, "r~x", 4000)]
    one, two, three = _rows(events, *sent)
    assert (one.status, one.seconds_to_fix, one.runs) == ("open", None, ("r",))
    assert (two.status, two.seconds_to_fix) == ("fixed", 3.0)
    assert (three.status, three.runs, three.rejected_at) == ("open", ("r", "r~x"), 1000)
    assert two.as_json()["status"] == "fixed"


def test_a_second_correction_fixes_what_the_first_did_not() -> None:
    redrive = _redrive(3, "r~y", 9000)
    (row,) = _rows([_event("r~x", 3, 5), _event("r", 3, 1)], redrive)
    assert (row.status, row.seconds_to_fix, row.event.fields["run"]) == ("fixed", 8.0, "r~x")


def test_what_no_connector_sent_stands_for_itself() -> None:
    assert len(_rows([_event("", 0, 1), _event("", 0, 2)])) == 2


def test_a_file_that_was_published_whole_again_outdates_its_earlier_refusals() -> None:
    first, second = "lists-1-a", "lists-2-b"
    events = [_event(first, 1, 1), _event(first, 2, 1), _event(second, 2, 5)]
    one, two, again = _rows(events, CompleteReading("credit-office", "lists", "a.csv", second, 6000))
    assert (one.status, two.status, again.status) == ("replaced", "replaced", "open")
    elsewhere = _rows(events, CompleteReading("credit-office", "lists", "b.csv", second, 6000))
    assert {row.status for row in elsewhere} == {"open"}


_SUM = {"header": {"origin": 1}, "claim": {}, "content": {"JDWH": "合计"}}


def test_a_closed_row_stays_closed_when_it_is_read_and_refused_again_as_it_was() -> None:
    first, second, third = "lists-1-a", "lists-2-b", "lists-3-c"
    event = _event(first, 9, 1, said=_SUM)
    closing = Closing("credit-office", closed_row(event), "合计行", 2000)
    (row,) = _rows([event], closing)
    assert (row.status, row.as_json()["closed_because"], row.seconds_to_fix) == ("closed", "合计行", None)
    moved = _event(second, 12, 5, said=_SUM | {"header": {"origin": 2}})
    changed = _event(third, 12, 7, said=_SUM | {"content": {"JDWH": "合计2"}})
    elsewhere = _event(third, 12, 8, said=_SUM, file="b.csv")
    found = _rows([event, moved, changed, elsewhere], closing)
    assert [(row.event.fields["file"], row.event.fields["run"], row.status) for row in found] == [
        ("a.csv", first, "closed"),
        ("a.csv", second, "closed"),
        ("a.csv", third, "open"),
        ("b.csv", third, "open"),
    ]


def test_of_a_person_nothing_is_kept_so_that_one_reading_alone_is_closed() -> None:
    first, second = "lists-1-a", "lists-2-b"
    closing = Closing("credit-office", closed_row(_event(first, 9, 1)), "自然人", 2000)
    one, again, other = _rows([_event(first, 9, 1), _event(second, 9, 5), _event(first, 10, 1)], closing)
    assert {row.event.fields["run"]: row.status for row in (one, again)} == {first: "closed", second: "open"}
    assert other.status == "open"


def test_what_no_connector_sent_is_closed_by_its_place_on_the_topic() -> None:
    closing = Closing("credit-office", closed_row(_event("", 0, 1)), "测试", 2000)
    assert [row.status for row in _rows([_event("", 0, 1), _event("", 0, 2)], closing)] == ["closed", "open"]


def test_a_correction_outweighs_a_closing() -> None:
    event = _event("r", 2, 1, said=_SUM)
    (row,) = _rows([event], Closing("credit-office", closed_row(event), "x", 1), _redrive(2, "r~x", 4000))
    assert row.status == "fixed"


def test_every_row_has_a_key_of_its_own() -> None:
    events = [_event("r", 1, 1), _event("r", 2, 1), _event("s", 1, 1), _event("", 0, 1), _event("", 0, 2)]
    assert len({row.key for row in _rows(events)}) == 5


def test_a_row_that_its_source_told_again_is_not_called_fixed() -> None:
    event = _event("r", 2, 1)
    (row,) = _rows([event], _redrive(2, "s", 4000))
    assert (row.status, row.seconds_to_fix) == ("replaced", None)
