"""Why an event was refused (`Reason`) or accepted with a remark (`Caution`): closed lists, in primary order.

An event may have several reasons; the primary one, by which a ledger counts it, is the first in the order of `Reason`.
A catalogue item may have conditions of its own and declares their reasons in its item.yaml (`ItemReason`). So the codes
that can stand in rejects, in the ledger and in labels of metrics are known from the code and the catalogue: no event
and no department can make one up.
"""

import re
from enum import StrEnum
from typing import Final, Self

__all__ = ["AnyReason", "Caution", "ItemReason", "Reason"]


class _Sentenced(StrEnum):
    """A word of a closed list that explains itself in Chinese and in English, and knows its place in the list."""

    zh: str
    sentence: str
    rank: int

    def __new__(cls, value: str, zh: str = "", sentence: str = "") -> Self:
        """Keep the sentences with the word. They have defaults for type checkers, which read a look-up as this."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        member.sentence = sentence
        member.rank = len(cls.__members__)
        return member


class Reason(_Sentenced):
    """A reason to refuse an event, to hold it (``REF_UNKNOWN_ORIGINAL``), or to stop it at the catalogue.

    Members stand in primary order: ``min(reasons, key=lambda reason: reason.rank)`` is the primary one.
    ``sentence`` is one English line for a person, ``zh`` the same line in Chinese.
    """

    FORMAT_UNDECODABLE = (
        "FORMAT_UNDECODABLE",
        "消息不能按其模式解码。",
        "The message cannot be decoded with its schema.",
    )
    FORMAT_UNKNOWN_SCHEMA = (
        "FORMAT_UNKNOWN_SCHEMA",
        "登记处没有该消息的模式编号。",
        "The schema id of the message is not in the registry.",
    )
    FORMAT_UNPARSABLE = (
        "FORMAT_UNPARSABLE",
        "该行不能按文件格式读取。",
        "The row cannot be read in the format of its file.",
    )
    FORMAT_COLUMN_COUNT = (
        "FORMAT_COLUMN_COUNT",
        "该行的列数与表头不同。",
        "The row has another number of cells than the header.",
    )
    CELL_ERROR = (
        "CELL_ERROR",
        "单元格是错误值，或公式未计算：打开工作簿改正并保存。",
        "The cell holds an error or a formula that was never computed: open the workbook, mend it and save it.",
    )
    CELL_MERGED = (
        "CELL_MERGED",
        "单元格是合并单元格的一部分：取消合并，或设 settings.merged_cells: fill 取其值。",
        "The cell is part of a merged one: take it apart, or set settings.merged_cells to fill for its value.",
    )
    NUMBER_ROUNDED = (
        "NUMBER_ROUNDED",
        "以数值形式给出，可能已被舍入，原来的数字无从得知：请在来源中将该列设为文本后重新填写。",
        "It came as a number and may have been rounded: make the column text where it comes from, and enter it again.",
    )
    NUMBER_FORMATTED = (
        "NUMBER_FORMATTED",
        "显示的内容由单元格格式生成，与单元格的值不同：请将该列设为文本后重新填写。",
        "The sheet's format shows this cell as something else: make the column text and enter it again.",
    )
    CAT_NOT_IN_CATALOGUE = (
        "CAT_NOT_IN_CATALOGUE",
        "信用信息目录中没有该事项。",
        "The credit information catalogue has no such item or list.",
    )
    CAT_NOT_ENTITLED = (
        "CAT_NOT_ENTITLED",
        "该部门不是该事项的信源单位。",
        "The department is not entitled to publish this catalogue item.",
    )
    CAT_OTHER_AUTHORITY = (
        "CAT_OTHER_AUTHORITY",
        "该部门不代表此决定机关：请核对代码；确实代报其记录的，请把代码加入该部门声明的 speaks_for。",
        "The department does not speak for this authority: check its code, or add it to the department's `speaks_for`.",
    )
    CAT_VERB_NOT_ADMITTED = (
        "CAT_VERB_NOT_ADMITTED",
        "该事项不接受这一操作。",
        "The catalogue item does not admit this verb.",
    )
    CAT_NATURAL_PERSON = (
        "CAT_NATURAL_PERSON",
        "该事项不归集自然人信息。",
        "The catalogue item does not admit natural persons; nothing of the row is kept.",
    )
    CAT_SUBJECT_KIND_NOT_ADMITTED = (
        "CAT_SUBJECT_KIND_NOT_ADMITTED",
        "该事项不接受这类主体。",
        "The catalogue item does not admit this kind of subject.",
    )
    MANDATORY_EMPTY = ("MANDATORY_EMPTY", "必填项为空。", "A mandatory field is empty.")
    ID_LENGTH = ("ID_LENGTH", "代码长度错误。", "The code has the wrong length.")
    ID_LOWER_CASE = (
        "ID_LOWER_CASE",
        "代码含小写字母，请按建议值更正。",
        "The code holds a lower-case letter; see the proposed correction.",
    )
    ID_CHARSET = ("ID_CHARSET", "代码含不允许的字符。", "The code holds a character that its standard does not allow.")
    ID_CHECK_DIGIT = ("ID_CHECK_DIGIT", "代码校验位错误。", "The check digit of the code is wrong.")
    ID_CONFLICT = ("ID_CONFLICT", "所给代码属于不同主体。", "The codes given belong to different subjects.")
    ID_SAME_SUBJECT = (
        "ID_SAME_SUBJECT",
        "前后主体相同；代码不变的更名属于登记信息。",
        "Predecessor and successor are one subject; a change of name alone is a matter of the registration.",
    )
    FORMAT_OVER_LENGTH = ("FORMAT_OVER_LENGTH", "内容超过最大长度。", "The value is longer than the field allows.")
    ENUM_UNKNOWN = ("ENUM_UNKNOWN", "取值不在规定范围内。", "The value is not one of those that the field allows.")
    NUMBER_UNPARSABLE = (
        "NUMBER_UNPARSABLE",
        "数值不能识别，应写作 12500.5；整列带千分位或单位时，请在映射中设 thousands、unit.written 或 suffixes。",
        "The value is not a plain number like 12500.5; the mapping reads others by `thousands`, `unit` and `suffixes`.",
    )
    DATE_UNPARSABLE = (
        "DATE_UNPARSABLE",
        "日期不能识别或不存在，应为 yyyy-MM-dd；整列写法不同时，请在映射中设 date_forms 或 day_numbers。",
        "The value is not a date such as 2025-03-31, or no such day exists; the mapping reads others by `date_forms`.",
    )
    DATE_WITH_TIME = (
        "DATE_WITH_TIME",
        "日期带有时刻或为毫秒时间戳：请在映射中写明 form: datetime 或 form: epoch_ms。",
        "The value holds a time or counts milliseconds: write `form: datetime` or `form: epoch_ms` in the mapping.",
    )
    DATE_FUTURE = ("DATE_FUTURE", "日期晚于今天。", "The date lies in the future.")
    PERIOD_INVERTED = ("PERIOD_INVERTED", "截止日期早于起始日期。", "The period ends before it begins.")
    COND_SUBJECT_CODE_MISSING = (
        "COND_SUBJECT_CODE_MISSING",
        "没有任何主体代码。",
        "No code names the subject.",
    )
    REF_UNKNOWN_ORIGINAL = (
        "REF_UNKNOWN_ORIGINAL",
        "所指记录尚不存在。",
        "The record that this event acts on is not known.",
    )
    REF_AMBIGUOUS_ORIGINAL = (
        "REF_AMBIGUOUS_ORIGINAL",
        "多个事项有该机关该文书号的记录，请注明事项。",
        "Several items hold a record of this authority and number; name the item.",
    )
    REF_NOT_CORRECTABLE = (
        "REF_NOT_CORRECTABLE",
        "所指记录没有该数据项，或该数据项不得更正。",
        "The record has no such column, or the column is part of what names the record.",
    )
    REF_STATE_CONFLICT = (
        "REF_STATE_CONFLICT",
        "记录的当前状态不允许这一操作。",
        "The state of the record does not allow this event.",
    )


class ItemReason(str):
    """A reason that a catalogue item declares for a condition of its own, such as a fine without an amount.

    It is its code, and has the attributes of a `Reason`. In primary order those of an item stand after the general
    conditions and before what only the record can tell, in the order in which the item declares them.
    """

    __slots__ = ("rank", "sentence", "zh")

    FORM: Final = re.compile(r"COND_[A-Z][A-Z0-9_]*")

    def __new__(cls, code: str, zh: str = "", sentence: str = "", place: int = 0) -> Self:
        """Keep the sentences with the code; `place` counts the item's reasons from 0."""
        reason = super().__new__(cls, code)
        reason.zh = zh
        reason.sentence = sentence
        # after the last general condition and before the next reason, however many an item declares
        reason.rank = Reason.COND_SUBJECT_CODE_MISSING.rank + 1 - 1 / (place + 2)
        return reason

    zh: str
    sentence: str
    rank: float

    @property
    def value(self) -> str:
        """The code."""
        return str(self)


AnyReason = Reason | ItemReason


class Caution(_Sentenced):
    """A remark on an event that is accepted all the same; goes into ``header.warnings``."""

    LEGACY_CODE = (
        "LEGACY_CODE",
        "以旧代码识别主体，请改用统一社会信用代码。",
        "The subject was named by a legacy code; use the unified social credit code.",
    )
    NAME_MISMATCH = (
        "NAME_MISMATCH",
        "名称与登记名称不同。",
        "The name differs from the registered name.",
    )
    AMOUNT_MAGNITUDE = (
        "AMOUNT_MAGNITUDE",
        "金额过大，疑将元写作万元。",
        "The amount is unusually large: perhaps yuan written in a column of ten thousand yuan.",
    )
    ID_ORGCODE_WARN = (
        "ID_ORGCODE_WARN",
        "代码中的组织机构代码校验位不符。",
        "The organisation code inside the unified social credit code fails its own check.",
    )
    ONE_KEY_TWO_ROWS = (
        "ONE_KEY_TWO_ROWS",
        "两行为同一主体的同一文书，内容不同，后一行将替换前一行；如一份文书有多行，请在映射中设置 further_key。",
        "Two rows of one decision and party differ: the second replaces the first; `further_key` tells them apart.",
    )
