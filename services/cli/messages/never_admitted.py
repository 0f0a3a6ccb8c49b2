"""What `creditbus city check` and `topics plan` say of what a grant names and can never get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.services.domain.feed.never_admitted import Never
from creditbus.topics.text import Message

#: What is wrong.
PROBLEMS: Final[Mapping[Never, Message]] = {
    Never.NOT_NAMED: Message(
        "须有主体授权，而文件没有写 `uscc`，授权无从指明该订阅方：它得不到任何记录",
        "a consent of the subject is needed, and the file states no `uscc` by which one could name the subscriber: "
        "it gets no record at all",
    ),
    Never.NO_CREDIT_CODE: Message(
        "须有主体授权，而 {code} 不是有效的统一社会信用代码，授权不能写它：该订阅方得不到任何记录",
        "a consent of the subject is needed, and {code} is not a valid unified social credit code, so that none "
        "can name it: the subscriber gets no record at all",
    ),
    Never.NO_CONSENTS: Message(
        "须有主体授权，而本市目录中没有登记授权的事项：该订阅方得不到任何记录",
        "a consent of the subject is needed, and no item that the city carries records one: the subscriber gets no "
        "record at all",
    ),
    Never.NOBODY_RECORDS: Message(
        "须有主体授权，而没有部门可以登记对 {code} 的授权：该订阅方得不到任何记录",
        "a consent of the subject is needed, and no department may record one to {code}: the subscriber gets no "
        "record at all",
    ),
    Never.OTHER_KINDS: Message(
        "{item} 只有这些类别主体的记录：{kinds}；授权的 subject_kinds 中一个也没有",
        "{item} has records of {kinds} alone, and subject_kinds names none of them",
    ),
    Never.NO_DISTRICT: Message(
        "授权限定了区，而 {item} 的主体（{kinds}）不登记在任何区",
        "the grant is bound to districts, and the subjects of {item} ({kinds}) are registered in none",
    ),
    Never.NO_RECORDS: Message(
        "{item} 没有自己的记录：它改变的是其他事项的记录，并随那些记录给出",
        "{item} has no records of its own: what it does to records of other items goes with these",
    ),
    Never.WITHHELD: Message(
        "看不到 {field} 的，{item} 的记录整条不给出；该数据项至少须 {disclosure}",
        "a record of {item} is withheld from whoever may not see {field}, and nobody may below {disclosure}",
    ),
    Never.NO_FIELD: Message(
        "{item} 中没有一个准予的数据项在可见范围之内，至少须 {disclosure}",
        "no field of {item} that the grant names is within its ceiling; the first one is at {disclosure}",
    ),
}
#: What to do about it.
FIXES: Final[Mapping[Never, Message]] = {
    Never.NOT_NAMED: Message(
        "请在 kind 旁写上其统一社会信用代码（uscc）",
        "state its unified social credit code as `uscc`, next to `kind`",
    ),
    Never.NO_CREDIT_CODE: Message(
        "请按登记证书核对代码",
        "compare it with the certificate of registration",
    ),
    Never.NO_CONSENTS: Message(
        "请在 shipped_items 中加上 subject-consent",
        "add subject-consent to shipped_items",
    ),
    Never.NOBODY_RECORDS: Message(
        "请让一个部门承担职能 consent-registrar，并在其 speaks_for 中写上该代码",
        "let a department carry the role consent-registrar, and name the code under its speaks_for",
    ),
    Never.OTHER_KINDS: Message(
        "请在 subject_kinds 中加上其一，或从 items 中去掉该事项",
        "add one of them to subject_kinds, or take the item out of `items`",
    ),
    Never.NO_DISTRICT: Message(
        "请写 districts: [all]，或从 items 中去掉该事项",
        "write districts: [all], or take the item out of `items`",
    ),
    Never.NO_RECORDS: Message(
        "请从 items 中去掉该事项",
        "take the item out of `items`",
    ),
    Never.WITHHELD: Message(
        "请写 disclosure: {disclosure}，或从 items 中去掉该事项",
        "write disclosure: {disclosure}, or take the item out of `items`",
    ),
    Never.NO_FIELD: Message(
        "请写 disclosure: {disclosure}，或从 items 中去掉该事项",
        "write disclosure: {disclosure}, or take the item out of `items`",
    ),
}
