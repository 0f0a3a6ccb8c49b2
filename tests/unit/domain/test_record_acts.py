"""Acts of one item on the records of others; the way of whole events is shown in tests/scenarios."""

from itertools import permutations
from typing import Any

import pytest

from creditbus.services.domain.event import Change, RecordState, Verb
from creditbus.services.domain.profile.corrections import add_corrections, corrected, read_changes
from creditbus.services.domain.profile.record import Conflict, Duplicate, Moved, Record, Unknown, fold
from creditbus.services.domain.profile.record_acts import Corrected, RecordAct, fold_act, is_corrected, read_act
from tests.examples import shipped

AFTER = Corrected(b"c" * 16, RecordState.ACTIVE)


def act(verb: str, number: str, answers: str = "", changes: dict[str, str | None] | None = None) -> RecordAct:
    acts_on = shipped("objection-and-repair").acts_on
    assert acts_on is not None
    content: dict[str, str | None] = {"SJBH": number, "YYBH": answers, "GZNR": None, "SXBS": None}
    made = read_act(acts_on, verb, {"decided_on": "2019-06-03"}, content)  # type: ignore[typeddict-item] # all that counts
    return made._replace(changes=changes or {})


def correction(number: str, answers: str = "") -> RecordAct:
    return act(Verb.AMEND, number, answers, {"X": "1"})


@pytest.fixture
def record() -> Record:
    """A new record."""
    header: dict[str, Any] = {
        "verb": "ISSUE",
        "content_hash": bytes(16),
        "state": "ACTIVE",
        "source_time": None,
        "received_at": 1,
        "sequence": 1,
        "reading": None,
        "lifts": False,
        "origin": {"department": "one"},
    }
    folded = fold(None, header)  # type: ignore[arg-type] # what a fold looks at
    assert isinstance(folded, Moved)
    return folded.record


def moved(record: Record, done: RecordAct, after: Corrected | None = None) -> Record:
    folded = fold_act(record, done, after)
    assert isinstance(folded, Moved)
    return folded.record


@pytest.mark.parametrize(
    ("outcome", "after", "state", "revision"),
    [
        (act(Verb.SETTLE, "2", "1"), None, RecordState.ACTIVE, 1),
        (act(Verb.WITHDRAW, "2", "1"), None, RecordState.WITHDRAWN, 1),
        (correction("2", "1"), AFTER, RecordState.ACTIVE, 2),
    ],
)
def test_an_outcome_waits_for_its_objection(
    record: Record, outcome: RecordAct, after: Corrected | None, state: RecordState, revision: int
) -> None:
    assert fold_act(record, outcome, after) == Unknown()
    other = moved(record, act(Verb.DISPUTE, "9"))
    assert fold_act(other, outcome, after) == Unknown()
    settled = moved(moved(record, act(Verb.DISPUTE, "1")), outcome, after)
    assert (settled.state, settled.revision) == (state, revision)
    assert fold_act(settled, outcome, after) == Duplicate()


def test_a_correction_is_a_new_revision_and_leaves_the_state(record: Record) -> None:
    disputed = moved(record, act(Verb.DISPUTE, "1"))
    folded = fold_act(disputed, correction("2"), AFTER)
    assert isinstance(folded, Moved)
    assert (folded.change, folded.record.state, folded.record.revision) == (Change.AMENDED, RecordState.DISPUTED, 2)
    assert folded.record.content_hash == AFTER.content_hash
    assert is_corrected(folded.record)
    assert not is_corrected(disputed)


def test_a_correction_that_the_department_made_itself_is_kept_all_the_same(record: Record) -> None:
    folded = fold_act(record, correction("2"), Corrected(record.content_hash, RecordState.ACTIVE))
    assert isinstance(folded, Duplicate)
    assert folded.record is not None
    assert is_corrected(folded.record)
    assert folded.record.revision == 1


def test_what_is_withdrawn_is_not_corrected(record: Record) -> None:
    withdrawn = moved(record, act(Verb.WITHDRAW, "1"))
    assert fold_act(withdrawn, correction("2"), AFTER) == Conflict()
    assert fold_act(withdrawn, act(Verb.REPAIR, "3"), None) == Conflict()


def test_a_correction_of_nothing_is_refused_whoever_published_it(record: Record) -> None:
    assert fold_act(record, act(Verb.AMEND, "2"), None) == Conflict()


def test_corrections_come_to_the_same_in_every_order() -> None:
    acts: list[tuple[dict[str, str | None], str, str]] = [
        ({"A": "1", "B": "1"}, "2019-01-01", "x"),
        ({"A": "2"}, "2019-02-01", "w"),
        ({"B": None}, "2019-01-01", "y"),
    ]
    found = set()
    for order in permutations(acts):
        stored = None
        for changes, decided_on, number in order:
            stored = add_corrections(stored, changes, decided_on, number)
        found.add(stored)
    (only,) = found
    assert only is not None
    assert corrected(only, {"A": "0", "B": "0", "C": "0"}) == {"A": "2", "B": None, "C": "0"}


@pytest.mark.parametrize("cell", ["CF_SY", "[]", "{}", '{"CF_SY": 1}', '{"CF_SY": {}}', '{"CF_SY"', "[" * 100_000])
def test_changes_are_an_object_of_texts(cell: str) -> None:
    assert read_changes(cell) is None
    assert read_changes('{"A": "x", "B": null, "C": ""}') == {"A": "x", "B": None, "C": None}
