"""What is said of the servers of one machine."""

from __future__ import annotations

from creditbus.topics.text import Message

STARTING = Message(
    "正在启动 {name}",
    "starting {name}",
)
ANSWERS_AT = Message(
    "{name} 在 {address} 应答",
    "{name} answers at {address}",
)
ENDED_STARTING = Message(
    "启动时退出",
    "ended while starting",
)
SEE_LOG = Message(
    "见 {log}",
    "see {log}",
)
NO_ANSWER_AFTER = Message(
    "{start_seconds:.0f} 秒后仍没有应答",
    "does not answer after {start_seconds:.0f} s",
)
ITS_STORAGE = Message(
    "它的数据在 {data}",
    "its storage is {data}",
)
UNSAFE_PATH = Message(
    "路径中含有 {unsafe!r}",
    "has a {unsafe!r} in its path",
)
ANOTHER_DIRECTORY = Message(
    "请换一个目录",
    "choose another directory",
)
OTHER_BROKERS = Message(
    "{home} 是以 {brokers} 个节点建立的",
    "{home} was made with {brokers}",
)
LEAVE_OPTION_OUT = Message(
    "请不用该选项，或将 CREDITBUS_HOME 设为另一个目录",
    "leave the option out, or set CREDITBUS_HOME to another directory",
)
BEGIN_ANEW = Message(
    "如不需要其中的数据，可删除 {home} 重新开始",
    "remove {home} to begin again without its data",
)
UNREADABLE = Message(
    "不能读取",
    "cannot be read",
)
NO_REDIS = Message(
    "没有 6.2 或更高版本的 Redis",
    "there is no Redis 6.2 or later",
)
FETCHING = Message(
    "正在用 Maven 获取 Kafka 和登记处，本机只需一次（日志：{log}）",
    "fetching Kafka and the registry with Maven, once on this machine (log: {log})",
)
FETCHED = Message(
    "获取完成",
    "fetched",
)
NO_JAVA = Message(
    "没有安装 Java 运行环境",
    "the Java runtime is not installed",
)
NO_MAVEN = Message(
    "获取 Kafka 和登记处时需要用它一次，但 PATH 中没有",
    "is needed once to fetch Kafka and the registry, and is not on PATH",
)
INSTALL_MAVEN = Message(
    "请安装 Maven 3.6 或更高版本（Debian：`apt-get install maven`）",
    "install Maven 3.6 or later (Debian: `apt-get install maven`)",
)
SEE_LOG_AND_RETRY = Message(
    "见 {log}，然后再试",
    "see {log}, then try again",
)
TOO_SLOW = Message(
    "30 分钟内没有完成",
    "did not finish within 30 minutes",
)
STOPPING = Message(
    "正在停止",
    "stopping",
)
ENDED = Message(
    "{name} 已退出，见 {log}",
    "{name} ended, see {log}",
)
INSTALL_IT = Message(
    "请用 `pip install 'creditbus[embedded]'` 安装",
    "install it with `pip install 'creditbus[embedded]'`",
)
NOT_FORMATTED = Message(
    "无法格式化其存储：“{said}”",
    "could not format its storage: {said}",
)
