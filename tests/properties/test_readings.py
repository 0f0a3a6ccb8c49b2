"""Properties of readings: whatever arrives late, twice or among news, the last reading is what counts."""

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.event import Header, RecordState
from creditbus.services.domain.profile.record import CONTENT_VERBS, Record, fold
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from tests.strategies import headers
from tests.unit.domain.test_readings import kept


@st.composite
def readings(draw: st.DrawFn) -> list[Header]:
    """Give what one department's readings say about a record, in their order."""
    told = draw(st.lists(headers(CONTENT_VERBS), min_size=1, max_size=6))
    return [{**header, "reading": place, "origin": told[0]["origin"]} for place, header in enumerate(told, start=1)]


def replay(history: list[Header], record: Record | None = None) -> Record:
    for header in history:
        record = kept(record, fold(record, header))
        assert record is not None
        record = decode_record(encode_record(record))
    assert record is not None
    return record


@given(readings(), st.data())
def test_in_whatever_order_and_how_often_readings_arrive_the_last_one_counts(
    told: list[Header], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(told), max_size=6))
    record = replay(data.draw(st.permutations([*told, *again])))
    assert record.content_hash == told[-1]["content_hash"]
    assert record.reading == len(told)
    assert record.state == RecordState(told[-1]["state"])


@given(readings(), st.data())
def test_news_that_comes_again_does_not_undo_a_reading(told: list[Header], data: st.DataObject) -> None:
    record = replay(told)
    old: list[Header] = [{**header, "reading": None, "source_time": None} for header in told]
    assert replay(data.draw(st.lists(st.sampled_from(old), max_size=6)), record) == record
