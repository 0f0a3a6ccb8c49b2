"""What `creditbus grants` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

#: Of one version, by `topics.city.grant_history.Step`.
STEPS: Final[Mapping[str, Message]] = {
    "begins": Message(
        "版本 {version}  {published_at}  授权开始",
        "version {version}  {published_at}  the grant begins",
    ),
    "changes": Message(
        "版本 {version}  {published_at}  授权变更",
        "version {version}  {published_at}  the grant changes",
    ),
    "ends": Message(
        "版本 {version}  {published_at}  授权结束",
        "version {version}  {published_at}  the grant ends",
    ),
}
NEVER_GRANTED = Message(
    "没有任何版本声明过 {subscriber}",
    "no version has ever declared {subscriber}",
)
SEE_VERSIONS = Message(
    "`creditbus topics versions` 列出各版本及其变更的文件",
    "`creditbus topics versions` lists the versions and the files that each changed",
)
NAME = Message("{zh}（{en}）", "{en} ({zh})")
EVERY_DISTRICT = Message("全部", "all")
CONSENT_NEEDED = Message("须有主体对 {uscc} 的授权记录", "a recorded consent of the subject to {uscc} is needed")
CONSENT_TO_NOBODY = Message(
    "须有主体的授权记录；订阅方文件没有写 `uscc`，授权记录无从指明它",
    "a recorded consent of the subject is needed; its file states no `uscc` by which one could name it",
)
CONSENT_NOT_NEEDED = Message("不需要", "not needed")
VALID = Message("{first} 至 {last}", "{first} to {last}")
NO_QUOTA = Message("不限", "none")
QUOTA = Message(
    "每天 {bound:,} 次查询（目前只作声明，尚不执行；订阅流不受此限额约束）",
    "{bound:question} a day (declared, not enforced yet; it never bounds the feed)",
)
FEED_QUOTA = Message(
    "每秒至多从每个 Kafka 代理读取 {bound:,} 字节；只放慢读取，不少一条记录",
    "{bound:,} bytes a second of each broker at most; reading is slowed down, and no record is left out",
)
#: Of a grant, as `grants show` lists them.
PARTS: Final[Mapping[str, Message]] = {
    "purpose": Message("用途", "purpose"),
    "legal_basis": Message("依据", "legal basis"),
    "subject_kinds": Message("主体类别", "kinds of subjects"),
    "districts": Message("区", "districts"),
    "disclosure": Message("可见范围", "ceiling"),
    "consent": Message("主体授权", "consent"),
    "valid": Message("有效期", "valid"),
    "quota": Message("查询限额", "quota of questions"),
    "feed_quota": Message("读取速率", "rate of reading"),
}
FIELDS = Message("{of:,} 个数据项中的 {count:,} 个", "{count:,} of {of:field}")
OF_FIELDS: Final[Mapping[str, Message]] = {
    "masked": Message("部分遮盖：{codes}", "shown in part: {codes}"),
    "some_values": Message("只示出部分取值：{codes}", "some values alone: {codes}"),
}
WITHHELD_FOR = Message(
    "{code} 的值不可见时，整条记录不示出",
    "a record whose {code} it may not see does not come at all",
)
