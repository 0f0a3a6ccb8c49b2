"""What `creditbus feed` says."""

from __future__ import annotations

from creditbus.topics.text import Message

RECORDS_BREAKS = Message(
    "{count:,} 条记录，{breaks} 处不连续",
    "{count:record}, {breaks:break}",
)
EXPIRED = Message(
    "第 {number} 号已过期删除",
    "number {number} has expired",
)
EXPIRED_SEVERAL = Message(
    "第 {first} 至 {last} 号已过期删除",
    "{first} to {last} have expired",
)
MISSING = Message(
    "缺第 {number} 号",
    "number {number} is missing",
)
MISSING_SEVERAL = Message(
    "缺第 {first} 至 {last} 号",
    "{first} to {last} are missing",
)
REPEATED = Message(
    "第 {number} 号再次出现，或次序颠倒",
    "number {number} comes again, or out of order",
)
REPEATED_SEVERAL = Message(
    "第 {first} 至 {last} 号再次出现，或次序颠倒",
    "{first} to {last} come again, or out of order",
)
CHANGED = Message(
    "第 {number} 号与前一条不衔接：两者之一被改动",
    "number {number} does not follow from the one before it: one of the two was changed",
)
CHANGED_SEVERAL = Message(
    "第 {first} 至 {last} 号与前一条不衔接：两者之一被改动",
    "{first} to {last} do not follow from the one before: one of the two was changed",
)
PARTITION = Message(
    "分区 {partition}：",
    "partition {partition}: ",
)
ALL_EXPIRED = Message(
    "全部记录均已过期删除",
    "all records that it held have expired",
)
