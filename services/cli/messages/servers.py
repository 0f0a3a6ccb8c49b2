"""What `creditbus up`, `down` and `status` says."""

from __future__ import annotations

from creditbus.topics.text import Message

NOT_SERVER_AND_PORT = Message(
    "{option!r} 不是服务器与端口",
    "{option!r} is not a server and a port",
)
WRITE_SERVER_AND_PORT = Message(
    "请写成 --port kafka=9092；服务器有 kafka、registry、redis",
    "write it as --port kafka=9092; the servers are kafka, registry and redis",
)
LISTENS_NOWHERE = Message(
    "只有本机能到达服务器，对外名称没有用处",
    "only this machine reaches the servers, so that a name for others does not help",
)
LISTEN_TOO = Message(
    "请同时给出 --listen ADDRESS",
    "give --listen ADDRESS, too",
)
OPEN_TO_ALL = Message(
    "警告：服务器在 {address} 监听，能到达本机的任何人都能使用。连接既不加密也不验证身份：任何人都能读取、伪造、"
    "删除全部记录。只可用于封闭网络中的试用，不得放入真实数据；用 `creditbus down` 和 "
    "`creditbus up --listen 127.0.0.1` 结束",
    "WARNING: the servers listen at {address} for everyone who reaches this machine. Nothing is encrypted or "
    "authenticated: anyone can read, forge and delete all records. Use this only for a trial in a closed network, "
    "without real data; `creditbus down` and `creditbus up --listen 127.0.0.1` end it",
)
MANIFESTS = Message(
    "清单",
    "manifests",
)
EVERY_HOUR = Message(
    "每小时签名一次",
    "signed every hour",
)
STAGE = Message(
    "环节",
    "stage",
)
NO_WORKER = Message(
    "! {names}：没有工作进程；用 `creditbus worker` 启动",
    "! no worker runs {names}; start one with `creditbus worker`",
)
LANES_FREE = Message(
    "! {stage}：{free} 个通道暂无工作进程；一分钟后仍如此，见 docs/runbooks/group-stuck.md",
    "! {stage}: no worker has {free} of its lanes; if that lasts a minute, see docs/runbooks/group-stuck.md",
)
LATE = Message(
    "! {stage}：最早一条已等待 {seconds:,.0f} 秒；见 docs/runbooks/stage-stalled.md",
    "! {stage}: the oldest record has waited for {seconds:,.0f} s; see docs/runbooks/stage-stalled.md",
)
WORKERS = Message(
    "工作进程",
    "workers",
)
LANES = Message(
    "通道",
    "lanes",
)
LAG_RECORDS = Message(
    "积压条数",
    "lag, records",
)
LAG_SECONDS = Message(
    "积压秒数",
    "lag, seconds",
)
KAFKA_AT = Message(
    "Kafka（{address}）",
    "Kafka at {address}",
)
REGISTRY_AT = Message(
    "模式登记处（{address}）",
    "registry at {address}",
)
REDIS_AT = Message(
    "Redis（{address}）",
    "Redis at {address}",
)
REFUSES = Message(
    "拒绝：“{error}”",
    "refuses: {error}",
)
DOES_NOT_ANSWER = Message(
    "没有应答",
    "does not answer",
)
NOT_A_REDIS_ADDRESS = Message(
    "不是 Redis 客户端能识别的地址",
    "is not an address that a client of Redis understands",
)
ANSWERS = Message(
    "应答正常",
    "answers",
)
TOPICS = Message(
    "，{count} 个主题",
    ", {count} topics",
)
LOGS = Message(
    "日志",
    "logs",
)
STOPPED = Message(
    "已停止",
    "stopped",
)
NO_SERVERS = Message(
    "{home} 中没有运行本机服务器",
    "no local servers run in {home}",
)
NO_ADDRESSES = Message(
    "没有设置地址；`creditbus up` 可启动本机服务器",
    "no addresses are set; `creditbus up` starts local servers",
)
NO_REDIS = Message(
    "没有设置 Redis 的地址；部门和订阅方不需要",
    "no address of Redis is set; departments and subscribers need none",
)
