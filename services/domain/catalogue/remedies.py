"""What to do about a wrong entry of the catalogue: a closed list, Chinese and English next to each other."""

from enum import StrEnum
from typing import Self

__all__ = ["Remedy"]


class Remedy(StrEnum):
    """A template in the syntax of `str.format`: in English by `en`, in Chinese by `zh`. Both take the same values."""

    en: str
    zh: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Keep the templates with the word. They have defaults for type checkers, which read a look-up as this."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.en = en
        return member

    MISSING = ("missing", "缺失，请补上", "missing; add it")
    UNKNOWN_KEY_MEANT = ("unknown_key_meant", "没有这个键；是否指 {near}？", "unknown key; did you mean {near}?")
    UNKNOWN_KEY = ("unknown_key", "没有这个键；可用：{known}", "unknown key; use one of: {known}")
    UNKNOWN_NAME_MEANT = (
        "unknown_name_meant",
        "没有 {name!r}；是否指 {near}？",
        "{name!r} is unknown; did you mean {near}?",
    )
    UNKNOWN_NAME = ("unknown_name", "没有 {name!r}；可用：{known}", "{name!r} is unknown; use one of: {known}")
    UNFITTING = (
        "unfitting",
        "{name!r} 不是合适的字段；可用：{known}",
        "{name!r} is not a fitting field; use one of: {known}",
    )
    MAPPING = ("mapping", "请在此写出键与值", "write a mapping of keys here")
    LIST = ("list", "请在此写出列表", "write a list here")
    TEXT = ("text", "请写文本，而不是 {value!r}", "write a text, not {value!r}")
    TEXTS = ("texts", "请写文本的列表，而不是 {value!r}", "write a list of texts, not {value!r}")
    FLAG = ("flag", "请写 true 或 false，而不是 {value!r}", "write true or false, not {value!r}")
    WHOLE = ("whole", "请写不小于 0 的整数，而不是 {value!r}", "write a whole number from 0, not {value!r}")
    WHOLES = ("wholes", "请写整数的列表，而不是 {value!r}", "write a list of whole numbers, not {value!r}")
    NUMBER = ("number", "请写数字，而不是 {value!r}", "write a number, not {value!r}")
    DATE = ("date", "请按 yyyy-MM-dd 写日期，而不是 {value!r}", "write a date as yyyy-MM-dd, not {value!r}")
    AT_LEAST_ONE = ("at_least_one", "请至少写出一个", "name at least one")
    FOLDER_NAME = ("folder_name", "应与文件夹名 {name!r} 相同", "must equal the folder's name {name!r}")
    FIELD_NAME = ("field_name", "应与字段名 {name!r} 相同", "must equal the field's name {name!r}")
    FIELDS = ("fields", "内容记录需要字段", "a content record needs fields")
    MASK = (
        "mask",
        "请写两个数：左边和右边各保留的字符数",
        "write two numbers: the characters kept at the left and at the right",
    )
    CHANGES = ("changes", "请指明格式为 `changes` 的字段", "name a field of the format `changes`")
    MANDATORY = ("mandatory", "请把字段 {field} 设为必填", "make the field {field} mandatory")
    NATURAL_KEY = (
        "natural_key",
        "记录需要认定单位和文书号",
        "a record needs an authority and a document number",
    )
    LAST_EVENT = (
        "last_event",
        "请在列表末尾写一个没有 `when` 的事件，用于其余情况",
        "end the list with an event without `when`, for everything else",
    )
    MAX_MONTHS = ("max_months", "不得小于 min_months", "must not be less than min_months")
    CLOCK = (
        "clock",
        "只有把异议带到其他事项记录的事项才可写期限",
        "only an item whose rows bring objections to records of others has such rules",
    )
    ONE_CLOCK = ("one_clock", "{item} 已写有期限，只可写一处", "{item} has such rules already; keep one of the two")
    VERBS = ("verbs", "请加上 {verb}，此事项的事件用到它", "add {verb}, which the item's events use")
    SAY_THE_SAME = (
        "say_the_same",
        "请与 {item} 写得一致，或另取名称",
        "say the same as {item}, or rename it",
    )
    RECEIVER = (
        "receiver",
        "应与 natural_key 的 authority_code 是同一字段：只有能代其发布的部门才可登记给它的授权",
        "name the field that natural_key has as authority_code: who speaks for the receiver records consents to it",
    )
    PAIR = (
        "pair",
        "document_no 应以 {pair} 结尾：一份文书可能有几对主体",
        "end document_no with {pair}: one notice may name several pairs of subjects",
    )
    ORGANISATIONS = (
        "organisations",
        "只以代码联系两个机构，不做其他事",
        "joins two organisations by their codes, and does nothing else",
    )
    BOTH_RECORDS = (
        "both_records",
        "只可用 ISSUE、AMEND 和 WITHDRAW：一条记录的变化必须同时发生于另一条",
        "admit ISSUE, AMEND and WITHDRAW only: what happens to one record must happen to both",
    )
    UNUSED_REASON = (
        "unused_reason",
        "没有规则给出原因 {reason}：请在规则中使用它，或从 `reasons` 中去掉",
        "no rule gives the reason {reason}: name it in one, or remove it from `reasons`",
    )
    GENERAL_REASON = (
        "general_reason",
        "是通用原因：直接使用，不必声明",
        "is a general reason: use it without declaring it",
    )
    REASON_CODE = (
        "reason_code",
        "代码应以 COND_ 开头，其后为大写字母、数字和下划线",
        "begin the code with COND_ and go on in capital letters, digits and underscores",
    )
    SENTENCE = (
        "sentence",
        "请在一行内写一句话，以 {stop} 结尾",
        "write one sentence on one line, with {stop} at its end",
    )
    EXPRESSION = (
        "expression",
        "{text!r} 不是正则表达式：“{said}”",
        "{text!r} is not a regular expression: {said}",
    )
    ONE_GROUP = (
        "one_group",
        "请把数字、且只把数字放在一个分组中",
        "enclose the number, and nothing else, in a group",
    )
    WHEN = ("when", "请写出一个字段和它的值", "name one field and its values")
    LIST_VALUES = (
        "list_values",
        "请在模式中列出此字段的值：未列出的值没有公开类别",
        "list the values of this field in the schema: any other one would have no class",
    )
    CLASS_AND_VALUES = (
        "class_and_values",
        "请写出公开类别和它的值，例如 {{public: [A]}}",
        "name a class and its values, such as {{public: [A]}}",
    )
    CLASS_OF_THE_REST = (
        "class_of_the_rest",
        "请去掉这一类别：凡此处未写出的值，模式已给出此类别",
        "leave this class out: the schema gives it to every value that is not named here",
    )
    CLASSED_TWICE = (
        "classed_twice",
        "{value!r} 已属于类别 {classed}；请只写一次",
        "{value!r} has the class {classed} already; name it once",
    )
    NEVER_WITHHELD = (
        "never_withheld",
        "请去掉：{field} 的每个值都是社会公开，没有记录会不示出",
        "leave it out: every value of {field} is public, so nothing is ever withheld",
    )
    NAMES_BY_VALUE = (
        "names_by_value",
        "请把 {field} 移出 by_value：它用于指明记录或其主体",
        "take {field} out of by_value: it names the record or its subject",
    )
    NOT_A_VALUE = ("not_a_value", "{value!r} 不是该字段的值", "{value!r} is not a value of that field")
