"""What is said of topics of other clusters."""

from __future__ import annotations

from creditbus.topics.text import Message

NEEDS_REGISTRY = Message(
    "format 为 avro 时需要 registry",
    "format avro needs registry",
)
USER_AND_PASSWORD = Message(
    "user 与 password 须同时给出，并需要 SASL 的 security",
    "user and password belong together, and to a security of SASL",
)
NO_DECIMAL = Message(
    "{path!r} 不是 Kafka Connect 的 Decimal 数",
    "{path!r} is not a number as Decimal of Kafka Connect writes it",
)
NO_SCHEMA = Message(
    "其中的 schema 不是 Kafka Connect 的模式",
    "has a schema that is not one of Kafka Connect",
)
OF_NO_YEAR = Message(
    "含有公元 1 至 9999 年以外的日期或时刻",
    "holds a day or moment outside of the years 1 to 9999",
)
NOT_REACHED = Message(
    "不能读取：{said}",
    "cannot be read: {said}",
)
CHECK_SERVERS = Message(
    "请检查 settings.bootstrap_servers 与 security；再次运行时不会遗漏，也不会重复",
    "check settings.bootstrap_servers and security; run again: nothing is lost or sent twice",
)
NO_TOPIC = Message(
    "没有主题 {topic}，或无权查看",
    "there is no topic {topic}, or it may not be seen",
)
CHECK_TOPIC = Message(
    "请检查 settings.topic",
    "check settings.topic",
)
MADE_AGAIN = Message(
    "分区 {partition} 只到 {end}，而已读到 {start}：主题被重新创建",
    "partition {partition} ends at {end}, and {start} was read: the topic was made again",
)
BEGIN_AGAIN = Message(
    "请用 creditbus connector reset 从头读取",
    "creditbus connector reset begins from the start",
)
OTHER_KIND = Message(
    "是另一种来源的位置",
    "is the position of another kind of source",
)
RECORDS = Message(
    "{topic}：{partitions} 个分区，{count:,} 条记录",
    "{topic}: {partitions} partitions, {count:,} records",
)
NO_ROWS = Message(
    "{topic} 最新的记录中没有可读的行",
    "no row can be read among the newest records of {topic}",
)
ROWS_READ = Message(
    "最新的记录中有 {count} 行，{columns} 列",
    "{count} rows among the newest records, {columns} columns",
)
EXPIRED = Message(
    "分区 {partition} 有 {count:,} 条记录在读取前已过期：其保留时间短于两次运行之间的时间",
    "{count:,} records of partition {partition} expired before they were read: they are kept for less than the time "
    "between two runs",
)
DELETED = Message(
    "{count} 条删除已记下：creditbus connector vanished 列出可撤回的记录",
    "{count:delete} noted: creditbus connector vanished lists the records that may be withdrawn",
)
DELETES_NOT_NOTED = Message(
    "{count} 条删除未记下：请设置 settings.state",
    "{count:delete} not noted: set settings.state",
)
TRUNCATED = Message(
    "来源表被清空了 {count} 次：其记录不会因此撤回",
    "the table was emptied {count:time}: no record is withdrawn for that",
)
WITHOUT_KEY = Message(
    "{count} 条删除没有键，无法得知删除了哪一行",
    "{count:delete} without a key: nobody can say of which row",
)
NOT_FRAMED = Message(
    "不是注册中心的 Avro 格式",
    "not Avro in the form of a registry",
)
DAMAGED_AVRO = Message(
    "不能按模式 {number} 读取",
    "cannot be read by schema {number}",
)
NOT_AN_ENVELOPE = Message(
    "不是 Debezium 的信封：没有 op",
    "not an envelope of Debezium: it has no op",
)
UNKNOWN_OP = Message(
    "Debezium 的 op {op!r} 未知",
    "an op of Debezium that is not known: {op!r}",
)
TOO_LARGE = Message(
    "超过 settings.row_bytes",
    "is larger than settings.row_bytes",
)
BINARY = Message(
    "列 {name} 是二进制内容",
    "column {name} is binary",
)
AT_OFFSET = Message(
    "偏移 {offset}：{problem}",
    "offset {offset}: {problem}",
)
INCREMENTAL = Message(
    "主题只给出新的记录；要得知删除，请设置 settings.state",
    "a topic gives what is new; to know of deletes, set settings.state",
)
STATE_UNUSABLE = Message(
    "不能使用：{error}",
    "cannot be used: {error}",
)
CHECK_STATE = Message(
    "请检查 settings.state；删除该文件后，此前的删除不再提出",
    "check settings.state; without that file, earlier deletes are not proposed any more",
)
