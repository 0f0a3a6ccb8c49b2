"""What is said of a worker that cannot start."""

from __future__ import annotations

from creditbus.topics.text import Message

OTHER_PARTITIONS = Message(
    "有 {partitions} 个分区，而 {ledger} 有 {lanes} 个",
    "has {partitions} partitions, {ledger} has {lanes}",
)
MAKE_EQUAL = Message(
    "一个通道是所有主题的同一分区号：分区数应相同",
    "a lane is one partition number of all topics: make them equal",
)
NOT_A_KEY = Message(
    "不是密钥",
    "is not a key",
)
GIVE_A_KEY = Message(
    "请给出十六进制的 {key_bytes} 个字节",
    "give {key_bytes} bytes in hexadecimal",
)
RESTORE_KEY_FILE = Message(
    "请从备份恢复，或设置 {variable}；不要新建：同一个人会得到另一个标识",
    "restore it from a backup or set {variable}; a new key would give the same person another token",
)
KEY_FILE_FAILED = Message(
    "不能读取或新建：{strerror}",
    "cannot be read or made: {strerror}",
)
LET_HOME_WRITE = Message(
    "请让工作进程可以读写该目录，或设置 CREDITBUS_HOME",
    "let the worker read and write this folder, or set CREDITBUS_HOME",
)
PORT_TAKEN = Message(
    "不能在端口 {port} 提供：{strerror}",
    "cannot be served at port {port}: {strerror}",
)
CHOOSE_A_PORT = Message(
    "请选择未被占用的端口，或用 0 自动选择",
    "choose a port that nobody uses, or 0 for any",
)
NOT_A_DAY = Message(
    "不是日期：{value}",
    "is not a day: {value}",
)
GIVE_A_DAY = Message(
    "请写成 2019-12-31 的形式；不设置则按时钟",
    "write it as 2019-12-31, or leave it out: the clock counts then",
)
