"""What is sent of a batch: slices, each with the positions after it, and in a slice one post a subject. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import orjson

from creditbus.services.query.feed_line import feed_json_line
from creditbus.services.subscriber.batch import Batch, Change
from creditbus.services.subscriber.position import Move, Position

__all__ = ["MOST_RECORDS", "Rendered", "posts", "rendered", "slices"]

#: What is sent again at most after a crash, and what a post holds at most.
MOST_RECORDS: Final = 200


def slices(batch: Batch, most: int = MOST_RECORDS) -> Iterator[Batch]:
    """Yield a batch in pieces of at most `most` records, each with the positions after it.

    The hash of a record is what the next one of its partition says of it. Records of a partition stand in their order.
    """
    places: dict[int, int] = {}
    following: list[Change | None] = [None] * len(batch.changes)
    for number, change in enumerate(batch.changes):
        if change.partition in places:
            following[places[change.partition]] = change
        places[change.partition] = number
    stands = {partition: move.before for partition, move in batch.moves.items()}
    for start in range(0, len(batch.changes), most):
        changes = batch.changes[start : start + most]
        after: dict[int, Position] = {}
        for change, successor in zip(changes, following[start : start + most], strict=True):
            after[change.partition] = _after(change, successor, batch.moves)
        moves = {partition: Move(stands[partition], position) for partition, position in after.items()}
        stands |= after
        yield Batch(changes, moves)
    rest = {one: Move(stands[one], move.after) for one, move in batch.moves.items() if stands[one] != move.after}
    if rest:
        yield Batch([], rest)


class Rendered(NamedTuple):
    """A record as it is sent.

    Attributes:
        subject: its code.
        line: the record as JSON.

    """

    subject: str
    line: bytes

    def __repr__(self) -> str:
        """Say nothing of what it holds: it may speak of a person."""
        return "<Rendered>"


def rendered(topic: str, change: Change) -> Rendered:
    """Return a record as it is sent."""
    key = f"{topic}/{change.partition}/{change.fields['feed']['feed_seq']}"
    line = feed_json_line(change.partition, change.offset, {"idempotency_key": key, **change.fields})
    return Rendered(change.fields["subject"]["code"], line.rstrip())


def posts(topic: str, records: Iterable[Rendered]) -> list[bytes]:
    """Return a body for each subject, with its records in their order."""
    by_subject: dict[str, list[Any]] = {}
    for one in records:
        by_subject.setdefault(one.subject, []).append(orjson.Fragment(one.line))
    bodies = ({"feed": topic, "subject": subject, "records": lines} for subject, lines in by_subject.items())
    return [orjson.dumps(body) for body in bodies]


def _after(change: Change, successor: Change | None, moves: Mapping[int, Move]) -> Position:
    if successor is None:
        return moves[change.partition].after
    return Position(change.offset + 1, change.fields["feed"]["feed_seq"], successor.fields["feed"]["previous_hash"])
