"""What is sent of a batch: every record once, and after each slice the position that a reader would have there."""

from __future__ import annotations

import asyncio
import json
import random

import pytest

from creditbus.services.subscriber.batch import Batch
from creditbus.services.subscriber.position import AT_BEGINNING, Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.webhook.posting import posts, rendered, slices
from tests.feed_copies import BUS, TOPIC, MadeFeed


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed(3)
    made.serve(monkeypatch)
    return made


def _batches(feed: MadeFeed, chunk: int) -> list[Batch]:
    feed.chunk = chunk

    async def read() -> list[Batch]:
        return [batch async for batch in FeedReader(BUS, TOPIC).batches({}, follow=False)]

    return asyncio.run(read())


def _true_positions(feed: MadeFeed) -> dict[tuple[int, int], bytes]:
    """Give partition and number of each record, and its hash, as a reader of one record at a time has them."""
    moves = (move for batch in _batches(feed, 1) for move in batch.moves.items())
    return {(partition, move.after.feed_seq): move.after.last_hash for partition, move in moves}


@pytest.mark.parametrize("most", [1, 2, 5, 100])
def test_slices_hold_all_records_and_their_positions_chain(most: int, feed: MadeFeed) -> None:
    chance = random.Random(most)
    for number in range(40):
        feed.put(chance.randrange(3), f"S{number % 7}")
    known = _true_positions(feed)
    stands: dict[int, Position] = {}
    for batch in _batches(feed, 7):
        pieces = list(slices(batch, most))
        assert [change for piece in pieces for change in piece.changes] == batch.changes
        assert all(len(piece.changes) <= most for piece in pieces)
        for piece in pieces:
            for partition, move in piece.moves.items():
                assert move.before == stands.get(partition, AT_BEGINNING)
                stands[partition] = move.after
                assert known[partition, move.after.feed_seq] == move.after.last_hash
            last = {change.partition: change for change in piece.changes}
            for partition, change in last.items():
                assert stands[partition].feed_seq == change.fields["feed"]["feed_seq"]
                assert stands[partition].next_offset > change.offset
        assert {one: stands[one] for one in batch.moves} == {one: move.after for one, move in batch.moves.items()}


def test_a_position_that_moves_without_records_is_kept(feed: MadeFeed) -> None:
    feed.put(0, "S1")
    (first, *_) = _batches(feed, 1)
    markers = Batch([], first.moves)
    assert list(slices(markers)) == [markers]
    assert list(slices(Batch([], {}))) == []


def test_a_subject_has_one_post_with_its_records_in_order(feed: MadeFeed) -> None:
    for subject, state in (("S1", "ACTIVE"), ("S2", "ACTIVE"), ("S1", "WITHDRAWN")):
        feed.put(0, subject, state=state)
    (batch,) = (one for one in _batches(feed, 10) if one.changes)
    found = [json.loads(body) for body in posts(TOPIC, [rendered(TOPIC, one) for one in batch.changes])]
    assert [(one["feed"], one["subject"], len(one["records"])) for one in found] == [(TOPIC, "S1", 2), (TOPIC, "S2", 1)]
    assert [one["idempotency_key"] for one in found[0]["records"]] == [f"{TOPIC}/0/1", f"{TOPIC}/0/3"]
    assert [one["record"]["state"] for one in found[0]["records"]] == ["ACTIVE", "WITHDRAWN"]
    assert found[0]["records"][0]["feed"]["previous_hash"] == "00" * 32
