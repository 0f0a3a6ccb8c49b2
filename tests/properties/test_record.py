"""Properties of what events do to a record."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from creditbus.services.domain.event import Change, Header, RecordState, Verb
from creditbus.services.domain.profile.record import CONTENT_VERBS, Conflict, Duplicate, Folded, Moved, Record, fold
from creditbus.services.domain.profile.stored_record import (
    content_hash_of,
    decode_record,
    encode_new_record,
    encode_record,
)
from tests.strategies import headers, records


def after(record: Record | None, folded: Folded) -> Record | None:
    """Give the record as the store keeps it after an outcome."""
    if isinstance(folded, Moved):
        return folded.record
    return folded.record or record if isinstance(folded, Duplicate) else record


def replay(history: Iterable[Header], record: Record | None = None) -> Record | None:
    for header in history:
        record = after(record, fold(record, header))
    return record


@given(st.lists(headers(), max_size=8), headers())
def test_an_event_that_comes_again_at_once_changes_nothing(history: list[Header], header: Header) -> None:
    once = replay([*history, header])
    again = fold(once, header)
    assert not isinstance(again, Moved)
    assert after(once, again) == once


@st.composite
def histories(draw: st.DrawFn) -> list[Header]:
    """Give what one file says of a record, in its order; either all its rows state a time or none does."""
    timed = draw(st.booleans())
    first = draw(headers(CONTENT_VERBS, timed=timed))
    history = [first, *draw(st.lists(headers(timed=timed), max_size=8))]
    return [{**header, "received_at": 1, "sequence": place} for place, header in enumerate(history)]


@given(histories(), st.sampled_from([0, 1]))
def test_a_file_that_is_sent_again_changes_nothing(history: list[Header], later: int) -> None:
    record: Record | None = None
    for header in history:
        folded = fold(record, header)
        # what was refused may be allowed by now: to send it again is to try again
        assume(not isinstance(folded, Conflict))
        record = after(record, folded)
    again: list[Header] = [{**header, "received_at": header["received_at"] + later} for header in history]
    assert replay(again, record) == record


@given(
    st.lists(headers(CONTENT_VERBS, timed=True), min_size=1, unique_by=lambda header: header["source_time"]), st.data()
)
def test_in_whatever_order_contents_arrive_the_one_of_the_latest_source_time_counts(
    history: list[Header], data: st.DataObject
) -> None:
    record = replay(data.draw(st.permutations(history)))
    latest = max(history, key=lambda header: header["source_time"] or 0)
    assert record is not None
    assert record.content_hash == latest["content_hash"]
    assert record.source_time == latest["source_time"]
    assert record.state == latest["state"]


@given(st.lists(headers(), max_size=12))
def test_revisions_are_dense_and_only_contents_raise_them(history: list[Header]) -> None:
    record: Record | None = None
    for header in history:
        folded = fold(record, header)
        before = record.revision if record else 0
        record = after(record, folded)
        raised = isinstance(folded, Moved) and folded.change is not Change.TRANSITION
        assert (record.revision if record else 0) == before + raised


@given(st.lists(headers(), max_size=12))
def test_the_state_before_is_the_state_that_was(history: list[Header]) -> None:
    record: Record | None = None
    for header in history:
        folded = fold(record, header)
        if isinstance(folded, Moved):
            assert folded.previous_state == (record.state if record else None)
        record = after(record, folded)


@given(records, headers(frozenset(Verb) - CONTENT_VERBS))
def test_no_act_lifts_a_withdrawal(record: Record, header: Header) -> None:
    withdrawn = replace(record, procedural=RecordState.WITHDRAWN, seen=())
    assert isinstance(fold(withdrawn, header), Conflict)


@given(records)
def test_a_record_comes_back_from_its_bytes(record: Record) -> None:
    value = encode_record(record)
    assert decode_record(value) == record
    assert encode_record(decode_record(value)) == value


@given(records, records)
def test_equal_records_have_equal_bytes_and_others_have_not(one: Record, other: Record) -> None:
    assert (one == other) == (encode_record(one) == encode_record(other))


@given(headers(CONTENT_VERBS), st.binary(max_size=40), st.text(max_size=40))
def test_a_new_record_is_written_as_the_folded_one(header: Header, event: bytes, department: str) -> None:
    header["origin"]["department"] = department
    folded = fold(None, header)
    assert isinstance(folded, Moved)
    assert encode_record(folded.record, content=event) == encode_new_record(
        stated=header["state"],
        source_time=header["source_time"],
        received_at=header["received_at"],
        sequence=header["sequence"],
        reading=header["reading"],
        department=department.encode(),
        content_hash=header["content_hash"],
        content=event,
    )


@given(records)
def test_the_hash_of_a_stored_record_is_that_of_its_content(record: Record) -> None:
    assert content_hash_of(encode_record(record)) == record.content_hash
