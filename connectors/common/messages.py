"""What is said of secrets and of fields."""

from __future__ import annotations

from creditbus.topics.text import Message

EMPTY = Message(
    "为空",
    "is empty",
)
A_SECRET = Message(
    "它保存此连接器的密钥",
    "it holds a secret of this connector",
)
NOT_SET = Message(
    "没有设置",
    "is not set",
)
UNREADABLE = Message(
    "不能读取",
    "cannot be read",
)
ENV_OR_FILE = Message(
    "请在 env 与 file 中只给出其一",
    "give one of env and file",
)
NOT_A_URL = Message(
    "不是 URL",
    "is not a URL",
)
NOT_HTTP = Message(
    "不是 http 或 https 的 URL",
    "is not an http or https URL",
)
NO_HOST = Message(
    "其中的主机名不能使用：各段为 1 至 63 个字母、数字、“-”或“_”，共不超过 253 个",
    "has a name of a host that cannot be asked for: parts of 1 to 63 letters, digits, - and _, 253 in all",
)
NO_PORT = Message(
    "其中的端口不在 1 至 {most} 之间",
    "has a port that is not from 1 to {most}",
)
FILE_WITH_NUL = Message(
    "含有 NUL 字符，路径中不能有",
    "holds a NUL character, which no path has",
)
NOT_JSON_AT = Message(
    "第 {character} 个字符处不是 JSON：{said}",
    "not JSON at character {character}: {said}",
)
TOO_DEEP = Message(
    "嵌套过深",
    "nested too deeply",
)
NOT_AN_OBJECT = Message(
    "是 JSON 的 {kind}，不是对象",
    "a JSON {kind}, not an object",
)
KEY_TWICE = Message(
    "键 {name!r} 出现两次，无法得知以哪个值为准",
    "the key {name!r} stands there twice: nobody can say which value is meant",
)
KEYS_ALIKE = Message(
    "键 {other!r} 与 {name!r} 仅大小写不同",
    "the keys {other!r} and {name!r} differ by case alone",
)
EXPECTING_VALUE = Message(
    "此处应有值",
    "Expecting value",
)
EXPECTING_COMMA = Message(
    "此处应有逗号",
    "Expecting ',' delimiter",
)
EXPECTING_COLON = Message(
    "此处应有冒号",
    "Expecting ':' delimiter",
)
EXPECTING_NAME = Message(
    "此处应有双引号内的键",
    "Expecting property name enclosed in double quotes",
)
EXTRA_DATA = Message(
    "结束之后还有内容",
    "Extra data",
)
TEXT_WITHOUT_END = Message(
    "文本没有结束",
    "Unterminated string starting at",
)
CONTROL_CHARACTER = Message(
    "含有控制字符",
    "Invalid control character at",
)
WRONG_ESCAPE = Message(
    "有不可用的转义",
    "Invalid \\escape",
)
WRONG_HEX_ESCAPE = Message(
    "有不完整的 Unicode 转义",
    "Invalid \\uXXXX escape",
)
FIELD = Message(
    "{title}（{code}）",
    "{code} ({title})",
)
AND_MORE = Message(
    "{names} 等，另有 {count} 个",
    "{names}, and {count} more",
)
ADMITS = Message(
    "可取：{values}",
    "admitted: {values}",
)
ADMITS_SEVERAL = Message(
    "可取：{values}；多个用 {separator!r} 连接",
    "admitted: {values}; several are joined by {separator!r}",
)
SPEAKS_FOR = Message(
    "它代表：{codes}",
    "it speaks for {codes}",
)
SPEAKS_FOR_NOBODY = Message(
    "它的声明没有 uscc，也没有 speaks_for",
    "its declaration has neither uscc nor speaks_for",
)
SPEAKS_FOR_EVERYONE = Message(
    "现在它代表所有机关：请重新发送",
    "by now it speaks for every authority: send the row again",
)
MANDATORY_WHERE = Message(
    "{field}为 {values} 时必填（{reason}）",
    "mandatory where {field} is {values} ({reason})",
)
