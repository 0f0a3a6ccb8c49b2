"""An example of every key of the mapping language: YAML, cells, and what they give as an administrative penalty."""

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["EXAMPLES", "LOOKUP_TABLE", "WHOLE", "Case", "Example"]


class Case(NamedTuple):
    """One row, and what it gives."""

    cells: Mapping[str, str]
    field: str
    """Code of a content field; with a dot, a field of the claim or of the header."""
    value: str | None
    reason: str = ""
    """Code of the reason by which validation refuses the value; empty: it is admitted."""
    file: str = ""
    sheet: str = ""


class Example(NamedTuple):
    """Some keys of a mapping, and rows that are read by them."""

    yaml: str
    cases: tuple[Case, ...] = ()


LOOKUP_TABLE: Final = "机关,代码\n示例市城管局,11990100MB0000001T\n"
"""What ``authorities.csv`` holds in the examples."""

WHOLE: Final = """\
item: administrative-penalty
content:
  CF_XDR_MC: 当事人
  CF_XDR_LB: {column: 信用代码, find: party}
  CF_WSH: 决定书编号
  CF_CFLB: {column: 处罚种类, values: {罚金: 罚款}, default: 罚款}
  CF_NR_FK: {column: 罚款(元), thousands: true, unit: {from: 元, to: 万元, written: true}}
  CF_JDRQ: {column: 决定日期, date_forms: [yyyy年M月d日, yyyyMMdd], day_numbers: 1900}
  CF_CFJG: {constant: 示例市城管局}
claim:
  uscc: 信用代码
ignore: [序号]
"""

EXAMPLES: Final[Mapping[str, Example]] = {
    "mapping.title": Example("title: {zh: 示例市处罚台账, en: Penalties of the example city}\n"),
    "mapping.item": Example("item: administrative-penalty\n"),
    "mapping.empties": Example(
        'empties: ["", "/", 不详]\n',
        (Case({"CF_NR": "不详"}, "CF_NR", None, "MANDATORY_EMPTY"), Case({"CF_NR": "无"}, "CF_NR", "无")),
    ),
    "mapping.time_zone": Example(
        "time_zone: UTC\nheader: {source_time: 更新时间}\n",
        (Case({"更新时间": "2025-03-31 16:00:00"}, "header.source_time", "1743436800000"),),
    ),
    "mapping.by_name": Example(
        "by_name: false\ncontent: {CF_WSH: 文号}\n",
        (
            Case({"文号": "1号", "CF_NR": "罚款"}, "CF_WSH", "1号"),
            Case({"文号": "1号", "CF_NR": "罚款"}, "CF_NR", None, "MANDATORY_EMPTY"),
        ),
    ),
    "mapping.content": Example(
        "content: {CF_XDR_MC: 当事人}\n", (Case({"当事人": "示例公司"}, "CF_XDR_MC", "示例公司"),)
    ),
    "mapping.claim": Example(
        "claim: {uscc: 信用代码, registration_no: 注册号}\n",
        (Case({"注册号": "990106000000011"}, "claim.registration_no", "990106000000011"),),
    ),
    "mapping.header": Example(
        "header: {document_no: [案号, 文号]}\n",
        (Case({"文号": "示罚〔2025〕1号"}, "header.document_no", "示罚〔2025〕1号"),),
    ),
    "mapping.tables": Example(
        "tables: {authorities: {path: authorities.csv, key: 机关, value: 代码}}\n"
        "content: {CF_CFJGDM: {column: 机关, form: text, lookup: authorities}}\n",
        (Case({"机关": "示例市城管局"}, "CF_CFJGDM", "11990100MB0000001T"),),
    ),
    "mapping.ignore": Example("ignore: [序号, 填报人]\n"),
    "mapping.carry_numbers": Example("carry_numbers: [CF_FR_ZJHM]\n"),
    "mapping.further_key": Example(
        "further_key: [CF_CFLB, {column: 行号}]\n",
        (Case({"CF_WSH": "1号", "CF_CFLB": "罚款", "行号": "2"}, "header.document_no", "1号#罚款#2"),),
    ),
    "rule.column": Example(
        "content: {CF_XDR_MC: 当事人, CF_WSH: [文号, 决定书编号], CF_NR: {column: 处罚内容}, CF_SY: 处罚内容}\n",
        (
            Case({"决定书编号": "1号"}, "CF_WSH", "1号"),
            Case({"处罚内容": "罚款"}, "CF_SY", "罚款"),
        ),
    ),
    "rule.constant": Example("content: {CF_CFJG: {constant: 示例市城管局}}\n", (Case({}, "CF_CFJG", "示例市城管局"),)),
    "rule.name_of": Example("content: {CF_CFLB: {name_of: sheet}}\n", (Case({}, "CF_CFLB", "罚款", sheet="罚款"),)),
    "rule.pattern": Example(
        "content: {CF_JDRQ: {name_of: file, pattern: '处罚(\\d{8})', date_forms: [yyyyMMdd]}}\n",
        (
            Case({}, "CF_JDRQ", "2025-03-31", file="处罚20250331.xlsx"),
            Case({}, "CF_JDRQ", None, "MANDATORY_EMPTY", file="处罚汇总.xlsx"),
        ),
    ),
    "rule.default": Example(
        "content: {BZ: {column: 备注, default: 无备注}, CF_YXQ: {column: 有效期, default: 长期}}\n",
        (
            Case({"备注": "/"}, "BZ", "无备注"),
            Case({"备注": "已缴"}, "BZ", "已缴"),
            Case({"有效期": "/"}, "CF_YXQ", "2099-12-31"),
        ),
    ),
    "rule.form": Example(
        "content: {CF_JDRQ: {column: 决定时间, form: datetime}, CF_GSJZQ: {form: epoch_ms}}\n",
        (
            Case({"决定时间": "2025-03-31 09:30:00"}, "CF_JDRQ", "2025-03-31"),
            Case({"CF_GSJZQ": "1743350400000"}, "CF_GSJZQ", "2025-03-31"),
            Case({"CF_YXQ": "2025-03-31 09:30:00"}, "CF_YXQ", "2025-03-31 09:30:00", "DATE_WITH_TIME"),
        ),
    ),
    "rule.date_forms": Example(
        "content: {CF_JDRQ: {date_forms: [yyyy年M月d日, yyyyMMdd]}}\n",
        (
            Case({"CF_JDRQ": "2025年3月31日"}, "CF_JDRQ", "2025-03-31"),
            Case({"CF_JDRQ": "20250331"}, "CF_JDRQ", "2025-03-31"),
            Case({"CF_JDRQ": "31/3/2025"}, "CF_JDRQ", "31/3/2025", "DATE_UNPARSABLE"),
        ),
    ),
    "rule.day_numbers": Example(
        "content: {CF_JDRQ: {day_numbers: 1900}}\n",
        (
            Case({"CF_JDRQ": "45747"}, "CF_JDRQ", "2025-03-31"),
            Case({"CF_JDRQ": "2017"}, "CF_JDRQ", "2017", "DATE_UNPARSABLE"),
            Case({"CF_JDRQ": "19951"}, "CF_JDRQ", "19951", "DATE_UNPARSABLE"),
        ),
    ),
    "rule.empties": Example(
        "content: {CF_NR: {empties: [同上]}}\n",
        (Case({"CF_NR": "同上"}, "CF_NR", None, "MANDATORY_EMPTY"), Case({"CF_NR": "无"}, "CF_NR", "无")),
    ),
    "rule.values": Example(
        "content: {CF_XDR_LB: {column: 类别, values: {企业: 法人及非法人组织, 个体: 个体工商户}}}\n",
        (
            Case({"类别": "企业"}, "CF_XDR_LB", "法人及非法人组织"),
            Case({"类别": "其他"}, "CF_XDR_LB", "其他", "ENUM_UNKNOWN"),
        ),
    ),
    "rule.thousands": Example(
        "content: {CF_NR_FK: {thousands: true}}\n",
        (
            Case({"CF_NR_FK": "12,500.5"}, "CF_NR_FK", "12500.5"),
            Case({"CF_NR_FK": "12,5"}, "CF_NR_FK", "12,5", "NUMBER_UNPARSABLE"),
        ),
    ),
    "rule.suffixes": Example(
        "content: {CF_NR_FK: {suffixes: [万元, 万]}}\n",
        (
            Case({"CF_NR_FK": "1.2万"}, "CF_NR_FK", "1.2"),
            Case({"CF_NR_FK": "12000元"}, "CF_NR_FK", "12000元", "NUMBER_UNPARSABLE"),
        ),
    ),
    "rule.unit": Example(
        "content: {CF_NR_FK: {column: 罚款(元), unit: {from: 元, to: 万元}}}\n",
        (
            Case({"罚款(元)": "3000"}, "CF_NR_FK", "0.3"),
            Case({"罚款(元)": "1.2E+05"}, "CF_NR_FK", "1.2E+05", "NUMBER_UNPARSABLE"),
        ),
    ),
    "unit.written": Example(
        "content: {CF_NR_FK: {column: 罚款(元), unit: {from: 元, to: 万元, written: true}}}\n",
        (
            Case({"罚款(元)": "3000"}, "CF_NR_FK", "0.3"),
            Case({"罚款(元)": "3000元"}, "CF_NR_FK", "0.3"),
            Case({"罚款(元)": "人民币1.2万元整"}, "CF_NR_FK", "1.2"),
            Case({"罚款(元)": "约3000元"}, "CF_NR_FK", "约3000元", "NUMBER_UNPARSABLE"),
        ),
    ),
    "rule.lookup": Example(
        "tables: {authorities: {path: authorities.csv, key: 机关, value: 代码}}\n"
        "header: {authority: {column: 机关, lookup: authorities}}\n",
        (
            Case({"机关": "示例市城管局"}, "header.authority", "11990100MB0000001T"),
            Case({"机关": "示例市水务局"}, "header.authority", "示例市水务局"),
        ),
    ),
    "rule.find": Example(
        "content: {CF_XDR_LB: {column: 信用代码, find: party}}\n",
        (
            Case({"信用代码": "92990106MA0000005G"}, "CF_XDR_LB", "个体工商户"),
            Case({"信用代码": "990106000000011"}, "CF_XDR_LB", None, "MANDATORY_EMPTY"),
        ),
    ),
    "rule.otherwise": Example(
        "content: {CF_NR: {column: 处罚内容, otherwise: {column: 备注}}}\n",
        (
            Case({"处罚内容": "罚款", "备注": "已缴"}, "CF_NR", "罚款"),
            Case({"处罚内容": "/", "备注": "已缴"}, "CF_NR", "已缴"),
        ),
    ),
}
