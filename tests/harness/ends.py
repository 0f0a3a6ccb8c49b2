"""The state of each record in the end, and the ends of publications: each on its day, and once."""

from collections.abc import Iterator, Sequence
from datetime import date

from tests.harness.changes import EXPIRED, Change
from tests.harness.problem import DOUBLED, WRONG, Problem
from tests.harness.recomputation import Recomputation, RecordId

__all__ = ["ends"]


def ends(changes: Sequence[Change], truth: Recomputation, on: date | None) -> Iterator[Problem]:
    """Say what is wrong.

    Args:
        changes: all of them; those of a record in their order.
        truth: recomputed from the ingest topics.
        on: the day in the end; None: one on which nothing has ended.

    """
    last: dict[RecordId, Change] = {}
    for change in changes:
        if change.ends:
            yield from _end(change, last.get(change.name))
        story = truth.told.get(change.name)
        if change.state == EXPIRED and story is not None and not story.is_over_by(change.content, on):
            yield Problem(WRONG, 1, f"{change.where}: {change.name} is over before its last day has passed")
        last[change.name] = change
    for name in last.keys() & truth.told.keys():
        state, true = last[name].state, truth.told[name].state_on(on)
        if state != true:
            yield Problem(WRONG, 1, f"record {name}: state {state}, true is {true}")


def _end(change: Change, before: Change | None) -> Iterator[Problem]:
    where = f"{change.where}: the publication of {change.name}"
    if before is None:
        yield Problem(WRONG, 1, f"{where} ends, and it was not there")
    elif before.state == EXPIRED:
        yield Problem(DOUBLED, 1, f"{where} ends a second time")
    elif (change.content, change.applied) != (before.content, ("TRANSITION", before.applied[1], EXPIRED)):
        yield Problem(WRONG, 1, f"{where} ends as {change.applied}, before it was {before.applied}")
