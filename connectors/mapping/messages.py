"""What is said of mappings."""

from __future__ import annotations

from creditbus.topics.text import Message

DIFFER_BY_CASE = Message(
    "仅大小写不同，而映射使用其中之一",
    "differ by case alone, and the mapping uses one of them",
)
RENAME_ONE = Message(
    "请改名，或去掉其中一列",
    "rename one, or leave it out",
)
LOOKUP = Message(
    "对照表{problem}",
    "lookup table {problem}",
)
LOOKUP_NO_COLUMN = Message(
    "对照表没有列 {name!r}",
    "lookup table has no column {name!r}",
)
LOOKUP_HAS = Message(
    "现有：{have}",
    "it has: {have}",
)
LOOKUP_TWICE = Message(
    "对照表第 {number} 行的键在上文有不同的值",
    "lookup table gives the key of its row {number} another value above",
)
LEAVE_ONE = Message(
    "请只保留其中之一",
    "leave one of the two",
)
NOT_A_SUBJECT_KIND = Message(
    "没有主体类别 {value!r}",
    "{value!r} is not a kind of subject",
)
WRITE_A_DAY = Message(
    "请写作 2025-03-31",
    "write it as 2025-03-31",
)
WRITE_A_DAY_OR_OPEN = Message(
    "请写作 2025-03-31，没有截止日期的写{no_end}",
    "write it as 2025-03-31, or {no_end} for no end",
)
WRITE_A_NUMBER = Message(
    "请按字段的单位写成数值，如 12500.5",
    "write a plain number such as 12500.5, in the unit of the field",
)
NOT_A_MOMENT = Message(
    "{value!r} 不是日期或带时刻的日期",
    "{value!r} is neither a date nor a date with a time",
)
A_MOMENT_IS = Message(
    "请写作 2025-03-31 或 2025-03-31 09:30:00；form: epoch_ms 时写毫秒数",
    "write it as 2025-03-31 or 2025-03-31 09:30:00, with form: epoch_ms as milliseconds",
)
KNOWN_ARE = Message(
    "可选：{known}",
    "known are {known}",
)
NO_SUCH_FIELD = Message(
    "{id} 没有此字段",
    "{id} has no such field",
)
FIELDS = Message(
    "现有：{known}",
    "it has: {known}",
)
NO_FIELD = Message(
    "{id} 没有字段 {name}",
    "{id} has no field {name}",
)
NOT_FOR_NUMBERS = Message(
    "{id} 的 {name} 不用于身份号码",
    "{name} of {id} is not meant for persons' numbers",
)
MEANT = Message(
    "可用于身份号码的：{meant}",
    "meant for it: {meant}",
)
NAMES_NO_COLUMN = Message(
    "没有指明列",
    "names no column",
)
GIVE_A_COLUMN = Message(
    "请给出列或常量",
    "give a column or a constant",
)
FORM_DOES_NOT_FIT = Message(
    "形式 {form} 不适用于此字段",
    "form {form} does not fit this field",
)
FORM_IS_FOR = Message(
    "它用于日期和 header.source_time",
    "it is for dates, and for header.source_time",
)
COLUMNS = Message(
    "列 {names}",
    "columns {names}",
)
NOT_A_CODE = Message(
    "不是主体的代码；可选：{known}",
    "is not a code of a subject; known are {known}",
)
NO_UNIT = Message(
    "没有单位 {unit!r}；可选：{known}",
    "unit {unit!r} is not known; known are {known}",
)
NOT_THE_FIELDS_UNIT = Message(
    "{field} 的单位是{unit}",
    "{field} is in {unit}",
)
WRITE_THE_FIELDS_UNIT = Message(
    "请写 to: {unit}；来源中金额的单位写入 from",
    "write to: {unit}, and the unit of the source's amounts as from",
)
LOOKUP_OR_FIND = Message(
    "lookup 与 find 只能给出其一",
    "lookup and find exclude each other",
)
NO_TIME_ZONE = Message(
    "没有时区 {name!r}",
    "time zone {name!r} is not known",
)
DATE_FORM_TWICE = Message(
    "日期形式 {form!r} 中有一部分出现两次",
    "date form {form!r} names a part twice",
)
DATE_FORM_PARTS = Message(
    "日期形式 {form!r} 需要 yyyy、MM（或 M）和 dd（或 d）",
    "date form {form!r} needs yyyy, MM (or M) and dd (or d)",
)
CONSTANT_ALONE = Message(
    "常量不与其他来源并用；空单元格的值请用 default",
    "a constant stands alone; for the value of empty cells there is default",
)
COLUMN_OR_NAME = Message(
    "column 与 name_of 只能取其一；可用 otherwise 连接",
    "column and name_of exclude each other; otherwise joins the two",
)
PATTERN_OF_NAMES = Message(
    "pattern 只用于 name_of",
    "pattern is for name_of alone",
)
OTHERWISE = Message(
    "otherwise 连接两条取列的规则；固定值请用 default",
    "otherwise joins two rules with columns; for a fixed value there is default",
)
DEFAULT_OF_THE_FIRST = Message(
    "default 应写在 otherwise 之外",
    "default stands next to otherwise, not within it",
)
NOT_A_PATTERN = Message(
    "不是正则表达式：{error}",
    "is not a regular expression: {error}",
)
ONE_GROUP = Message(
    "正则表达式最多有一个分组；其余请用 (?:…)",
    "a pattern has one group at most; write (?:…) for the others",
)
OF_NUMBERS = Message(
    "{names} 只用于数值字段",
    "{names}: for fields of numbers alone",
)
OF_DATES = Message(
    "day_numbers 只用于日期字段和 header.source_time",
    "day_numbers is for fields of dates and for header.source_time alone",
)
OF_PARTIES = Message(
    "find: party 只用于主体类别字段和 header.subject_kind",
    "find: party is for the field of categories and for header.subject_kind alone",
)
CATEGORY_FIELD = Message(
    "该事项的主体类别字段：{field}",
    "the item's field of categories: {field}",
)
NOT_ADMITTED = Message(
    "{field} 不接受取值 {value!r}",
    "{field} does not admit {value!r}",
)
