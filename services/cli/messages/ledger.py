"""What `creditbus ledger` and `waiting` says."""

from __future__ import annotations

from creditbus.topics.text import Message

LOSS = Message(
    "{topic}：{least}{records:,} 条记录未读即过期，请重新报送；见 docs/runbooks/records-expired.md",
    "{topic}: {least}{records:record} expired before they were read; have them sent again; see "
    "docs/runbooks/records-expired.md",
)
NOT_GIVEN = Message(
    "没有给出",
    "is not given",
)
SAY_WHAT_WAS_DONE = Message(
    "请说明如何处理了这次丢失",
    "say what was done about the loss",
)
NOTHING_LOST_OF = Message(
    "{topic!r} 没有丢失记录",
    "{topic!r} has lost nothing",
)
TOPICS_WITH_LOSSES = Message(
    "有丢失的主题：{lost}",
    "topics that have: {lost}",
)
LOSS_ACCEPTED = Message(
    "{topic}：{many} 条记录未读即过期，已处理：{accepted}",
    "{topic}: {many} expired unread, accepted: {accepted}",
)
LOSS_UNKNOWN = Message(
    "{topic}：主题曾被重建，原主题未读记录数不详；见 docs/runbooks/topic-recreated.md",
    "{topic} was created again; what was unread of the one before is not known; see docs/runbooks/topic-recreated.md",
)
BALANCED = Message(
    "平衡",
    "balanced",
)
NOT_BALANCED = Message(
    "不平衡：",
    "NOT BALANCED: ",
)
YES = Message(
    "是",
    "yes",
)
NO = Message(
    "否",
    "NO",
)
RUN_GAP = Message(
    "批次 {run}：已发布 {published:,} 条，已收到 {received:,} 条",
    "run {run}: {received:,} received of {published:,} published",
)
MORE_RUNS = Message(
    "另有 {more:,} 个批次（--json）",
    "and {more:run} more (--json)",
)
NO_WORKER_RUNS = Message(
    "没有工作进程运行：{idle}",
    "no worker runs: {idle}",
)
WAITING_UNREAD = Message(
    "{least}{unread:,} 条未读",
    "{least}{unread:record} waiting unread",
)
WITHOUT_OUTCOME = Message(
    "{left:,} 条尚无结果",
    "{left:event} without an outcome yet",
)
EXPIRED_UNREAD = Message(
    "{least}{lost:,} 条未读即过期",
    "{least}{lost:record} expired unread",
)
CREATED_AGAIN = Message(
    "{named} 曾被重建，丢失数不详",
    "{named} created again, nobody knows what was unread",
)
PUBLISHED_AND_NOWHERE = Message(
    "{missing:,} 条已发布而下落不明",
    "{missing:record} published and nowhere",
)
LEDGER_OPEN = Message(
    "账本末尾仍在未结束的事务之后，请稍后再查",
    "the ledger's end is behind a transaction: ask again",
)
REJECTED_BY = Message(
    "{name}：退回原因 {listed}",
    "{name}: rejected by {listed}",
)
NOTHING_LOST = Message(
    "记录未丢失，稍后可查：creditbus ledger --files",
    "nothing is lost; see later: creditbus ledger --files",
)
NO_WORKER_ROWS_WAIT = Message(
    "没有工作进程运行：{idle}；在此之前所发布的记录不会被处理",
    "no worker runs {idle}: rows wait until one does",
)
WAITING_FOR_OUTCOMES = Message(
    "等待结果；工作进程：{workers}",
    "waiting for the outcomes; workers: {workers}",
)
NO_WORKER_OF = Message(
    "没有工作进程运行：{idle}",
    "no worker runs {idle}",
)
TOTALS = Message(
    "{parked:,} 行待登记，{held:,} 行待原记录",
    "{parked:row} parked, {held:,} held",
)
ROW = Message(
    "第 {row} 行",
    "row {row}",
)
FOR_REGISTRATION = Message(
    "待登记：{code}",
    "waits for the registration of {code}",
)
FOR_LEGACY_CODE = Message(
    "待登记给出旧代码 {code}",
    "waits for a registration that names the legacy code {code}",
)
FOR_ANOTHER = Message(
    "待其所涉的记录：{code}  {record}",
    "waits for the record that it acts on, {record} of {code}",
)
FOR_RECORD = Message(
    "待原记录：{code}  {record}",
    "waits for the record {record} of {code}",
)
DAYS = Message(
    "{count:.0f} 天",
    "{count:.0f} d",
)
HOURS = Message(
    "{count:.0f} 小时",
    "{count:.0f} h",
)
MINUTES = Message(
    "{count:.0f} 分钟",
    "{count:.0f} min",
)
SECONDS = Message(
    "{count:.0f} 秒",
    "{count:.0f} s",
)
AT_MOST = Message(
    "至多 ",
    "at most ",
)
UNREAD = Message(
    "{stage}：{topic} 中 {least}{records:,} 条未读",
    "{stage}: {least}{records:record} of {topic} unread",
)
OLDEST_WAITS = Message(
    "，最早的已等待 {age}",
    ", the oldest for {age}",
)
NO_WORKER_OF_STAGE = Message(
    "；没有运行 {stage} 的工作进程",
    "; no worker runs {stage}",
)
NO_WORKER_READS_ALL = Message(
    "；没有工作进程订阅其全部分区",
    "; no worker reads all of its partitions",
)
NONE_HAS = Message(
    "无",
    "none has",
)
