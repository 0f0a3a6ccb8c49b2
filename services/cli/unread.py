"""How what waits unread is told, by `ledger` and by whoever waits for outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.language import counted, told

if TYPE_CHECKING:
    from creditbus.services.query.backlog import StageBacklog, TopicBacklog

__all__ = ["at_most", "for_how_long", "stages_without_workers", "waiting_line"]

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
