"""Where a lane goes on, and what it can never read."""

from __future__ import annotations

import pytest

from creditbus.services.engine.progress import Progress
from creditbus.services.engine.start import Start, start_of

NOW, BEFORE = "id of the topic", "id of the one before"


@pytest.mark.parametrize(
    ("committed", "first", "end", "start"),
    [
        (None, 0, 9, Start(0)),
        (5, 0, 9, Start(5)),
        (5, 5, 9, Start(5)),
        (9, 9, 9, Start(9)),
        # cut before it was read, also where nothing was ever read
        (5, 7, 9, Start(7, expired=2)),
        (5, 9, 9, Start(9, expired=4)),
        (None, 7, 9, Start(7, expired=7)),
        # another topic of the same name, cut already or not
        (12, 0, 9, Start(0, recreated=True)),
        (12, 4, 9, Start(4, expired=4, recreated=True)),
    ],
)
def test_by_what_the_group_says(committed: int | None, first: int, end: int, start: Start) -> None:
    assert start_of(committed, None, NOW, first, end) == start


@pytest.mark.parametrize(
    ("committed", "progress", "first", "start"),
    [
        (None, Progress(6, NOW), 0, Start(6, forgotten=True)),
        (2, Progress(6, NOW), 0, Start(6, forgotten=True)),
        (6, Progress(6, NOW), 0, Start(6)),
        (8, Progress(6, NOW), 0, Start(8)),
        (None, Progress(6, NOW), 8, Start(8, expired=2, forgotten=True)),
        # the group forgets a topic that is deleted, the lane does not
        (None, Progress(6, BEFORE), 0, Start(0, recreated=True)),
        (2, Progress(6, BEFORE), 0, Start(2, recreated=True)),
        (8, Progress(6, BEFORE), 0, Start(8)),
        (None, Progress(12, NOW), 0, Start(0, recreated=True)),
    ],
)
def test_by_what_the_lane_says_where_it_says_more(
    committed: int | None, progress: Progress, first: int, start: Start
) -> None:
    assert start_of(committed, progress, NOW, first, 9) == start
