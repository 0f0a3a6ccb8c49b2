"""What is said of secrets."""

from __future__ import annotations

from creditbus.topics.text import Message

EMPTY = Message(
    "为空",
    "is empty",
)
A_SECRET = Message(
    "它保存此连接器的密钥",
    "it holds a secret of this connector",
)
NOT_SET = Message(
    "没有设置",
    "is not set",
)
UNREADABLE = Message(
    "不能读取",
    "cannot be read",
)
