"""What is due of a lane: entries by day, taken out by day and parted by spans, and none lost of them."""

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.profile.due import due_between, due_by, pack_due, span_of

entries = st.lists(st.tuples(st.integers(0, 0xFFFE), st.binary(min_size=1, max_size=255)), max_size=30)


def packed(of: list[tuple[int, bytes]]) -> bytes:
    return b"".join(pack_due(day, code) for day, code in of)


@given(of=entries, until=st.integers(0, 0xFFFE))
def test_what_is_due_comes_out_and_the_rest_stays_as_it_was(of: list[tuple[int, bytes]], until: int) -> None:
    due, others = due_by(packed(of), until)
    assert due == [code for day, code in of if day <= until]
    assert others == packed([entry for entry in of if entry[0] > until])


# sorted, as those of one batch stand: many of one span after each other
@given(of=entries | entries.map(sorted))
def test_each_entry_comes_into_its_span_in_its_order(of: list[tuple[int, bytes]]) -> None:
    spans = due_between(packed(of))
    assert set(spans) == {span_of(day) for day, _ in of}
    for span, value in spans.items():
        assert value == packed([entry for entry in of if span_of(entry[0]) == span])


def test_nothing_is_due_of_nothing() -> None:
    assert due_by(None, 5) == ([], b"")
    assert due_between(None) == {}
