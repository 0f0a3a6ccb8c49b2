"""How a lane takes up other policies and days, and in which pieces it looks at what they change."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta

import pytest

from creditbus.avro_schemas import continuation_schema
from creditbus.services.domain.city_time import day_number
from creditbus.services.domain.event import Policy
from creditbus.services.domain.framed_avro import RecordWriter, parsed, read_record
from creditbus.services.domain.profile.keys import DUE_KEY, LANE_KEY, LANE_SUBJECTS_KEY, lane_chunk_key
from creditbus.services.domain.profile.lane import LANE_CHUNK, LaneStanding, LaneSubjects, codes_of
from creditbus.services.engine.errors import ClockBehindError
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView
from creditbus.services.profiles.due import filing_keys
from creditbus.services.profiles.lane import BatchLane, StageStanding, is_of_due
from creditbus.topics.names import EVENTS

OLD, NEW, NEWER = ({"a": Policy(version=number, day=5), "b": Policy(version=1, day=0)} for number in (1, 2, 3))
CODES = [b"code-%03d" % number for number in range(LANE_CHUNK + 2)]
AT_A_TIME = 6


SCHEMA = continuation_schema()
TODAY = date(2026, 4, 1)
TERMS = {"a": "rules of a"}


def standing(policies: Mapping[str, Policy], behind: Iterable[str] = (), on: date = TODAY) -> LaneStanding:
    return LaneStanding(policies, TERMS, day_number(on), frozenset(behind))


class Lane:
    """A lane's store between batches, and what it said to itself."""

    def __init__(self, codes: list[bytes]) -> None:
        self.store: dict[bytes, bytes | None] = {
            LANE_KEY: None,
            LANE_SUBJECTS_KEY: None,
            DUE_KEY: None,
            lane_chunk_key(0): None,
        }
        self.said: list[int] = []
        self.batch(OLD, add=codes)

    def batch(
        self,
        policies: Mapping[str, Policy],
        chunk: int | None = None,
        add: list[bytes] | None = None,
        *,
        on: date = TODAY,
        terms: Mapping[str, str] = TERMS,
        expect: Iterable[tuple[date, bytes]] = (),
        turning: Collection[int] = (),
    ) -> list[bytes]:
        """Work on one batch: look at a piece, take in new subjects; return the subjects of the piece."""
        stage = StageStanding(policies, terms, on, turning)
        # as the step asks for them
        self.store = dict.fromkeys(filing_keys(self.store[DUE_KEY])) | self.store
        view, out = StateView(dict(self.store)), Output(0)
        try:
            restated = self._worked(stage, view, out, chunk, add or [], expect)
        except MissingKeysError as error:
            self.store |= dict.fromkeys(error.keys)
            return self.batch(policies, chunk, add, on=on, terms=terms, expect=expect, turning=turning)
        self.store |= view.written
        self.said += [
            read_record(value or b"", parsed(SCHEMA))["chunk"]
            for (topic, _), log in out.records.items()
            if topic == EVENTS
            for _, value in log
        ]
        return restated

    def _worked(
        self,
        stage: StageStanding,
        view: StateView,
        out: Output,
        chunk: int | None,
        add: list[bytes],
        expect: Iterable[tuple[date, bytes]],
    ) -> list[bytes]:
        lane = BatchLane(stage, RecordWriter(SCHEMA, 1), view, out, busy=True)
        self.today = lane.today
        restated = []
        if chunk is not None and is_of_due(chunk):
            piece = lane.due_piece(chunk)
            if piece is not None:
                restated = piece.codes
                lane.ended(piece, len(piece.codes))
        elif chunk is not None:
            restated = lane.ahead(chunk)[:AT_A_TIME]
            lane.done(chunk, len(restated), begun=False)
        lane.add(add)
        for day, code in expect:
            lane.due.expect(day_number(day), code)
        lane.due.finish()
        return restated

    @property
    def standing(self) -> LaneStanding:
        return LaneStanding.decode(self.store[LANE_KEY] or b"")


def test_a_new_lane_has_nothing_to_restate() -> None:
    lane = Lane(CODES)
    assert (lane.standing, lane.said) == (standing(OLD), [])
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
    assert (lane.standing, lane.said) == (standing(NEW, {"a"}), [0])
    assert lane.batch(NEW, 0) == CODES[:AT_A_TIME]
    assert (lane.standing.place, lane.said) == (AT_A_TIME, [0, AT_A_TIME])
    assert lane.batch(NEW, AT_A_TIME) == CODES[AT_A_TIME:]
    assert (lane.standing, lane.said) == (standing(NEW), [0, AT_A_TIME])


def test_a_piece_that_is_not_the_next_is_passed_over() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    assert lane.batch(NEW, AT_A_TIME) == []
    lane.batch(NEW, 0)
    lane.batch(NEW, AT_A_TIME)
    assert lane.batch(NEW, AT_A_TIME) == []
    assert lane.said == [0, AT_A_TIME]


def test_a_worker_that_takes_the_lane_up_lets_it_say_again_what_is_next() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    lane.batch(NEW, 0)
    assert lane.batch(NEW, 0) == []
    assert lane.said == [0, AT_A_TIME, AT_A_TIME]
    lane.batch(NEW, AT_A_TIME)
    # the one that was said first, and nothing after the end
    assert lane.batch(NEW, AT_A_TIME) == lane.batch(NEW, 0) == []
    assert lane.said == [0, AT_A_TIME, AT_A_TIME]
    lane.batch(NEW, expect=[(TODAY + timedelta(1), CODES[0])])
    lane.said = []
    lane.batch(NEW, on=TODAY + timedelta(1))
    lane.batch(NEW, 0, on=TODAY + timedelta(1))
    first, again = lane.said
    assert first == again
    assert lane.batch(NEW, first, on=TODAY + timedelta(1)) == CODES[:1]


def test_policies_that_change_meanwhile_begin_again() -> None:
    lane = Lane(CODES)
    lane.batch(NEW)
    lane.batch(NEW, 0)
    lane.batch(NEWER)
    assert (lane.standing.place, lane.said) == (0, [0, AT_A_TIME, 0])
    # the piece that was on its way
    assert lane.batch(NEWER, AT_A_TIME) == []
    assert lane.batch(NEWER, 0) == CODES[:AT_A_TIME]


def test_subjects_that_fill_the_last_chunk_meanwhile_do_not_hide_those_after_it() -> None:
    lane = Lane(CODES)
    more = [b"more-%03d" % number for number in range(LANE_CHUNK)]
    lane.batch(NEW)
    lane.batch(NEW, 0, more)
    seen = CODES[:AT_A_TIME]
    while lane.standing.behind:
        seen += lane.batch(NEW, lane.standing.place)
    assert seen == CODES + more
    assert lane.said == [0, 6, 12]


def test_a_lane_without_subjects_is_at_once_where_it_should_be() -> None:
    lane = Lane([])
    lane.batch(NEW)
    assert (lane.standing, lane.said) == (standing(NEW), [])


def test_a_clock_that_is_behind_stops_the_lane() -> None:
    lane = Lane(CODES)
    turned, after = day_number(TODAY) + 1, TODAY + timedelta(1)
    lane.batch({**OLD, "a": Policy(version=1, day=turned)}, on=after)
    before = dict(lane.store)
    # also where another version does not have the grant any more
    for policies in (OLD, NEW):
        with pytest.raises(ClockBehindError):
            lane.batch(policies)
        assert lane.store == before
    lane.batch(NEW, on=after)


def test_a_clock_that_is_behind_stops_the_lane_where_a_grant_of_another_version_turned_since() -> None:
    lane = Lane(CODES)
    lane.batch(OLD, on=TODAY + timedelta(2))
    before = dict(lane.store)
    turned = day_number(TODAY) + 2
    with pytest.raises(ClockBehindError):
        lane.batch(NEW, turning=[turned])
    assert lane.store == before
    lane.batch(NEW, turning=[turned - 2, turned + 1])
    assert lane.today == turned


def through(lane: Lane, on: date) -> list[bytes]:
    """Go through all pieces of a day and return the subjects in the order in which they ended."""
    ended: list[bytes] = []
    lane.said = []
    lane.batch(OLD, on=on)
    for piece in lane.said:
        ended += lane.batch(OLD, piece, on=on)
    return ended


def test_on_each_day_what_is_due_is_found_once_and_nothing_else() -> None:
    lane = Lane(CODES)
    days = {code: TODAY + timedelta(1 + 7 * place) for place, code in enumerate(CODES)}
    lane.batch(OLD, expect=[(day, code) for code, day in days.items()])
    for past in range(1, 7 * len(CODES) + 2):
        on = TODAY + timedelta(past)
        assert through(lane, on) == [code for code, day in days.items() if day == on]
        assert (lane.standing, lane.today) == (standing(OLD, on=on), day_number(on))
    assert {key: value for key, value in lane.store.items() if key.startswith(b"d") and value} == {}


@pytest.mark.parametrize("away", [1, 40, 400])
def test_days_on_which_nobody_worked_are_made_up_for(away: int) -> None:
    lane = Lane(CODES)
    codes = [b"%017d" % number for number in range(3000)]
    for start in range(0, len(codes), 100):
        # many batches, so that the journal is full again and again
        lane.batch(OLD, expect=[(TODAY + timedelta(1 + int(code) % 500), code) for code in codes[start : start + 100]])
    assert any(key.count(b"|") == 2 for key in lane.store if key.startswith(b"d|"))
    on = TODAY + timedelta(away)
    assert sorted(through(lane, on)) == [code for code in codes if int(code) % 500 < away]
    rest = [code for day in range(away + 1, 540) for code in sorted(through(lane, TODAY + timedelta(day)))]
    assert sorted(rest) == [code for code in codes if int(code) % 500 >= away]
    assert {key for key, value in lane.store.items() if key.startswith(b"d") and value} == set()


def test_a_piece_of_a_day_that_is_not_the_next_is_passed_over_and_a_later_day_begins_again() -> None:
    lane = Lane(CODES)
    lane.batch(OLD, expect=[(TODAY + timedelta(1), CODES[0]), (TODAY + timedelta(2), CODES[1])])
    lane.batch(OLD, on=TODAY + timedelta(1))
    (first,) = lane.said
    assert lane.batch(OLD, first - 1, on=TODAY + timedelta(1)) == []
    lane.batch(OLD, on=TODAY + timedelta(2))
    assert lane.batch(OLD, first, on=TODAY + timedelta(2)) == []
    assert lane.batch(OLD, lane.said[1], on=TODAY + timedelta(2)) == CODES[:2]
    assert lane.batch(OLD, lane.said[1], on=TODAY + timedelta(2)) == []


def test_a_worker_whose_clock_is_behind_goes_on_with_the_later_day() -> None:
    lane = Lane(CODES)
    through(lane, TODAY + timedelta(1))
    lane.batch(OLD)
    assert (lane.today, lane.standing.day) == (day_number(TODAY) + 1, day_number(TODAY) + 1)


def test_other_terms_go_through_all_subjects() -> None:
    lane = Lane(CODES)
    lane.batch(OLD, terms={"a": "others"})
    assert lane.said == [0]
    assert (set(lane.standing.unfiled), set(lane.standing.behind)) == ({"a"}, {"a"})
    lane.batch(OLD, 0, terms={"a": "others"})
    lane.batch(OLD, AT_A_TIME, terms={"a": "others"})
    assert not lane.standing.unfiled | lane.standing.behind
