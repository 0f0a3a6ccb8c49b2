"""Spans: who holds which lanes together, and whom that shuts out."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.engine.run.lane_range import LaneRange, overlapping, ranges_of

LANES = st.integers(1, 70)


def _inside(lane_range: LaneRange, lanes: int) -> set[int]:
    return set(range(lane_range.first, min(lane_range.first + lane_range.size, lanes)))


@given(LANES, st.data())
def test_spans_hold_the_lanes_and_nothing_else_each_once(lanes: int, data: st.DataObject) -> None:
    held = data.draw(st.sets(st.integers(0, lanes - 1)))
    spans = ranges_of(held, lanes)
    inside = [number for lane_range in spans for number in _inside(lane_range, lanes)]
    assert sorted(inside) == sorted(held)


@given(LANES, st.data())
def test_any_two_spans_that_share_a_lane_name_each_other(lanes: int, data: st.DataObject) -> None:
    """Whatever two workers ever held, before and after any rebalance: nobody who is shut out is forgotten."""
    spans: set[LaneRange] = set()
    for _ in range(3):
        spans |= set(ranges_of(data.draw(st.sets(st.integers(0, lanes - 1))), lanes))
    for one, other in combinations(spans, 2):
        shared = bool(_inside(one, lanes) & _inside(other, lanes))
        assert (other in overlapping(one, lanes)) == (one in overlapping(other, lanes)) == shared


@pytest.mark.parametrize(
    ("held", "lanes", "names"),
    [
        ({0, 1, 2, 3}, 4, ["0-15"]),
        ({0, 1}, 4, ["0-1"]),
        ({2}, 3, ["2-3"]),
        ({1, 2, 3}, 4, ["1", "2-3"]),
        (set(range(16, 64)), 64, ["16-31", "32-47", "48-63"]),
    ],
)
def test_a_worker_has_as_few_as_it_can(held: set[int], lanes: int, names: list[str]) -> None:
    assert [str(lane_range) for lane_range in ranges_of(held, lanes)] == names


def test_a_span_of_one_of_four_lanes_shuts_out_only_those_that_can_overlap() -> None:
    assert {str(lane_range) for lane_range in overlapping(LaneRange(0, 16), 4)} == {
        "0-7",
        "0-3",
        "0-1",
        "2-3",
        "0",
        "1",
        "2",
        "3",
    }
