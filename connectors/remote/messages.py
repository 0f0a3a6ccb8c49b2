"""What is said of folders of other machines."""

from __future__ import annotations

from creditbus.topics.text import Message

NOT_A_URL = Message(
    "不是 URL",
    "is not a URL",
)
NOT_A_FOLDER_URL = Message(
    "应以 {schemes} 之一开头，并给出主机（s3 为存储桶）",
    "begins with one of {schemes} and names a host, of s3 a bucket",
)
HOLDS_LOGIN = Message(
    "含有用户名或口令：请移到 user 与 password",
    "holds a user or password: move them to user and password",
)
OF_OTHER_SCHEME = Message(
    "{name} 属于 {schemes}，而 url 为 {scheme}",
    "{name} belongs to {schemes}, and the url is of {scheme}",
)
NO_ACCESS_KEY = Message(
    "user 含有换行或其他控制字符，或首尾有空白",
    "user holds a line end or another control character, or has blanks around it",
)
USER_MISSING = Message(
    "password 需要 user",
    "password needs user",
)
NOT_INSTALLED = Message(
    "{scheme} 所需的程序包没有安装：“{name}”",
    "what {scheme} needs is not installed: {name}",
)
INSTALL = Message(
    "请与 creditbus 装在一起：pip install {packages}",
    "pip install {packages} next to creditbus",
)
NOT_THERE = Message(
    "不存在",
    "is not there",
)
CHECK_URL = Message(
    "请检查 settings.url",
    "check settings.url",
)
SAYS = Message(
    "不能读取：{said}",
    "cannot be read: {said}",
)
RUN_AGAIN_OR_CHECK = Message(
    "请再次运行：不会遗漏，也不会重复；若仍如此，请检查 settings.url、user 与 password",
    "run again: nothing is lost or sent twice; if it stays so, check settings.url, user and password",
)
UNKNOWN_SERVER = Message(
    "不认识服务器 {server}，它出示的是 {kind} {fingerprint}",
    "does not know the server {server}, which shows {kind} {fingerprint}",
)
OTHER_KEY = Message(
    "服务器 {server} 的密钥与所记的不同：它出示的是 {kind} {fingerprint}",
    "knows another key of the server {server}, which shows {kind} {fingerprint}",
)
ADD_SERVER_KEY = Message(
    "请向其管理员核对指纹，再将 ssh-keyscan 的输出加入该文件（settings.known_hosts）",
    "compare the fingerprint with its operator, then add what ssh-keyscan prints to that file (settings.known_hosts)",
)
CHECK_PRIVATE_KEY = Message(
    "请检查 settings.private_key",
    "check settings.private_key",
)
NO_CERTIFICATES = Message(
    "不含证书",
    "holds no certificates",
)
CHECK_CA_FILE = Message(
    "请检查 settings.ca_file",
    "check settings.ca_file",
)
TOO_MANY_FILES = Message(
    "文件超过 {most:,} 个",
    "holds more than {most:,} files",
)
MOVE_FILES_AWAY = Message(
    "请移走已读取的文件",
    "move files away that were read",
)
TOO_LARGE = Message(
    "文件为 {size:,} 字节，上限为 {most:,}（settings.file_bytes）",
    "the file has {size:,} bytes; the limit is {most:,} (settings.file_bytes)",
)
UNDATED = Message(
    "服务器未说明 {count} 个文件的修改时间，因此不读取：请设置 settings.ready 为 marker",
    "the server does not say when {count:file} changed, so they are not read: set settings.ready to marker",
)
