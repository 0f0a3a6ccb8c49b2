"""How a lane takes up other policies, and in which pieces it restates what they change."""

from collections.abc import Mapping

import pytest

from creditbus.avro_schemas import continuation_schema
from creditbus.services.domain.event import Policy
from creditbus.services.domain.framed_avro import RecordWriter, parsed, read_record
from creditbus.services.domain.profile.keys import LANE_KEY, LANE_SUBJECTS_KEY, lane_chunk_key
from creditbus.services.domain.profile.lane import LANE_CHUNK, LanePolicies, LaneSubjects, codes_of
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import StateView
from creditbus.services.profiles.lane import BatchLane, StagePolicies
from creditbus.topics.names import EVENTS

OLD, NEW, NEWER = ({"a": Policy(version=number, day=5), "b": Policy(version=1, day=0)} for number in (1, 2, 3))
CODES = [b"code-%03d" % number for number in range(LANE_CHUNK + 2)]


SCHEMA = continuation_schema()


class Lane:
    """A lane's store between batches, and what it said to itself."""

    def __init__(self, codes: list[bytes]) -> None:
        self.store: dict[bytes, bytes | None] = {LANE_KEY: None, LANE_SUBJECTS_KEY: None, lane_chunk_key(0): None}
        self.said: list[int] = []
        self.batch(OLD, add=codes)

    def batch(
        self, policies: Mapping[str, Policy], chunk: int | None = None, add: list[bytes] | None = None
    ) -> list[bytes]:
        """Work on one batch: restate a piece, take in new subjects; return the subjects of the piece."""
        view, out = StateView(dict(self.store)), Output(0)
        lane = BatchLane(StagePolicies(policies), RecordWriter(SCHEMA, 1), view, out)
        restated = []
        if chunk is not None:
            restated = lane.piece(chunk)
            lane.done(chunk)
        lane.add(add or [])
        self.store |= view.written
        self.said += [
            read_record(value or b"", parsed(SCHEMA))["chunk"]
            for (topic, _), log in out.records.items()
            if topic == EVENTS
            for _, value in log
        ]
        return restated

    @property
    def standing(self) -> LanePolicies:
        return LanePolicies.decode(self.store[LANE_KEY] or b"")


def test_a_new_lane_has_nothing_to_restate() -> None:
    lane = Lane(CODES)
    assert (lane.standing, lane.said) == (LanePolicies(OLD), [])
    subjects = LaneSubjects(lane.store[LANE_SUBJECTS_KEY])
    assert codes_of(lane.store[lane_chunk_key(0)] or b"") + codes_of(subjects.last) == CODES


def test_a_batch_under_the_same_policies_leaves_the_state_as_it_is() -> None:
    lane = Lane(CODES)
    before = dict(lane.store)
    assert lane.batch(OLD) == []
    assert (lane.store, lane.said) == (before, [])


def test_the_first_batch_under_others_says_the_first_piece_and_the_others_follow() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    assert (lane.standing, lane.said) == (LanePolicies(NEW, frozenset({"a"})), [0])
    assert lane.batch(NEW, 0) == CODES[:LANE_CHUNK]
    assert (lane.standing.chunk, lane.said) == (1, [0, 1])
    assert lane.batch(NEW, 1) == CODES[LANE_CHUNK:]
    assert (lane.standing, lane.said) == (LanePolicies(NEW), [0, 1])


def test_a_piece_that_is_not_the_next_is_passed_over() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    assert lane.batch(NEW, 1) == []
    lane.batch(NEW, 0)
    assert lane.batch(NEW, 0) == []
    lane.batch(NEW, 1)
    assert lane.batch(NEW, 1) == []
    assert lane.said == [0, 1]


def test_policies_that_change_meanwhile_begin_again() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    lane.batch(NEW, 0)
    lane.batch(NEWER)
    assert (lane.standing.chunk, lane.said) == (0, [0, 1, 0])
    # the piece that was on its way
    assert lane.batch(NEWER, 1) == []
    assert lane.batch(NEWER, 0) == CODES[:LANE_CHUNK]


def test_subjects_that_fill_the_last_chunk_meanwhile_do_not_hide_those_after_it() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    lane.batch(NEW, 0, [b"more-%03d" % number for number in range(LANE_CHUNK)])
    lane.store.setdefault(lane_chunk_key(1), None)
    assert lane.batch(NEW, 1)[:2] == CODES[LANE_CHUNK:]
    assert lane.said == [0, 1, 2]
    assert len(lane.batch(NEW, 2)) == 2
    assert lane.standing == LanePolicies(NEW)


def test_a_lane_without_subjects_is_at_once_where_it_should_be() -> None:
    lane = Lane([])
    lane.batch(NEW)
    assert (lane.standing, lane.said) == (LanePolicies(NEW), [])


def test_a_clock_that_is_behind_stops_the_lane() -> None:
    lane = Lane(CODES)
    before = dict(lane.store)
    with pytest.raises(ClockBehindError):
        lane.batch({"a": Policy(version=1, day=4), "b": Policy(version=1, day=0)})
    assert lane.store == before
