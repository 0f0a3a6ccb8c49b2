"""What `creditbus catalogue` says."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_SUCH_ITEM = Message(
    "目录中没有 {item!r}",
    "{item!r} is not in the catalogue",
)
ITEMS = Message(
    "目录中有：{items}",
    "it has: {items}",
)
NOT_A_FOLDER = Message(
    "{given} 不是文件夹",
    "{given} is not a folder",
)
GIVE_A_FOLDER = Message(
    "请给出文件夹的路径",
    "give the path of a folder",
)
ITEM = Message(
    "{id:28} {title}  由 {by} 提供",
    "{id:28} {title} ({title_en})  by {by}",
)
TITLE = Message(
    "{id}  {title}",
    "{id}  {title} ({title_en})",
)
BASIS = Message(
    "  {category}  依据：{basis}",
    "  {category}  basis: {basis}",
)
BY_AND_ABOUT = Message(
    "  由 {by} 提供  主体 {about}",
    "  by {by}  about {about}",
)
NOBODY = Message(
    "（无部门）",
    "(no department)",
)
BY_ROLES = Message(
    "（职能 {roles}）",
    " (by the role {roles})",
)
SPEAKS_FOR = Message(
    "  决定机关：{field}，须为提供部门所代表的机关",
    "  deciding authority: {field}, one that the department speaks for",
)
VERBS = Message(
    "  操作 {verbs}",
    "  verbs {verbs}",
)
DUE = Message(
    "  {days} 个工作日内报送",
    "  due in {days} working days",
)
PUBLISHED = Message(
    "  公示 {least} 至 {most} 个月：{kind}，自 {first} 至 {last}，{source}",
    "  published {least} to {most} months: {kind}, from {first} to {last}, {source}",
)
NOW = Message(
    "今",
    "now",
)
ANSWERED = Message(
    "  异议      {days} 个工作日内处理：{first} 至 {last}，{source}",
    "  objections are answered within {days} working days: {first} to {last}, {source}",
)
NOT_VERIFIED = Message(
    "（未核实）",
    " (not verified)",
)
VALUES = Message(
    "               可取：{values}",
    "               one of {values}",
)
VALUES_JOINED = Message(
    "               可取：{values}；多个用 {separator!r} 连接",
    "               one of {values}; several are joined by {separator!r}",
)
FIELD = Message(
    "  {code:12} {title}  {format} {disclosure}",
    "  {code:12} {title}  {title_en}  {format} {disclosure}",
)
BY_VALUE = Message(
    "（其中 {classes}）",
    " (but {classes})",
)
WITHHELD = Message(
    "  不能见 {field} 之值者，整条记录不示出",
    "  a record is withheld as a whole from whoever may not see its {field}",
)
MANDATORY = Message(
    " 必填",
    " mandatory",
)
FAULTS = Message(
    "{count} 处错误",
    "{count:fault}",
)
ENTRY_MISSING = Message(
    "缺失；请添加该事项",
    "missing; add the entry",
)
AT_KEY = Message(
    "{key}：{fix}",
    "{key}: {fix}",
)
NO_SCENARIO = Message(
    "没有场景涉及该事项；请添加一个",
    "no scenario is about this item; add one",
)
NOT_A_SCHEMA = Message(
    "不是记录模式：{kind}：“{error}”",
    "not a record schema: {kind}: {error}",
)
SCHEMA_MISSING = Message(
    "缺失；请添加内容模式",
    "missing; add the content schema",
)
DOES_NOT_READ = Message(
    "不能读取{problem}",
    "does not read {problem}",
)
WRITE_THE_TYPE = Message(
    "{field}：类型应写作 {type}：内容是词法形式的文本",
    "{field}: write the type {type}: content is text in lexical form",
)
WRITE_NULL = Message(
    "{field}：默认值应写作 null，使该字段可增可缺",
    "{field}: write the default null, so that the field may be added and left out",
)
NOT_IN_DEPARTMENTS = Message(
    "entitled：topics/departments 没有声明 {department!r}",
    "entitled: {department!r} is not declared in topics/departments",
)
NOBODY_CARRIES = Message(
    "entitled_roles：topics/departments 中没有部门为此事项承担职能 {role!r}",
    "entitled_roles: no department in topics/departments carries the role {role!r} for this item",
)
NOT_A_CREDIT_CODE = Message(
    "natural_key.authority_code：请只写一个格式为 uscc 的字段，而 {field} 不是：否则无法判断部门是否代表该决定机关",
    "natural_key.authority_code: give one field of the format uscc, which {field} is not: "
    "without it nobody can tell whether a department speaks for the deciding authority",
)
NO_MAPPING = Message(
    "connectors/templates 中没有该事项的映射；请添加一个",
    "no mapping in connectors/templates is for this item; add one",
)
MAPPING = Message(
    "映射：{error}",
    "mapping: {error}",
)
