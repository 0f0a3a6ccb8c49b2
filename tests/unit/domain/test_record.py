"""The rules of docs/record-states.md, one by one; the page itself is compared with the code."""

import re
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from creditbus.services.domain.event import Change, Header, RecordState, Verb
from creditbus.services.domain.profile.record import (
    CONTENT_VERBS,
    Conflict,
    Duplicate,
    Moved,
    Record,
    Stale,
    Unknown,
    fold,
    settled,
)
from creditbus.services.domain.profile.stored_record import decode_record, encode_record

ACTS: Final = sorted(set(Verb) - CONTENT_VERBS)
ROW: Final = re.compile(r"^\| ([A-Z, ]+) \| (yes|no) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ARROW: Final = re.compile(r"^    ([A-Z]+) --> ([A-Z]+): ([A-Z]+)", re.MULTILINE)


def header(verb: str = "ISSUE", content: int = 1, **changes: Any) -> Header:
    made: dict[str, Any] = {
        "verb": verb,
        "content_hash": bytes([content]) * 16,
        "state": "ACTIVE",
        "source_time": None,
        "received_at": 10,
        "sequence": 10,
        "reading": None,
        "lifts": False,
        "origin": {"department": "one"},
        **changes,
    }
    return made  # type: ignore[return-value] # what a fold looks at


def moved(record: Record | None, event: Header) -> Record:
    folded = fold(record, event)
    assert isinstance(folded, Moved)
    return folded.record


def in_state(state: RecordState) -> Record:
    """A record that acts have brought into a state."""
    record = moved(None, header())
    verb = {
        RecordState.DISPUTED: Verb.DISPUTE,
        RecordState.REPAIRED: Verb.REPAIR,
        RecordState.EXITED: Verb.END,
        RecordState.WITHDRAWN: Verb.WITHDRAW,
        RecordState.EXPIRED: Verb.EXPIRE,
    }.get(state)
    return record if verb is None else moved(record, header(verb, 2))


def result(state: RecordState, verb: str) -> RecordState | None:
    folded = fold(in_state(state), header(verb, 3))
    assert isinstance(folded, Moved | Conflict)
    return folded.record.state if isinstance(folded, Moved) else None


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs" / "record-states.md").read_text(encoding="utf-8")


def test_the_table_says_what_the_code_does(page: str) -> None:
    rows = {verb: (allowed, leads) for verb, needs, allowed, leads in ROW.findall(page) if needs == "yes"}
    assert sorted(rows) == ACTS
    for verb, (allowed, leads) in rows.items():
        named = set(re.findall("[A-Z]{5,}", allowed))
        states = set(RecordState) - named if allowed.startswith("any") else named
        assert {state for state in RecordState if result(state, verb)} == states, verb
        reached = {result(state, verb) for state in states}
        if leads in RecordState.__members__:
            assert reached == {RecordState(leads)}, verb
        elif verb == Verb.ANNOTATE:
            assert all(result(state, verb) == state for state in states)


def test_the_chart_says_what_the_code_does(page: str) -> None:
    drawn = {(one, verb, other) for one, other, verb in ARROW.findall(page) if verb in ACTS}
    happens = {
        (state.value, verb.value, after.value)
        for state in RecordState
        for verb in set(ACTS) - {Verb.SETTLE, Verb.ANNOTATE}
        if (after := result(state, verb))
    }
    settled = {
        ("DISPUTED", "SETTLE", state.value)
        for state in (RecordState.ACTIVE, RecordState.EXITED, RecordState.REPAIRED)
        if moved(moved(in_state(state), header("DISPUTE", 4)), header("SETTLE", 5)).state is state
    }
    assert drawn == happens | settled


@pytest.mark.parametrize("verb", ACTS)
def test_an_act_without_its_record_is_unknown(verb: str) -> None:
    assert fold(None, header(verb)) == Unknown()


@pytest.mark.parametrize("verb", ACTS)
def test_the_same_act_twice_is_a_duplicate_whatever_the_state_is_now(verb: str) -> None:
    before = in_state(RecordState.DISPUTED if verb == Verb.SETTLE else RecordState.ACTIVE)
    after = moved(before, header(verb, 3))
    assert fold(after, header(verb, 3)) == Duplicate()
    if after.state is not RecordState.WITHDRAWN:
        assert fold(moved(after, header("WITHDRAW", 9)), header(verb, 3)) == Duplicate()


def test_a_new_record_holds_what_the_event_states() -> None:
    folded = fold(None, header(state="WITHDRAWN", source_time=5))
    assert isinstance(folded, Moved)
    assert (folded.change, folded.previous_state) == (Change.NEW, None)
    record = folded.record
    assert (record.state, record.revision, record.source_time) == (RecordState.WITHDRAWN, 1, 5)
    assert (record.received_at, record.sequence, record.department) == (10, 10, "one")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"source_time": 4}, Stale),
        ({"source_time": 4, "received_at": 99}, Stale),
        ({"source_time": 6, "received_at": 1}, Moved),
        ({"source_time": 5, "received_at": 9}, Stale),
        ({"source_time": 5, "sequence": 9}, Stale),
        ({"source_time": 5, "sequence": 11}, Moved),
        ({"source_time": 5, "received_at": 9, "origin": {"department": "other"}}, Moved),
        ({"source_time": None, "received_at": 9}, Stale),
        ({"source_time": None, "received_at": 11}, Moved),
    ],
)
def test_source_time_decides_then_publication_within_a_department(changes: dict[str, Any], expected: type) -> None:
    record = moved(None, header(source_time=5))
    assert isinstance(fold(record, header(content=2, **changes)), expected)


def test_a_content_held_before_is_stale_unless_a_later_source_time_says_it_is_meant() -> None:
    record = moved(moved(None, header(source_time=1)), header(content=2, source_time=2, sequence=11))
    assert fold(record, header(source_time=2, sequence=12)) == Stale()
    assert fold(record, header(source_time=None, sequence=12)) == Stale()
    back = moved(record, header(source_time=3, sequence=12))
    assert (back.content_hash, back.revision) == (bytes([1]) * 16, 3)


def test_a_content_that_was_overtaken_stays_stale_when_its_file_is_sent_again() -> None:
    record = moved(None, header(content=2, received_at=20))
    folded = fold(record, header(content=1, received_at=10))
    assert isinstance(folded, Stale)
    assert folded.record is not None
    assert (folded.record.content_hash, folded.record.revision) == (record.content_hash, 1)
    assert fold(folded.record, header(content=1, received_at=30)) == Stale()
    assert isinstance(fold(folded.record, header(content=2, received_at=31)), Duplicate)


def test_another_content_changes_what_it_states_and_leaves_the_rest() -> None:
    record = Record(
        stated=RecordState.ACTIVE,
        procedural=RecordState.DISPUTED,
        before_dispute=RecordState.REPAIRED,
        revision=3,
        source_time=1,
        received_at=2,
        sequence=3,
        department="one",
        content_hash=b"c" * 16,
        seen=((Verb.ISSUE.value, b"c" * 16),),
        content=b"content",
        act=b"act",
        reading=4,
        act_reading=5,
        before_act=RecordState.EXITED,
    )
    event = header(content=7, state="EXPIRED", source_time=6, received_at=7, sequence=8, reading=9)
    assert moved(record, event) == replace(
        record,
        stated=RecordState.EXPIRED,
        revision=4,
        source_time=6,
        received_at=7,
        sequence=8,
        content_hash=bytes([7]) * 16,
        seen=(*record.seen, (Verb.ISSUE.value, bytes([7]) * 16)),
        reading=9,
    )


def test_what_a_record_remembers_is_bounded() -> None:
    """The oldest content is forgotten first, acts are kept, and the record can still be written in one message."""
    dispute = (Verb.DISPUTE.value, b"d" * 16)
    said = [dispute, *((Verb.ISSUE.value, number.to_bytes(16)) for number in range(4_095))]
    record = replace(moved(None, header(content=7, received_at=20)), seen=tuple(said))
    stale = fold(record, header(content=8))
    assert isinstance(stale, Stale)
    assert stale.record is not None
    for after in (stale.record, moved(record, header(content=9, received_at=30)), moved(record, header("END"))):
        assert after.seen[:-1] == (dispute, *said[2:])
        encoded = encode_record(after, content=b"", act=b"")
        assert decode_record(encoded).seen == after.seen
        assert len(encoded) < 100_000


def test_what_was_stale_by_its_own_time_stays_so_when_nothing_states_a_time_any_more() -> None:
    record = moved(None, header(content=2, source_time=10))
    stale = fold(record, header(content=1, source_time=5, received_at=11))
    assert isinstance(stale, Stale)
    assert stale.record is not None
    untimed = moved(stale.record, header(content=3, received_at=12))
    assert fold(untimed, header(content=1, source_time=5, received_at=13)) == Stale()


def test_a_content_stated_again_later_keeps_the_later_time_and_no_more() -> None:
    record = moved(None, header(source_time=1))
    again = fold(record, header(source_time=3, sequence=11))
    assert isinstance(again, Duplicate)
    assert again.record is not None
    assert isinstance(fold(again.record, header(content=2, source_time=2, sequence=12)), Stale)
    assert (again.record.revision, again.record.sequence, again.record.seen) == (1, 10, record.seen)
    assert fold(record, header(source_time=1, sequence=11)) == Duplicate()
    assert fold(record, header(source_time=None, sequence=11)) == Duplicate()


def test_an_amendment_leaves_the_procedural_state() -> None:
    exited = in_state(RecordState.EXITED)
    amended = fold(exited, header(content=7, sequence=11))
    assert isinstance(amended, Moved)
    assert (amended.change, amended.previous_state) == (Change.AMENDED, RecordState.EXITED)
    assert (amended.record.state, amended.record.revision) == (RecordState.EXITED, 2)


def test_a_removal_and_a_repair_come_to_the_same_in_either_order() -> None:
    repaired = moved(moved(in_state(RecordState.ACTIVE), header("REPAIR", 3)), header("END", 4))
    exited = moved(moved(in_state(RecordState.ACTIVE), header("END", 4)), header("REPAIR", 3))
    assert repaired.state is exited.state is RecordState.REPAIRED


def test_a_removal_during_an_objection_does_not_show_again_what_is_repaired() -> None:
    disputed = moved(in_state(RecordState.REPAIRED), header("DISPUTE", 4))
    ended = moved(disputed, header("END", 5, reading=7))
    assert (ended.state, ended.before_act) == (RecordState.REPAIRED, RecordState.EXITED)


@pytest.mark.parametrize("closing", [(), ("SETTLE",), ("REPAIR",), ("SETTLE", "DISPUTE", "REPAIR"), ("END",)])
@pytest.mark.parametrize("before", [(), ("END",), ("DISPUTE",)])
def test_what_is_repaired_is_published_for_its_minimum_period_whatever_is_said_against_it(
    before: tuple[str, ...], closing: tuple[str, ...]
) -> None:
    record = moved(None, header())
    for place, verb in enumerate((*before, "REPAIR", "DISPUTE", *closing)):
        folded = fold(record, header(verb, place + 2))
        assert isinstance(folded, Moved)
        record = settled(folded.record, folded.previous_state, end=9, today=8)
    shown = "EXITED" if "END" in (*before, *closing) else "ACTIVE"
    assert record.state == (shown if closing else "DISPUTED")
    if closing:
        assert settled(record, record.state, end=9, today=9).state is RecordState.REPAIRED


def test_an_objection_that_the_status_column_states_is_settled_too() -> None:
    record = moved(None, header(state="DISPUTED"))
    assert moved(record, header("SETTLE", 2)).state is RecordState.ACTIVE


def test_a_statement_during_an_objection_does_not_lose_the_state_before_it() -> None:
    disputed = moved(in_state(RecordState.EXITED), header("DISPUTE", 3))
    annotated = moved(disputed, header("ANNOTATE", 4))
    assert annotated.state is RecordState.DISPUTED
    assert moved(annotated, header("SETTLE", 5)).state is RecordState.EXITED


def test_a_record_of_another_layout_is_refused() -> None:
    value = bytearray(encode_record(in_state(RecordState.ACTIVE)))
    value[0] += 2
    with pytest.raises(ValueError, match="record layout 3, this version reads 1 and 2"):
        decode_record(bytes(value))
    with pytest.raises(struct.error):
        decode_record(b"\x01")


def test_a_record_shows_nothing_of_its_content() -> None:
    assert repr(in_state(RecordState.ACTIVE)) == "<Record ACTIVE revision 1>"
