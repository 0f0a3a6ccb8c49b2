"""What is said of records that wait unread, by `ledger` and by whoever waits for outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import listed, spoken
from creditbus.services.cli.messages import ledger as messages

if TYPE_CHECKING:
    from creditbus.services.query.backlog import StageBacklog, TopicBacklog

__all__ = [
    "at_most",
    "for_how_long",
    "least_of",
    "looking_on",
    "stages_without_workers",
    "undecided_lines",
    "waiting_line",
]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def at_most(count: int, *, exact: bool) -> str:
    """Return a number, marked where it is a bound."""
    return f"{count:,}" if exact else f"≤{count:,}"


def least_of(*, exact: bool) -> str:
    """Return what stands before a number that is a bound; nothing before an exact one."""
    return "" if exact else spoken(messages.AT_MOST)


def for_how_long(seconds: float) -> str:
    """Return a duration in its largest unit."""
    for unit, message in ((_DAY, messages.DAYS), (_HOUR, messages.HOURS), (_MINUTE, messages.MINUTES)):
        if seconds >= unit:
            return spoken(message, count=seconds / unit)
    return spoken(messages.SECONDS, count=max(seconds, 0))


def stages_without_workers(stages: Sequence[StageBacklog]) -> str:
    """Name the stages that no worker runs."""
    return listed([stage.stage for stage in stages if not stage.members])


def waiting_line(stage: StageBacklog, topic: TopicBacklog) -> str:
    """Say how many records of a topic wait for a stage, since when, and whether anybody is to read them."""
    least = least_of(exact=topic.exact)
    line = spoken(messages.UNREAD, stage=stage.stage, least=least, records=topic.records, topic=topic.topic)
    if topic.oldest is not None:
        line += spoken(messages.OLDEST_WAITS, age=for_how_long(time.time() - topic.oldest / 1000))
    if not stage.members:
        line += spoken(messages.NO_WORKER_OF_STAGE, stage=stage.stage)
    elif not topic.read:
        line += spoken(messages.NO_WORKER_READS_ALL)
    return line


def looking_on(stages: Sequence[StageBacklog]) -> None:
    """Tell who waits for outcomes whether anybody works on them, and what waits where."""
    idle = stages_without_workers(stages)
    workers = " ".join(f"{stage.stage} {stage.members}" for stage in stages)
    if idle:
        line = spoken(messages.NO_WORKER_ROWS_WAIT, idle=idle)
    else:
        line = spoken(messages.WAITING_FOR_OUTCOMES, workers=workers)
    for text in (line, *_waiting_lines(stages)):
        ERRORS.print(text, markup=False, soft_wrap=True)


def undecided_lines(stages: Sequence[StageBacklog]) -> list[str]:
    """Say where what was published is, when somebody has waited long enough; nothing of it is lost."""
    idle = stages_without_workers(stages)
    lines = [spoken(messages.NO_WORKER_OF, idle=idle)] if idle else []
    later = spoken(messages.NOTHING_LOST)
    return [*lines, *_waiting_lines(stages), later]


def _waiting_lines(stages: Sequence[StageBacklog]) -> list[str]:
    return [waiting_line(stage, topic) for stage in stages for topic in stage.topics if topic.records]
