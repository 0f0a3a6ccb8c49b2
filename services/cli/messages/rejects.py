"""What `creditbus rejects` says."""

from __future__ import annotations

from creditbus.topics.text import Message

ROW = Message(
    "第 {row} 行",
    "row {row}",
)
OFFSET = Message(
    "位点 {offset}",
    "offset {offset}",
)
DID_YOU_MEAN = Message(
    "  是否为 {proposed} ？",
    "  did you mean {proposed} ?",
)
TOTALS = Message(
    "退回 {count:,} 行，待改正 {left:,} 行，已改正 {count_2:,} 行",
    "{count:,} refused, {left:,} of them open, {count_2:,} fixed",
)
OPEN_AGAIN = Message(
    "已重新打开 {changed:,} 行",
    "{changed:,} open again",
)
CLOSED = Message(
    "已关闭 {changed:,} 行：{reason}",
    "{changed:,} closed: {reason}",
)
KEYS_OR_BECAUSE = Message(
    "与 --because 必须且只能给出一个",
    "or --because is needed, one of both",
)
SEE_LIST = Message(
    "`creditbus rejects list` 列出各行的键",
    "`creditbus rejects list` shows the keys",
)
SENT_AGAIN_SINCE = Message(
    "，已重新发送 {again:,} 行",
    ", {again:,} sent again since",
)
CLOSED_2 = Message(
    "，已关闭 {closed:,} 行",
    ", {closed:,} closed",
)
NO_ROW_OF_REASON = Message(
    "没有因 {because!r} 退回的行",
    "{because!r} refused no row",
)
ONE_OF = Message(
    "可选：{known}",
    "one of: {known}",
)
KEY_OF_SEVERAL = Message(
    "对应 {count:,} 行",
    "names {count:row}",
)
KEY_OF_NONE = Message(
    "不对应任何被退回的行",
    "names no refused row",
)
NOTHING_TO_CLOSE = Message(
    "无需关闭",
    "there is nothing to close",
)
MEDIAN_TIME_TO_FIX = Message(
    "，改正用时中位数 ",
    ", median time to fix ",
)
EXPORTED = Message(
    "{exported:,} 行 → {path}（单元格已标出，原因在末列）",
    "{exported:row} → {path} (cells marked, reasons in the last column)",
)
WHEN_CORRECTED = Message(
    "改正后：{what_next}",
    "when corrected: {what_next}",
)
NO_CONNECTOR_OF = Message(
    "没有 {by_connector} 的连接器",
    "has no connector of {by_connector}",
)
NAME_THE_FOLDER = Message(
    "请用 --folder 指明",
    "name it by --folder",
)
SENT = Message(
    "已发送 {sent:,} 行",
    "{sent:,} sent",
)
ROW_NUMBER = Message(
    "第 {number} 行",
    "row {number}",
)
LEFT_AS_IT_IS = Message(
    "{wanted} 已存在，未覆盖",
    "{wanted} is there already and was left as it is",
)
ROW_OF_FILE = Message(
    "{name} 第 {number} 行",
    "row {number} of {name}",
)
IS_STILL_REFUSED = Message(
    "（{here}）仍不合格",
    "  ({here}) is still refused",
)
SENT_BEFORE = Message(
    "{already:,} 行此前已发送",
    "{already:,} sent before",
)
STILL_REFUSED = Message(
    "{count:,} 行仍不合格，未发送",
    "{count:,} still refused, not sent",
)
FOREIGN = Message(
    "{count:,} 行不属于本文件，未发送",
    "{count:,} not ours, not sent",
)
NOT_EXPORTED_NATURAL_PERSONS_WHOM = Message(
    "{left:,} 行未导出：自然人信息不保留，或不是由本机的连接器发送",
    "{left:,} not exported: natural persons, of whom nothing is kept, or not sent by a connector of this machine",
)
IS_NOT_SENT = Message(
    "未发送：{problem}",
    "is not sent: {problem}",
)
RUN = Message(
    "批次",
    "run",
)
FIXED = Message(
    "已改正",
    "fixed",
)
REPLACED = Message(
    "已重新发送",
    "sent again since",
)
HAS_BEEN_CLOSED = Message(
    "已关闭",
    "closed",
)
HAS_STATUS = Message(
    "已经是“{status}”",
    "is {status} already",
)
KEY = Message(
    "编号 {key}",
    "key {key}",
)
