"""What `creditbus profile` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

SINCE = Message(
    "自 {since}",
    "since {since}",
)
AS_DISCLOSED = Message(
    "按 {subscriber} 的授权，{on}",
    "as the grant of {subscriber} discloses it on {on}",
)
UNKNOWN = Message(
    "不详",
    "unknown",
)
PREDECESSOR = Message(
    "原主体",
    "predecessor",
)
SUCCESSOR = Message(
    "承继主体",
    "successor",
)
REVISION = Message(
    "第 {revision} 版",
    "revision {revision}",
)
WITHHELD_BELOW = Message(
    "只示于{disclosure}",
    "withheld from grants below {disclosure}",
)
THEN = Message(
    "其后 ",
    "then ",
)
STATEMENT = Message(
    "主体声明：{said}",
    "the subject states: {said}",
)
PUBLISHED_UNTIL = Message(
    "公示至 {last}",
    "published until {last}",
)
SHOWN_UNTIL = Message(
    "在此范围内示至 {last}",
    "shown until {last}",
)
PUBLISHED_WITHOUT_END = Message(
    "公示无期限",
    "published without an end",
)
PUBLICATION_ENDED_ON = Message(
    "公示至 {last} 止，已结束",
    "its publication ended with {last}",
)
PUBLICATION_ENDED = Message(
    "公示已结束；现行规则下无期限，尚未恢复",
    "its publication has ended; by the rules of now it has no end, and it is to be published again",
)
PUBLICATION_OVERDUE = Message(
    "公示应至 {last} 止，总线尚未结束",
    "its publication should have ended with {last}; the bus has not ended it yet",
)
BY_RULE = Message(
    "，依据 {rule}（{kind}）",
    ", by the rule {rule} ({kind})",
)
AS_STATED = Message(
    "，依记录所载",
    ", as the record states",
)
OBJECTION = Message(
    "异议未处理：{since} 提出，最迟 {due} 处理",
    "open objection since {since}, due on {due}",
)
OBJECTION_OVERDUE = Message(
    "异议逾期：{since} 提出，本应最迟 {due} 处理",
    "open objection since {since}, overdue: it was due on {due}",
)
OBJECTION_UNCOVERED = Message(
    "异议未处理：{since} 提出；没有 {year} 年的工作日历，期限不能确定",
    "open objection since {since}; when it is due is not known without the working days of {year}",
)
OBJECTION_WITHOUT_RULE = Message(
    "异议未处理：{since} 提出；当日没有处理期限的规则",
    "open objection since {since}; no rule of that day says when it is due",
)
OBJECTION_WITHOUT_DAY = Message(
    "异议未处理：提出日期未知",
    "open objection; its day is not known",
)
OBJECTIONS = Message(
    "异议未处理 {count} 件，其中逾期 {late} 件，期限不能确定 {unknown} 件",
    "{count:open objection}, {late} overdue, {unknown} of which it cannot be said when they are due",
)
NO_PROFILE = Message(
    "此代码没有档案",
    "no profile for this code",
)
NOT_REGISTERED = Message(
    "（未登记）",
    "(not registered)",
)
DISTRICT = Message(
    "区划",
    "district",
)
VERSION = Message(
    "版本",
    "version",
)
AS_OF = Message(
    "{moment} 有效的记录",
    "in force on {moment}",
)
AS_KNOWN_AT = Message(
    "截至 {moment} 所知",
    "as known at {moment}",
)
KNOWN_SINCE = Message(
    "自 {moment} 起如此",
    "known since {moment}",
)
KEPT_SINCE = Message(
    "{moment} 以前的内容已不保存",
    "what it was before {moment} is not kept",
)
NOT_KEPT = Message(
    "（当时的登记已不保存）",
    "(the registration of that time is not kept)",
)
NOT_STATED = Message(
    "未载明",
    "not stated",
)
IN_FORCE = Message(
    "有效期 {begins} 至 {ends}",
    "in force from {begins} to {ends}",
)
IN_FORCE_SINCE = Message(
    "自 {begins} 起有效",
    "in force since {begins}",
)
NOT_IN_FORCE: Final[Mapping[str, Message]] = {
    "not_yet": Message(
        "尚未生效：自 {on} 起",
        "not yet in force: from {on} on",
    ),
    "over": Message(
        "有效期已过：至 {on} 止",
        "its term was over: last day {on}",
    ),
    "ended": Message(
        "已移出：{on}",
        "ended on {on}",
    ),
    "repaired": Message(
        "已信用修复：{on}",
        "repaired on {on}",
    ),
    "expired": Message(
        "公示期已满：{on}",
        "its publication expired on {on}",
    ),
    "withdrawn": Message(
        "已撤销（{on}）：自始无效",
        "withdrawn on {on}: it was never rightly in force",
    ),
}
NOT_KNOWN_THEN = Message(
    "当时对此代码一无所知",
    "nothing was known about this code then",
)
NOT_OF_THE_PAST = Message(
    "不能与 --as-of 或 --as-known-at 连用",
    "cannot be combined with --as-of or --as-known-at",
)
LEAVE_ONE_OUT = Message(
    "请去掉其中之一",
    "leave one of them out",
)
