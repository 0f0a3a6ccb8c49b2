"""What is said of the servers of one machine."""

from __future__ import annotations

from creditbus.topics.text import Message

STARTING = Message(
    "正在启动 {name}",
    "starting {name}",
)
ANSWERS_AT = Message(
    "{name} 在 {address} 应答",
    "{name} answers at {address}",
)
ENDED_STARTING = Message(
    "启动时退出",
    "ended while starting",
)
HELD_BY = Message(
    "{program}（进程 {pid}，目录 {folder}）",
    "{program} (process {pid}, in {folder})",
)
HELD_BY_SOMEBODY = Message(
    "另一个用户或系统的程序",
    "a program of another user or of the system",
)
PORT_TAKEN = Message(
    "{server} 的端口 {port} 已被占用：{holder}",
    "port {port}, asked for {server}, is in use by {holder}",
)
CHOOSE_A_PORT = Message(
    "请停止它，或用 `creditbus up {option}PORT` 另选端口",
    "end that program, or choose another port with `creditbus up {option}PORT`",
)
OTHER_PORT_INSTEAD = Message(
    "{server} 的端口 {port} 已被占用：{holder}；这次改用 {other}（`creditbus up {option}PORT` 可指定端口）",
    "port {port} of {server} is in use by {holder}: it gets {other} (`creditbus up {option}PORT` asks for one)",
)
PORT_TOO_HIGH = Message(
    "{server} 的端口会是 {port}",
    "{server} would have port {port}",
)
LOWER_PORT = Message(
    "端口最大为 {highest}：请给出较小的数",
    "the highest port is {highest}: give a lower number",
)
PORT_OF_TWO = Message(
    "{server} 与 {other} 都会用端口 {port}",
    "{server} and {other} would both have port {port}",
)
OTHER_PORTS = Message(
    "请给每个服务器不同的端口（多个 Kafka 节点的端口相连）",
    "give each server a port of its own (several Kafka brokers have consecutive ones)",
)
RUNS_AT = Message(
    "{server} 正在端口 {port} 运行",
    "{server} runs at port {port}",
)
LISTENS_AT = Message(
    "服务器正在 {address} 监听，对外名称为 {advertised}",
    "the servers listen at {address} and are called {advertised}",
)
DOWN_FIRST = Message(
    "请先 `creditbus down`",
    "run `creditbus down` first",
)
NOT_IPV4 = Message(
    "{address!r} 不是 IPv4 地址",
    "{address!r} is not an IPv4 address",
)
NOT_OF_THIS_MACHINE = Message(
    "{address} 不是本机的地址",
    "{address} is not an address of this machine",
)
ADDRESSES_HERE = Message(
    "本机的地址：{addresses}",
    "addresses of this machine: {addresses}",
)
NOBODY_ELSE = Message(
    "{address} 只有本机能到达，对外名称没有用处",
    "only this machine reaches {address}, so that a name for others does not help",
)
GIVE_LISTEN = Message(
    "请同时给出 --listen ADDRESS，即其他机器能到达的本机地址",
    "give --listen ADDRESS, too: an address of this machine that others reach",
)
NOT_TO_BE_CALLED = Message(
    "{address} 表示所有接口，其他机器不能以它为地址",
    "{address} stands for every interface, and no other machine can call it",
)
GIVE_ADVERTISE = Message(
    "请给出其他机器所用的名称或地址，例如 --advertise {name}",
    "give the name or address that other machines use, for example --advertise {name}",
)
NOT_A_NAME = Message(
    "{name!r} 不是机器的名称或 IPv4 地址",
    "{name!r} is not a name of a machine or an IPv4 address",
)
NOT_RESOLVED = Message(
    "本机不能解析 {name}",
    "this machine finds no address of {name}",
)
CALLERS_OWN = Message(
    "{name} 是 {address}：其他机器会连到它们自己",
    "{name} is {address}: other machines would call themselves",
)
SEE_LOG = Message(
    "见 {log}",
    "see {log}",
)
NO_ANSWER_AFTER = Message(
    "{start_seconds:.0f} 秒后仍没有应答",
    "does not answer after {start_seconds:.0f} s",
)
ITS_STORAGE = Message(
    "它的数据在 {data}",
    "its storage is {data}",
)
UNSAFE_PATH = Message(
    "路径中含有 {unsafe!r}",
    "has a {unsafe!r} in its path",
)
ANOTHER_DIRECTORY = Message(
    "请换一个目录",
    "choose another directory",
)
OTHER_BROKERS = Message(
    "{home} 是以 {brokers} 个节点建立的",
    "{home} was made with {brokers}",
)
LEAVE_OPTION_OUT = Message(
    "请不用该选项，或将 CREDITBUS_HOME 设为另一个目录",
    "leave the option out, or set CREDITBUS_HOME to another directory",
)
BEGIN_ANEW = Message(
    "如不需要其中的数据，可删除 {home} 重新开始",
    "remove {home} to begin again without its data",
)
UNREADABLE = Message(
    "不能读取",
    "cannot be read",
)
NO_REDIS = Message(
    "没有 6.2 或更高版本的 Redis",
    "there is no Redis 6.2 or later",
)
FETCHING = Message(
    "正在用 Maven 获取 Kafka 和登记处，本机只需一次（日志：{log}）",
    "fetching Kafka and the registry with Maven, once on this machine (log: {log})",
)
FETCHED = Message(
    "获取完成",
    "fetched",
)
NO_JAVA = Message(
    "没有安装 Java 运行环境",
    "the Java runtime is not installed",
)
NO_MAVEN = Message(
    "获取 Kafka 和登记处时需要用它一次，但 PATH 中没有",
    "is needed once to fetch Kafka and the registry, and is not on PATH",
)
INSTALL_MAVEN = Message(
    "请安装 Maven 3.6 或更高版本（Debian：`apt-get install maven`）",
    "install Maven 3.6 or later (Debian: `apt-get install maven`)",
)
SEE_LOG_AND_RETRY = Message(
    "见 {log}，然后再试",
    "see {log}, then try again",
)
TOO_SLOW = Message(
    "30 分钟内没有完成",
    "did not finish within 30 minutes",
)
STOPPING = Message(
    "正在停止",
    "stopping",
)
ENDED = Message(
    "{name} 已退出，见 {log}",
    "{name} ended, see {log}",
)
INSTALL_IT = Message(
    "请用 `pip install 'creditbus[embedded]'` 安装",
    "install it with `pip install 'creditbus[embedded]'`",
)
NOT_FORMATTED = Message(
    "无法格式化其存储：“{said}”",
    "could not format its storage: {said}",
)
