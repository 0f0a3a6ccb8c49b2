"""What the keeping of a copy says, and what its columns are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

COLUMNS: Final[Mapping[str, Message]] = {
    "subject_code": Message("主体统一社会信用代码", "Unified social credit code of the subject"),
    "subject_name": Message("主体名称", "Name of the subject"),
    "subject_kind": Message("主体类别", "Kind of the subject"),
    "subject_district": Message("登记所在区划，不详为空", "Registered district of the subject; empty when unknown"),
    "subject_registered": Message("是否已登记", "Whether the subject is registered"),
    "subject_version": Message("此次变更后的主体档案版本", "Version of the subject's profile after this change"),
    "record_authority": Message("决定机关代码或名称", "Code or name of the deciding authority"),
    "record_authority_name": Message("决定机关名称", "Name of the deciding authority"),
    "record_document_no": Message("文书号", "Number of the document"),
    "record_verb": Message("最近一次事件", "What the last event did"),
    "record_change": Message("最近一次变更类别", "Kind of the last change"),
    "record_revision": Message("内容版本，从 1 起", "Version of the content, from 1"),
    "record_state": Message("记录状态", "State of the record"),
    "record_previous_state": Message("变更前的状态", "State before the last change"),
    "record_event_id": Message("最近一次事件编号", "Id of the last event"),
    "record_received_at": Message("总线收到该事件的时间", "When the bus received this event"),
    "act_decision_no": Message("本次决定文号", "Number of this decision"),
    "act_organ": Message("作出决定的机关", "Organ that took the decision"),
    "act_legal_basis": Message("法律依据", "Legal basis"),
    "act_decided_on": Message("决定日期", "Date of the decision"),
    "act_effective_from": Message("生效日期", "Effective from"),
    "act_effective_to": Message("失效日期，2099-12-31 为长期", "Effective until; 2099-12-31 means no end"),
    "act_reason": Message("事由", "Reason"),
    "act_statement": Message("主体对该记录的声明", "What the subject states about the record"),
    "feed_seq": Message("该行来自订阅流本分区的第几号", "Number of the feed's record that this row is from"),
}
UNKNOWN_TYPE = Message(
    "字段 {field} 的类型 {type} 无法存入表中",
    "field {field} is of type {type}, which no table takes",
)
NEWER_FEED = Message(
    "订阅流由更新版本的 creditbus 写出，请升级",
    "a newer creditbus writes the feed: upgrade",
)
PARTITION_OF = Message(
    "{topic} 分区 {partition}",
    "{topic}, partition {partition}",
)
AHEAD_OF_FEED = Message(
    "副本已读到位置 {offset}，订阅流却止于 {end}：这是另一条总线，或总线已退回",
    "the copy has read up to offset {offset} and the feed ends at {end}: this is another bus, or the bus was set back",
)
OTHER_COPY = Message(
    "订阅总线若确已重建，请同步到空的数据库",
    "if the bus was made again, give an empty database",
)
ANOTHER_FEED = Message(
    "此处是 {topic} 的副本",
    "it holds the copy of {topic}",
)
ONE_FEED_EACH = Message(
    "每个订阅流用单独的数据库（或模式）",
    "give each feed a database, or a schema, of its own",
)
MOVED_MEANWHILE = Message(
    "另有一个同步正在写入此副本：本次未写入",
    "another sync is writing to this copy: nothing was written by this one",
)
ONE_SYNC = Message(
    "每个副本只运行一个 `creditbus feed sync`",
    "run one `creditbus feed sync` for each copy",
)
GROUP_IN_USE = Message(
    "该消费者组有其他读取方在线，未能记下位置",
    "another reader is at work in this consumer group, so that the position could not be noted",
)
OTHER_GROUP = Message(
    "用 --group 给出仅供此副本使用的组名",
    "give this copy a group of its own with --group",
)
ONE_FILE_EACH = Message(
    "每个订阅流用单独的文件",
    "give each feed a file of its own",
)
FOREIGN_FILE = Message(
    "文件不是 `creditbus feed sync` 写出的，或开头已损坏",
    "this file was not written by `creditbus feed sync`, or its beginning is damaged",
)
NEW_FILE = Message(
    "请给出新文件的名称",
    "give the name of a new file",
)
FOREIGN_FOLDER = Message(
    "文件夹中的文件不是 `creditbus feed sync` 写出的，或已损坏",
    "a file in this folder was not written by `creditbus feed sync`, or is damaged",
)
ONE_FOLDER_EACH = Message(
    "每个订阅流用单独的文件夹",
    "give each feed a folder of its own",
)
NO_STATE = Message(
    "链接 {link} 所指的状态不在了",
    "the state that the link {link} names is gone",
)
STATE_BACK = Message(
    "请由备份恢复该文件夹，或给出新文件夹的名称",
    "put the folder back from a backup, or give the name of a new one",
)
CHECK_FILE = Message(
    "核对路径、权限和磁盘空间；重新运行即从原处继续",
    "check path, rights and room on the disk; run again, it goes on where it stood",
)
FOREIGN_TABLE = Message(
    "表 {table} 已存在，且不是由 creditbus 建立",
    "table {table} is there and was not made by creditbus",
)
EMPTY_DATABASE = Message(
    "请改用空的数据库（或模式），或将该表改名",
    "give a database, or a schema, without it, or rename the table",
)
FOREIGN_COLUMN = Message(
    "订阅流的一个字段要存入表 {table} 的列 {column}，该列已存在，且不是由 creditbus 建立",
    "a field of the feed belongs into the column {column} of the table {table}, which is there and was not made by "
    "creditbus",
)
RENAME_COLUMN = Message(
    "未写入任何内容；请将该列改名，再重新运行",
    "nothing was written; rename the column, and run again",
)
CANNOT_TAKE_AWAY = Message(
    "接收端已收到记录，无法由快照取代",
    "the receiver has records already, which a snapshot cannot replace there",
)
NEW_POSITION = Message(
    "请让接收端从空开始，并用 --position-file 给出新文件",
    "let the receiver begin empty, and give a new file with --position-file",
)
NOT_POSITIONS = Message(
    "文件中没有接收端的位置",
    "this file holds no position of a receiver",
)
ANSWERS = Message(
    "应答状态为 {status}",
    "answers with status {status}",
)
NOT_IN_TIME = Message(
    "未及时应答",
    "does not answer in time",
)
NOT_REACHED = Message(
    "无法连接，或连接中断（{error}）",
    "cannot be reached, or the connection broke ({error})",
)
TRIED_AGAIN = Message(
    "{place}：{problem}，将以逐渐加长的间隔重试",
    "{place}: {problem}; it is tried again with growing pauses",
)
RECEIVER_BACK = Message(
    "接收端恢复后重新运行即从原处继续",
    "run again once it does, it goes on where it stood",
)
NO_REDIRECTS = Message(
    "不跟随重定向：请给出最终地址",
    "no redirect is followed: give the address to which it leads",
)
SEE_RECEIVER = Message(
    "接收端拒绝了请求，原因见其日志；其后的记录未发送",
    "the receiver refuses; its log says why. No later record was sent",
)
NOT_AN_ADDRESS = Message(
    "不是接收端的地址",
    "this is not the address of a receiver",
)
UNENCRYPTED = Message(
    "记录将以明文传送到 {host}",
    "{host} would get the records unencrypted",
)
ADDRESS_EXAMPLE = Message(
    "写成 https://host/path；http:// 只用于本机",
    "write https://host/path; http:// is for this machine alone",
)
CERTIFICATES_UNREADABLE = Message(
    "其中没有可读的证书：{said}",
    "no certificates can be read from it: {said}",
)
CERTIFICATES_FIX = Message(
    "请给出含 PEM 格式证书的文件，或取消该环境变量",
    "name a file of certificates in PEM, or take the variable out of the environment",
)
NOT_A_PROXY = Message(
    "其中之一不是可用的代理地址",
    "one of them is not the address of a proxy that can be used",
)
PROXY_EXAMPLE = Message(
    "写成 http://host:port，或取消该环境变量",
    "write http://host:port, or take the variable out of the environment",
)
NO_SECRET = Message(
    "须给出签名口令所在的文件",
    "the file with the secret that signs requests is needed",
)
UNREADABLE = Message(
    "无法读取",
    "cannot be read",
)
SHORT_SECRET = Message(
    "其中有不足 {least} 个字符的口令，或没有口令",
    "it holds no secret, or one of less than {least} characters",
)
SECRET_EXAMPLE = Message(
    "用 `openssl rand -hex 32 > webhook.secret` 生成，并另行交给接收方",
    "make one with `openssl rand -hex 32 > webhook.secret`, and hand it to the receiver by another way",
)
NOT_A_URL = Message(
    "既不是数据库或接收端的地址，也不是 csv:文件夹、parquet:文件夹或以 .jsonl 结尾的文件",
    "this is neither the URL of a database or a receiver, nor csv:FOLDER, parquet:FOLDER or a file whose name ends "
    "with .jsonl",
)
NO_DRIVER = Message(
    "没有可用的驱动：“{error}”",
    "there is no driver for it: {error}",
)
SAYS = Message(
    "“{said}”",
    "{said}",
)
CHECK_DATABASE = Message(
    "核对地址、口令和权限，数据库恢复后重新运行即从原处继续",
    "check URL, password and rights; run again, it goes on where it stood",
)
REFUSED_STATEMENT = Message(
    "数据库拒绝了一条语句（{state}）",
    "the database refused a statement ({state})",
)
SEE_RIGHTS = Message(
    "该账户须能建表、增列和写入；表不得被他人改动",
    "the account must be able to create and alter tables and write to them; nobody else may change these tables",
)
URL_REFUSED = Message(
    "地址中的选项不可用：“{said}”",
    "an option of the URL will not do: {said}",
)
IN_MEMORY = Message(
    "该数据库只在内存中，命令结束即消失",
    "this database is in memory alone, and is gone when the command ends",
)
VALUE_REFUSED = Message(
    "有一个值超出列或键所能容纳的范围（{state}）",
    "a value does not fit into its column, or into the key ({state})",
)
RECORD_REFUSED = Message(
    "分区 {partition} 第 {number} 号记录：{why}",
    "record {number} of partition {partition}: {why}",
)
FITS_ELSEWHERE = Message(
    "这一批均未写入；列若曾被改窄，请恢复，否则改用 SQLite 或 csv:、parquet: 文件夹，其文本和键不限长度",
    "nothing of this batch was written; if the column was made narrower, widen it again, else give SQLite, csv: or "
    "parquet:, which take texts and keys of any length",
)
ENCODING_LACKS = Message(
    "数据库的编码缺少所需的字符（{state}）",
    "the encoding of the database lacks a character ({state})",
)
UTF8_DATABASE = Message(
    "请改用 UTF-8 编码的数据库（`CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`）",
    "give a database in UTF-8 (`CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0`)",
)
NO_COPY = Message(
    "此处没有副本",
    "there is no copy here",
)
SYNC_FIRST = Message(
    "请核对 --to；副本由 `creditbus feed sync` 建立",
    "check --to; `creditbus feed sync` makes one",
)
FOLDER_EXISTS = Message(
    "文件夹已存在且不为空",
    "the folder is there and is not empty",
)
NO_FOLDER_NAME = Message(
    "这不是文件夹自身的名称",
    "this is not a folder's own name",
)
NEW_FOLDER = Message(
    "请给出新文件夹的名称",
    "give the name of a new folder",
)
PROCESS_ENDED = Message(
    "制作快照的一个进程意外结束（{how}）",
    "one of the processes that make the snapshot has ended ({how})",
)
MAKE_AGAIN = Message(
    "未留下任何文件；请重新运行",
    "no file was left; run the command again",
)
CHECK_FOLDER = Message(
    "核对路径、权限和磁盘空间后重新运行",
    "check path, rights and room on the disk, and run again",
)
ANOTHER_WRITES = Message(
    "另有一个 `creditbus feed bootstrap` 正在写入该文件夹",
    "another `creditbus feed bootstrap` is writing this folder",
)
NO_SNAPSHOT = Message(
    "此处没有快照：缺少 manifest.json",
    "there is no snapshot here: manifest.json is missing",
)
MAKE_SNAPSHOT = Message(
    "快照由 `creditbus feed bootstrap SUBSCRIBER --to FOLDER` 生成",
    "`creditbus feed bootstrap SUBSCRIBER --to FOLDER` makes one",
)
SNAPSHOT_UNREADABLE = Message(
    "文件损坏，无法读取",
    "the file is damaged and cannot be read",
)
SNAPSHOT_FORGED = Message(
    "快照清单被改动：与签名或其自身不符",
    "the manifest of the snapshot was changed: it is not what was signed, or does not fit itself",
)
SNAPSHOT_FILE_MISSING = Message(
    "快照的文件不在了",
    "the file of the snapshot is missing",
)
SNAPSHOT_FILE_CHANGED = Message(
    "文件被改动：与快照清单中的 SHA-256 或长度不符",
    "the file was changed: SHA-256 or length are not those of the snapshot's manifest",
)
SNAPSHOT_COUNT = Message(
    "文件含 {found:,} 条记录，清单为 {count:,} 条",
    "the file holds {found:record}, and the manifest says {count:,}",
)
FETCH_AGAIN = Message(
    "未写入任何行；请重新获取快照，或用 `creditbus feed bootstrap` 另做一份",
    "no row was written; fetch the snapshot again, or make another with `creditbus feed bootstrap`",
)
SNAPSHOT_OF = Message(
    "这是 {topic} 的快照",
    "it is a snapshot of {topic}",
)
GIVE_OWN_SNAPSHOT = Message(
    "请给出该订阅方自己的快照",
    "give one of this subscriber's feed",
)
SNAPSHOT_FORM = Message(
    "快照为 {form} 格式，副本不能由此开始",
    "the snapshot is in the form {form}, from which no copy begins",
)
MAKE_AVRO = Message(
    "用 `--format avro` 另做一份",
    "make one with `--format avro`",
)
SNAPSHOT_UNSIGNED = Message(
    "快照未签名",
    "the snapshot is not signed",
)
TAKE_UNSIGNED = Message(
    "请运维方提供已签名的快照；若由您自己生成，加 `--unsigned`",
    "have the operators make a signed one; where you made it yourself, add `--unsigned`",
)
SNAPSHOT_OTHER_SIGNER = Message(
    "快照不是由此处信任的密钥签名",
    "the snapshot is not signed by a key that is trusted here",
)
GIVE_KEY = Message(
    "用 `--key` 给出运维方的公钥，或重新获取快照",
    "give the public key of the operators with `--key`, or fetch the snapshot again",
)
SNAPSHOT_INCOMPLETE = Message(
    "快照不完整：生成时订阅流的开头已过期删除",
    "the snapshot is incomplete: the beginning of the feed had expired when it was made",
)
TAKE_INCOMPLETE = Message(
    "请运维方提供完整的快照；如仍要使用，加 `--incomplete`：副本将缺少更早的记录",
    "have the operators make a complete one; add `--incomplete` to take it all the same: the copy then lacks what is "
    "older",
)
COPY_AHEAD = Message(
    "分区 {partition}：副本已读到第 {copy} 号，快照止于第 {snapshot} 号",
    "partition {partition}: the copy has read up to number {copy}, and the snapshot ends at {snapshot}",
)
COPY_BEFORE = Message(
    "分区 {partition}：副本只读到第 {copy} 号，快照止于第 {snapshot} 号",
    "partition {partition}: the copy has read up to number {copy} only, and the snapshot ends at {snapshot}",
)
EARLIER_SNAPSHOT = Message(
    "请使用更早的快照，或先同步副本",
    "give an earlier snapshot, or sync the copy first",
)
NEWER_SNAPSHOT = Message(
    "请使用更新的快照；副本若未停滞，`creditbus feed sync` 即可继续",
    "give a newer snapshot; a copy that is not stuck goes on with `creditbus feed sync`",
)
FILE_HAS_RECORDS = Message(
    "文件已有记录，其中的行不能移除",
    "the file has records already, and its lines cannot be taken away",
)
NO_PYARROW = Message(
    "缺少 Parquet 所需的 pyarrow",
    "pyarrow is not installed, which Parquet needs",
)
INSTALL_PYARROW = Message(
    "安装 `creditbus[parquet]`",
    "install `creditbus[parquet]`",
)
FEED_OF = Message(
    "{name}的订阅流。用途：{purpose}。依据：{legal_basis}。授权有效期至 {until}。",
    "The feed of {name}. Purpose: {purpose}. Legal basis: {legal_basis}. The grant is valid until {until}.",
)
FEED_CHANNEL = Message(
    "授权内的所有变更。每个键的最新记录即当前可见的内容；state 为 WITHDRAWN、REPAIRED、EXPIRED 或 WITHHELD 的记录"
    "不得再展示。"
    "每个主体的记录在同一分区，按次序；每个分区的 feed_seq 从 1 起连续编号，previous_hash 为前一条记录的 SHA-256。",
    "Every change that the grant admits. The newest record of a key is what is shown of it now; one in state "
    "WITHDRAWN, REPAIRED, EXPIRED or WITHHELD must be shown no more. The records of a subject are in one partition, in "
    "their order. In each partition feed_seq counts from 1 without gaps, and previous_hash is the SHA-256 of the "
    "record before.",
)
MANIFESTS_CHANNEL = Message(
    "运维方对订阅流各时段所含记录的签名。",
    "What the operators sign of the feed, interval after interval.",
)
RECEIPTS_CHANNEL = Message(
    "订阅方的回执：某条被撤回的记录已不再展示。写入与撤回相同编号的分区。",
    "The subscriber's receipts: a record that was retracted is shown no more. They go to the partition with the number "
    "of the retraction's.",
)
RECORD_SHOWS = Message(
    "记录一次变更之后的全部内容；撤回的记录中 act 和 content 均为空。",
    "A record as it is after a change, whole; in a retraction every part of act and content is null.",
)
MASKED_FIELDS = Message(
    "以下字段部分隐去：{codes}。",
    "Shown in part: {codes}.",
)
PARTIAL_FIELDS = Message(
    "以下字段只提供部分值，其余为空：{codes}。",
    "Shown for some values only, else null: {codes}.",
)
WITHHELD_BY = Message(
    "字段 {code} 的值不在授权之内的记录整条不提供。",
    "A record whose value of {code} is not admitted is withheld as a whole.",
)
RECORD_KEY = Message(
    "UTF-8：主体代码、目录、决定机关、文书号，以 | 分隔",
    "UTF-8: code of the subject, item, deciding authority, document number, with | between them",
)
RECEIPT_KEY = Message(
    "UTF-8：撤回的分区和 feed_seq，以 | 分隔",
    "UTF-8: partition and feed_seq of the retraction, with | between them",
)
MANIFEST_KEY = Message(
    "清单的编号",
    "number of the manifest",
)
MANIFEST_SAYS = Message(
    "一个时段的记录数、各分区的首末编号与哈希、Merkle 树根；checkpoint 为 C2SP 签名。见 docs/feed-evidence.md。",
    "Records of an interval, first and last number and hash of each partition, the root of a Merkle tree; checkpoint "
    "is a C2SP signed note. See docs/feed-evidence.md.",
)
NO_HEADERS = Message(
    "记录没有 Kafka 头。",
    "Records have no headers in Kafka.",
)
