"""What each key of a city's files means: editors show it, and files to start from have it as comments.

By kind of file and key; `x` stands for a name that the file chooses itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

__all__ = ["MEANINGS"]

MEANINGS: Final[Mapping[str, Message]] = {
    "city.name": Message("城市名称", "Name of the city."),
    "city.name.zh": Message("中文名称", "In Chinese."),
    "city.name.en": Message("英文名称", "In English."),
    "city.code": Message("城市的行政区划代码，六位，加引号", "Division code of the city, six digits, in quotes."),
    "city.districts": Message(
        "区县及功能区；名称用于从地址判断所在区",
        "Districts of the city; addresses are assigned to them by their names.",
    ),
    "city.districts.code": Message(
        "六位行政区划代码，加引号；国标没有的由本市自定", "Six digits in quotes; of local use where GB/T 2260 has none."
    ),
    "city.districts.name": Message("全称，如 武昌区", "Full name, as addresses write it."),
    "city.districts.aliases": Message(
        "地址中的其他写法；一个名称只属于一个区", "Other names that addresses use; no two districts share a name."
    ),
    "city.time_zone": Message("时区", "Time zone."),
    "city.partitions": Message(
        "每个主题的分区数；主题建立后不再改变",
        "Partitions of every topic; a live topic keeps the number it was made with.",
    ),
    "city.replication": Message(
        "每条记录存几份；节点较少时取节点数", "Copies of every record; fewer where there are fewer brokers."
    ),
    "city.shipped_items": Message(
        "采用产品目录中的哪些事项；不写则全部采用",
        "Items of the product's catalogue that the city carries; all when left out.",
    ),
    "city.ports": Message(
        "本机服务器（`creditbus up`）的端口；没有写的自动选取",
        "Ports of the local servers (`creditbus up`); one that is left out is chosen.",
    ),
    "city.ports.kafka": Message(
        "Kafka 的端口；有几个节点时为第一个，其余依次加一",
        "Port of Kafka; of several brokers the first, the others follow it.",
    ),
    "city.ports.registry": Message("模式登记处的端口", "Port of the schema registry."),
    "city.ports.redis": Message("Redis 的端口", "Port of Redis, the profile store."),
    "department.id": Message("标识，与文件名相同", "Id, the same as the name of the file."),
    "department.name": Message("名称", "Official name."),
    "department.name.zh": Message("中文名称", "In Chinese."),
    "department.name.en": Message("英文名称", "In English."),
    "department.uscc": Message(
        "本部门的统一社会信用代码；不知道时写 null", "Its unified social credit code; null where it is not known."
    ),
    "department.roles": Message(
        "承担的职能；目录事项可以写职能而不写部门",
        "What it does; items may name a role in place of departments.",
    ),
    "department.roles.x": Message(
        "为哪些事项承担此职能，写事项标识；[all] 表示全部",
        "Items for which it carries this role, by their ids; [all]: for every item.",
    ),
    "department.speaks_for": Message(
        "还代哪些机关提供记录，写统一社会信用代码；[all] 表示所有机关",
        "Unified codes of other authorities whose records it publishes; [all]: of every authority.",
    ),
    "department.contact": Message(
        "对数据负责的岗位，不写人名", "The position that answers for its data, never a person's name."
    ),
    "subscriber.id": Message("标识，与文件名相同", "Id, the same as the name of the file."),
    "subscriber.name": Message("名称", "Official name."),
    "subscriber.name.zh": Message("中文名称", "In Chinese."),
    "subscriber.name.en": Message("英文名称", "In English."),
    "subscriber.kind": Message("类别：区、部门、机构或市", "What it is: district, department, agency or city."),
    "subscriber.uscc": Message(
        "统一社会信用代码，主体的授权以此指明被授权机构", "Unified social credit code, by which consents name it."
    ),
    "subscriber.grant": Message("授权：可以收到什么", "What it may receive."),
    "subscriber.grant.purpose": Message("用途", "What it may use the records for."),
    "subscriber.grant.legal_basis": Message("依据", "What allows it."),
    "subscriber.grant.items": Message("目录事项的标识", "Ids of catalogue items."),
    "subscriber.grant.subject_kinds": Message("主体类别", "Kinds of subjects."),
    "subscriber.grant.districts": Message(
        "主体登记所在的区，写代码并加引号；[all] 表示全部",
        "Districts in which the subjects are registered, codes in quotes; [all]: every district.",
    ),
    "subscriber.grant.disclosure": Message(
        "可见范围的上限：public、shared 或 authorised", "Ceiling of what it sees: public, shared or authorised."
    ),
    "subscriber.grant.consent": Message(
        "是否须有主体的授权记录", "Whether a recorded consent of the subject is needed."
    ),
    "subscriber.grant.valid_until": Message("授权的最后一天", "Last day of the grant."),
    "subscriber.grant.valid_from": Message(
        "授权的第一天；不写则自始有效", "First day of the grant; left out: from ever on."
    ),
    "subscriber.grant.quota": Message(
        "查询限额和读取速率；不写则不限", "Bounds on questions and on the rate of reading; left out: none."
    ),
    "subscriber.grant.quota.queries_per_day": Message(
        "每天可以查询多少次；目前只作声明，尚不执行",
        "Questions that it may ask on a day; declared and shown, not enforced yet. It never bounds the feed.",
    ),
    "subscriber.grant.quota.feed_bytes_per_second": Message(
        "每秒至多从每个 Kafka 代理读取的字节数；只放慢读取，不少一条记录",
        "Bytes that it may read in a second from each broker: more is slowed down, and no record is left out.",
    ),
    "subscriber.grant.masks": Message("按事项列出部分遮盖的数据项", "Fields that are shown in part, by item."),
    "subscriber.grant.masks.x": Message("该事项中部分遮盖的数据项", "Such fields of this item."),
    "subscriber.grant.masks.x.x": Message(
        "左边和右边各保留的字符数，如 [1, 0]", "Characters kept at the left and at the right, such as [1, 0]."
    ),
    "subscriber.grant.fields": Message(
        "按事项缩小数据项的范围；没有列出的事项不缩小",
        "A narrower choice of fields by item; an item that is not listed is not narrowed.",
    ),
    "subscriber.grant.fields.x": Message(
        "该事项中可以收到的数据项代码", "Codes of the fields of this item that it receives."
    ),
    "working-days.notices": Message("公布放假安排的文件", "The official documents that announce the days."),
    "working-days.holidays": Message(
        "放假的日子，写单日或“首日..末日”", "Days off: single days, and ranges with both their ends."
    ),
    "working-days.working_weekends": Message(
        "上班的周六周日；没有时写 []", "Saturdays and Sundays that are worked; [] when there are none."
    ),
}
