"""Valid events of the shipped items, to be changed by a test; fictional but for public codes of well-known bodies."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue import Catalogue, Format, Item
from creditbus.services.domain.entitlement import publishers
from creditbus.services.domain.event import Claim, SubjectKind
from creditbus.topics.declarations import declarations

__all__ = ["CATALOGUE", "EXAMPLES", "ORGAN", "PUBLISHERS", "SUBJECT", "Example", "own_decision", "shipped"]

CATALOGUE = Catalogue.parse(raw_catalogue())
_DEPARTMENTS = declarations().departments
PUBLISHERS = {item.id: publishers(item, _DEPARTMENTS.values()) for item in CATALOGUE}
"""Who may publish an item, as declared, and for whom."""
ORGAN = "11420000MB15291767"
SUBJECT = "914201007246906844"
_OTHERS = {
    SubjectKind.INSTITUTION: {"uscc": "12990106FC0000775P"},
    SubjectKind.SOCIAL_ORGANISATION: {"uscc": "51990106FC0000775N"},
    # the sample number of the standard
    SubjectKind.NATURAL_PERSON: {"person_id_kind": "身份证", "person_id": "11010519491231002X"},
}
"""Codes of a subject for an item that admits one kind alone, which is not that of enterprises."""

_LICENCE = {
    "XK_XDR_MC": "某某有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_FRDB": "甲",
    "XK_XKWS": "准予行政许可决定书",
    "XK_WSH": "某许〔2018〕1号",
    "XK_XKLB": "普通",
    "XK_NR": "许可内容",
    "XK_JDRQ": "2018-02-28",
    "XK_YXQZ": "2018-03-01",
    "XK_YXQZI": "2099-12-31",
    "XK_XKJG": "某局",
    "XK_XKJGDM": ORGAN,
    "XK_ZT": "1",
    "XK_LYDW": "某局",
    "XK_LYDWDM": ORGAN,
}
_PENALTY = {
    "CF_XDR_MC": "某某有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_FRDB": "甲",
    "CF_WSH": "某罚〔2018〕1号",
    "CF_WFXW": "违法行为",
    "CF_SY": "违法事实",
    "CF_YJ": "处罚依据",
    "CF_CFLB": "警告;罚款",
    "CF_NR": "处罚内容",
    "CF_NR_FK": "0.8",
    "CF_JDRQ": "2018-02-28",
    "CF_GSJZQ": "2021-02-27",
    "CF_CFJG": "某局",
    "CF_CFJGDM": ORGAN,
    "CF_SJLY": "某局",
    "CF_SJLYDM": ORGAN,
}
_PENALTY_2016 = {
    "CF_WSH": "某罚〔2016〕1号",
    "CF_CFMC": "违法行为",
    "CF_CFLB1": "罚款",
    "CF_SY": "处罚事由",
    "CF_YJ": "处罚依据",
    "CF_XDR_MC": "某某有限公司",
    "CF_JG": "警告；处以罚款人民币5万元",
    "CF_JDRQ": "2016-02-28",
    "CF_XZJG": "某局",
    "CF_ZT": "正常",
    "CF_JZRQ": "2017-02-28",
}
_LICENCE_2016 = {
    "XK_WSH": "某许〔2016〕1号",
    "XK_XMMC": "某项目",
    "XK_SPLB": "普通",
    "XK_NR": "许可内容",
    "XK_XDR": "某某有限公司",
    "XK_JDRQ": "2016-02-28",
    "XK_JZQ": "2099-12-31",
    "XK_XZJG": "某局",
    "XK_ZT": "正常",
}
_GRADE = {
    "NSRMC": "某某有限公司",
    "PJND": "2018",
    "XYDJ": "M",
    "PJDW": "某税务局",
    "PDSJ": "2019-04-17",
    "YXQQ": "2019-04-17",
    "YXQZ": "2020-04-17",
}
_ENTRY = {
    "SJLX": "列入",
    "MDMC": "守合同重信用企业",
    "MDLX": "红",
    "ZTLB": "法人及非法人组织",
    "ZTMC": "某某有限公司",
    "RDDW": "某局",
    "RDDWDM": ORGAN,
    "JDWH": "某名单〔2018〕1号",
    "FLYJ": "某办法",
    "LRRQ": "2018-02-28",
}
_DEFAULTER = {
    "SJLX": "发布",
    "SXID": "1",
    "AH": "(2017)某01执1号",
    "ZXYJWH": "(2016)某01民初1号",
    "ZXFY": "某法院",
    "FYDM": ORGAN,
    "XZ": "法人",
    "BZXR": "某某有限公司",
    "LASJ": "2017-05-30",
    "YW": "义务",
    "LXQK": "全部未履行",
    "FBSJ": "2017-08-16",
}


_OBJECTION = {
    "SJBH": "示异1",
    "SJLX": "异议申请",
    "SJRQ": "2019-06-03",
    "JGMC": "某局",
    "JGDM": ORGAN,
    "WSH": "某罚〔2018〕1号",
    "ZTMC": "某某有限公司",
    "LY": "认定事实有误",
}


_CONSENT = {
    "SQRLB": "法人及非法人组织",
    "SQSBH": "示授1号",
    "BSQJG": "信达示例征信机构",
    "CXYT": "企业征信产品",
    "SQRQ": "2019-03-01",
    "SQQSRQ": "2019-03-01",
    "SQJZRQ": "2020-12-31",
    "SQZT": "有效",
}


_SUCCESSION = {
    "BGLX": "吸收合并",
    "QSDM": SUBJECT,
    "QSMC": "某某有限公司",
    "HSDM": "91420106MA4KBBB29G",
    "HSMC": "另一家有限公司",
    "SXRQ": "2018-02-28",
    "TZSH": "某合〔2018〕1号",
    "DJJG": "某局",
}


class Example(NamedTuple):
    """An event in lexical form."""

    item: Item
    header: dict[str, Any]
    claim: dict[str, str | None]
    content: dict[str, str | None]

    def __repr__(self) -> str:
        given = {name: value for part in (self.claim, self.content) for name, value in part.items() if value}
        return f"<{self.item.id} {self.header} {given}>"

    def changed(self, **changes: str | None) -> "Example":
        """Copy the event with other content."""
        return self._replace(content={**self.content, **changes})

    def claiming(self, **codes: str | None) -> "Example":
        """Copy the event with these codes only."""
        return self._replace(claim={**dict.fromkeys(Claim.__annotations__), **codes})

    def headed(self, **changes: Any) -> "Example":
        """Copy the event with another header."""
        return self._replace(header={**self.header, **changes})


def shipped(item_id: str) -> Item:
    """Give an item of the shipped catalogue."""
    item = CATALOGUE.item(item_id)
    assert item is not None
    return item


def own_decision(item: Item, department: str) -> dict[str, str | None]:
    """Give the field by which a row says that its department decided, where it may not say anything else."""
    held = PUBLISHERS[item.id].get(department) is not None
    return {item.authority_field: _DEPARTMENTS[department].uscc} if held else {}


def _example(item_id: str, content: Mapping[str, str], code: str = "uscc") -> Example:
    item = shipped(item_id)
    department = min(PUBLISHERS[item_id])
    header = {"item": item_id, "verb": "ISSUE", "subject_kind": "UNSTATED", "origin": {"department": department}}
    example = Example(item, header, {}, {**dict.fromkeys(item.fields), **content}).claiming(**{code: SUBJECT})
    return example.changed(**own_decision(item, department))


_CHOSEN = {
    "subject-consent": _example("subject-consent", _CONSENT),
    "administrative-licence": _example("administrative-licence", _LICENCE),
    "administrative-licence-2016": _example("administrative-licence-2016", _LICENCE_2016),
    "administrative-penalty": _example("administrative-penalty", _PENALTY),
    "administrative-penalty-2016": _example("administrative-penalty-2016", _PENALTY_2016),
    "enterprise-registration": _example("enterprise-registration", {"ENTNAME": "某某有限公司"}),
    "judgment-defaulter": _example("judgment-defaulter", _DEFAULTER),
    "objection-and-repair": _example("objection-and-repair", _OBJECTION),
    "red-black-list": _example("red-black-list", _ENTRY),
    "subject-identifiers": _example("subject-identifiers", {"ORGCODE": "72469068-4", "REGNO": "330203000030639"}),
    "subject-succession": _example("subject-succession", _SUCCESSION),
    "tax-credit-grade": _example("tax-credit-grade", _GRADE, "tax_no"),
}


_PLAUSIBLE = {
    Format.TEXT: "示例",
    Format.CODE: "示例1号",
    Format.DATE: "2019-03-01",
    Format.DATE_OPEN: "2099-12-31",
    Format.NUMBER: "1",
    Format.YEAR: "2018",
    Format.USCC: ORGAN,
    Format.DIVISION: "420106",
    Format.CHANGES: "{}",
}


def _plausible(item: Item) -> Example:
    """Fill the mandatory fields and those that a condition asks for: enough where no test looks at the values."""

    def value(code: str) -> str:
        field = item.fields[code]
        return field.values[0] if field.values else _PLAUSIBLE[field.format][: field.max_length]

    filled = {code: value(code) for code, field in item.fields.items() if field.mandatory}
    for rule in item.rules.required:
        if filled.get(rule.when_field) in rule.when_values:
            filled[rule.field] = value(rule.field)
    example = _example(item.id, filled)
    if SubjectKind.ENTERPRISE in item.subject_kinds:
        return example
    (kind,) = item.subject_kinds
    return example.claiming(**_OTHERS[kind])


EXAMPLES = {item.id: _CHOSEN.get(item.id) or _plausible(item) for item in CATALOGUE}
