"""What each key of an item's entry means, for editors: Chinese and English."""

from collections.abc import Mapping
from typing import Final

__all__ = ["MEANINGS"]

MEANINGS: Final[Mapping[str, tuple[str, str]]] = {
    "id": ("标识，与文件夹名相同", "Id, the same as the name of the folder."),
    "title": ("名称", "Title."),
    "category": ("国家基础目录中的类别", "Category of the national base catalogue."),
    "legal_basis": ("归集的依据，至少一项", "The laws and rules by which it may be carried; at least one."),
    "entitled": ("可以提供的部门的标识", "Ids of departments that may publish it."),
    "entitled_roles": (
        "承担哪些职能的部门可以提供；可与 entitled 并用",
        "Roles whose departments may publish it; next to `entitled`, or in its place.",
    ),
    "closed": (
        "不再提供：没有部门可以发布，已有的记录保留",
        "Nobody publishes it any more; its records stay.",
    ),
    "subject_kinds": ("可以是哪些类别的主体", "Kinds of subjects that it is about."),
    "verbs": ("可以有哪些操作", "Verbs that its events may have."),
    "natural_key": (
        "记录由什么认定：机关与文书号；花括号内为数据项",
        "What names a record: authority and document number; fields in braces.",
    ),
    "subject": ("主体的名称、类别和代码从何而来", "Where name, kind and code of the subject come from."),
    "claim": (
        "主体的代码所在的列名，按代码的种类",
        "Column codes of the subject's codes in the standard, by kind of code.",
    ),
    "unregistered_subject": (
        "主体未登记时：park 等待登记，unverified 先行收下",
        "A subject that nobody has registered: park waits for it, unverified takes it.",
    ),
    "registers": ("登记事项：主体的名称与所在区的数据项", "A registration: fields of the subject's name and district."),
    "consents": (
        "主体的授权：被授权机构的代码、用途、事项与首日的数据项；末日为 publication_until",
        "Consents: fields of receiver, purpose, items and first day; the last one is `publication_until`.",
    ),
    "identifies": ("事件说明主体的旧代码：含有旧代码的数据项", "Fields that hold legacy codes of the subject."),
    "acts_on": (
        "事项的行作用于其他事项的记录：有关的数据项",
        "Fields by which a row acts on a record of another item.",
    ),
    "succession": ("一个主体承继另一个：有关的数据项", "Fields by which one subject takes the place of another."),
    "checks_organisation_code": (
        "统一代码内的组织机构代码有误时提示",
        "A caution where the organisation code within a unified code fails its own check.",
    ),
    "disclosure": ("按值区分的公开类别", "Classes of single values."),
    "events": (
        "内容如何说明操作与状态；最后一个没有 when",
        "How content states verb and state; the last one has no `when`.",
    ),
    "reasons": ("本事项自有条件的退回原因", "Reasons for conditions of its own."),
    "rules": ("数据项之间的规则", "Rules between fields."),
    "publication": (
        "公示期，以月计；when 指明类别，没有 when 的适用于其余记录",
        "Publication periods in months; `when` tells the class, a period without it is of all other records.",
    ),
    "publication_from": (
        "公示期起算日的数据项；不写时为决定日期",
        "Field with the day from which publication periods count; the date of the decision where it is left out.",
    ),
    "publication_until": (
        "记录自己写明的公示截止日（含当日）的数据项",
        "Field with the last day of publication that a record itself states.",
    ),
    "objections": (
        "异议应在提出后几个工作日内处理，按异议当日有效的规则",
        "Working days within which an objection is to be answered, by the rule in force on its day.",
    ),
    "due_working_days": ("应在几个工作日内报送", "Updates are due within this number of working days."),
}
