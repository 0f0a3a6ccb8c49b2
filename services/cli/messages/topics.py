"""What `creditbus topics` says."""

from __future__ import annotations

from creditbus.topics.text import Message

NEW_TOPIC = Message(
    "+ 主题  {topic}（{partitions} 个分区，{kind}）",
    "+ topic  {topic} ({partitions} partitions, {kind})",
)
CHANGED_SETTING = Message(
    "~ 主题  {topic}：{key} {present} -> {wanted}",
    "~ topic  {topic}: {key} {present} -> {wanted}",
)
NEW_SCHEMA = Message(
    "+ 模式 {subject}",
    "+ schema {subject}",
)
AS_DECLARED = Message(
    "主题与模式均与声明一致",
    "topics and schemas are as declared",
)
