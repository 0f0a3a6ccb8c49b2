"""Where a lane goes on, and what it can never read."""

from __future__ import annotations

import pytest

from creditbus.services.engine.run.start_offset import StartOffset, start_offset_of
from creditbus.services.engine.store.stored_offsets import StoredOffset

NOW, BEFORE = "id of the topic", "id of the one before"


@pytest.mark.parametrize(
    ("committed", "first", "end", "start"),
    [
        (None, 0, 9, StartOffset(0)),
        (5, 0, 9, StartOffset(5)),
        (5, 5, 9, StartOffset(5)),
        (9, 9, 9, StartOffset(9)),
        # cut before it was read, also where nothing was ever read
        (5, 7, 9, StartOffset(7, expired=2)),
        (5, 9, 9, StartOffset(9, expired=4)),
        (None, 7, 9, StartOffset(7, expired=7)),
        # another topic of the same name, cut already or not
        (12, 0, 9, StartOffset(0, recreated=True)),
        (12, 4, 9, StartOffset(4, expired=4, recreated=True)),
    ],
)
def test_by_what_the_group_says(committed: int | None, first: int, end: int, start: StartOffset) -> None:
    assert start_offset_of(committed, None, NOW, first, end) == start


@pytest.mark.parametrize(
    ("committed", "progress", "first", "start"),
    [
        (None, StoredOffset(6, NOW), 0, StartOffset(6, forgotten=True)),
        (2, StoredOffset(6, NOW), 0, StartOffset(6, forgotten=True)),
        (6, StoredOffset(6, NOW), 0, StartOffset(6)),
        (8, StoredOffset(6, NOW), 0, StartOffset(8)),
        (None, StoredOffset(6, NOW), 8, StartOffset(8, expired=2, forgotten=True)),
        # the group forgets a topic that is deleted, the lane does not
        (None, StoredOffset(6, BEFORE), 0, StartOffset(0, recreated=True)),
        (2, StoredOffset(6, BEFORE), 0, StartOffset(2, recreated=True)),
        (8, StoredOffset(6, BEFORE), 0, StartOffset(8)),
        (None, StoredOffset(12, NOW), 0, StartOffset(0, recreated=True)),
    ],
)
def test_by_what_the_lane_says_where_it_says_more(
    committed: int | None, progress: StoredOffset, first: int, start: StartOffset
) -> None:
    assert start_offset_of(committed, progress, NOW, first, 9) == start
