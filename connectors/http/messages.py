"""What is said of sources on the web."""

from __future__ import annotations

from creditbus.topics.text import Message

TRIED = Message(
    "已尝试 {attempts} 次，请稍后再运行",
    "tried {attempts} times; run again later",
)
ENCODED_AS = Message(
    "以 {encoding!r} 编码，并未如此请求",
    "is encoded as {encoding!r}, which was not asked for",
)
GZIP_OR_NOTHING = Message(
    "只能是 gzip 或不编码",
    "gzip or nothing",
)
NO_CERTIFICATES = Message(
    "不含证书",
    "holds no certificates",
)
CHECK_CA_FILE = Message(
    "请检查 settings.ca_file",
    "check settings.ca_file",
)
NOT_ASCII = Message(
    "含有 ASCII 以外的字符",
    "hold more than ASCII",
)
CORRECT_THEM = Message(
    "请改正",
    "correct them",
)
DAMAGED_COMPRESSION = Message(
    "已损坏：无法解压",
    "is damaged: its compression cannot be undone",
)
RUN_AGAIN = Message(
    "请再次运行",
    "run again",
)
ANSWERS = Message(
    "应答 {status}",
    "answers {status}",
)
TOO_LARGE = Message(
    "超过 {most:,} 字节",
    "is larger than {most:,} bytes",
)
SMALLER_PAGES = Message(
    "请减小每页大小，或调大 settings.response_bytes",
    "smaller pages, or a larger settings.response_bytes",
)
ASKS_TO_WAIT = Message(
    "{problem}，并要求等待 {pause:.0f} 秒",
    "{problem}, and asks to wait {pause:.0f} s",
)
RUN_AGAIN_THEN = Message(
    "请届时再运行",
    "run again then",
)
NOTHING_AT = Message(
    "在 {path!r} 处没有内容",
    "holds nothing at {path!r}",
)
CHECK_TOTAL = Message(
    "请检查 settings.total，或不设置它",
    "check settings.total, or leave it out",
)
WHERE_IT_SAYS = Message(
    "{where}；它说 {said}",
    "{where}; it says {said}",
)
CHECK_RECORDS = Message(
    "请检查 settings.records",
    "check settings.records",
)
NO_RECORDS_SAYS = Message(
    "没有记录，并说 {said}",
    "has no records and says {said}",
)
MEND_THAT = Message(
    "请解决它所说的问题；如果意思是没有更多记录，请设置 settings.total",
    "mend that; if it says that there is no more, set settings.total",
)
OTHER_TOTAL = Message(
    "给出 {records:,} 条记录，而声明为 {announced:,} 条",
    "gave {records:,} records and announces {announced:,}",
)
CHANGED_OR_PAGING = Message(
    "它在读取时发生变化，或 settings.paging 有误",
    "it changed while it was read, or settings.paging is wrong",
)
SET_CHARSET = Message(
    "请设置 settings.charset",
    "set settings.charset",
)
TELL_OPERATOR = Message(
    "请告知其运维人员；如为编码问题，请设置 settings.charset",
    "tell its operator; of an encoding: set settings.charset",
)
TOO_MANY_PAGES = Message(
    "超过 settings.most_pages",
    "is one more than settings.most_pages",
)
CHECK_PAGING = Message(
    "请检查 settings.paging",
    "check settings.paging",
)
CANNOT_BE_USED = Message(
    "不能使用：{strerror}",
    "cannot be used: {strerror}",
)
CHECK_CACHE = Message(
    "请检查 settings.cache",
    "check settings.cache",
)
ANSWERS_WELL = Message(
    "{name} 应答正常",
    "{name} answers",
)
RECORDS_ON_PAGE = Message(
    "第一页{where}有 {count:,} 条记录",
    "{count:,} records {where} on the first page",
)
PAGE_AGAIN = Message(
    "与第 {same} 页相同",
    "is page {same} again",
)
PAGE_SAME = Message(
    "内容与第 {same} 页相同",
    "holds what page {same} holds",
)
AT_PATH = Message(
    "的 {path!r} 处",
    "at {path!r}",
)
IN_THE_ANSWER = Message(
    "的应答中",
    "in the answer",
)
TAKEN_FOR_THE_END = Message(
    "{place} {problem}：视为末尾；请检查 settings.paging，或设置 settings.total",
    "{place} {problem}: taken for the end; check settings.paging, or set settings.total",
)
CHECK_LOGIN = Message(
    "请检查 settings.token，或用户名和口令",
    "check settings.token, or user and password",
)
NO_REDIRECTS = Message(
    "不跟随重定向：请将 settings.url 设为它指向的地址",
    "redirects are not followed: set settings.url to where it leads",
)
CHECK_URL = Message(
    "请检查 settings.url",
    "check settings.url",
)
HEADERS_OR_TOKEN = Message(
    "settings.headers 或 token",
    "settings.headers or token",
)
