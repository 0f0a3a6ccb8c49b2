"""What is said of withdrawals."""

from __future__ import annotations

from creditbus.topics.text import Message

TOO_MANY_WITHDRAWN = Message(
    "将撤销 {known:,} 条记录中的 {chosen:,} 条：来源是否完整？",
    "{chosen:,} of {known:,} records would be withdrawn: is the source whole?",
)
ADD_MANY = Message(
    "请先核对，再加上 --many",
    "look at it, then add --many",
)
NO_PROPOSAL = Message(
    "不对应任何建议",
    "names no proposal",
)
SEVERAL_PROPOSALS = Message(
    "对应 {count} 条建议",
    "names {count} proposals",
)
SEE_VANISHED = Message(
    "可用 `creditbus connector vanished` 查看",
    "`creditbus connector vanished` lists them",
)
NO_WITHDRAW = Message(
    "不接受撤销（WITHDRAW）",
    "admits no WITHDRAW",
)
END_BY_ROW = Message(
    "请另行报送一行来结束该记录",
    "end the record by a row of its own",
)
ITEM = Message(
    "事项 {id}",
    "item {id}",
)
