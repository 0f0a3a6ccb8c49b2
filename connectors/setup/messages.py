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
