"""What is said of configurations and kinds of sources."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_KIND = Message(
    "没有类型 {name!r}",
    "there is no kind {name!r}",
)
KNOWN_ARE = Message(
    "可选：{known}",
    "known are {known}",
)
KIND_TAKEN = Message(
    "类型 {name!r} 已被占用",
    "kind {name!r} is already taken",
)
REMOVE_ONE = Message(
    "请去掉两个软件包之一",
    "remove one of the two packages",
)
COLUMNS_RECOGNISED = Message(
    "{table}：{total} 列中识别 {known} 列",
    "{table}: {known} of {total} columns recognised",
)
HAS_ID = Message(
    "{subject} 的编号为 {found}",
    "{subject} has id {found}",
)
SCHEMA_MISSING = Message(
    "{subject} 没有登记：请运行 `creditbus topics apply`",
    "{subject} is not registered: run `creditbus topics apply`",
)
TOPIC_MISSING = Message(
    "{topic} 不存在：请运行 `creditbus topics apply`",
    "{topic} does not exist: run `creditbus topics apply`",
)
NO_SUCH_ITEM = Message(
    "目录中没有 {item!r}",
    "{item!r} is not in the catalogue",
)
ITEMS = Message(
    "现有：{names}",
    "it has: {names}",
)
MAY_NOT_PUBLISH = Message(
    "{department} 无权发布 {id}",
    "{department} may not publish {id}",
)
ENTITLED = Message(
    "有权发布的：{entitled}",
    "entitled: {entitled}",
)
NOBODY = Message(
    "无；见 topics/departments 中的 roles",
    "nobody; see the roles in topics/departments",
)
MAPPING_FOR_OTHER = Message(
    "映射 {mapping!r} 用于 {item}，而连接器发布 {id}",
    "mapping {mapping!r} is for {item}, the connector publishes {id}",
)
TEMPLATES = Message(
    "模板：{templates}",
    "templates: {templates}",
)
NO_TEMPLATE = Message(
    "没有模板 {name!r}",
    "there is no template {name!r}",
)
TEMPLATES_OR_PATH = Message(
    "模板：{templates}；也可给出 .yaml 文件的路径",
    "templates: {templates}; or give the path of a .yaml file",
)
WITH_UNUSED = Message(
    "{found}；未使用：{names}",
    "{found}; not used: {names}",
)
WITH_MISSING = Message(
    "{found}；缺必填列 {names}：请在 overrides.content 中指明一列",
    "{found}; no column for mandatory {names}: name one in overrides.content",
)
A_TEXT = Message(
    "应为文本",
    "must be a text",
)
TOO_SHORT = Message(
    "至少应有 {min_length} 个字符",
    "must have {min_length} characters or more",
)
TOO_LONG = Message(
    "最多可有 {max_length} 个字符",
    "must have {max_length} characters or fewer",
)
PATTERN = Message(
    "应符合 {pattern}",
    "must match {pattern}",
)
A_WHOLE_NUMBER = Message(
    "应为整数",
    "must be a whole number",
)
A_NUMBER = Message(
    "应为数字",
    "must be a number",
)
TRUE_OR_FALSE = Message(
    "应为 true 或 false",
    "must be true or false",
)
ABOVE = Message(
    "应大于 {gt}",
    "must be greater than {gt}",
)
AT_LEAST = Message(
    "应不小于 {ge}",
    "must be {ge} or more",
)
BELOW = Message(
    "应小于 {lt}",
    "must be less than {lt}",
)
AT_MOST = Message(
    "应不大于 {le}",
    "must be {le} or less",
)
ONE_OF = Message(
    "应为下列之一：{expected}",
    "must be one of: {expected}",
)
KEY_ONE_OF = Message(
    "{key} 应为下列之一：{expected}",
    "{key} must be one of: {expected}",
)
KEY_MISSING = Message(
    "缺少 {key}，由它决定其余的键",
    "{key} is missing, which says what other keys there are",
)
A_LIST = Message(
    "应为列表",
    "must be a list",
)
TOO_FEW = Message(
    "至少应有 {min_length} 项",
    "must have at least {min_length}",
)
A_MAPPING = Message(
    "应为键与值的对应表",
    "must be a mapping of keys to values",
)
A_PATH = Message(
    "应为路径",
    "must be a path",
)
NULL = Message(
    "应为 null",
    "must be null",
)
DOES_NOT_FIT = Message(
    "不符合要求：“{said}”",
    "does not fit: {said}",
)
COLUMNS_FOUND = Message(
    "{table} 的列：{names}",
    "columns of {table}: {names}",
)
HEADER_TAKEN = Message(
    "{table} 的表头取自第 {row} 行：{names}",
    "header of {table}, taken from row {row}: {names}",
)
ROW_ABOVE = Message(
    "  其上第 {row} 行：{text}",
    "  row {row} above it: {text}",
)
ANOTHER_HEADER = Message(
    "如果表头在另一行，请用 --set header_row=行号",
    "if another row is the header: --set header_row=ROW",
)
SKELETON = Message(
    "由 `creditbus connector init` 写出的映射骨架；映射语言见 `creditbus connector spec mapping`",
    "skeleton of a mapping, written by `creditbus connector init`; its language: `creditbus connector spec mapping`",
)
OPEN = Message(
    "待填：列名，或 constant、default",
    "open: name a column, or give a constant or default",
)
GUESSED = Message(
    "推测，把握 {score:.0%}",
    "guessed, {score:.0%}",
)
UNIT_OPEN = Message(
    "推测，把握 {score:.0%}；来源没有写明金额单位：请把单位写入 from，并去掉行首的 #（字段单位为{unit}）",
    "guessed, {score:.0%}; the source does not say in which unit its amounts are: write it as `from` and remove the # "
    "(the field is in {unit})",
)
UNUSED_COLUMNS = Message(
    "没有字段使用的列；如有用，请移到上面的字段",
    "columns that fill no field: move those that are of use to their fields above",
)
MANDATORY = Message(
    "必填",
    "mandatory",
)
FORMAT_IS = Message(
    "格式 {format}",
    "format {format}",
)
