"""What `creditbus trace` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

# -- the row that is meant ----------------------------------------------------------------------

NO_ROWS = Message(
    "{connector} 在此处没有行",
    "{connector} has no rows there",
)
NO_ROWS_FIX = Message(
    "见 `creditbus connector discover {connector}`",
    "`creditbus connector discover {connector}` shows what there is to read",
)
NO_SUCH_ROW = Message(
    "{connector} 没有第 {number} 行",
    "{connector} has no row {number}",
)
NO_SUCH_ROW_FIX = Message(
    "行号为 {first} 至 {last}，与 `creditbus connector preview` 的行号相同",
    "its rows are {first} to {last}, as `creditbus connector preview` numbers them",
)
BLANK_ROW_FIX = Message(
    "该行是空行、表头或附注；行号与 `creditbus connector preview` 的行号相同",
    "it is blank, a heading or a note; rows are numbered as in `creditbus connector preview`",
)
SEVERAL_ROWS = Message(
    "{count} 处都有第 {number} 行：{places}",
    "{count} places have a row {number}: {places}",
)
SEVERAL_ROWS_FIX = Message(
    "请加 --file 或 --sheet",
    "add --file or --sheet",
)

# -- the head and the end -----------------------------------------------------------------------

HEAD = Message(
    "{connector}：{place} 第 {row} 行，{department} 的 {item}；在内存中的空总线上，不发送任何数据",
    "{connector}: row {row} of {place}, {item} of {department}; on an empty bus in memory, nothing is sent",
)
MADE_REGISTRATION = Message(
    "空总线上没有 {codes} 的登记，故先补一条虚构登记（区划 {district}，取自代码）；加 --unregistered 则不补",
    "The empty bus has no registration of {codes}, so a made one came first (district {district}, from the digits of "
    "the code); --unregistered leaves it out",
)
OUTCOME_OF_FEEDS = Message(
    "结果：{outcome}；{feeds} 个订阅流中有 {shown} 个示出",
    "Outcome: {outcome}; {shown} of {feeds} feeds show it",
)
OUTCOME_WITHOUT_FEEDS = Message(
    "结果：{outcome}；任何订阅流均不示出",
    "Outcome: {outcome}; no feed shows it",
)
WAITS_FOR_REGISTRATION = Message(
    "等待 {code} 的登记；登记到达后自动继续",
    "It waits for the registration of {code}, and goes on by itself when that arrives",
)
WAITS_FOR_RECORD = Message(
    "等待其所涉的原记录；原记录到达后自动继续",
    "It waits for the record that it is about, and goes on by itself when that arrives",
)
TOKEN_OF_TRACE = Message(
    "自然人以代号表示；此处的代号由虚构密钥生成，与全市的不同",
    "A token stands for a natural person; this one is made with a key of the trace, not the city's",
)

# -- one hop ------------------------------------------------------------------------------------

FROM = Message("读自", "from")
PLACE_READ = Message("分区 {partition}，位置 {offset}", "partition {partition}, offset {offset}")
TELLS = Message("代码", "tells")
CODE_HELD = Message("{code} = {subject}", "{code} = {subject}")
CODE_LOST = Message("{code} 不再是 {subject} 的代码", "{code} is not of {subject} any more")
BOOKED = Message("记账", "booked")
WITHHELD = Message("不发送", "withheld")
WITHHELD_PERSON = Message(
    "自然人：除该行的位置外，不发送任何内容",
    "a natural person: nothing but the place of the row is sent",
)
REFUSED = Message("退回", "refused")
TO = Message("写入", "to")
PLACE_WRITTEN = Message("分区 {partition}（共 {partitions} 个）", "partition {partition} of {partitions}")
KEY = Message("键", "key")
HEADER = Message("消息头", "header")
SUBJECT = Message("主体", "subject")
REGISTERED = Message("已登记", "registered")
NOT_REGISTERED = Message("未登记", "not registered")
DISTRICT = Message("区划 {district}", "district {district}")
VERSION = Message("版本 {version}", "version {version}")
RECORD = Message("记录", "record")
NO_RECORD = Message("无", "none")
RECORD_STATE = Message("{state}，第 {revision} 版", "{state}, revision {revision}")
FEED = Message("订阅流", "feed")
NUMBER = Message("第 {number} 号", "number {number}")
STATE_ALONE = Message("仅示出状态", "shows its state alone")
SHOWS = Message("示出 {fields}", "shows {fields}")
MASKED = Message("带 * 的字段部分遮盖", "fields with * are masked in part")
LEFT_OUT = Message("不含 {fields}", "does not have {fields}")

#: Why a grant shows nothing of a change, by `services.domain.feed.denial.Denial`.
DENIED: Final[Mapping[str, Message]] = {
    "item": Message("无：授权不含此事项", "nothing: its grant does not name this item"),
    "not_yet": Message("无：授权自 {granted} 起", "nothing: its grant begins on {granted}"),
    "expired": Message("无：授权至 {granted} 止", "nothing: its grant ended on {granted}"),
    "consent": Message(
        "无：授权要求主体同意，没有对其有效的授权记录", "nothing: its grant asks for consent, and none to it counts"
    ),
    "subject_kind": Message("无：授权只含主体类别 {granted}", "nothing: its grant is for subjects of kind {granted}"),
    "district": Message(
        "无：授权只含区划 {granted} 的主体", "nothing: its grant is for subjects of district {granted}"
    ),
    "retracted": Message(
        "无：记录已撤销、修复或到期，不向任何人示出",
        "nothing: the record is withdrawn, repaired or expired, and shown to nobody",
    ),
    "value": Message(
        "无：整条记录不示出，其值不在“{granted}”之列",
        "nothing: the record is withheld as a whole, for its value is not of the class {granted}",
    ),
}
