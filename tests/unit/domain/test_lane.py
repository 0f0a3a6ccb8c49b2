"""What a lane remembers: its subjects in chunks, and under which policies it emitted."""

from creditbus.services.domain.event import Policy
from creditbus.services.domain.profile.lane import LANE_CHUNK, LanePolicies, LaneSubjects, codes_of


def policy(version: int, day: int = 0) -> Policy:
    return Policy(version=version, day=day)


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


def test_other_policies_leave_their_items_behind_from_the_first_chunk_on() -> None:
    before = LanePolicies({"a": policy(1), "b": policy(1)})
    after = before.changed_to({"a": policy(2), "b": policy(1)})
    assert (set(after.behind), after.chunk) == ({"a"}, 0)
    going = LanePolicies(after.policies, after.behind, chunk=3)
    assert going.changed_to(after.policies) == going
    again = going.changed_to({"a": policy(2), "b": policy(1, day=9)})
    assert (set(again.behind), again.chunk) == ({"a", "b"}, 0)


def test_what_was_behind_stays_so_when_its_policy_is_the_old_one_again() -> None:
    going = LanePolicies({"a": policy(2)}, frozenset({"a"}), chunk=3)
    assert going.changed_to({"a": policy(1)}) == LanePolicies({"a": policy(1)}, frozenset({"a"}), chunk=0)


def test_an_item_that_is_new_leaves_nothing_behind_and_one_that_is_gone_either() -> None:
    before = LanePolicies({"a": policy(1)})
    assert before.changed_to({"a": policy(1), "b": policy(2)}).behind == set()
    assert before.changed_to({}).behind == set()


def test_a_lane_is_after_an_earlier_day_of_the_same_version_alone() -> None:
    lane = LanePolicies({"a": policy(2, day=9), "b": policy(1)})
    assert lane.is_after({"a": policy(2, day=8), "b": policy(1)})
    assert not lane.is_after({"a": policy(2, day=9), "b": policy(1, day=1)})
    assert not lane.is_after({"a": policy(3), "c": policy(1)})


def test_it_is_read_as_it_was_written() -> None:
    for lane in (
        LanePolicies({"a": policy(2, day=9), "b": policy(1)}, frozenset({"b", "a"}), 7),
        LanePolicies({}),
    ):
        assert LanePolicies.decode(lane.encode()) == lane


def test_lanes_that_stand_alike_have_equal_bytes() -> None:
    one = LanePolicies({"a": policy(1), "b": policy(1)}, chunk=5)
    other = LanePolicies({"b": policy(1), "a": policy(1)})
    assert one.encode() == other.encode()
