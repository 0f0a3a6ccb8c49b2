"""Which retractions are open: whatever the order of receipts, and where numbers come again for others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.evidence.retraction import OpenRetractions, Retraction, retraction_of

_PLACES = st.tuples(st.integers(0, 2), st.integers(1, 9))


def _at(partition: int, number: int, event: str = "e") -> Retraction:
    return Retraction(partition, number, 2 * number, "k", f"{event}{number}", "WITHDRAWN", 1000 - number)


@given(st.sets(_PLACES), st.lists(_PLACES))
def test_what_has_no_receipt_is_open_and_a_receipt_may_come_twice_or_for_nothing(
    found: set[tuple[int, int]], receipts: list[tuple[int, int]]
) -> None:
    retractions = OpenRetractions()
    retractions.add(_at(*place) for place in found)
    for partition, number in receipts:
        retractions.confirm(partition, number, f"e{number}")
    left = retractions.oldest_first()
    assert {(one.partition, one.feed_seq) for one in left} == found - set(receipts)
    assert [one.written_ms for one in left] == sorted(one.written_ms for one in left)
    assert (retractions.seen, len(retractions)) == (len(found), len(left))


def test_a_receipt_for_another_event_confirms_nothing() -> None:
    retractions = OpenRetractions()
    retractions.add([_at(0, 1)])
    retractions.confirm(0, 1, "e2")
    assert len(retractions) == 1


def test_what_has_expired_is_not_open() -> None:
    retractions = OpenRetractions()
    retractions.add([_at(0, 1), _at(0, 2), _at(1, 1)])
    retractions.expire({0: 4})
    assert [(one.partition, one.feed_seq) for one in retractions.oldest_first()] == [(0, 2), (1, 1)]


@pytest.mark.parametrize("state", ["ACTIVE", "EXITED", "DISPUTED"])
def test_a_record_that_is_shown_retracts_nothing(state: str) -> None:
    assert retraction_of({"record": {"state": state}}, 0, 0) is None


def test_a_retraction_has_the_key_of_its_record() -> None:
    fields = {
        "feed": {"feed_seq": 7},
        "subject": {"code": "S1"},
        "record": {"state": "WITHHELD", "item": "i", "authority": "某局", "document_no": "1号", "event_id": "ab"},
    }
    found = retraction_of(fields, 2, 12, 99)
    assert found == (2, 7, 12, "S1|i|某局|1号", "ab", "WITHHELD", 99)
    assert "S1" not in repr(found)
