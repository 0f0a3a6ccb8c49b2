"""What the demonstration and the preparation of a bus say."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_SUCH_ITEM = Message(
    "目录中没有 {unknown!r}",
    "{unknown!r} is not in the catalogue",
)
CATALOGUE_HAS = Message(
    "目录中有 {catalogue}",
    "the catalogue has {catalogue}",
)
NO_SUCH_DEPARTMENT = Message(
    "没有部门 {unknown!r}",
    "{unknown!r} is not a department",
)
STANDS_STILL = Message(
    "已不再工作：{published:,} 个事件中 {outcomes:,} 个有结果",
    "does nothing any more: {outcomes:,} of {published:,} events have an outcome",
)
GENERATING = Message(
    "正在生成各部门的文件",
    "generating the files of the departments",
)
NO_FILES = Message(
    "没有所需的文件",
    "holds none of the files",
)
KNOWN = Message(
    "认识的有：{known}",
    "known: {known}",
)
NOT_OURS = Message(
    "不是演示用的文件夹",
    "is not a folder of the demonstration",
)
MOVE_IT_AWAY = Message(
    "请移走它，或设置 CREDITBUS_HOME",
    "move it away, or set CREDITBUS_HOME",
)
AWAITING = Message(
    "正在等待每个事件都有结果",
    "waiting until every event has its outcome",
)
APPLYING = Message(
    "正在创建主题、登记模式",
    "applying topics and schemas",
)
ENDED_WITH = Message(
    "已退出，退出码 {returncode}",
    "ended with code {returncode}",
)
SEE_LOG = Message(
    "见 {log}",
    "see {log}",
)
COMES_BACK = Message(
    "曾是订阅方，其当时的 {topic} 仍在",
    "was a subscriber before, and its {topic} of that time is still there",
)
DELETE_ITS_FEED = Message(
    "请先移走该文件，运行 `creditbus topics remove {topic}`，再放回；或者另取一个 id",
    "take the file away, run `creditbus topics remove {topic}`, and put it back; or choose another id",
)
DECLARE_IT = Message(
    "请在 topics/departments 中声明",
    "declare it in topics/departments",
)
LEFT_OUT = Message(
    "未使用：{others}（演示认识 {known}）",
    "left out: {others} (the demonstration knows {known})",
)
PUBLISHED = Message(
    "已发布 {rows:>7,} 行  {rate:>8,.0f} 行/秒  {connector}",
    "published {rows:>7,} rows  {rate:>8,.0f} rows/s  {connector}",
)
ONE_CHANGE = Message(
    "同一变化在两个订阅流中：{subject} 的 {item}",
    "one change in two feeds: {item} of {subject}",
)
PASSAGE = Message(
    "{count:,} 个事件从文件到订阅流用时 {seconds:.1f} 秒：每秒 {rate:,.0f} 个事件",
    "{count:,} events from file to feed in {seconds:.1f} s: {rate:,.0f} events/s",
)
BALANCES = Message(
    "账本平衡",
    "the ledger balances",
)
DOES_NOT_BALANCE = Message(
    "账本不平衡",
    "the ledger does not balance",
)
EVERY_COUNT_IS_TRUE = Message(
    "每个计数都与生成的文件应有的计数一致",
    "every count is the one that the generated files were made to have",
)
OTHER_COUNT = Message(
    "{department}：{outcome} 应为 {count}，账本为 {actual}",
    "{department}: {outcome} should be {count}, the ledger says {actual}",
)
FIELD = Message(
    "字段",
    "field",
)
SAYS_NOTHING = Message(
    "没有说明原因",
    "it says nothing",
)
NOTHING_TO_SIGN = Message(
    "{subscriber} 的订阅流没有记录，未生成清单",
    "the feed of {subscriber} holds no record, and has no manifest",
)
VERIFIED = Message(
    "{signer} 签名的 {feed} 第 {number} 号清单核对相符：{count:,} 条记录，无一缺失，无一被改动",
    "manifest {number} of {feed}, signed by {signer}, is verified: {count:record}, none missing, none altered",
)
MOVED = Message(
    "{name} 由 {before} 迁至 {after}：{feed} 中其 {count:,} 条记录全部撤回",
    "{name} moves from {before} to {after}: {feed} takes back what it showed of it, {count:record}",
)
STILL_SHOWN = Message(
    "{name} 由 {before} 迁至 {after}，{feed} 仍示出其 {left:,} 条记录",
    "{name} moves from {before} to {after}, and {feed} still shows {left:record} of it",
)
ENDED = Message(
    "到 {day}，{feed} 中 {count:,} 条行政处罚的公示期届满，全部撤回",
    "on {day} the publication of {count:record} in {feed} has ended, and the feed takes them back",
)
NOT_ENDED = Message(
    "到 {day}，{feed} 中仍示出 {left:,} 条公示期届满的行政处罚",
    "on {day} {feed} still shows {left:record} whose publication has ended",
)
NOT_VERIFIED = Message(
    "{signer} 签名的 {feed} 第 {number} 号清单核对不符：{faults} 处有误",
    "manifest {number} of {feed}, signed by {signer}, is not verified: {faults:fault}",
)
