"""What is said of folders of deliveries."""

from __future__ import annotations

from creditbus.topics.text import Message

NOT_A_FOLDER = Message(
    "不是文件夹",
    "is not a folder",
)
CHECK_PATH = Message(
    "请检查 settings.path",
    "check settings.path",
)
CHANGED = Message(
    "在读取时发生变化",
    "changed while it was read",
)
RUN_AGAIN_WHOLE = Message(
    "请再次运行：届时会完整读取",
    "run again: it is then read whole",
)
COMPLETE_FILES = Message(
    "{path}：{count} 个完整的文件，{waiting} 个尚不完整",
    "{path}: {count} complete files, {waiting} not complete yet",
)
PATTERN_INSIDE = Message(
    "pattern 不得超出文件夹",
    "a pattern stays inside the folder",
)
INCREMENTAL = Message(
    "文件夹只读取新到的文件，每个一次",
    "a folder reads the files that arrive, each once",
)
OF_FILE = Message(
    "{name}：{said}",
    "{name}: {said}",
)
RESTING = Message(
    "{count} 个文件尚在静置，未读取：静置满 {seconds:g} 秒（settings.quiet_seconds）后请再次运行",
    "{count:file} not read yet, still resting: run again after {seconds:g} s of rest (settings.quiet_seconds)",
)
WITHOUT_MARKER = Message(
    "{count} 个文件没有标记 *{marker}，未读取：放入标记后请再次运行",
    "{count:file} not read, without a marker *{marker}: put it there and run again",
)
