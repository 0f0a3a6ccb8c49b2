"""What is said of a connector's memory."""

from __future__ import annotations

from creditbus.topics.text import Message

KEPT_DAMAGED = Message(
    "所存的 {place} 已损坏",
    "what it keeps of {place} is damaged",
)
OTHER_LAYOUT = Message(
    "布局为 {layout}，此版本只能读取 {newest_layout}",
    "has layout {layout}, this version reads {newest_layout}",
)
DELETE_IT = Message(
    "请删除它",
    "delete it",
)
FILE_UNUSABLE = Message(
    "不能使用：“{error}”",
    "cannot be used: {error}",
)
FREE_THE_DISK = Message(
    "请清理磁盘，或{fix}",
    "free the disk, or {fix}",
)
DELETE_THE_FILE = Message(
    "请删除该文件：之后会重新建立",
    "delete the file: it is then made again",
)
PLACE = Message(
    "{place}  第 {row} 行",
    "{place}  row {row}",
)
