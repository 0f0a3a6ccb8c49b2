"""Whatever statement a sync dies before, its copy is as the feed was at its positions, and goes on from there."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
import sqlalchemy as sa

from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.syncing import Progress, sync
from tests.feed_copies import BUS, TOPIC, MadeFeed, item_schema
from tests.harness.copied import CopiedTables

_STATES = ["ACTIVE"] * 4 + ["WITHDRAWN", "WITHHELD"]
_MOST_STATEMENTS = 200


class _PowerCutError(BaseException):
    """The process is gone; the database rolls back what was not committed."""


def _dies_before(tables: CopiedTables, statement: int) -> bool:
    """Sync, and die before a statement or a commit; return whether it came to that."""
    left = statement

    def count(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise _PowerCutError

    copy = tables.copy()
    # what SQLAlchemy asks of a server at first is left out
    copy._engine.connect().close()
    for event in ("before_cursor_execute", "commit"):
        sa.event.listen(copy._engine, event, count)
    try:
        with copy:
            asyncio.run(sync(FeedReader(BUS, TOPIC), copy, Progress(), follow=False))
    except _PowerCutError:
        return True
    return False


def test_it_can_die_between_any_two_statements(tables: CopiedTables, monkeypatch: pytest.MonkeyPatch) -> None:
    feed, chance = MadeFeed(), random.Random(3)
    feed.serve(monkeypatch)
    wider = item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ"))

    def grow() -> None:
        for lane in range(feed.partitions):
            for _ in range(3):
                schema = chance.choice([None, wider])
                subject, state = f"S{lane}{chance.randrange(2)}", chance.choice(_STATES)
                feed.put(lane, subject, state=state, schema=schema, XYDJ=str(chance.random()))

    grow()
    for statement in range(1, _MOST_STATEMENTS):
        died = _dies_before(tables, statement)
        if "creditbus_feed_position" in tables.all_names():
            with tables.copy() as copy:
                read = {partition: position.feed_seq for partition, position in copy.positions().items()}
            assert tables.holds(feed.view(read), lenient=True), f"died before statement {statement}"
        if not died:
            break
        grow()
    else:
        pytest.fail("it never came to the end")
    assert tables.holds(feed.view())
