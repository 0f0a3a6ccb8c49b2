"""What is said of configurations and kinds of sources."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_KIND = Message(
    "没有类型 {name!r}",
    "there is no kind {name!r}",
)
KNOWN_ARE = Message(
    "可选：{known}",
    "known are {known}",
)
KIND_TAKEN = Message(
    "类型 {name!r} 已被占用",
    "kind {name!r} is already taken",
)
REMOVE_ONE = Message(
    "请去掉两个软件包之一",
    "remove one of the two packages",
)
