"""What `creditbus quality` says."""

from __future__ import annotations

from creditbus.topics.text import Message

DECLARED = Message(
    "已申报：{item} {day} 至 {day_2} 共 {count:,} 条",
    "declared: {count:,} of {item} from {day} to {day_2}",
)
ENDS_BEFORE_IT_BEGINS = Message(
    "{text!r} 的结束早于开始",
    "{text!r} ends before it begins",
)
WRITE_A_PERIOD = Message(
    "请写成 2018-01、2018-01-15 或 2018-01-01..2018-01-15",
    "write 2018-01, 2018-01-15 or 2018-01-01..2018-01-15",
)
TO_BEFORE_FROM = Message(
    "{last} 早于 {first}",
    "{last} lies before {first}",
)
FROM_NOT_AFTER_TO = Message(
    "--from 不能晚于 --to",
    "give --from a day that is not after --to",
)
NOT_A_PERIOD = Message(
    "{text!r} 不是时段",
    "{text!r} is not a period",
)
YEAR_UNCOVERED = Message(
    "不知道 {year} 年的工作日：{count:,} 条记录未判断是否及时；请将该年的放假通知写入 working_days/{year}.yaml",
    "the working days of {year} are not known: {count:record} not judged; write that year's official notice into "
    "working_days/{year}.yaml",
)
AMENDED_SINCE = Message(
    "{name}：{amended:,} 条记录后来有变更，无法判断是否及时",
    "{name}: {amended:record} amended since; when they first came is not kept",
)
CLOSED_ROWS = Message(
    "{department} {item}：由部门关闭、不再改正 {closed:,} 行",
    "{department} {item}: {closed:refused row} closed by the department",
)
REPORTED = Message(
    "{department} {item} {from_} 至 {to}：上报 {numbers}",
    "{department} {item} {from_} to {to}: {numbers} reported",
)
STORAGE = Message(
    "有效入库率",
    "storage",
)
COMPLIANCE = Message(
    "合规率",
    "compliance",
)
COMPLETENESS = Message(
    "完整率",
    "completeness",
)
TIMELINESS = Message(
    "及时率",
    "timeliness",
)
LATENESS = Message(
    "迟报率",
    "lateness",
)
REPORTING = Message(
    "上报率",
    "reporting",
)
PROVIDED = Message(
    "提供",
    "provided",
)
APPLIED = Message(
    "入库",
    "applied",
)
REFUSED = Message(
    "退回",
    "refused",
)
CORRECTED = Message(
    "已改正",
    "corrected",
)
