"""What is said of databases."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_TABLE = Message(
    "没有表 {error}",
    "has no table {error}",
)
SEE_DISCOVER = Message(
    "见 `connector discover`",
    "see `connector discover`",
)
NO_DRIVER = Message(
    "没有安装驱动程序：“{error}”",
    "the driver is not installed: {error}",
)
INSTALL_DRIVER = Message(
    "请与 creditbus 装在一起：pip install {packages}；URL 的形式为 {url}",
    "pip install {packages} next to creditbus; the form of its URL is {url}",
)
URL_FORM = Message(
    "URL 的形式为 {url}",
    "the form of its URL is {url}",
)
KNOWN_DATABASES = Message(
    "已知的形式：{forms}；其他数据库需要安装带有 SQLAlchemy 方言的软件包",
    "known forms: {forms}; another database needs a package with its SQLAlchemy dialect",
)
CHECK_URL = Message(
    "请检查 settings.url 和账户的权限",
    "check settings.url and the account's rights",
)
CHECK_URL_AND_PASSWORD = Message(
    "请检查 settings.url 和账户的权限；没有给出口令：settings.password.env 写存放口令的环境变量名",
    "check settings.url and the account's rights; no password is given: settings.password.env names the environment "
    "variable that holds it",
)
REFUSED_STATEMENT = Message(
    "拒绝了一条语句（{state}）",
    "refused a statement ({state})",
)
SEE_CHECK = Message(
    "见 `connector check`",
    "see `connector check`",
)
UNREADABLE_KIND = Message(
    "不能读取：{name}",
    "cannot be read: {name}",
)
FILE_UNUSABLE = Message(
    "不能使用：“{error}”",
    "cannot be used: {error}",
)
CHECK_STATE = Message(
    "请检查 settings.state",
    "check settings.state",
)
KEY_TOO_LONG = Message(
    "有超过 {longest_key} 字节的键",
    "a key is longer than {longest_key} bytes",
)
SHORTER_KEY = Message(
    "请在 settings.key 中指明较短的键",
    "name a shorter key in settings.key",
)
OTHER_KIND = Message(
    "是由另一种类型或方式的来源留下的",
    "was left by another kind or mode of source",
)
BEGIN_AGAIN = Message(
    "请用 --resend 重新开始",
    "run with --resend to begin again",
)
TABLE_NOT_NAMED = Message(
    "settings.table 没有指明表",
    "settings.table names no table",
)
KEY_IS_PERSON = Message(
    "其值为公民身份号码",
    "its values are citizens' numbers",
)
ANOTHER_KEY = Message(
    "请在 settings.key 中指明另一个键",
    "name another key in settings.key",
)
KEY_IS_NULL = Message(
    "键为空（NULL）的行不读取：{table} 中有 {count:,} 行，列 {columns}；请填写，或在 settings.key 中指明没有空值的键",
    "rows whose key is NULL are not read: {count:,} of {table}, in {columns}; fill it, or name a key without NULL in "
    "settings.key",
)
KEY_IS_SHARED = Message(
    "各出现在多行中的键：{table}（{columns}）中有 {count:,} 个，这些行都不读取；请更正这些行，"
    "或在 settings.key 中加上能区分它们的列",
    "keys that stand in more than one row: {count:,} of {table} ({columns}), none of whose rows is read; correct these "
    "rows, or add the column that tells them apart to settings.key",
)
STATE_UNFIT = Message(
    "状态列 {status} 不能是 {value!r}（{kind}）",
    "the status column {status} cannot be {value!r} ({kind})",
)
STATE_OF_COLUMN = Message(
    "请在 settings.{name} 中写该列能有的值",
    "give a value in settings.{name} that the column can have",
)
KEY_NOT_FOUND = Message(
    "按键（{columns}）再次查找时，数据库找不到同一行",
    "the database does not find a row again by its key ({columns})",
)
NO_FILE = Message(
    "没有这个文件",
    "there is no such file",
)
NO_DATABASE = Message(
    "不是 SQLite 数据库",
    "is not a database of SQLite",
)
CHECK_PATH = Message(
    "请检查 settings.url 中的路径",
    "check the path in settings.url",
)
NO_SUCH_COLUMN = Message(
    "没有列 {name!r}",
    "has no column {name!r}",
)
NO_UNIQUE_INDEX = Message(
    "{words}：没有唯一索引表明它唯一；它必须唯一",
    "{words}: no unique index says that it is unique; it must be",
)
WATERMARK_WINDOW = Message(
    "{name}，最新值之前的 {window:g} 会再次读取",
    "{name}, read again for {window:g} before the newest",
)
NEEDS_NUMBER_KEY = Message(
    "标记退回的行需要一个由单列整数组成的键",
    "a key of one column of whole numbers is needed to mark refused rows",
)
MAY_BE_SET = Message(
    "{status} 可设为 {sent!r}",
    "{status} may be set to {sent!r}",
)
IS_UNIQUE = Message(
    "{words} 唯一",
    "{words} is unique",
)
NOT_A_WATERMARK = Message(
    "{name} 既不是时间，也不是数值",
    "{name} is neither a time nor a number",
)
REFUSED_BECOME = Message(
    "退回的行标为 {refused!r}",
    "refused rows become {refused!r}",
)
NEEDS_UPDATE = Message(
    "{problem}：账户需要对 {columns} 的 UPDATE 权限",
    "{problem}: the account needs UPDATE of {columns}",
)
MAY_BE_READ = Message(
    "{table} 可以读取",
    "{table} may be read",
)
NO_TABLE_NAMED = Message(
    "settings.table 没有指明：见 `connector discover`",
    "settings.table names none: see `connector discover`",
)
POSITION = Message(
    "连接器的位置",
    "the connector's position",
)
REFUSED_WITH_REASON = Message(
    "退回的行标为 {refused!r}，原因写入 {reason}",
    "refused rows become {refused!r}, with the reason in {reason}",
)
SAYS = Message(
    "数据库答复：“{said}”",
    "the database says: {said}",
)
NOT_A_URL = Message(
    "不是数据库 URL：dialect+driver://user@host:port/database",
    "is not a database URL: dialect+driver://user@host:port/database",
)
HOLDS_PASSWORD = Message(
    "含有口令：请去掉，并在 settings.password.env 中写存放口令的环境变量名",
    "holds a password: take it out, and name the environment variable that holds it in settings.password.env",
)
NOT_SENT_AGAIN = Message(
    "没有变化的行不再发送；映射改正之后，用 `creditbus connector run` 的选项 --resend 重新发送全部",
    "unchanged rows are not sent again; after a correction of the mapping, `creditbus connector run` sends all with "
    "--resend",
)
NO_TIME_ZONE = Message(
    "没有时区 {name!r}",
    "time zone {name!r} is not known",
)
MODE_MISSING = Message(
    "缺 mode：下列之一：{modes}",
    "mode is missing: one of {modes}",
)
KEY_MISSING = Message(
    "缺 key：指明一行的列",
    "key is missing: the columns that name a row",
)
MODE_NEEDS = Message(
    "缺 {name}：方式 {mode} 需要它",
    "{name} is missing: mode {mode} needs it",
)
OF_MODE = Message(
    "{name} 只用于方式 {mode}",
    "{name} belongs to mode {mode}",
)
OF_STAGING = Message(
    "refused 与 reason 只用于方式 staging",
    "refused and reason belong to mode staging",
)
REASON_NEEDS = Message(
    "缺 refused：reason 需要它",
    "refused is missing: reason needs it",
)
NOT_THREE_VALUES = Message(
    "new、sent 与 refused 不是三个不同的值",
    "new, sent and refused are not three different values",
)
INCREMENTAL_NEWER = Message(
    "方式 watermark 只读取较新的行",
    "mode watermark reads rows that are newer",
)
INCREMENTAL_NEW = Message(
    "方式 staging 只读取状态为新的行",
    "mode staging reads rows whose status is new",
)
OTHER_COLUMNS = Message(
    "{table} 的列与上次运行时不同：从头读取",
    "{table} has other columns than at the last run: read from its start",
)
BINARY = Message(
    "列 {column} 是二进制",
    "column {column} is binary",
)
IT_HAS = Message(
    "现有：{names}",
    "it has: {names}",
)
COLUMNS = Message(
    "{table}：{count} 列",
    "{table}: {count} columns",
)
COLUMNS_LESS = Message(
    "{table}：{count} 列；未读取的二进制列：{left}",
    "{table}: {count} columns; binary, left out: {left}",
)
NEVER_READ = Message(
    "没有 {watermark} 的行从不读取：{table} 中有 {count:,} 行（{keys}）；请填写",
    "rows without {watermark} are never read: {count:,} of {table} ({keys}); fill it",
)
COMPARED = Message(
    "新增 {new:,}，变化 {changed:,}，未变 {unchanged:,}",
    "{new:,} new, {changed:,} changed, {unchanged:,} unchanged",
)
VANISHED = Message(
    "消失 {count:,} 行：`creditbus connector vanished` 显示其中仍在发布的内容",
    "{count:,} vanished: `creditbus connector vanished` shows what is still published of them",
)
ABOUT = Message(
    "约 {count:,}",
    "about {count:,}",
)
