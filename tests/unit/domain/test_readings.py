"""What a reading of a source that tells its present state does to a record: the later word counts."""

from dataclasses import replace
from typing import Any

import pytest

from creditbus.services.domain.event import Change, Header, RecordState, Verb
from creditbus.services.domain.profile.record import Conflict, Duplicate, Folded, Moved, Record, Stale, fold
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from tests.unit.domain.test_record import header

A, B, C = 1, 2, 3


def read(place: int | None, content: int, verb: str = "ISSUE", **changes: Any) -> Header:
    return header(verb, content, reading=place, **{"received_at": place or 99, **changes})


def kept(record: Record | None, folded: Folded) -> Record | None:
    if isinstance(folded, Moved):
        return folded.record
    return (folded.record if isinstance(folded, Duplicate | Stale) else None) or record


def told(*events: Header, record: Record | None = None) -> Record:
    for event in events:
        record = kept(record, fold(record, event))
    assert record is not None
    return record


def content_of(record: Record) -> int:
    return record.content_hash[0]


def test_a_value_that_is_set_back_is_an_amendment() -> None:
    folded = fold(told(read(1, A), read(2, B)), read(3, A))
    assert isinstance(folded, Moved)
    assert folded.change is Change.AMENDED
    assert (content_of(folded.record), folded.record.revision, folded.record.reading) == (A, 3, 3)


def test_set_back_together_with_its_time_it_counts_too() -> None:
    record = told(read(1, A, source_time=5), read(2, B, source_time=9), read(3, A, source_time=5))
    assert (content_of(record), record.source_time) == (A, 5)


def test_a_time_decides_where_the_reading_says_nothing() -> None:
    record = told(read(1, A, source_time=5), read(2, B, source_time=9))
    assert isinstance(fold(record, read(None, C, source_time=8)), Stale)
    assert isinstance(fold(record, read(None, C, source_time=10)), Moved)


def test_an_end_that_stood_before_its_entry_in_the_file_counts_once_the_entry_is_there() -> None:
    entry = told(read(None, A, received_at=7))
    folded = fold(entry, read(4, B, "END", received_at=6))
    assert isinstance(folded, Moved)
    assert folded.record.state is RecordState.EXITED


@pytest.mark.parametrize("place", [1, 2, None])
def test_what_is_no_later_reading_changes_nothing(place: int | None) -> None:
    record = told(read(1, A), read(2, B))
    assert isinstance(fold(record, read(place, A)), Stale)
    assert isinstance(fold(record, read(place, B)), Duplicate)
    assert content_of(told(read(place, A), read(place, B), record=record)) == B


def test_a_late_word_that_was_never_heard_is_stale_and_remembered() -> None:
    record = told(read(1, A), read(3, B), read(2, C))
    assert content_of(record) == B
    assert isinstance(fold(record, read(None, C)), Stale)


def test_what_is_said_again_later_counts_from_then_on() -> None:
    record = told(read(1, A), read(2, B), read(4, B), read(3, A))
    assert (content_of(record), record.reading, record.revision) == (B, 4, 2)


def test_news_in_between_does_not_undo_the_order_of_the_readings() -> None:
    record = told(read(1, A), read(2, B), read(None, C))
    assert (content_of(record), record.reading) == (C, 2)
    assert content_of(told(read(1, A), record=record)) == C
    assert content_of(told(read(3, A), record=record)) == A


def test_readings_of_two_departments_are_not_compared() -> None:
    record = told(read(1, A), read(2, B))
    assert isinstance(fold(record, read(9, A, origin={"department": "other"})), Stale)
    record = told(read(9, C, origin={"department": "other"}), record=record)
    assert (content_of(record), record.reading) == (C, 9)
    assert isinstance(fold(record, read(10, A)), Stale)


def test_a_withdrawal_that_the_source_takes_back_is_lifted() -> None:
    record = told(read(1, A), read(2, 17, Verb.WITHDRAW))
    assert record.state is RecordState.WITHDRAWN
    assert told(read(3, A), record=record).state is RecordState.WITHDRAWN  # it does not say that none is left
    folded = fold(record, read(3, A, lifts=True))
    assert isinstance(folded, Moved)
    assert (folded.change, folded.previous_state) == (Change.TRANSITION, RecordState.WITHDRAWN)
    assert folded.record.state is RecordState.ACTIVE


def test_a_record_that_comes_back_with_another_content_is_there_again() -> None:
    folded = fold(told(read(1, A), read(2, 17, Verb.WITHDRAW)), read(3, B, lifts=True))
    assert isinstance(folded, Moved)
    assert (folded.change, folded.record.state, content_of(folded.record)) == (Change.AMENDED, RecordState.ACTIVE, B)


def test_what_was_lifted_may_be_told_again() -> None:
    record = told(read(1, A), read(2, 17, Verb.END), read(3, A, lifts=True))
    assert record.state is RecordState.ACTIVE
    assert isinstance(fold(record, read(2, 17, Verb.END)), Stale)
    assert told(read(4, 17, Verb.END), record=record).state is RecordState.EXITED


def test_a_repair_before_the_withdrawal_is_there_again() -> None:
    record = told(read(1, A), header(Verb.REPAIR, 18), read(2, 17, Verb.WITHDRAW), read(3, A, lifts=True))
    assert record.state is RecordState.REPAIRED


@pytest.mark.parametrize(
    "act",
    [
        header(Verb.WITHDRAW, 17),
        read(2, 17, Verb.WITHDRAW, origin={"department": "other"}),
        read(9, 17, Verb.WITHDRAW),
        read(2, 17, Verb.EXPIRE),
    ],
    ids=["news", "of another department", "of a later reading", "no act of a source"],
)
def test_no_other_act_is_lifted(act: Header) -> None:
    record = told(read(1, A), act)
    after = told(read(3, A, lifts=True), record=record)
    assert after.state is record.state is not RecordState.ACTIVE


def test_an_objection_over_a_removal_keeps_it_from_being_lifted() -> None:
    record = told(read(1, A), read(2, 17, Verb.END), header(Verb.DISPUTE, 18))
    assert told(read(3, A, lifts=True), record=record).state is RecordState.DISPUTED


def test_a_withdrawal_that_is_told_twice_is_a_duplicate() -> None:
    record = told(read(1, A), read(2, 17, Verb.WITHDRAW))
    assert isinstance(fold(record, read(3, 17, Verb.WITHDRAW)), Duplicate)
    assert isinstance(fold(record, read(3, 18, Verb.WITHDRAW)), Conflict)


def test_records_that_were_stored_before_are_read_and_written_as_they_were() -> None:
    record = told(header("ISSUE", A, source_time=4), header(Verb.END, 17))
    value = encode_record(record)
    assert value[0] == 1
    assert decode_record(value) == record
    later = replace(record, reading=7)
    assert encode_record(later)[0] == 2
    assert decode_record(encode_record(later)) == later
