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
