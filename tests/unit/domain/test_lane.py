"""What a lane remembers: its subjects in chunks, under which policies it emitted, and what has ended."""

import json
from collections.abc import Iterable, Mapping

import pytest

from creditbus.services.domain.event import Policy
from creditbus.services.domain.profile.lane import JOURNAL, LANE_CHUNK, LaneStanding, LaneSubjects, Turn, codes_of

TERMS = {"a": "rules of a"}


def policy(version: int, day: int = 0) -> Policy:
    return Policy(version=version, day=day)


def lane(
    policies: Mapping[str, Policy],
    behind: Iterable[str] = (),
    place: int = 0,
    *,
    terms: Mapping[str, str] = TERMS,
    unfiled: Iterable[str] = (),
    day: int | None = 100,
    begun: bool = False,
    quiet: int = 0,
    turn: Turn | None = None,
    filed: int = 0,
) -> LaneStanding:
    return LaneStanding(policies, terms, day, frozenset(behind), frozenset(unfiled), place, begun, quiet, turn, filed)


def test_subjects_fill_chunks_in_the_order_in_which_they_came() -> None:
    codes = [b"code-%03d" % number for number in range(2 * LANE_CHUNK + 3)]
    value, full = None, {}
    for code in codes:
        subjects = LaneSubjects(value)
        filled = subjects.add(code)
        if filled is not None:
            full[filled[0]] = codes_of(filled[1])
        value = subjects.encode()
    subjects = LaneSubjects(value)
    assert (subjects.count, subjects.chunks) == (len(codes), 2)
    assert full == {0: codes[:LANE_CHUNK], 1: codes[LANE_CHUNK : 2 * LANE_CHUNK]}
    assert codes_of(subjects.last) == codes[2 * LANE_CHUNK :]


def test_a_lane_without_subjects_has_no_chunk() -> None:
    subjects = LaneSubjects(None)
    assert (subjects.count, subjects.chunks, codes_of(subjects.last)) == (0, 0, [])


def test_it_says_nothing_of_who_they_are() -> None:
    subjects = LaneSubjects(None)
    subjects.add(b"91420106000000000J")
    assert "91420106000000000J" not in repr(subjects)


def test_other_policies_leave_their_items_behind_from_the_first_subject_on() -> None:
    before = lane({"a": policy(1), "b": policy(1)})
    after = before.changed_to(lane({"a": policy(2), "b": policy(1)}))
    assert (set(after.behind), set(after.unfiled), after.place) == ({"a"}, set(), 0)
    going = lane(after.policies, after.behind, 3, begun=True, quiet=2, filed=4)
    assert going.changed_to(lane(after.policies)) == going
    again = going.changed_to(lane({"a": policy(2), "b": policy(1, day=9)}))
    assert (set(again.behind), again.place, again.begun, again.filed) == ({"a", "b"}, 0, False, 0)


def test_what_was_behind_stays_so_when_its_policy_is_the_old_one_again() -> None:
    going = lane({"a": policy(2)}, {"a"}, 3)
    assert going.changed_to(lane({"a": policy(1)})) == lane({"a": policy(1)}, {"a"})


def test_an_item_that_is_new_leaves_nothing_behind_and_one_that_is_gone_either() -> None:
    before = lane({"a": policy(1)})
    new = lane({"a": policy(1), "b": policy(2)}, terms={**TERMS, "b": "rules of b"})
    assert before.changed_to(new).behind == set()
    assert before.changed_to(lane({}, terms={})).behind == set()


def test_other_terms_leave_their_items_unfiled_and_behind() -> None:
    policies = {"a": policy(1), "b": policy(1)}
    before = lane(policies)
    for terms in ({"a": "others"}, {}):
        after = before.changed_to(lane(policies, terms=terms))
        assert (set(after.behind), set(after.unfiled), after.place) == ({"a"}, {"a"}, 0)
    assert set(before.changed_to(lane(policies, terms={**TERMS, "b": "new"})).unfiled) == {"b"}


def test_a_state_of_before_anything_ended_by_itself_is_filed_and_has_no_day_to_catch_up_with() -> None:
    old = LaneStanding.decode(b'{"policies":{"a":[1,0]},"behind":[],"chunk":0}')
    assert old == lane({"a": policy(1)}, terms={}, day=None)
    after = old.changed_to(lane({"a": policy(1)}, day=100))
    assert (set(after.unfiled), after.day, after.turn) == ({"a"}, 100, None)


def test_a_walk_that_was_counted_in_chunks_goes_on_from_their_first_subject() -> None:
    old = LaneStanding.decode(b'{"policies":{"a":[1,0]},"terms":{},"day":100,"behind":["a"],"chunk":3,"turn":null}')
    assert old == lane({"a": policy(1)}, {"a"}, 3 * LANE_CHUNK, terms={})


@pytest.mark.parametrize("unfiled", [[], ["a"]])
def test_a_walk_that_did_not_say_how_far_its_subject_is_filed_begins_with_that_subject_again(
    unfiled: list[str],
) -> None:
    known = {"policies": {"a": [2, 0]}, "terms": TERMS, "day": 100, "behind": ["a"], "unfiled": unfiled, "place": 3}
    old = LaneStanding.decode(json.dumps({**known, "begun": True, "turn": None}).encode())
    assert (old.place, old.begun, old.filed) == (3, not unfiled, 0)


def test_another_day_turns_from_the_journal_on_and_a_later_one_begins_again() -> None:
    before = lane({"a": policy(1)})
    after = before.changed_to(lane({"a": policy(1)}, day=103))
    assert (after.day, after.turn) == (100, Turn(100, 103, 0, JOURNAL))
    assert after.behind == set()
    going = lane({"a": policy(1)}, turn=Turn(100, 103, 4, 3, 16))
    assert going.changed_to(lane({"a": policy(1)}, day=103)) == going
    assert going.changed_to(lane({"a": policy(1)}, day=102)) == going
    assert going.changed_to(lane({"a": policy(1)}, day=104)).turn == Turn(100, 104, 5, JOURNAL)


def test_an_earlier_day_is_not_gone_back_to() -> None:
    before = lane({"a": policy(1)})
    assert before.changed_to(lane({"a": policy(1)}, day=99)) == before


def test_a_lane_is_after_an_earlier_day_where_a_grant_of_before_turned_since() -> None:
    standing = lane({"a": policy(2, day=9), "b": policy(1)}, day=12)
    assert standing.is_after(8, [])
    assert not standing.is_after(9, [])
    assert not lane({"a": policy(2)}, day=12).is_after(8, [])


def test_a_lane_is_after_an_earlier_day_where_a_grant_of_now_turned_since() -> None:
    standing = lane({"a": policy(2, day=9)}, day=12)
    assert [standing.is_after(today, [9, 11, 20]) for today in (9, 10, 11, 12, 19)] == [True, True, False, False, False]
    assert not standing.is_after(9, [13])
    assert lane({"a": policy(2)}, day=12, turn=Turn(12, 13)).is_after(12, [13])
    assert not lane({"a": policy(2)}, day=None).is_after(9, [10])


def test_it_is_read_as_it_was_written() -> None:
    for standing in (
        lane({"a": policy(2, day=9), "b": policy(1)}, {"b", "a"}, 7, unfiled={"a"}, turn=Turn(100, 103, 2, 3, 4)),
        lane({"a": policy(2)}, {"a"}, 7, begun=True, quiet=5),
        lane({"a": policy(2)}, {"a"}, 7, unfiled={"a"}, begun=True, filed=12),
        lane({"a": policy(2)}, {"a"}, 7, unfiled={"a"}, begun=True),
        lane({}, terms={}),
    ):
        assert LaneStanding.decode(standing.encode()) == standing


def test_lanes_that_stand_alike_have_equal_bytes() -> None:
    one = lane({"a": policy(1), "b": policy(1)}, place=5, begun=True, quiet=3)
    other = lane({"b": policy(1), "a": policy(1)})
    assert one.encode() == other.encode()
