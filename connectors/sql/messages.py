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
    "没有安装驱动程序：{error}",
    "the driver is not installed: {error}",
)
INSTALL_DRIVER = Message(
    "请用 pip 与 creditbus 装在一起",
    "pip install it next to creditbus",
)
CHECK_URL = Message(
    "请检查 settings.url 和账户的权限",
    "check settings.url and the account's rights",
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
    "不能使用：{error}",
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
    "退回的行标为 {refused!r}{where}",
    "refused rows become {refused!r}{where}",
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
