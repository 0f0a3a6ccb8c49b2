"""What is said of addresses, declared files, topics and the schema registry."""

from __future__ import annotations

from creditbus.topics.text import Message

DOES_NOT_ANSWER = Message(
    "没有应答",
    "does not answer",
)
IS_IT_RUNNING = Message(
    "它在运行吗？`creditbus status` 显示本机服务器",
    "is it running? `creditbus status` shows local servers",
)
HAS_JUST_JOINED = Message(
    "它刚刚加入，请稍后再试",
    "it has just joined; try again in a moment",
)
NOT_KNOWN_TO_ALL = Message(
    "还没有被其他节点全部识别",
    "is not known to all others yet",
)
NOT_A_URL = Message(
    "不以 {schemes} 开头，或没有给出服务器，或带有 # 或（登记处）? 之后的内容",
    "does not begin with {schemes}, names no server, or goes on after a # or, for the registry, a ?",
)
WRITE_IT_AS = Message(
    "请写成 {example}",
    "write it as {example}",
)
NOT_ADDRESSES = Message(
    "不是由地址组成的对象",
    "is not an object of addresses",
)
WRITE_ANEW = Message(
    "请用 `creditbus up` 重新写出",
    "write it again with `creditbus up`",
)
NOT_JSON = Message(
    "不能按 JSON 读取",
    "cannot be read as JSON",
)
NO_ADDRESS = Message(
    "没有给出地址",
    "no address is known",
)
NO_SUCH_SERVER = Message(
    "没有服务器 {server!r}",
    "{server!r} is not a server",
)
NOT_A_PORT = Message(
    "{port!r} 不是端口",
    "{port!r} is not a port",
)
GIVE_A_PORT = Message(
    "请给出 {lowest} 至 {highest} 的整数",
    "give a whole number from {lowest} to {highest}",
)
SAME_PORT = Message(
    "端口 {port} 已给了 {server}",
    "port {port} is given to {server} already",
)
PORT_FOR_EACH = Message(
    "请给每个服务器不同的端口",
    "give each server a port of its own",
)
SET_IT = Message(
    "请设置，或用 `creditbus up` 启动本机服务器（已查看 {home}）",
    "set it, or start local servers with `creditbus up` (looked in {home})",
)
NOT_THERE = Message(
    "不存在",
    "is not there",
)
ONE_FILE_EACH = Message(
    "请为每一方放入一个文件",
    "put one file for each party into it",
)
KEEP_COMPATIBLE = Message(
    "新字段请给默认值，旧字段请保持类型",
    "give new fields a default, keep the types of old ones",
)
KAFKA_REFUSES = Message(
    "被 Kafka 拒绝：“{error}”",
    "Kafka refuses them: {error}",
)
SCHEMA_NOT_THERE = Message(
    "不在 {url} 的登记处中",
    "is not in the registry at {url}",
)
REFUSES_BECAUSE = Message(
    "拒绝 {request}：“{said}”",
    "refuses {request}: {said}",
)
IT_IS_AT = Message(
    "{found} 处有一个：请将 {variable} 设为它",
    "there is one at {found}: set {variable} to it",
)
SET_TO_BASE = Message(
    "请将 {variable} 设为登记处的根地址",
    "set {variable} to the registry's base",
)
HOLDS_LOGIN = Message(
    "含有用户名或口令，creditbus 不会发送",
    "holds a name or a password, which creditbus does not send",
)
LEAVE_THEM_OUT = Message(
    "请去掉",
    "leave them out",
)
NOT_HTTP = Message(
    "{url!r} 不以 http:// 或 https:// 开头",
    "{url!r} does not begin with http:// or https://",
)
SET_TO_HTTP = Message(
    "请将 {variable} 设为 http://{address}",
    "set {variable} to http://{address}",
)
SET_VARIABLE = Message(
    "请设置 {variable}",
    "set {variable}",
)
AFTER_PATH = Message(
    "{url!r} 的路径之后还有内容",
    "{url!r} has something after its path",
)
LEAVE_OUT_QUERY = Message(
    "请去掉以 ? 或 # 开头的部分",
    "leave out what begins with ? or #",
)
ANSWERS_CODE = Message(
    "对 {request} 应答 {code}",
    "answers {code} to {request}",
)
SEE_ITS_LOG = Message(
    "请查看它的日志",
    "see its log",
)
REFUSES_PLAINLY = Message(
    "拒绝 {request}：“{plain}”",
    "refuses {request}: {plain}",
)
LET_IT_IN = Message(
    "creditbus 不登录；请登记处或其代理的管理者放行",
    "creditbus does not log in; ask whoever keeps the registry, or a proxy before it, to let it in",
)
CERTIFICATE = Message(
    "没有可信任的证书：“{verify_message}”",
    "has no certificate that is trusted: {verify_message}",
)
GIVE_AUTHORITY = Message(
    "请用 SSL_CERT_FILE 给出其签发机构",
    "give its authority in SSL_CERT_FILE",
)
NO_TLS = Message(
    "不使用 TLS",
    "speaks no TLS",
)
IS_IT_HTTP = Message(
    "是否为 http？请设置 {variable}",
    "is it http? Set {variable}",
)
NO_PLAIN_HTTP = Message(
    "不使用明文 HTTP",
    "speaks no plain HTTP",
)
IS_IT_HTTPS = Message(
    "是否为 https？请设置 {variable}",
    "is it https? Set {variable}",
)
EMPTY = Message(
    "没有给出",
    "is not an address",
)
SET_TO_EXAMPLE = Message(
    "请将 {variable} 设为 http://主机:端口/路径",
    "set {variable} to http://host:port/path",
)
AT_KAFKA = Message(
    "Kafka（{servers}）",
    "Kafka at {servers}",
)
TOPIC = Message(
    "主题 {name}",
    "topic {name}",
)
SCHEMA = Message(
    "模式 {name}",
    "schema {name}",
)
BROKER = Message(
    "Kafka 节点 {node}",
    "broker {node} of Kafka",
)
DOES_NOT_EXIST = Message(
    "不存在",
    "does not exist",
)
NOT_REGISTERED = Message(
    "没有登记",
    "is not registered",
)
RUN_APPLY = Message(
    "请运行 `creditbus topics apply`",
    "run `creditbus topics apply`",
)
NOT_SERVERS = Message(
    "不是服务器列表",
    "is not a list of servers",
)
STRANGE_JSON = Message(
    "应答的 JSON 不是模式登记处的",
    "answers with JSON that no schema registry answers with",
)
SENDS_ELSEWHERE = Message(
    "将 {request} 转向别处：“{plain}”，{where}",
    "sends {request} elsewhere: {plain} to {where}",
)
ANSWERS_STRANGELY = Message(
    "对 {request} 应答 “{plain}”，不像模式登记处",
    "answers {plain} to {request}, as no schema registry does",
)
NOT_DECLARED = Message(
    "{name} 存在，但没有声明；最多还有 {count:,} 条记录；`creditbus topics remove {name}` 将其删除",
    "{name} is there and not declared; it holds {count:record} at most; `creditbus topics remove {name}` deletes it",
)
HAS_PARTITIONS = Message(
    "{name} 有 {present} 个分区，声明为 {wanted} 个",
    "{name} has {present} partitions, declared are {wanted}",
)
HAS_COPIES = Message(
    "{name} 存 {present} 份，声明为 {wanted} 份",
    "{name} is kept {present} times, declared are {wanted}",
)
CANNOT_READ = Message(
    "{subject} 不能读取以下事件：{problem}",
    "{subject} cannot read events of {problem}",
)
DID_YOU_MEAN = Message(
    "是否为 {name}？",
    "did you mean {name}?",
)
KNOWN_HERE = Message(
    "此处可用：{names}",
    "known here: {names}",
)
PLACE_PROBLEM_FIX = Message(
    "{place}：{problem}；{fix}",
    "{place}: {problem}; {fix}",
)
PLACE_PROBLEM = Message(
    "{place}：{problem}",
    "{place}: {problem}",
)
SERVERS_EXAMPLE = Message(
    "host:9092 或 host:9092,other:9092",
    "host:9092 or host:9092,other:9092",
)
REGISTRY_ADDRESS = Message(
    "登记处的地址",
    "the registry's address",
)
REGISTRY_AT = Message(
    "登记处（{url}）",
    "registry at {url}",
)
CANNOT_BE_READ = Message(
    "无法读取：{reason}",
    "cannot be read: {reason}",
)
NOT_UTF8 = Message(
    "不是 UTF-8 文本",
    "is not UTF-8 text",
)
SAVE_AS_UTF8 = Message(
    "请另存为 UTF-8",
    "save it as UTF-8",
)
NOT_YAML = Message(
    "不是 YAML：“{problem}”",
    "is not YAML: {problem}",
)
NOT_A_MAPPING = Message(
    "应为键与值的对应表",
    "must be a mapping of keys to values",
)
GIVE_A_MAPPING = Message(
    "请在其下写出键与值",
    "give it a mapping of keys to values",
)
STANDS_TWICE = Message(
    "在此重复出现",
    "stands here a second time",
)
HOLDS_ITSELF = Message(
    "引用了自身",
    "holds itself",
)
NO_YAML_VALUE = Message(
    "不是 YAML 认识的值",
    "is not a value that YAML knows",
)
QUOTE_IT = Message(
    "请加引号",
    "put it in quotes",
)
NOT_A_KNOWN_KEY = Message(
    "不是已知的键",
    "is not a known key",
)
IS_MISSING = Message(
    "缺失",
    "is missing",
)
ADD_IT = Message(
    "请补上",
    "add it",
)
IS_IT_MEANT = Message(
    "是否指 {name}？",
    "is {name} meant?",
)
MUST_BE = Message(
    "应为{wanted}，现为 {value}",
    "must be {wanted}, and is {value}",
)
A_TEXT = Message(
    "文本",
    "a text",
)
TEXTS = Message(
    "文本",
    "texts",
)
ONE_OF = Message(
    "下列之一：{names}",
    "one of {names}",
)
WHOLE_NUMBER_FROM = Message(
    "不小于 {lowest} 的整数",
    "a whole number, {lowest} or more",
)
TRUE_OR_FALSE = Message(
    " true 或 false",
    "true or false",
)
TWO_NUMBERS = Message(
    "两个不小于 0 的整数",
    "two whole numbers from 0 on",
)
AFTER_THE_LAST_DAY = Message(
    "晚于 valid_until",
    "lies after valid_until",
)
SET_AN_EARLIER_DAY = Message(
    "请写早一些的日期",
    "set an earlier day",
)
A_DATE = Message(
    "日期",
    "a date",
)
A_DAY_OR_RANGE = Message(
    "日期或日期区间",
    "a day or a range of days",
)
NOT_A_LIST_OF_DAYS = Message(
    "不是日期列表",
    "is not a list of days",
)
RANGE_BACKWARDS = Message(
    "{value!r} 的结束早于开始",
    "{value!r} ends before it begins",
)
EARLIER_DAY_FIRST = Message(
    "请先写较早的一天",
    "write the earlier day first",
)
NOT_NAMED_BY_YEAR = Message(
    "不是以年份命名",
    "is not named by a year",
)
NAME_BY_YEAR = Message(
    "每年一个文件，例如 2027.yaml",
    "each year has a file of its own, for example 2027.yaml",
)
OF_ANOTHER_YEAR = Message(
    "{day} 不在 {year} 年",
    "{day} is not a day of {year}",
)
DAY_INTO_ITS_FILE = Message(
    "请更正，或写入 {year}.yaml：通知中跨年的日期写在各自年份的文件中",
    "correct it, or write it into {year}.yaml: each day that a notice names stands in the file of its own year",
)
DAY_STANDS_TWICE = Message(
    "{day} 出现两次（另一处在 {key}）",
    "{day} stands there twice (also in {key})",
)
NOT_A_WEEKEND = Message(
    "{day} 不是星期六或星期日",
    "{day} is not a Saturday or a Sunday",
)
ONLY_WEEKENDS = Message(
    "请核对通知中的 {first} 至 {last}：这里只写调休上班的周末",
    "compare {first} to {last} with the notice: only weekends that are worked stand here",
)
LACKS_HOLIDAY = Message(
    "缺少每年都放假的 {day}",
    "lacks {day}, a holiday of every year",
)
COMPLETE_THE_YEAR = Message(
    "请按通知补全全年的放假日期",
    "complete the holidays of the year by its notice",
)
NOT_A_FILLED_LIST = Message(
    "应为非空的列表",
    "must be a list that is not empty",
)
WRITE_A_LIST = Message(
    "请写成列表：{hint}",
    "write a list of {hint}",
)
NOT_LISTS = Message(
    "应为由列表组成的列表",
    "must be a list of lists",
)
NAMES_TWICE = Message(
    "有重复",
    "names something twice",
)
LEAVE_ONE_OUT = Message(
    "请去掉其中之一",
    "leave one of both out",
)
HYPHENATED = Message(
    "以连字符连接的小写单词",
    "lower-case words joined by hyphens",
)
CREDIT_CODE = Message(
    "18 位统一社会信用代码，或 null",
    "a unified social credit code of 18 characters, or null",
)
CREDIT_CODES = Message(
    '18 位统一社会信用代码，或 ["all"]',
    'unified social credit codes of 18 characters, or ["all"]',
)
DEPARTMENT_ID = Message(
    "以连字符连接的小写单词，不超过 {longest} 个字符",
    "lower-case words joined by hyphens, of {longest} characters at most",
)
ITEMS_OR_ALL = Message(
    '目录事项标识，或 ["all"]',
    'catalogue item ids, or ["all"]',
)
ITEM_IDS = Message(
    "目录事项标识",
    "catalogue item ids",
)
DIVISIONS = Message(
    '六位行政区划代码，或 ["all"]',
    'division codes of six digits, or ["all"]',
)
FIELD_CODES = Message(
    "数据项代码",
    "field codes",
)
OTHER_FILE_NAME = Message(
    "为 {id!r}，文件名却是 {file!r}",
    "is {id!r} in a file named {file!r}",
)
MAKE_THE_SAME = Message(
    "请改为一致",
    "make them the same",
)
ALL_AND_SINGLE = Message(
    "既写了全部，又列出个别",
    "names all and single ones",
)
LESS_THAN_COPIES = Message(
    "应小于 replication",
    "must be less than replication",
)
ELSE_WRITERS_STOP = Message(
    "否则少一个节点就无法写入",
    "else one lost broker stops all writers",
)
DOES_NOT_HOLD = Message(
    "不成立：{counts}",
    "does not hold: {counts}",
)
SAME_NUMBER = Message(
    "请给以相同的分区数",
    "give them the same number of partitions",
)
NO_SUCH_FILE = Message(
    "没有这个文件或目录",
    "No such file or directory",
)
NO_PERMISSION = Message(
    "没有权限",
    "Permission denied",
)
IS_A_DIRECTORY = Message(
    "是目录",
    "Is a directory",
)
NOT_A_DIRECTORY = Message(
    "不是目录",
    "Not a directory",
)
FILE_EXISTS = Message(
    "已有同名文件",
    "File exists",
)
NAME_TOO_LONG = Message(
    "文件名过长",
    "File name too long",
)
READ_ONLY = Message(
    "文件系统为只读",
    "Read-only file system",
)
NO_SPACE = Message(
    "磁盘已满",
    "No space left on device",
)
ADDRESS_IN_USE = Message(
    "端口已被占用",
    "Address already in use",
)
NO_JSON_ANSWER = Message(
    "对 {request} 的应答不是 JSON",
    "answers {request} with something else than JSON",
)
NOT_AVRO = Message(
    "不是 Avro 模式：“{said}”",
    "not an Avro schema: {said}",
)
NOT_COMPATIBLE = Message(
    "版本 {version}：{kinds}：“{said}”（位于 {places}）",
    "version {version}: {kinds}: {said} (at {places})",
)
NOT_MAPPINGS = Message(
    "不是由映射组成的非空列表",
    "is not a filled list of mappings",
)
GIVE_MAPPINGS = Message(
    "请写成列表，每项以“- ”开头",
    'write a list whose entries begin with "- "',
)
DIVISION_CODE = Message(
    "加引号的六位行政区划代码",
    "a division code of six digits in quotes",
)
DISTRICT_NAME = Message(
    "地址中所写的一个名称，首尾没有空白，其中没有逗号、等号等分隔符和看不见的字符",
    "one name as addresses write it, without blanks at its ends, signs that part names, or characters that nobody sees",
)
OTHER_DISTRICT = Message(
    "{name} 已是另一个区的名称",
    "{name} is a name of another district already",
)
ONE_DISTRICT = Message(
    "请只在一个区下写它：地址按名称归入区",
    "leave it with one of them: addresses are assigned to districts by these names",
)
NO_CITY_FILE = Message(
    "中没有 {file}",
    "holds no {file}",
)
INIT_A_CITY = Message(
    "请用 `creditbus city init` 写出城市目录，或改正 --city（CREDITBUS_CITY）",
    "write a city's folder with `creditbus city init`, or correct --city (CREDITBUS_CITY)",
)
OVERLAY_OF_NONE = Message(
    "改动的事项 {item} 不在本市采用的产品目录中",
    "changes {item}, which is not an item of the product's catalogue that the city carries",
)
OVERLAY_BELONGS = Message(
    "它是本市自有事项：请直接修改 catalogue/{item}/item.yaml",
    "it is the city's own: change catalogue/{item}/item.yaml itself",
)
NO_SHIPPED_ITEM = Message(
    "{item} 不是产品目录中的事项",
    "{item} is not an item of the product's catalogue",
)
TOO_LARGE_TO_PUBLISH = Message(
    "及其目录压缩后有 {size:,} 字节，超过一条记录的上限 {most:,}",
    "and its folder take {size:,} bytes when compressed, more than the {most:,} of a record",
)
CARRY_FEWER_ITEMS = Message(
    "请在 shipped_items 中只列本市采用的事项",
    "name under shipped_items only the items that the city carries",
)
VERSION_ON_THE_BUS = Message(
    "总线上的声明版本 {version}",
    "version {version} of the declarations on the bus",
)
WRITTEN_BY_NEWER = Message(
    "由更新的 creditbus 写出",
    "was written by a newer creditbus",
)
UPGRADE = Message(
    "请升级本机的 creditbus",
    "upgrade creditbus here",
)
NOTHING_PUBLISHED = Message(
    "中还没有任何声明版本",
    "holds no version of the declarations yet",
)
IS_DECLARED = Message(
    "已声明",
    "is declared",
)
REMOVE_THE_PARTY = Message(
    "请先从城市目录中移除该部门或订阅方，并运行 `creditbus topics apply`",
    "first remove its department or subscriber from the city's folder, and run `creditbus topics apply`",
)
