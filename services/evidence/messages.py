"""What keys and manifests say to a person."""

from __future__ import annotations

from creditbus.topics.text import Message

NO_SUITE = Message(
    "没有签名算法 {name!r}",
    "there is no suite of signatures {name!r}",
)
SUITES = Message(
    "可用：{known}",
    "there are: {known}",
)
BAD_NAME = Message(
    "{name!r} 不能用作密钥名称",
    "{name!r} cannot be the name of a key",
)
NAME_LIKE = Message(
    "名称不含空格和加号，例如 credit.wuhan",
    "write a name without spaces and plus signs, for example credit.wuhan",
)
KEY_EXISTS = Message(
    "签名密钥已存在",
    "there is a signing key already",
)
MOVE_IT = Message(
    "如要更换，先把它移到别处，并把新公钥告知各订阅方",
    "to change it, move it away first, and hand the new public key to the subscribers",
)
NO_KEY = Message(
    "没有签名密钥",
    "there is no signing key",
)
CREATE_IT = Message(
    "用 `creditbus feed keys --create NAME` 生成",
    "make one with `creditbus feed keys --create NAME`",
)
DAMAGED_KEY = Message(
    "签名密钥无法读取",
    "the signing key cannot be read",
)
RESTORE_IT = Message(
    "从备份恢复该文件",
    "restore the file from its backup",
)
OTHERS_READ_IT = Message(
    "其他用户可读取签名密钥",
    "other users can read the signing key",
)
CHMOD = Message(
    "运行 `chmod 600 {path}`",
    "run `chmod 600 {path}`",
)
NOT_A_KEY = Message(
    "{key!r} 不是已知签名算法的公钥",
    "{key!r} is not a public key of a known suite of signatures",
)
KEY_LIKE = Message(
    "请提供运维方给出的公钥（形如 名称+8 位十六进制+Base64），或内含公钥的文件",
    "give the public key that the operators handed out (name+8 hexadecimal digits+Base64), or a file with it",
)
NO_KEY_FILE = Message(
    "{key!r} 既不是公钥，也没有叫这个名字的文件",
    "{key!r} is not a public key, and there is no file of that name",
)
KEY_FILE_UNREAD = Message(
    "{key!r} 不是公钥，叫这个名字的文件也无法读取：“{error}”",
    "{key!r} is not a public key, and as a file it cannot be read: {error}",
)
MAKE_KEY_FILE = Message(
    "给出公钥，或把运维方给出的公钥存入该文件（运维方用 `creditbus feed keys > FILE` 生成）",
    "give the public key, or put the one that the operators handed out into that file; "
    "the operators make it with `creditbus feed keys > FILE`",
)
FEED_IS_BROKEN = Message(
    "订阅流不完整，不予签名",
    "the feed is not whole, and is not signed",
)
VERIFY_FIRST = Message(
    "先用 `creditbus feed verify {subscriber}` 查明原因",
    "find out why with `creditbus feed verify {subscriber}`",
)
MANIFESTS_NOT_SOUND = Message(
    "已有的清单中有不可信的",
    "among the manifests so far is one that is not to be believed",
)
NO_TOPIC = Message(
    "主题不存在",
    "there is no such topic",
)
APPLY_FIRST = Message(
    "先由运维方运行 `creditbus topics apply`",
    "have the operators run `creditbus topics apply`",
)
NOT_SIGNED_YET = Message(
    "该记录尚未包含在任何清单中",
    "no manifest holds this record yet",
)
MAKE_MANIFEST = Message(
    "先由运维方运行 `creditbus feed manifest {subscriber}`",
    "have the operators run `creditbus feed manifest {subscriber}`",
)
NO_SUCH_EVENT = Message(
    "订阅流中没有事件 {event} 的记录",
    "the feed holds no record of event {event}",
)
EVENT_LIKE = Message(
    "事件编号见 `creditbus feed follow --json` 的 record.event_id",
    "`creditbus feed follow --json` gives the event's id as record.event_id",
)
AT_RECORD = Message(
    "{topic} 分区 {partition} 第 {number} 号",
    "{topic}, partition {partition}, number {number}",
)
AT_PARTITION = Message(
    "{topic} 分区 {partition}",
    "{topic}, partition {partition}",
)
EXPIRED_MEANWHILE = Message(
    "有记录在读到之前已过期删除",
    "records expired before they were read",
)
RUN_AGAIN = Message(
    "重新运行该命令",
    "run the command again",
)
NOT_AS_SIGNED = Message(
    "订阅流与第 {number} 号清单签名时的内容不符",
    "the feed is not what manifest {number} was signed for",
)
KAFKA_REFUSES = Message(
    "Kafka 拒绝：“{error}”",
    "Kafka refuses: {error}",
)
ANOTHER_SIGNS = Message(
    "另一条命令同时在为此订阅流签名",
    "another command signs this feed at the same moment",
)
ONE_WILL_DO = Message(
    "清单由其中一条生成即可，无需处理",
    "one of the two makes the manifest, and nothing is lost",
)
