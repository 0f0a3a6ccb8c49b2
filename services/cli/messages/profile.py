"""What `creditbus profile` says."""

from __future__ import annotations

from creditbus.topics.text import Message

SINCE = Message(
    "自 {since}",
    "since {since}",
)
AS_DISCLOSED = Message(
    "按 {subscriber} 的授权，{on}",
    "as the grant of {subscriber} discloses it on {on}",
)
UNKNOWN = Message(
    "不详",
    "unknown",
)
PREDECESSOR = Message(
    "原主体",
    "predecessor",
)
SUCCESSOR = Message(
    "承继主体",
    "successor",
)
REVISION = Message(
    "第 {revision} 版",
    "revision {revision}",
)
WITHHELD_BELOW = Message(
    "只示于{disclosure}",
    "withheld from grants below {disclosure}",
)
THEN = Message(
    "其后 ",
    "then ",
)
NO_PROFILE = Message(
    "此代码没有档案",
    "no profile for this code",
)
NOT_REGISTERED = Message(
    "（未登记）",
    "(not registered)",
)
DISTRICT = Message(
    "区划",
    "district",
)
VERSION = Message(
    "版本",
    "version",
)
