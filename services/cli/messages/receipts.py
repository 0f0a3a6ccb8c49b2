"""What `creditbus feed receipts` says."""

from __future__ import annotations

from creditbus.topics.text import Message

RECEIPTS = Message(
    "{count:,} 条撤回：{confirmed:,} 条已确认，{unconfirmed:,} 条未确认，其中列出 {late:,} 条",
    "{count:retraction}: {confirmed:,} confirmed, {unconfirmed:,} unconfirmed, {late:,} listed",
)
FOREIGN = Message(
    "{topic} 上有 {count:,} 条记录不是该订阅方的回执，已略过",
    "{count:record} on {topic} were passed over: they are not receipts of this subscriber",
)
SUBSCRIBER = Message(
    "订阅方",
    "subscriber",
)
RETRACTIONS = Message(
    "撤回",
    "retractions",
)
UNCONFIRMED = Message(
    "未确认",
    "unconfirmed",
)
LATE = Message(
    "其中逾期",
    "late",
)
OLDEST = Message(
    "最久",
    "oldest",
)
DAYS = Message(
    "{count} 天",
    "{count:day}",
)
HOURS = Message(
    "{count} 小时",
    "{count:hour}",
)
MINUTES = Message(
    "{count} 分钟",
    "{count:minute}",
)
SECONDS = Message(
    "{count} 秒",
    "{count:second}",
)
