"""What the demonstration shows is what the commands gave."""

from typing import Any

from rich.console import Console

from creditbus.deploy.demo.report import differences, pairs, side_by_side, telling

_COURT = {
    "received": 1005,
    "applied": 1000,
    "duplicate": 1,
    "stale": 0,
    "rejected": {"ID_LENGTH": 2, "DATE_FUTURE": 1},
    "held": 1,
    "parked": 0,
    "balanced": True,
}


def _printed(renderable: object) -> str:
    console = Console(width=160, record=True, file=None, quiet=False)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


def _change(code: str, version: int, **content: str | None) -> dict[str, Any]:
    record = {"item": "tax-credit-grade", "document_no": "2018年度", "state": "ACTIVE", "revision": 1}
    subject = {"code": code, "version": version}
    return {"feed": {"feed_seq": version}, "subject": subject, "record": record, "content": content}


def test_a_wrong_count_is_named() -> None:
    true = {"court": {"received": 1005, "applied": 999, "rejected": _COURT["rejected"]}}
    assert differences({"court": _COURT}, true) == ["court: applied should be 999, the ledger says 1000"]
    assert differences({}, {"court": {"held": 0}}) == ["court: held should be 0, the ledger says None"]
    assert differences({"court": _COURT}, {"court": _COURT}) == []


def test_the_same_change_is_found_in_the_other_feed() -> None:
    mine = [_change("A", 1), _change("A", 2), _change("B", 1)]
    theirs = [_change("B", 1, NSRMC="b"), _change("A", 2)]
    assert pairs(mine, theirs) == [(mine[1], theirs[1]), (mine[2], theirs[0])]


def test_changes_that_show_the_difference_come_first() -> None:
    same = (_change("A", 1, NSRMC="a"), _change("A", 1, NSRMC="a"))
    empty = (_change("A", 2, XYDJ=None), _change("A", 2))
    withheld = (_change("A", 3, XYDJ="A"), _change("A", 3))
    assert telling([same, empty, withheld, withheld]) == [withheld]


def test_a_field_that_does_not_exist_for_a_subscriber_has_a_dash() -> None:
    shown = _printed(side_by_side(("district", "agency"), (_change("A", 1, XYDJ="A"), _change("A", 1))))
    (line,) = [line for line in shown.splitlines() if line.startswith("XYDJ")]
    assert line.split() == ["XYDJ", "A", "–"]
