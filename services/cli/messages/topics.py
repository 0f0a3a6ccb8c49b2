"""What `creditbus topics` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

NEW_TOPIC = Message(
    "+ 主题  {topic}（{partitions} 个分区，{kind}）",
    "+ topic  {topic} ({partitions} partitions, {kind})",
)
CHANGED_SETTING = Message(
    "~ 主题  {topic}：{key} {present} -> {wanted}",
    "~ topic  {topic}: {key} {present} -> {wanted}",
)
CHANGED_QUOTA = Message(
    "~ 订阅方 {subscriber}（{kind}）：每秒可读字节 {present} -> {wanted}",
    "~ subscriber  {subscriber} ({kind}): bytes read a second {present} -> {wanted}",
)
NEW_SCHEMA = Message(
    "+ 模式 {subject}",
    "+ schema {subject}",
)
PUBLISHED = Message(
    "声明版本 {version} 已发布，所有环节均按其工作",
    "version {version} of the declarations is published, and all stages work by it",
)
TAKEN_UP = Message(
    "声明版本 {version} 已发布；{known} 个分道中 {there} 个已按其工作，其余在工作进程运行后采用",
    "version {version} of the declarations is published; {there} of {known} lanes work by it, the others "
    "will when their worker runs",
)
NOT_TAKEN_UP = Message(
    "声明版本 {version} 已发布；工作进程启动后采用",
    "version {version} of the declarations is published; workers take it up when they start",
)
VERSION = Message(
    "版本 {version}  {published_at}  {lanes} 个分道按其工作",
    "version {version}  {published_at}  {lanes} lanes work by it",
)
REMOVE = Message(
    "永久删除主题 {topic} 及其全部内容？",
    "delete the topic {topic} and everything in it for good?",
)
REMOVED = Message(
    "已删除 {topic}，最多含 {count:,} 条记录",
    "deleted {topic}, which held {count:record} at most",
)
NO_STAGE_READS = Message(
    "没有环节读取 {topic}",
    "no stage reads {topic}",
)
STAGES_READ = Message(
    "各环节读取：{topics}",
    "stages read {topics}",
)
JUDGED_BY = Message(
    "{stage} 按声明版本 {version} 判断",
    "{stage} judges it by version {version} of the declarations",
)
NOT_JUDGED = Message(
    "{stage} 尚未在此处采用任何已发布的版本",
    "{stage} has not taken up a published version there",
)
NO_FOLDER = Message(
    "未指定城市目录（--city 或 CREDITBUS_CITY）：按总线上的第 {version} 版声明，目录中的改动没有计入",
    "no folder of a city was given (--city or CREDITBUS_CITY): this goes by version {version} of the declarations on "
    "the bus, and knows nothing of changes in a folder",
)
AS_DECLARED = Message(
    "主题与模式均与声明一致",
    "topics and schemas are as declared",
)
NO_ITEM_NAMES_ROLE = Message(
    "目录中没有事项写出这一职能",
    "no item of the catalogue names this role",
)
ITEM_WITHOUT_ROLE = Message(
    "目录中没有写出这一职能的事项 {item!r}",
    "the catalogue has no item {item!r} that names this role",
)
NAME_THE_ROLE = Message(
    "请改正事项标识，或在其 item.yaml 的 entitled_roles 中写出此职能",
    "correct the item's id, or name the role under entitled_roles in its item.yaml",
)
NO_CREDIT_CODE = Message(
    "{code} 不是有效的统一社会信用代码",
    "{code} is not a valid unified social credit code",
)
COPY_THE_CODE = Message(
    "请按登记证书核对代码",
    "compare it with the certificate of registration",
)
SPEAKS_FOR_NOBODY = Message(
    "没有给出，也没有 speaks_for：{item} 的每一行写有决定机关代码，都会被退回",
    "is not given, nor is speaks_for: every row of {item} names its authority and would be refused",
)
GIVE_CODES = Message(
    '请给出本部门代码，并在 speaks_for 中写出所代表的其他机关，或写 ["all"]',
    'give the department\'s own code, and under speaks_for those of other authorities that it speaks for, or ["all"]',
)
NOTHING_TO_COMPARE = Message(
    "尚未发布过任何版本：没有订阅流可供比较",
    "nothing has been published yet: there are no feeds to compare with",
)
NOT_COUNTED = Message(
    "未统计记录数：{why}",
    "records are not counted: {why}",
)
VERSION_NUMBER = Message(
    "版本 {version}",
    "version {version}",
)
#: Of a subscriber, by what a version does to its grant (`topics.city.grant_history.Step`).
FEED_STEPS: Final[Mapping[str, Message]] = {
    "begins": Message(
        "{subscriber}：新的订阅方",
        "{subscriber}: a new subscriber",
    ),
    "changes": Message(
        "{subscriber}：授权变更",
        "{subscriber}: the grant changes",
    ),
    "ends": Message(
        "{subscriber}：不再是订阅方，此后什么也收不到，撤回也收不到；要先收回记录，请先让授权到期（valid_until）",
        "{subscriber}: no subscriber any more, gets nothing from then on, not even retractions; to take its records "
        "back, let its grant end first (valid_until)",
    ),
    "stays": Message(
        "{subscriber}：授权不变，目录改变了可见的内容",
        "{subscriber}: the grant stays, the catalogue changes what it shows",
    ),
}
#: What becomes of records, by `services.domain.feed.effects.Effect`.
EFFECTS: Final[Mapping[str, Message]] = {
    "taken": Message("撤回", "taken back"),
    "given": Message("新增", "new"),
    "altered": Message("改示", "shown otherwise"),
    "left": Message("留在对方", "left there"),
}
ITEM = Message(
    "事项",
    "item",
)
ALL_ITEMS = Message(
    "合计",
    "all",
)
ITEMS_WITHOUT = Message(
    "另有 {count:,} 个事项，没有涉及的记录",
    "and {count:other item}, of which no record is concerned",
)
NO_ITEM_HAS_ANY = Message(
    "{count:,} 个事项，没有涉及的记录",
    "{count:item}, of which no record is concerned",
)
BEGINS_LATER = Message(
    "授权自 {day} 起生效；用 `--on {day}` 统计那一天",
    "the grant begins on {day}; `--on {day}` counts by that day",
)
COUNTED = Message(
    "按 {on} 统计：{subjects:,} 个主体的 {records:,} 条记录",
    "counted by the grants of {on}, over {records:record} of {subjects:subject}",
)
STILL_RESTATING = Message(
    "{count:,} 个分道仍在按前一版本重述记录：数字以其完成之后为准",
    "records are still being brought to an earlier version in {count:lane}: the numbers hold for when that is done",
)
STILL_BEHIND = Message(
    "{count:,} 个分道尚未按已发布的版本工作：数字以其采用并落实之后为准",
    "an earlier version is still at work in {count:lane}: the numbers hold for when the published one is there, and "
    "has been brought to the records",
)
COUNTING = Message(
    "正在统计：{all:,} 个主体中的 {subjects:,} 个，{records:,} 条记录，每秒 {rate:,} 条",
    "counting: {subjects:,} of {all:subject}, {records:record}, {rate:,} a second",
)
