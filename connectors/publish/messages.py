"""What is said of publishing."""

from __future__ import annotations

from creditbus.topics.text import Message

MAY_NOT_PUBLISH = Message(
    "{department} 无权发布 {item!r}",
    "{department} may not publish {item!r}",
)
MAY_PUBLISH = Message(
    "可发布：{entitled}",
    "it may publish: {entitled}",
)
STOPPED = Message(
    "发布中断：{name}：“{error}”",
    "publishing stopped: {name}: {error}",
)
NOTHING_LOST = Message(
    "请再次运行：不会丢失，也不会重复发送",
    "run again: nothing is lost, nothing is sent twice",
)
TAKEN_OVER = Message(
    "另一个进程已接管此连接器",
    "another process has taken over this connector",
)
ONE_AT_A_TIME = Message(
    "请同时只运行一个",
    "let only one run at a time",
)
NOTHING_SEE_DEPARTMENTS = Message(
    "无；见 topics/departments",
    "nothing; see topics/departments",
)
