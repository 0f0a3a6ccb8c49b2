"""How what waits unread is told, by `ledger` and by whoever waits for outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import counted, told

if TYPE_CHECKING:
    from creditbus.services.query.backlog import StageBacklog, TopicBacklog

__all__ = ["at_most", "for_how_long", "looking_on", "stages_without_workers", "undecided_lines", "waiting_line"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def at_most(count: int, *, exact: bool) -> str:
    """Return a number, marked where it is a bound."""
    return f"{count:,}" if exact else f"≤{count:,}"


def for_how_long(seconds: float) -> str:
    """Return a duration in its largest unit."""
    for unit, zh, en in ((_DAY, "天", "d"), (_HOUR, "小时", "h"), (_MINUTE, "分钟", "min")):
        if seconds >= unit:
            return told(f"{seconds / unit:.0f} {zh}", f"{seconds / unit:.0f} {en}")
    return told(f"{max(seconds, 0):.0f} 秒", f"{max(seconds, 0):.0f} s")


def stages_without_workers(stages: Sequence[StageBacklog]) -> str:
    """Name the stages that no worker runs."""
    return told("、", ", ").join(stage.stage for stage in stages if not stage.members)


def waiting_line(stage: StageBacklog, topic: TopicBacklog) -> str:
    """Say how many records of a topic wait for a stage, since when, and whether anybody is to read them."""
    count = at_most(topic.records, exact=topic.exact)
    least = "" if topic.exact else "at most "
    zh = f"{stage.stage}：{topic.topic} 中 {count} 条未读"
    en = f"{stage.stage}: {least}{counted(topic.records, 'record')} of {topic.topic} unread"
    if topic.oldest is not None:
        age = for_how_long(time.time() - topic.oldest / 1000)
        zh, en = f"{zh}，最早的已等待 {age}", f"{en}, the oldest for {age}"
    if not stage.members:
        return told(f"{zh}；没有运行 {stage.stage} 的工作进程", f"{en}; no worker runs {stage.stage}")
    if not topic.read:
        return told(f"{zh}；没有工作进程订阅其全部分区", f"{en}; no worker reads all of its partitions")
    return told(zh, en)


def looking_on(stages: Sequence[StageBacklog]) -> None:
    """Tell who waits for outcomes whether anybody works on them, and what waits where."""
    idle = stages_without_workers(stages)
    workers = " ".join(f"{stage.stage} {stage.members}" for stage in stages)
    if idle:
        line = told(
            f"没有工作进程运行：{idle}；在此之前所发布的记录不会被处理",
            f"no worker runs {idle}: rows wait until one does",
        )
    else:
        line = told(f"等待结果；工作进程：{workers}", f"waiting for the outcomes; workers: {workers}")
    for text in (line, *_waiting_lines(stages)):
        ERRORS.print(text, markup=False, soft_wrap=True)


def undecided_lines(stages: Sequence[StageBacklog]) -> list[str]:
    """Say where what was published is, when somebody has waited long enough; nothing of it is lost."""
    idle = stages_without_workers(stages)
    lines = [told(f"没有工作进程运行：{idle}", f"no worker runs {idle}")] if idle else []
    later = told(
        "记录未丢失，稍后可查：creditbus ledger --files", "nothing is lost; see later: creditbus ledger --files"
    )
    return [*lines, *_waiting_lines(stages), later]


def _waiting_lines(stages: Sequence[StageBacklog]) -> list[str]:
    return [waiting_line(stage, topic) for stage in stages for topic in stage.topics if topic.records]
