"""Chinese words for the codes that people meet in tables; JSON keeps the codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.avro_schemas import raw_catalogue
from creditbus.avro_schemas.catalogue_files import per_catalogue
from creditbus.services.cli.language import language
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.catalogue.fields import Disclosure
from creditbus.services.domain.event import Change, RecordState, SubjectKind, Verb
from creditbus.services.domain.feed.withholding import WITHHELD
from creditbus.services.domain.reasons import AnyReason, Caution

__all__ = ["caution", "named_reason", "reason", "word"]

_ZH: Final[Mapping[str, str]] = {
    # what became of events
    "department": "部门",
    "published": "发布",
    "waiting": "未读",
    "expired": "未读过期",
    "received": "收到",
    "applied": "入库",
    "duplicate": "重复",
    "stale": "过时",
    "rejected": "退回",
    "held": "待原记录",
    "parked": "待登记",
    "balanced": "平衡",
    # what happened to a record
    Change.NEW: "新增",
    Change.AMENDED: "变更",
    Change.TRANSITION: "状态变更",
    Change.RESTATED: "重述",
    # states of a record
    RecordState.ACTIVE: "有效",
    RecordState.DISPUTED: "异议中",
    RecordState.REPAIRED: "已修复",
    RecordState.EXITED: "已移出",
    RecordState.WITHDRAWN: "已撤销",
    RecordState.EXPIRED: "已到期",
    WITHHELD: "不再示出",
    # kinds of subjects
    SubjectKind.UNSTATED: "类别未报",
    SubjectKind.ENTERPRISE: "企业",
    SubjectKind.INDIVIDUAL_BUSINESS: "个体工商户",
    SubjectKind.INSTITUTION: "事业单位",
    SubjectKind.SOCIAL_ORGANISATION: "社会组织",
    SubjectKind.STATE_ORGAN: "机关",
    SubjectKind.OTHER_ORGANISATION: "其他组织",
    SubjectKind.NATURAL_PERSON: "自然人",
    # acts
    Verb.ISSUE: "作出",
    Verb.AMEND: "更正",
    Verb.END: "移出",
    Verb.WITHDRAW: "撤销",
    Verb.DISPUTE: "异议",
    Verb.SETTLE: "异议处理",
    Verb.ANNOTATE: "标注",
    Verb.REPAIR: "信用修复",
    Verb.EXPIRE: "到期",
    # how a field is written, and who may see it
    "text": "文本",
    "code": "代码",
    "date": "日期",
    "date-open": "日期（可长期）",
    "number": "数值",
    Disclosure.PUBLIC: "社会公开",
    Disclosure.SHARED: "政务共享",
    Disclosure.AUTHORISED: "授权查询",
    # states of a local server
    "healthy": "正常",
    "unhealthy": "异常",
    "stopped": "已停止",
    "decided_on": "决定日期",
    "effective_to": "有效期至",
    "statement": "主体声明",
}


def word(code: str) -> str:
    """Return the word for a code in the language that is spoken: in English, and for codes unknown, the code."""
    return _ZH.get(code, code) if language() == "zh" else code


def reason(code: str) -> str:
    """Return a reason of refusal for people: in Chinese its sentence, and its code to look it up by."""
    named = named_reason(code) if language() == "zh" else None
    return code if named is None else f"{named.zh.rstrip('。')}（{code}）"


def named_reason(code: str) -> AnyReason | None:
    """Return the reason that a code stands for, a general one or one of an item; None: another version's."""
    return _catalogue().reason(code)


@per_catalogue
def _catalogue() -> Catalogue:
    return Catalogue.parse(raw_catalogue())


def caution(code: str) -> str:
    """Return a remark on an accepted event for people, as `reason` does."""
    return f"{Caution[code].zh.rstrip('。')}（{code}）" if language() == "zh" and code in Caution.__members__ else code
