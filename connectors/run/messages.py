"""What is said of runs."""

from __future__ import annotations

from creditbus.topics.text import Message

SOURCE_CHANGED = Message(
    "来源在读取时发生变化",
    "the source changed while it was read",
)
RUN_AGAIN_SENT_WHOLE = Message(
    "请再次运行：届时会完整发送",
    "run again: it is then sent whole",
)
MANDATORY_MISSING = Message(
    "缺必填列 {missing}{unused}",
    "no column for mandatory {missing}{unused}",
)
COLUMN_GONE = Message(
    "上次完整运行时有 {named}，现已不在{unused}",
    "the last complete run had {named}, which is gone{unused}",
)
NAME_OR_ACCEPT = Message(
    "请在 overrides.content 中指明一列；或用 {accept_columns}，各行将被退回",
    "name one in overrides.content, or {accept_columns}: rows are refused",
)
NAME_NEW_OR_ACCEPT = Message(
    "请在 overrides.content 中指明新的列；或用 {accept_columns}，该字段将被清空",
    "name the new column in overrides.content, or {accept_columns}: the field is then emptied",
)
NUMBER_IN_NAME = Message(
    "文件名含有公民身份号码",
    "its name holds a citizen's number",
)
RENAME_FILE = Message(
    "请改名：文件名会被发送",
    "rename it: names are sent",
)
NOT_USED = Message(
    "；未使用：{names}",
    "; not used: {names}",
)
MAY_SPEAK_OF_PERSON = Message(
    "{detail}；其中可能涉及个人，因此不发送其内容",
    "{detail}; it may speak of a person, so nothing of it is sent",
)
CELL_WITH_HALF = Message(
    "单元格含有半个字符",
    "a cell holds half a character",
)
EVENT_TOO_LONG = Message(
    "作为事件为 {size:,} 字节，上限为 {most:,}",
    "{size:,} bytes as an event; the limit is {most:,}",
)
