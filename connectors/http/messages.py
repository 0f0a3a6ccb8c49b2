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
CHECK_VARIABLE = Message(
    "请更正该环境变量，或取消它",
    "correct this variable of the environment, or take it out",
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
    "{where}；它说 “{said}”",
    "{where}; it says {said}",
)
CHECK_RECORDS = Message(
    "请检查 settings.records",
    "check settings.records",
)
NO_RECORDS_SAYS = Message(
    "没有记录，并说 “{said}”",
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
NO_ADDRESS_AT = Message(
    "在 {path!r} 处是 JSON 的 {kind}，不是下一页的地址",
    "holds a JSON {kind} at {path!r}, not the address of the next page",
)
NO_CURSOR_AT = Message(
    "在 {path!r} 处是 JSON 的 {kind}，不是下一页的游标",
    "holds a JSON {kind} at {path!r}, not the cursor of the next page",
)
NO_KEYS_AT = Message(
    "在 {path!r} 处是 JSON 的 {kind}，其中没有下一页",
    "holds a JSON {kind} at {path!r}, which has no key of the next page",
)
NO_KEYS = Message(
    "不是 JSON 对象，其中没有下一页",
    "is not a JSON object, and so has no key of the next page",
)
MEANT = Message(
    "{fault}（是否应为 {path!r}？）",
    "{fault} (did you mean {path!r}?)",
)
NEXT_UNSAID = Message(
    "没有一页有 {path!r}：第一页视为末尾；请检查 settings.paging.next，或设置 settings.total",
    "no page has {path!r}: the first is taken for the end; check settings.paging.next, or set settings.total",
)
LINK_UNSAID = Message(
    "没有一页有 rel=next 的 Link 标头：第一页视为末尾；请设置 settings.paging.next，或设置 settings.total",
    "no page has a header Link with rel=next: the first is taken for the end; set settings.paging.next, or "
    "settings.total",
)
NEXT_SAID = Message(
    "第一页指向下一页",
    "the first page names the next one",
)
LAST_SAID = Message(
    "第一页即最后一页",
    "the first page is the last one",
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
NO_HEADER_NAME = Message(
    "{name!r} 不能作为 HTTP 标头的名称：只能是字母、数字以及 - 与 _ 等符号",
    "{name!r} cannot be the name of a header: letters, digits and signs such as - and _ can",
)
NO_HEADER_VALUE = Message(
    "标头 {name!r} 的值含有换行或其他控制字符，或首尾有空白",
    "the value of the header {name!r} holds a line end or another control character, or has blanks around it",
)
NO_TOKEN = Message(
    "令牌含有换行或其他控制字符，或首尾有空白",
    "hold a line end or another control character in the token, or blanks around it",
)
NO_REQUEST = Message(
    "不能构成 HTTP 请求",
    "make a request that HTTP cannot carry",
)
CHARSET_UNKNOWN = Message(
    "使用的字符集 {charset!r} 在此无法识别",
    "is in the charset {charset!r}, which is not known here",
)
NOT_AS_SAID = Message(
    "不是其字符集所说的 {charset}",
    "not {charset}, as its charset says",
)
NOT_AS_SAID_AT = Message(
    "在第 {byte} 字节处不是其字符集所说的 {charset}",
    "not {charset} at byte {byte}, as its charset says",
)
NO_JSON_NUMBER = Message(
    "是 JSON 没有的数，或位数过多",
    "is a number that JSON does not have, or a huge one",
)
NOT_UTF8_AT = Message(
    "在第 {byte} 字节处不是 UTF-8",
    "not utf-8 at byte {byte}",
)
NO_NUMBER_AT = Message(
    "{path!r} 处不是数字",
    "holds no number at {path!r}",
)
PATH_TWICE = Message(
    "{name!r} 出现两次",
    "{name!r} stands there twice",
)
OF_PATH = Message(
    "{name!r} {fault}",
    "{name!r} {fault}",
)
PATH_WITH_NUL = Message(
    "{name!r} 含有 NUL 字符",
    "{name!r} holds a NUL character",
)
CURSOR_WITH_HALF = Message(
    "下一页的游标含有半个字符",
    "the cursor of the next page holds half a character",
)
NO_NEXT_ADDRESS = Message(
    "下一页的地址不是地址",
    "the address of the next page is not an address",
)
OTHER_SERVER = Message(
    "下一页在另一个服务器 {host} 上",
    "the next page is on another server, {host}",
)
NOT_IN_TIME = Message(
    "没有及时应答",
    "does not answer in time",
)
NOT_REACHED = Message(
    "无法连接（{name}）",
    "cannot be reached ({name})",
)
TAKES_LONGER = Message(
    "超过 {seconds:g} 秒",
    "takes longer than {seconds:g} s",
)
WITH_HALF = Message(
    "含有半个字符",
    "holds half a character",
)
RECORD_TOO_LARGE = Message(
    "超过 settings.row_bytes",
    "larger than settings.row_bytes",
)
AT_RECORD = Message(
    "第 {page} 页第 {record} 条记录：{problem}",
    "page {page}, record {record}: {problem}",
)
NO_LIST_AT = Message(
    "{path!r} 处不是列表",
    "no list at {path!r}",
)
NO_LIST = Message(
    "不是列表",
    "is not a list",
)
PAGE = Message(
    "{address} 第 {number} 页",
    "{address} page {number}",
)
HOLDS_LOGIN = Message(
    "含有用户名或口令：请去掉，并在 settings.token 或 settings.password 中指明",
    "holds a user or password: take it out and name it in settings.token or settings.password",
)
NO_SUCH_CHARSET = Message(
    "没有字符集 {charset!r}",
    "charset {charset!r} is not known",
)
USER_AND_PASSWORD = Message(
    "user 与 password 须同时给出",
    "user and password belong together",
)
TOKEN_OR_USER = Message(
    "token 与 user 只能给出其一",
    "token and user exclude each other",
)
