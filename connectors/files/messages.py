"""What is said of files that cannot be read."""

from __future__ import annotations

from creditbus.topics.text import Message

TOO_MANY_FILES = Message(
    "所含文件超过 {most_members:,} 个",
    "holds more than {most_members:,} files",
)
ENCRYPTED = Message(
    "{name} 已加密",
    "{name} is encrypted",
)
WITHOUT_PASSWORD = Message(
    "请提交不带密码的文件",
    "hand it in without a password",
)
UNPACKS_TO = Message(
    "{name} 解压后为 {size:,} 字节，上限为 {limit:,}",
    "{name} unpacks to {size:,} bytes; the limit is {limit:,}",
)
RAISE_THE_LIMIT = Message(
    "如果文件无误，请调大 settings.unpacked_bytes",
    "raise settings.unpacked_bytes if the file is sound",
)
UNPACKS_TIMES = Message(
    "{name} 解压后为原大小的 {times:,} 倍，表格不会如此",
    "{name} unpacks to {times:,} times its size, as no table does",
)
NO_MEMBER = Message(
    "没有与 {pattern!r} 匹配的文件",
    "holds no file that matches {pattern!r}",
)
SEE_MEMBER = Message(
    "见 settings.member",
    "see settings.member",
)
DAMAGED = Message(
    "已损坏或不完整：{said}",
    "is damaged or cut off: {said}",
)
HAND_IN_AGAIN = Message(
    "请重新提交",
    "hand it in again",
)
HOLDS_TWICE = Message(
    "含有两个 {name}",
    "holds {name} twice",
)
TOO_LONG = Message(
    "超过 settings.unpacked_bytes",
    "is longer than settings.unpacked_bytes",
)
RAISE_IT = Message(
    "如果文件无误，请调大该值",
    "raise it if the file is sound",
)
NOT_CSV = Message(
    "不是正确的 csv：{fault}",
    "is not a sound csv: {fault}",
)
NOT_A_WORKBOOK = Message(
    "是 {value}，不是工作簿",
    "is {value}, no workbook",
)
KIND_FILES = Message(
    "可用 kind: files（或 csv、tsv）读取，或另存为 .xlsx",
    "kind: files (or csv, tsv) reads it; or save it as .xlsx",
)
HAND_IN_AS_XLSX = Message(
    "请另存为 .xlsx 后重新提交",
    "hand it in again, saved as .xlsx",
)
OPEN_AND_SAVE = Message(
    "请用 Excel 或 WPS 打开，把表格另存为 .xlsx",
    "open it with Excel or WPS and save its table as .xlsx",
)
NO_HEADER = Message(
    "没有找到表头行",
    "no header row was found",
)
NAME_HEADER_ROW = Message(
    "请用 settings.header_row 指明",
    "name it in settings.header_row",
)
HEADER_AFTER_END = Message(
    "settings.header_row 在末尾之后",
    "settings.header_row lies after the end",
)
WEB_PAGE = Message(
    "是没有表格的网页（HTML）",
    "is a web page (HTML) without a table",
)
SAVE_TABLE = Message(
    "请把表格另存为 .xlsx",
    "save the table as .xlsx",
)
LONG_TAG = Message(
    "有超过 {most_pending:,} 个字符的标签或注释",
    "holds a tag or comment longer than {most_pending:,} characters",
)
AFTER_ARRAY = Message(
    "第 {line} 行数组结束之后还有内容",
    "goes on after the end of its array in line {line}",
)
CUT_IN_ELEMENT = Message(
    "在第 {line} 行的元素中中断：{fault}",
    "is cut off in the element of line {line}: {fault}",
)
ARRAY_WITHOUT_END = Message(
    "在第 {line} 行之后中断：数组没有结束",
    "is cut off after line {line}: its array has no end",
)
NO_JSON_OBJECT = Message(
    "前若干行中没有 JSON 对象",
    "has no JSON object among its first lines",
)
UNREADABLE = Message(
    "不能读取：{strerror}",
    "cannot be read: {strerror}",
)
CHECK_PATH = Message(
    "请检查 settings.path",
    "check settings.path",
)
HAS_NO_PART = Message(
    "没有 {name}",
    "has no {name}",
)
SAVE_AGAIN = Message(
    "请重新保存",
    "save it again",
)
PART_TOO_LONG = Message(
    "{name} 超过 {most_part_bytes:,} 字节",
    "{name} is longer than {most_part_bytes:,} bytes",
)
PART_NOT_XML = Message(
    "{name} 不是正确的 XML：{error}",
    "{name} is not sound XML: {error}",
)
NO_SHEET = Message(
    "没有工作表 {one!r}",
    "has no sheet {one!r}",
)
SHEETS = Message(
    "settings.sheet 可选：{names}",
    "settings.sheet is one of: {names}",
)
XLS_TOO_LONG = Message(
    "超过 {most_bytes:,} 字节，xls 不会如此",
    "is longer than {most_bytes:,} bytes, as no xls is",
)
SAVE_AS_XLSX = Message(
    "请另存为 .xlsx",
    "save it as .xlsx",
)
TOO_SLOW = Message(
    "未能在 {seconds} 秒内读完",
    "was not read in {seconds} seconds",
)
NOT_XLSX = Message(
    "不是可读的 xlsx 工作簿：{problem}",
    "is not a readable xlsx workbook: {problem}",
)
ODS = Message(
    "是 OpenDocument 文件（ods）",
    "is an OpenDocument file (ods)",
)
IS_SOMETHING_ELSE = Message(
    "是{what}",
    "is {what}",
)
SAVE_ITS_TABLE = Message(
    "请把其中的表格另存为 .xlsx",
    "save its table as .xlsx",
)
TOO_MANY_MERGES = Message(
    "合并单元格超过 {most_merges:,} 个",
    "has more than {most_merges:,} merged cells",
)
ROW_ORDER = Message(
    "已损坏：第 {before} 行之后为第 {stated} 行",
    "is damaged: after row {before} it has a row {stated}",
)
NO_SHEET_IN_XML = Message(
    "是没有工作表的 XML 工作簿",
    "is a workbook as XML without a sheet",
)
ORDER = Message(
    "已损坏：第 {before} 行或列之后为 {get}",
    "is damaged: after row or column {before} it has {get}",
)
DATA_OUTSIDE = Message(
    "已损坏：单元格之外有数据",
    "is damaged: it has data outside of a cell",
)
FILE_SIZE = Message(
    "{place}：{st_size:,} 字节",
    "{place}: {st_size:,} bytes",
)
FILE_EMPTY = Message(
    "{place}：为空",
    "{place}: is empty",
)
HAND_IN_AGAIN_FROM_THERE = Message(
    "请重新提交：该处之前的行已读取",
    "hand it in again: the rows before that place are read",
)
FILE_REASON = Message(
    "{place}：{reason}",
    "{place}: {reason}",
)
DELIMITED = Message(
    "表头在第 {line} 行，{columns} 列，{encoding}，分隔符 {delimiter!r}",
    "header in line {line}, {columns} columns, {encoding}, delimiter {delimiter!r}",
)
ARRAY_KEYS = Message(
    "数组，前若干行中有 {count} 个键",
    "an array, {count} keys among the first rows",
)
KEYS = Message(
    "前若干行中有 {count} 个键",
    "{count} keys among the first rows",
)
SHEET_HEADER = Message(
    "{sheet}：表头到第 {row} 行，{columns} 列",
    "{sheet}: header ends in row {row}, {columns} columns",
)
MEMBER = Message(
    "{member}：{found}",
    "{member}: {found}",
)
MORE_FILES = Message(
    "另有 {count} 个文件",
    "and {count} files more",
)
OF_FORMAT = Message(
    "{form}{found}",
    "{form}{found}",
)
SHEETS_NOT_READ = Message(
    '这些有数据的工作表没有读取：{names}；settings.sheet 可给出名称、名称列表，或用 "*" 表示全部相似的工作表',
    "sheets with rows that are not read: {names}; settings.sheet takes a name, a list of names, "
    'or "*" for all that look alike',
)
