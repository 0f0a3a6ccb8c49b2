"""What is said of mappings."""

from __future__ import annotations

from creditbus.topics.text import Message

DIFFER_BY_CASE = Message(
    "仅大小写不同，而映射使用其中之一",
    "differ by case alone, and the mapping uses one of them",
)
RENAME_ONE = Message(
    "请改名，或去掉其中一列",
    "rename one, or leave it out",
)
LOOKUP = Message(
    "对照表{problem}",
    "lookup table {problem}",
)
LOOKUP_NO_COLUMN = Message(
    "对照表没有列 {name!r}",
    "lookup table has no column {name!r}",
)
LOOKUP_HAS = Message(
    "现有：{have}",
    "it has: {have}",
)
LOOKUP_TWICE = Message(
    "对照表第 {number} 行的键在上文有不同的值",
    "lookup table gives the key of its row {number} another value above",
)
LEAVE_ONE = Message(
    "请只保留其中之一",
    "leave one of the two",
)
