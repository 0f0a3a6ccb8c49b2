"""Kind of a subject by the first two characters of its code (GB 32100-2015, table 1: 登记管理部门, 机构类别)."""

from creditbus.services.domain.event import SubjectKind

__all__ = ["kind_of"]

_KINDS = {
    "11": SubjectKind.STATE_ORGAN,
    "12": SubjectKind.INSTITUTION,
    "51": SubjectKind.SOCIAL_ORGANISATION,  # 社会团体
    "52": SubjectKind.SOCIAL_ORGANISATION,  # 民办非企业单位
    "53": SubjectKind.SOCIAL_ORGANISATION,  # 基金会
    "59": SubjectKind.SOCIAL_ORGANISATION,
    "91": SubjectKind.ENTERPRISE,
    "92": SubjectKind.INDIVIDUAL_BUSINESS,
    "93": SubjectKind.ENTERPRISE,  # 农民专业合作社
}


def kind_of(uscc: str) -> SubjectKind:
    """Give the kind of the subject that a valid unified social credit code names.

    Authorities without an entry of their own (diplomacy, justice, culture, religion, trade unions, agriculture, others)
    register organisations that are none of the named kinds.
    """
    return _KINDS.get(uscc[:2], SubjectKind.OTHER_ORGANISATION)
