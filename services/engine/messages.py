"""What the engine says to a person: of its settings, and of servers that are away."""

from __future__ import annotations

from creditbus.topics.text import Message

NOT_OF_REDIS = Message(
    "? 之后的内容不是 Redis 客户端认识的选项，或其值无效",
    "says after its ? what is not an option of the Redis client, or has no such value",
)
WITHOUT_OPTIONS = Message(
    "请写成 redis://host:6379/0",
    "write it as redis://host:6379/0",
)
NOT_A_SETTING = Message(
    "不是设置项",
    "is not a setting",
)
NEEDS_ABOVE_0 = Message(
    "应为大于 0 的{kind}，而不是 {text!r}",
    "needs {kind} above 0, not {text!r}",
)
SUCH_AS = Message(
    "例如 {name}={default}",
    "such as {name}={default}",
)
CHANGE_ONE = Message(
    "请改动其中之一",
    "change one of both",
)
MUST_BE_LESS = Message(
    "{lesser} 应小于 {greater}",
    "{lesser} must be less than {greater}",
)
MUST_NOT_BE_MORE = Message(
    "{lesser} 不应大于 {greater}",
    "{lesser} must not be more than {greater}",
)
WHOLE_NUMBER = Message(
    "整数",
    "a whole number",
)
NUMBER = Message(
    "数",
    "a number",
)
NO_ANSWER = Message(
    "没有应答：{detail}",
    "does not answer: {detail}",
)
SEE_STATUS = Message(
    "`creditbus status` 显示本机服务器",
    "`creditbus status` shows local servers",
)
FEATURE_LEVEL = Message(
    "其特性 {feature} 的级别为 {level}，不是 {needed}",
    "its feature {feature} has level {level}, not {needed}",
)
UPGRADE = Message(
    "请用 Kafka 4.0 或更高版本：kafka-features.sh upgrade --feature {feature}={needed}",
    "with Kafka 4.0 or later: kafka-features.sh upgrade --feature {feature}={needed}",
)
HOLDS_LESS = Message(
    "所存的 {stage}/{lane} 少于变更日志，工作进程将据此重建",
    "holds less of {stage}/{lane} than the changelog, from which a worker rebuilds it",
)
TRY_AGAIN = Message(
    "请稍后再试；见 docs/runbooks/redis-lost.md",
    "try again in a moment; see docs/runbooks/redis-lost.md",
)
