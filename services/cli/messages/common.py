"""What several commands, or the command line itself say."""

from __future__ import annotations

from creditbus.topics.text import Message

MOVED = Message(
    "{home} 的服务器已换了地址，Kafka 在 {kafka}：改用新地址继续",
    "the servers of {home} have other addresses now, Kafka is at {kafka}: going on with these",
)
MOVED_AWAY = Message(
    "服务器已换了地址，Kafka 在 {kafka}；本命令所用的地址不再有效",
    "the servers have other addresses now, Kafka is at {kafka}; those that this command uses are dead",
)
RUN_AGAIN = Message(
    "请再次运行本命令",
    "run the command again",
)
NOT_GIVEN = Message(
    "没有给出",
    "is not given",
)
GIVE_IT = Message(
    "请给出，或不用 --yes，由命令询问",
    "give it, or leave out --yes to be asked",
)
NOT_KNOWN = Message(
    "没有 {answer!r}",
    "{answer!r} is not known",
)
ONE_OF = Message(
    "可选：{names}",
    "one of: {names}",
)
THERE_IS_NO = Message(
    "  没有 {answer}；可选：",
    "  there is no {answer}; there are: ",
)
NOT_A_FOLDER = Message(
    "{data} 不是文件夹",
    "{data} is not a folder",
)
GIVE_THE_FILES = Message(
    "请给出各部门文件所在的文件夹",
    "give the folder of the departments' files",
)
PACKAGE_MISSING = Message(
    "运行本机服务器需要它",
    "is needed to run local servers",
)
INSTALL_PACKAGE = Message(
    "请用 `pip install 'creditbus[embedded]'` 安装",
    "install it with `pip install 'creditbus[embedded]'`",
)
NOT_A_MOMENT = Message(
    "{text!r} 不是时刻",
    "{text!r} is not a moment",
)
MOMENT_LIKE = Message(
    "写法如 2026-03-05 10:00（本市时间）或 2026-03-05T02:00:00Z",
    "write it like 2026-03-05 10:00, in the city's time, or 2026-03-05T02:00:00Z",
)
NOT_A_LANGUAGE = Message(
    "creditbus 不支持语言 {name!r}",
    "{name!r} is not a language of creditbus",
)
ONE_OF_2 = Message(
    "可选：{languages}",
    "one of: {languages}",
)
NOT_A_LEVEL = Message(
    "不是日志级别",
    "is not a level of logging",
)
ONE_OF_LEVELS = Message(
    "可用：{levels}",
    "one of: {levels}",
)
NOT_A_STAGE = Message(
    "没有环节 {unknown!r}",
    "{unknown!r} is not a stage",
)
STAGES = Message(
    "可选：{stages}",
    "choose from {stages}",
)
BETWEEN_NAMES = Message("、", ", ")
BETWEEN_CLAUSES = Message("；", "; ")
SERVING = Message(
    "指标端口 {port}，每 {every:g} 秒重新读取",
    "metrics at port {port}, read again every {every:g} s",
)
NOT_A_DURATION = Message(
    "{text!r} 不是可用的时长",
    "{text!r} is not a length of time that will do",
)
DURATION_LIKE = Message(
    "请写成 90s、30m、1h 或 1d，至少 {least} 秒",
    "write 90s, 30m, 1h or 1d, at least {least:second}",
)
WRITE_ELSEWHERE = Message(
    "请另选位置，或让运行本命令的账户可以在此读写",
    "choose another place, or let the account of this command read and write there",
)
GOES_BY = Message(
    "{why}；本命令按{by}工作",
    "{why}; this command goes by {by}",
)
EXAMPLE_CITY = Message(
    "产品自带的示例城市",
    "the example city that comes with creditbus",
)
LAST_SEEN_CITY = Message(
    "上次在该总线上见到的声明（第 {version} 版）",
    "the declarations that were last seen on this bus, version {version}",
)
NOTHING_PUBLISHED = Message(
    "{servers} 的 Kafka 上还没有发布城市声明（由运维人员用 `creditbus topics apply` 发布）",
    "no city's declarations are published yet on Kafka at {servers} (the operator does so by `creditbus topics apply`)",
)
