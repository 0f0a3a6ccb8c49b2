"""What is said of rows on their way back."""

from __future__ import annotations

from creditbus.topics.text import Message

EMPTY = Message(
    "为空",
    "is empty",
)
REASON_TOO_LONG = Message(
    "过长",
    "is too long",
)
SAY_WHY = Message(
    "请说明为何不改正，不超过 {longest_reason} 个字符",
    "say why the row is not corrected, in up to {longest_reason} characters",
)
CANNOT_ASK = Message(
    "无法查询退回情况：{name}",
    "could not be asked what was refused: {name}",
)
RUN_AGAIN = Message(
    "请再次运行",
    "run again",
)
OTHER_VERSION = Message(
    "不是由此版本的连接器发布的",
    "was not published by a connector of this version",
)
NO_COLUMN = Message(
    "没有列 {reference}",
    "has no column {reference}",
)
GIVE_EXPORT = Message(
    "请给出由 `creditbus rejects export` 写出的文件",
    "give a file that `creditbus rejects export` wrote",
)
SEVERAL_CONNECTORS = Message(
    "一个 csv 文件只能含一个连接器，此处有 {names}",
    "a csv file holds one connector, here are {names}",
)
NAME_XLSX = Message(
    "请给出 .xlsx 文件",
    "name an .xlsx file",
)
OTHER_ENDING = Message(
    "既不是 .xlsx，也不是 .csv",
    "is neither .xlsx nor .csv",
)
NAME_ONE_OF_TWO = Message(
    "请使用两者之一",
    "name one of the two",
)
CANNOT_WRITE = Message(
    "不能写入：{strerror}",
    "cannot be written: {strerror}",
)
OPEN_IN_EXCEL = Message(
    "它是否在 Excel 中打开？",
    "is it open in Excel?",
)
ROW_FAULT = Message(
    "第 {number} 行：{fault}",
    "row {number}: {fault}",
)
MEND_ROW = Message(
    "请改正该行",
    "mend the row",
)
SHEET_NOT_SENT = Message(
    "没有列 {reference}：不发送其中任何行",
    "has no column {reference}: none of its rows is sent",
)
SAME_REFERENCE = Message(
    "与第 {rows} 行的编号相同，内容不同：请在原行上改正",
    "has the reference of row {rows}, and says something else: correct a row in its place",
)
REFERENCE_CHANGED = Message(
    "列 {reference} 中的编号已被改动：请从导出的文件中复制",
    "the reference in column {reference} was changed: copy it from the exported file",
)
NO_REFERENCE = Message(
    "列 {reference} 中没有编号：新的行由其连接器发布",
    "has no reference in column {reference}: new rows are published by their connector",
)
ORIGINAL = Message(
    "原文",
    "original",
)
FILL_IN_AGAIN = Message(
    "原值未能恢复，请重新填写",
    "fill in again",
)
