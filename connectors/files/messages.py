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
    "已损坏或不完整：“{said}”",
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
A_WORKBOOK = Message(
    "工作簿（xlsx）",
    "a workbook (xlsx)",
)
KIND_OF_WORKBOOKS = Message(
    "请设 kind: files（或 xlsx），或把其中的表另存为文本后重新提交",
    "set kind to files (or xlsx), or hand it in again with its table saved as text",
)
HAND_IN_TABLE = Message(
    "请重新提交带表头与数据的文件",
    "hand it in again with its header and rows",
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
    "请用 settings.header_row 指明（init：--set header_row=行号）",
    "name it in settings.header_row (init: --set header_row=ROW)",
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
    "{name} 不是正确的 XML：“{error}”",
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
SHEETS_HIDDEN = Message(
    "按序号读取的工作表是隐藏的：{names}；settings.sheet 可写要读取的工作表的名称",
    "sheets that are read by their number are hidden: {names}; settings.sheet takes the name of the one that is meant",
)
SHEETS_NOT_READ = Message(
    '这些有数据的工作表没有读取：{names}；settings.sheet 可给出名称、名称列表，或用 "*" 表示全部相似的工作表',
    "sheets with rows that are not read: {names}; settings.sheet takes a name, a list of names, "
    'or "*" for all that look alike',
)
AFTER_MARK = Message(
    "单元格 {cell} 的右引号之后还有文字",
    "text after the quotation mark that closes cell {cell}",
)
LINE_TOO_LONG = Message(
    "第 {line} 行超过 settings.row_bytes",
    "line {line} is longer than settings.row_bytes",
)
LINE_WITH_NUL = Message(
    "第 {line} 行含有 NUL 字节",
    "line {line} holds a NUL byte",
)
LINE_NOT_ENCODED = Message(
    "第 {line} 行在第 {byte} 字节处不是 {encoding}",
    "line {line} is not {encoding} at its byte {byte}",
)
LINE_HAS = Message(
    "第 {line} 行：{fault}；请删去引号，或在带引号的单元格内写两遍",
    "line {line} has {fault}: delete it, or double it within a quoted cell",
)
NOT_CLOSED = Message(
    "第 {line} 行的左引号{where}没有结束；请删去引号，或在带引号的单元格内写两遍",
    "the quotation mark opened in line {line} is not closed {where}: delete it, or double it within a quoted cell",
)
BEFORE_THE_END = Message(
    "到文件末尾仍",
    "before the file ends",
)
BEFORE_CELLS = Message(
    "在自有单元格的第 {line} 行之前",
    "before line {line}, which has cells of its own",
)
BEFORE_UNREADABLE = Message(
    "在不能读取的第 {line} 行之前",
    "before line {line}, which cannot be read",
)
BEFORE_FAULT = Message(
    "在第 {line} 行（{fault}）之前",
    "before line {line}, which has {fault}",
)
BEFORE_ROW = Message(
    "在自成一行的第 {line} 行之前",
    "before line {line}, which is a row of its own",
)
WITHIN_BYTES = Message(
    "在 {most:,} 字节之内",
    "within {most:,} bytes",
)
NOT_A_JSON_VALUE = Message(
    "{name} 不是 JSON",
    "{name} is not JSON",
)
TOO_MANY_DIGITS = Message(
    "数字位数过多",
    "a number of more digits than anything has",
)
AT_LINE = Message(
    "第 {line} 行：{fault}",
    "line {line}: {fault}",
)
JSON_LINE_TOO_LONG = Message(
    "该行超过 settings.row_bytes",
    "the line is longer than settings.row_bytes",
)
NOT_ENCODED_AT = Message(
    "该行在第 {byte} 字节处不是 {encoding}",
    "not {encoding} at byte {byte} of the line",
)
NOT_ENCODED = Message(
    "不是 {encoding}",
    "not {encoding}",
)
NOT_JSON_AT_LINE = Message(
    "第 {line} 行不是 JSON：{said}",
    "not JSON at line {line}: {said}",
)
ELEMENT_TOO_LONG = Message(
    "该元素超过 settings.row_bytes",
    "the element is longer than settings.row_bytes",
)
EXPONENT = Message(
    "数字的指数过大",
    "a number with an exponent past all bounds",
)
TEXT_WITH_NUL = Message(
    "文本含有 NUL 字符",
    "a text holds a NUL character",
)
TEXT_WITH_HALF = Message(
    "文本含有半个字符",
    "a text holds half a character",
)
PIECES = Message(
    "第 {first} 至 {last} 行各缺单元格，合起来正好是一行；如果是一行，请给含有换行的单元格加引号",
    "lines {first} to {last} have too few cells each and together those of one row: if they are one, put the cell that "
    "holds the line end in quotation marks",
)
LINE = Message(
    "第 {line} 行",
    "line {line}",
)
LINES = Message(
    "第 {first} 至 {last} 行",
    "lines {first} to {last}",
)
CELLS = Message(
    "{where}：{cells} 个单元格，而表头有 {width} 个",
    "{where}: {cells} cells, the header has {width}",
)
ONE_CELL = Message(
    "{where}：1 个单元格，而表头有 {width} 个；它可能是上一行或下一行被未加引号的换行截下的一段",
    "{where}: 1 cell, the header has {width}; it may be a piece of the row before or after it, cut off by a "
    "line end without quotation marks",
)
SHEET_CELLS = Message(
    "{cells} 个单元格，而表头有 {width} 个",
    "{cells} cells, the header has {width}",
)
CELL_WITH_NUL = Message(
    "单元格含有 NUL 字符",
    "a cell holds a NUL character",
)
A_CELL = Message(
    "一个单元格{fault}",
    "a cell {fault}",
)
CELL = Message(
    "单元格 {place} {fault}",
    "cell {place} {fault}",
)
ROW_TOO_LONG = Message(
    "该行超过 settings.row_bytes",
    "the row is longer than settings.row_bytes",
)
OTHER_BYTES = Message(
    "含有不属于文件编码的字节",
    "holds bytes that do not belong to its file's encoding",
)
AFTER_LAST_COLUMN = Message(
    "有单元格在工作表的最后一列（第 {most:,} 列）之后",
    "a cell lies after column {most:,}, the last of a sheet",
)
NO_SUCH_TEXT = Message(
    "引用了工作簿中没有的文本",
    "refers to a text that the workbook does not hold",
)
NO_NUMBER = Message(
    "声明为数字，却不是数字",
    "holds no number where it says so",
)
PAST_BOUNDS = Message(
    "的数字超出一切界限",
    "holds a number past all bounds",
)
NO_DATE = Message(
    "声明为日期，却不是日期",
    "holds no date where it says so",
)
LEAP_DAY_1900 = Message(
    "显示为 1900 年 2 月 29 日，而没有这一天",
    "is shown as 29 February 1900, which there was not",
)
SHOWN_AS_DATE = Message(
    "显示为日期，却不是日期",
    "is shown as a date and is not one",
)
WITHOUT_SHEET = Message(
    "没有工作表",
    "has no sheet",
)
BLANK = Message(
    "跳过：{blank:,} 个空行",
    "passed over: {blank:blank row}",
)
NOTES = Message(
    "跳过：{notes:,} 个说明行（第 {rows} 行）",
    "passed over: {notes:note} (row {rows})",
)
BLANK_AND_NOTES = Message(
    "跳过：{blank:,} 个空行，{notes:,} 个说明行（第 {rows} 行）",
    "passed over: {blank:blank row} and {notes:note} (row {rows})",
)
XLS_CHILD_FAILED = Message(
    "需要的内存超过完好的 xls 工作簿",
    "needs more memory than a sound xls workbook does",
)
XLS_LOCKED = Message(
    "有密码保护",
    "is protected by a password",
)
XLS_IS_WORD = Message(
    "是 Word 文档",
    "is a Word document",
)
XLS_IS_SLIDES = Message(
    "是 PowerPoint 演示文稿",
    "is a PowerPoint presentation",
)
XLS_IS_MAIL = Message(
    "是 Outlook 邮件",
    "is a mail of Outlook",
)
XLS_UNREADABLE = Message(
    "不是可读的 xls 工作簿：“{said}”",
    "is not a readable xls workbook: {said}",
)
SAVE_WITHOUT_PASSWORD = Message(
    "请不带密码保存",
    "save it without one",
)
HAND_IN_ATTACHMENT = Message(
    "请提交其附件中的工作簿",
    "hand in the workbook that is attached to it",
)
