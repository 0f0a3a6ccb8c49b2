"""The last word on each refused row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from creditbus.services.domain.statements import Place, Reading, Redrive, Statement
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import ReturnedRow, returned_rows
from creditbus.services.query.statements import Statements


def _event(run: str, row: int, second: int, **changes: Any) -> RejectedEvent:
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
    return RejectedEvent(fields | changes)


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
    one, two, again = _rows(events, Reading("credit-office", "lists", "a.csv", second, 6000))
    assert (one.status, two.status, again.status) == ("replaced", "replaced", "open")
    elsewhere = _rows(events, Reading("credit-office", "lists", "b.csv", second, 6000))
    assert {row.status for row in elsewhere} == {"open"}
