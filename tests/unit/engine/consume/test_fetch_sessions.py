"""Fetch sessions, against what a broker makes of their requests (KIP-227)."""

from io import BytesIO
from typing import Any

from aiokafka.protocol.fetch import FetchRequest_v11
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.engine.batch import Partition
from creditbus.services.engine.consume.fetch_sessions import FetchSession, Limits, SessionRequest

LIMITS = Limits(max_wait_ms=25, min_bytes=1, max_bytes=1 << 20, isolation_level=1, partition_max_bytes=1 << 18)
A, B, C = Partition("a", 0), Partition("a", 1), Partition("b", 0)
NOT_FOUND, WRONG_EPOCH = 70, 71


class Broker:
    """Sessions by id: the next epoch, and the positions of the partitions to be read."""

    def __init__(self, *, room: bool = True) -> None:
        self.sessions: dict[int, tuple[int, dict[Partition, int]]] = {}
        self.reads: dict[Partition, int] = {}
        self._room = room
        self._last = 0

    def answer(self, request: SessionRequest) -> tuple[int, int]:
        """Return error code and session id."""
        (_, _, _, _, _, session, epoch, topics, forgotten, _) = sent(request)
        named = {Partition(topic, part[0]): part[2] for topic, parts in topics for part in parts}
        if epoch == 0:
            self.sessions.pop(session, None)
            self.reads = named
            if not self._room:
                return 0, 0
            self._last += 1
            self.sessions[self._last] = 1, named
            return 0, self._last
        if session not in self.sessions:
            return NOT_FOUND, 0
        expected, held = self.sessions[session]
        if epoch != expected:
            return WRONG_EPOCH, 0
        held = held | named
        for topic, numbers in forgotten:
            for number in numbers:
                del held[Partition(topic, number)]
        self.reads = held
        self.sessions[session] = epoch + 1, held
        return 0, session


def sent(request: SessionRequest) -> tuple[Any, ...]:
    """Return the fields that arrive."""
    encoded = request.prepare({1: (4, 17)}).encode()
    return tuple(FetchRequest_v11.SCHEMA.decode(BytesIO(encoded)))


def test_the_first_request_names_all_and_the_next_what_changed() -> None:
    session, broker = FetchSession(), Broker()
    first = session.request({A: 5, B: 6, C: 7}, LIMITS)
    *head, topics, forgotten, rack = sent(first)
    assert head == [-1, 25, 1, 1 << 20, 1, 0, 0]
    assert {topic: sorted(parts) for topic, parts in topics} == {
        "a": [(0, -1, 5, -1, 1 << 18), (1, -1, 6, -1, 1 << 18)],
        "b": [(0, -1, 7, -1, 1 << 18)],
    }
    assert (forgotten, rack) == ([], "")
    assert session.answered(*broker.answer(first))
    second = session.request({A: 5, B: 9}, LIMITS)
    assert sent(second)[5:9] == (1, 1, [("a", [(1, -1, 9, -1, 1 << 18)])], [("b", [0])])


def test_a_broker_without_room_for_a_session_is_asked_for_everything_each_time() -> None:
    session, broker = FetchSession(), Broker(room=False)
    for _ in range(2):
        request = session.request({A: 5, B: 6}, LIMITS)
        assert request.changed == {A: 5, B: 6}
        assert session.answered(*broker.answer(request))


def test_the_epoch_after_the_last_is_the_first_of_a_session_not_its_opening() -> None:
    session = FetchSession()
    session.request({A: 5}, LIMITS)
    session.answered(0, 1)
    session._epoch = (1 << 31) - 1
    session.answered(0, 1)
    assert session.request({A: 6}, LIMITS).session == (1, 1)


positions = st.dictionaries(st.sampled_from([A, B, C]), st.integers(0, 3))
events = st.sampled_from(["answered", "answered", "lost before", "lost behind", "restarted"])


@given(st.lists(st.tuples(positions, events), max_size=12))
def test_what_a_broker_reads_for_an_answer_is_what_was_asked_for(steps: list[tuple[dict[Partition, int], str]]) -> None:
    session, broker = FetchSession(), Broker()
    for wanted, event in steps:
        if event == "restarted":
            broker.sessions.clear()
        request = session.request(wanted, LIMITS)
        answer = None if event == "lost before" else broker.answer(request)
        if answer is None or event == "lost behind":
            session.lost()
        elif session.answered(*answer):
            assert broker.reads == wanted
        else:
            assert event == "restarted"


def test_no_partition_is_always_the_first_where_everything_is_named_each_time() -> None:
    session, wanted = FetchSession(), {Partition("a", number): 0 for number in range(50)}
    orders = {tuple(session.request(wanted, LIMITS).changed) for _ in range(20)}
    assert len({order[0] for order in orders}) > 1
