"""What is said of answers that cannot be given."""

from __future__ import annotations

from creditbus.topics.text import Message

UNKNOWN_SCHEMA = Message(
    "所用的模式在登记处中没有",
    "was written with a schema that the registry does not know",
)
NOT_IN_THE_CITY = Message(
    "本命令所用的城市（{city}）没有此事项，而总线上有它的记录",
    "is not in the city by which this command goes ({city}), and the bus has records of it",
)
BY_THE_BUS = Message(
    "请不带 --city 和 CREDITBUS_CITY 再试：总线上的声明包含每个曾有的事项",
    "leave out --city and CREDITBUS_CITY: what is declared on the bus has every item that there ever was",
)
NO_SCHEMA = Message(
    "没有指明模式",
    "names no schema",
)
OTHER_SCHEMA = Message(
    "与其指明的模式不符",
    "does not follow the schema that it names",
)
NOT_A_CODE = Message(
    "既不是统一社会信用代码，也不是旧代码",
    "is neither a unified social credit code nor a legacy code",
)
GIVE_A_CODE = Message(
    "请给出校验位正确的 18 位代码、组织机构代码或注册号",
    "give 18 characters with a right check digit, an organisation code or a registration number",
)
TRY_AGAIN = Message(
    "请稍后再试",
    "try again in a moment",
)
GROUP = Message(
    "消费组 {group}",
    "group {group}",
)
IS_IT_THE_REGISTRY = Message(
    "这是总线写入时所用的登记处吗？",
    "is it the registry that the bus writes with?",
)
PLACE = Message(
    "{topic}/{partition} 位点 {offset}",
    "{topic}/{partition} at {offset}",
)
