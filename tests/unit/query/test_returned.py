"""The last word on each refused row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from creditbus.services.domain.statements import Place, Redrive
from creditbus.services.query.rejects import RejectedEvent
from creditbus.services.query.returned import returned_rows


def _event(run: str, row: int, second: int, **changes: Any) -> RejectedEvent:
    fields = {
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


def test_a_row_is_open_until_a_correction_is_not_refused() -> None:
    events = [_event("r", 1, 1), _event("r", 2, 1), _event("r", 3, 1), _event("r~x", 3, 5)]
    sent = [_redrive(2, "r~x", 4000), _redrive(3, "r~x", 4000)]
    one, two, three = returned_rows(events, {redrive.place: redrive for redrive in sent})
    assert (one.fixed, one.seconds_to_fix, one.runs) == (False, None, ("r",))
    assert (two.fixed, two.seconds_to_fix) == (True, 3.0)
    assert (three.fixed, three.runs, three.rejected_at) == (False, ("r", "r~x"), 1000)
    assert two.as_json()["status"] == "fixed"


def test_a_second_correction_fixes_what_the_first_did_not() -> None:
    redrive = _redrive(3, "r~y", 9000)
    (row,) = returned_rows([_event("r~x", 3, 5), _event("r", 3, 1)], {redrive.place: redrive})
    assert (row.fixed, row.seconds_to_fix, row.event.fields["run"]) == (True, 8.0, "r~x")


def test_what_no_connector_sent_stands_for_itself() -> None:
    assert len(returned_rows([_event("", 0, 1), _event("", 0, 2)], {})) == 2
