"""What a run says of refusals is true: there are some, there are none, or nobody knows yet."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from creditbus.connectors.run.summary import RunSummary
from creditbus.services.cli.connector.running import _since_then, summary_lines
from creditbus.services.cli.language import choose
from creditbus.services.domain.ledger import Account
from creditbus.services.query.outcomes import RunOutcomes
from creditbus.services.query.returned import Status

_LIST = "creditbus rejects list credit-office --run lists-1"
_EXPORT = "creditbus rejects export credit-office --run lists-1"


class _Connector:
    id = "lists"
    department = "credit-office"


def _lines(summary: RunSummary, outcomes: RunOutcomes | None) -> list[str]:
    connector: Any = _Connector()
    return summary_lines(summary, connector, outcomes)[1:]


def _summary(published: int, skipped: int = 0) -> RunSummary:
    return RunSummary("lists", "lists-1", published, published, 0, 0, skipped, 1.0, complete=True)


def _outcomes(rejected: int, *, settled: bool) -> RunOutcomes:
    return RunOutcomes(Account(Counter({"received": 3, "rejected": rejected})), settled)


@pytest.mark.parametrize(
    ("spoken", "sentence"), [("en", "if any are refused, they will be listed by: "), ("zh", "如有退回，稍后可查：")]
)
def test_before_anything_is_decided_nothing_is_said_to_be_refused(spoken: str, sentence: str) -> None:
    choose(spoken)
    try:
        assert _lines(_summary(3), None) == [sentence + _LIST]
        assert _lines(_summary(3), _outcomes(0, settled=False))[1:] == [sentence + _LIST]
    finally:
        choose(None)


def test_refused_rows_are_named_with_the_way_back() -> None:
    named = [f"what was refused, and why: {_LIST}", f"to correct them: {_EXPORT}"]
    assert _lines(_summary(3), _outcomes(2, settled=True))[1:] == named
    assert _lines(_summary(3), _outcomes(2, settled=False))[1:] == named


def test_rows_that_wait_are_named_with_the_command_that_says_for_what() -> None:
    for waits in ("parked", "held"):
        outcomes = RunOutcomes(Account(Counter({"received": 3, waits: 1})), settled=True)
        assert _lines(_summary(3), outcomes)[1:] == ["what they wait for: creditbus waiting credit-office"]


def test_where_nothing_is_refused_nothing_is_said() -> None:
    assert _lines(_summary(3), _outcomes(0, settled=True))[1:] == []
    assert _lines(_summary(0, skipped=3), None) == []


@pytest.mark.parametrize(("tells", "words"), [("state", "if the source is right as it is"), ("news", "write tells")])
def test_stale_rows_are_told_apart_from_unchanged_ones(tells: str, words: str) -> None:
    connector: Any = _Connector()
    connector.tells, connector.file = tells, "connectors.d/lists.yaml"
    stale = RunOutcomes(Account(Counter({"received": 3, "duplicate": 2, "stale": 1})), settled=True)
    _, outcomes, what_to_do = summary_lines(_summary(3), connector, stale)
    assert outcomes.endswith("2 unchanged · 0 amended · 1 stale: overtaken by what is there · 0 refused")
    assert words in what_to_do
    assert what_to_do.endswith("creditbus connector run lists --resend")
    unchanged = RunOutcomes(Account(Counter({"received": 3, "duplicate": 3})), settled=True)
    assert "stale" not in "".join(summary_lines(_summary(3), connector, unchanged))


def test_one_row_is_no_rows() -> None:
    connector: Any = _Connector()
    assert summary_lines(_summary(0, skipped=1), connector)[0].startswith("already published: 1 row, unchanged")


def _unchanged(since: dict[Status, int]) -> list[str]:
    connector: Any = _Connector()
    return summary_lines(_summary(0, skipped=9), connector, _outcomes(9, settled=True), since)[2:]


def test_an_unchanged_run_says_what_was_done_about_its_refused_rows() -> None:
    named = [f"what was refused, and why: {_LIST}", f"to correct them: {_EXPORT}"]
    line = "of the refused rows: "
    assert _unchanged({"fixed": 8, "open": 1}) == [f"{line}8 fixed · 1 still open", *named]
    assert _unchanged({"open": 9}) == named
    assert _unchanged({"fixed": 7, "closed": 2}) == [f"{line}7 fixed · 2 closed"]
    assert _unchanged({"replaced": 9}) == [f"{line}9 sent again since"]


@pytest.mark.parametrize(("published", "rejected", "asked"), [(0, 2, True), (3, 2, False), (0, 0, False)])
def test_the_states_of_refused_rows_are_read_for_a_run_that_was_there_before(
    published: int, rejected: int, *, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(_: object, department: str, run: str) -> list[Any]:
        assert (department, run) == ("credit-office", "lists-1")
        return [SimpleNamespace(status=status) for status in ("fixed", "open")]

    monkeypatch.setattr("creditbus.services.query.returned.read_returned", read)
    connector: Any = _Connector()
    connection: Any = None
    summary = _summary(published, skipped=3 - published)
    found = _since_then(summary, connector, _outcomes(rejected, settled=True), connection)
    assert found == ({"fixed": 1, "open": 1} if asked else {})
