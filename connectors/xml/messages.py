"""What is said of XML that cannot be read."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_RECORD = Message(
    "前若干元素中没有记录",
    "has no record among its first elements",
)
NAME_RECORD = Message(
    "请在 settings.record 中指明记录的元素",
    "name the element of a record in settings.record",
)
TOO_DEEP = Message(
    "嵌套超过 {most_depth} 层",
    "is nested deeper than {most_depth} elements",
)
NO_ELEMENT = Message(
    "前 1 兆字节中没有元素",
    "has no element in its first megabyte",
)
DOCTYPE = Message(
    "声明了文档类型",
    "declares a document type",
)
NO_ENTITIES = Message(
    "实体从不展开；请去掉 <!DOCTYPE 后提交",
    "entities are never expanded; hand it in without <!DOCTYPE",
)
LONG_TAG_BYTES = Message(
    "有超过 {most_pending:,} 字节的标签或注释",
    "holds a tag or comment longer than {most_pending:,} bytes",
)
NOT_XML = Message(
    "不是正确的 XML：“{error}”",
    "is not sound XML: {error}",
)
HAND_IN_AGAIN = Message(
    "请重新提交",
    "hand it in again",
)
ENCODING_UNREADABLE = Message(
    "所声明的编码在此不能读取",
    "declares an encoding that cannot be read here",
)
SAVE_AS_UTF8 = Message(
    "请存为 UTF-8",
    "save it as UTF-8",
)
UNKNOWN_ENCODING = Message(
    "声明的编码 {name!r} 无法识别",
    "declares the encoding {name!r}, which is not known",
)
USE_UTF8 = Message(
    "请使用 UTF-8 或 GB18030",
    "use UTF-8 or GB18030",
)
ELEMENTS = Message(
    "前若干记录中有 {count} 个元素，{encoding}",
    "{count} elements in the first records, {encoding}",
)
DAMAGED_TEXT = Message(
    "含有不属于其编码的字节，或 XML 禁止的字符",
    "holds bytes that do not belong to its encoding, or characters that XML forbids",
)
ELEMENTS_ALIKE = Message(
    "元素 {other!r} 与 {name!r} 仅大小写不同",
    "the elements {other!r} and {name!r} differ by case alone",
)
RECORD_TOO_LONG = Message(
    "该记录超过 settings.row_bytes",
    "the record is longer than settings.row_bytes",
)
