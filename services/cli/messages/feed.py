"""What `creditbus feed` says."""

from __future__ import annotations

from creditbus.topics.text import Message

RECORDS_BREAKS = Message(
    "{count:,} 条记录，{breaks} 处不连续",
    "{count:record}, {breaks:break}",
)
EXPIRED = Message(
    "第 {number} 号已过期删除",
    "number {number} has expired",
)
EXPIRED_SEVERAL = Message(
    "第 {first} 至 {last} 号已过期删除",
    "{first} to {last} have expired",
)
MISSING = Message(
    "缺第 {number} 号",
    "number {number} is missing",
)
MISSING_SEVERAL = Message(
    "缺第 {first} 至 {last} 号",
    "{first} to {last} are missing",
)
REPEATED = Message(
    "第 {number} 号再次出现，或次序颠倒",
    "number {number} comes again, or out of order",
)
REPEATED_SEVERAL = Message(
    "第 {first} 至 {last} 号再次出现，或次序颠倒",
    "{first} to {last} come again, or out of order",
)
CHANGED = Message(
    "第 {number} 号与前一条不衔接：两者之一被改动",
    "number {number} does not follow from the one before it: one of the two was changed",
)
CHANGED_SEVERAL = Message(
    "第 {first} 至 {last} 号与前一条不衔接：两者之一被改动",
    "{first} to {last} do not follow from the one before: one of the two was changed",
)
PARTITION = Message(
    "分区 {partition}：",
    "partition {partition}: ",
)
ALL_EXPIRED = Message(
    "全部记录均已过期删除",
    "all records that it held have expired",
)
KEY_MADE = Message(
    "签名密钥存于 {path}，请勿外传并做好备份；上面的公钥请通过其他途径交给各订阅方",
    "the signing key is in {path}: keep it secret, keep a backup; hand the public key above to the subscribers by "
    "another way than the bus",
)
NOTHING_NEW = Message(
    "自上一份清单以来没有新记录",
    "there is no record since the last manifest",
)
NOTHING_NEW_FOR = Message(
    "{subscriber} 的订阅流自上一份清单以来没有新记录",
    "the feed of {subscriber} has no record since its last manifest",
)
SIGNING_EVERY = Message(
    "以密钥 {signer} 每 {seconds:,} 秒为各订阅流签名一次",
    "signing feeds with the key {signer} every {seconds:,} s",
)
MANIFEST = Message(
    "{feed} 第 {number} 号清单：{count:,} 条记录",
    "manifest {number} of {feed}: {count:record}",
)
MANIFEST_AFTER_LATER = Message(
    "{feed} 第 {number} 号清单之前的一份注明 {when} 生成，晚于本份：时钟曾有误或现在有误，请校准签名的机器",
    "the manifest before manifest {number} of {feed} says that it was made at {when}, later than this one: a clock is "
    "or was wrong; set those of the machines that sign",
)
GAP = Message(
    "缺第 {number} 号",
    "number {number} is missing",
)
GAPS = Message(
    "缺第 {first} 至 {last} 号",
    "{first} to {last} are missing",
)
ALTERED = Message(
    "第 {number} 号被改动",
    "number {number} was altered",
)
ALTERED_SEVERAL = Message(
    "第 {first} 至 {last} 号被改动",
    "{first} to {last} were altered",
)
SWAPPED = Message(
    "第 {first} 号与第 {last} 号互换了位置",
    "{first} and {last} stand in each other's place",
)
REORDERED = Message(
    "第 {first} 至 {last} 号次序颠倒",
    "{first} to {last} are not in their order",
)
TWICE = Message(
    "第 {number} 号重复",
    "number {number} stands there twice",
)
TWICE_SEVERAL = Message(
    "第 {first} 至 {last} 号重复",
    "{first} to {last} stand there twice",
)
OTHER_RECORDS = Message(
    "第 {number} 号清单签名后，其中的记录或键被改动",
    "the records of manifest {number}, or their keys, are not what was signed",
)
UNSIGNED = Message(
    "第 {first} 至 {last} 号在过期前未列入任何清单",
    "no manifest was made of {first} to {last} before they expired",
)
MANIFEST_UNREADABLE = Message(
    "第 {number} 号清单无法读取",
    "manifest {number} cannot be read",
)
MANIFEST_FORGED = Message(
    "第 {number} 号清单系伪造：与签名不符",
    "manifest {number} is forged: it is not what was signed",
)
MANIFEST_OTHER_SIGNER = Message(
    "第 {number} 号清单由 {signer} 签名，不是此处信任的密钥",
    "manifest {number} is signed by {signer}, whose key is not trusted here",
)
MANIFEST_MISSING = Message(
    "缺第 {number} 号清单",
    "manifest {number} is missing",
)
MANIFESTS_MISSING = Message(
    "缺第 {first} 至 {last} 号清单",
    "manifests {first} to {last} are missing",
)
MANIFEST_REPEATED = Message(
    "第 {number} 号清单再次出现",
    "manifest {number} comes again",
)
NO_TRUSTED_KEY = Message(
    "未给出公钥，{count} 份清单未核对：用 --key 给出运维方的公钥",
    "{count:manifest} not checked, for want of a public key: give that of the operators with --key",
)
VERIFIED = Message(
    "{count:,} 条记录，{manifests} 份清单相符，{faults} 处有误",
    "{count:record}, {manifests:manifest} as signed, {faults:fault}",
)
NO_KEY_TO_TRUST = Message(
    "没有可信任的公钥",
    "there is no public key to trust",
)
GIVE_A_KEY = Message(
    "用 --key 给出运维方的公钥，或存入 keys/trusted.pub",
    "give that of the operators with --key, or keep it in keys/trusted.pub",
)
PROOF_WRITTEN = Message(
    "{place} 号记录的证明已写入 {path}",
    "the proof of record {place} is in {path}",
)
NO_PROOF_FILE = Message(
    "文件不存在或无法读取",
    "the file is not there or cannot be read",
)
NOT_A_PROOF = Message(
    "不是证明文件",
    "this is not the file of a proof",
)
PROVE_FIRST = Message(
    "证明文件由 `creditbus feed prove` 生成",
    "`creditbus feed prove` writes one",
)
PROVED = Message(
    "证明成立：{feed} 分区 {partition} 第 {number} 号记录列入 {signer} 签名的第 {manifest} 号清单",
    "proved: record {number} of {feed}, partition {partition}, is in manifest {manifest}, signed by {signer}",
)
RECORD_COMPARED = Message(
    "可读部分（record）与该记录的字节一致：按文件内的结构定义解码（注册中心编号 {schema}，"
    "SHA-256 {digest}；结构定义本身无人签名）",
    "its readable part (record) is what the bytes of the record hold, by the schema in the file (number {schema} of "
    "the registry, SHA-256 {digest}; nobody signs the schema)",
)
RECORD_NOT_COMPARED = Message(
    "可读部分（record）未比较：文件内没有结构定义（由旧版本生成）；"
    "请用 `creditbus feed prove` 重新生成，或只采信 value 的字节",
    "its readable part (record) was not compared: the file holds no schema, as those of earlier versions; make the "
    "proof again with `creditbus feed prove`, or believe the bytes in `value` alone",
)
RECORD_OTHER_CONTENT = Message(
    "证明不成立：可读部分与该记录的字节不符：{field}",
    "not proved: the readable part is not what the bytes of the record hold: {field}",
)
RECORD_OTHER_SCHEMA = Message(
    "证明不成立：该记录的字节与文件内的结构定义不符，无法比较可读部分",
    "not proved: the bytes of the record do not follow the schema in the file, so its readable part cannot be compared",
)
PROOF_FORGED = Message(
    "证明不成立：清单与签名不符",
    "not proved: the manifest is not what was signed",
)
PROOF_OTHER_SIGNER = Message(
    "证明不成立：清单不是由此处信任的密钥签名",
    "not proved: the manifest is not signed by a key that is trusted here",
)
PROOF_OTHER_PLACE = Message(
    "证明不成立：记录本身的编号与证明不符",
    "not proved: the record says another number of itself",
)
PROOF_NOT_INCLUDED = Message(
    "证明不成立：该记录不在已签名的清单中",
    "not proved: the record is not among those that were signed",
)
STANDING = Message(
    "{feed}：保留 {count:,} 条记录",
    "{feed}: {count:record} kept",
)
KEPT_FOR = Message(
    "，每条 {days:g} 天",
    ", each for {days:g} days",
)
LAST_MANIFEST = Message(
    "；最近的清单为第 {number} 号（{made}），{count:,} 条记录不在任何清单中",
    "; last manifest {number}, of {made}, and {count:record} in none",
)
NO_MANIFEST = Message(
    "；尚无清单",
    "; no manifest yet",
)
WATERMARKS = Message(
    "清单中已收齐各部门发布的记录：{parts}",
    "all that departments published is in the manifests: {parts}",
)
IN_UP_TO = Message(
    "{names} 截至 {when}",
    "{names} up to {when}",
)
NO_READER = Message(
    "没有消费者组在此订阅流中记下位置",
    "no consumer group has noted a position in this feed",
)
PARTITIONS = Message(
    "分区",
    "partition",
)
LAST_NUMBER = Message(
    "最新编号",
    "last",
)
LAST_HASH = Message(
    "其哈希",
    "its hash",
)
OLDEST_KEPT = Message(
    "最早保留",
    "oldest",
)
EXPIRES_FROM = Message(
    "最早过期时间",
    "expires from",
)
SIGNED_TO = Message(
    "已签至",
    "signed to",
)
IN_NO_MANIFEST = Message(
    "未签",
    "unsigned",
)
READER = Message(
    "读取方（消费者组）",
    "reader (consumer group)",
)
AT_WORK = Message(
    "在线",
    "at work",
)
NEXT_NUMBER = Message(
    "下一编号",
    "next",
)
NOT_READ = Message(
    "未读",
    "unread",
)
ONE_PARTITION = Message(
    "  分区 {partition}",
    "  partition {partition}",
)
LAST_MANIFEST_DOUBTED = Message(
    "最近的清单不可信：用 `creditbus feed verify {subscriber}` 查明原因",
    "the last manifest is not to be believed: find out why with `creditbus feed verify {subscriber}`",
)
LAST_MANIFEST_AHEAD = Message(
    "最近的清单或其中的截至时间晚于当前时间：签名的机器或本机的时钟有误；校准后，下一份清单会更正",
    "the last manifest, or a moment up to which it says that departments are in, lies in the future: the clock of the "
    "machine that signs, or of this one, is or was wrong; once both are right, the next manifest corrects it",
)
SIGNED_MISSING = Message(
    "分区 {partition}：已签名的最后 {count:,} 条记录不在了；运行 `creditbus feed verify {subscriber}`",
    "partition {partition}: the last {count:record} that were signed are not there; run "
    "`creditbus feed verify {subscriber}`",
)
EXPIRED_UNSIGNED = Message(
    "分区 {partition}：{count:,} 条记录未列入任何清单即已过期；请定时运行 `creditbus feed manifest`",
    "partition {partition}: {count:record} expired and are in no manifest; run `creditbus feed manifest` in time",
)
EXPIRES_UNSIGNED = Message(
    "分区 {partition}：{count:,} 条记录不在任何清单中，自 {when} 起过期；运行 `creditbus feed manifest {subscriber}`",
    "partition {partition}: {count:record} in no manifest, of which the first may expire from {when} on; run "
    "`creditbus feed manifest {subscriber}`",
)
EXPIRED_UNREAD = Message(
    "分区 {partition}：{group} 尚未读到、至多 {count:,} 条记录已过期",
    "partition {partition}: at most {count:record} expired before {group} had read them",
)
EXPIRES_UNREAD = Message(
    "分区 {partition}：{group} 有 {count:,} 条未读，自 {when} 起过期；请告知订阅方",
    "partition {partition}: {group} has {count:record} unread, of which the first may expire from {when} on; let the "
    "subscriber know",
)
SYNCING = Message(
    "{topic} → {place}：{count:,} 条记录，每秒 {rate:,} 条，约剩 {left}",
    "{topic} → {place}: {count:record}, {rate:,} a second, about {left} left",
)
UP_TO_DATE = Message(
    "{topic} → {place}：副本已是最新，读入 {count:,} 条记录",
    "{topic} → {place}: the copy is up to date, {count:record} read",
)
SYNCED = Message(
    "读入 {count:,} 条记录：写入 {written:,} 行，移除 {removed:,} 行",
    "{count:record} read: {written:row} written, {removed:row} taken away",
)
CONFIRMED = Message(
    "，确认 {count:,} 条撤回",
    ", {count:retraction} confirmed",
)
NOT_REPORTED = Message(
    "副本照常更新，但未能向总线报告进度或回执，将重试：{why}",
    "the copy goes on, but the bus did not get its progress or its receipts, which is tried again: {why}",
)
SYNC_STOPS = Message(
    "{why}；副本停在该处之前，未写入其后的记录：请联系总线运维方",
    "{why}; the copy stays as it was before that, nothing later was written: ask the operators of the bus",
)
ROW_MISSING = Message(
    "{place}：缺少该行",
    "{place}: the row is missing",
)
ROW_DIFFERENT = Message(
    "{place}：与订阅流不同",
    "{place}: the row is not what the feed says",
)
ROW_EXTRA = Message(
    "{place}：不应有该行，记录已撤回或订阅流中没有",
    "{place}: the row should not be there, its record was retracted or is not in the feed",
)
ROWS_UNPROVED = Message(
    "{count:,} 行未比较：订阅流的开头已过期删除",
    "{count:row} not compared: the beginning of the feed has expired",
)
COMPARED = Message(
    "{count:,} 行相符，{differences:,} 行不符",
    "{count:row} as the feed says, {differences:difference}",
)
SNAPSHOT_EVERY = Message(
    "每 {seconds:,} 秒生成一次快照，保留最近 {keep:,} 份",
    "a snapshot every {seconds:,} s; the last {keep:,} are kept",
)
EVERY_NEEDS_AVRO = Message(
    "每份快照由前一份生成，只能为 avro 格式",
    "each snapshot is made from the one before, which has to be in the form avro",
)
LEAVE_OUT_FORMAT = Message(
    "请去掉 --format，或去掉 --every",
    "leave out --format, or --every",
)
SNAPSHOT_UNCHECKED = Message(
    "未给出公钥，快照 {folder} 的签名未核对：用 --key 给出运维方的公钥",
    "the signature of the snapshot {folder} was not checked, for want of a public key: give that of the operators with "
    "--key",
)
COPY_TOO_OLD = Message(
    "{why}，而副本尚未读到；副本保持原状。请由快照重新建立视图："
    "`creditbus feed bootstrap {subscriber} --resume FOLDER --to {place}`，快照文件夹请向总线运维方索取",
    "{why}, and the copy has not read them; it stays as it was. Bring it to a snapshot, which the operators of the bus "
    "make: `creditbus feed bootstrap {subscriber} --resume FOLDER --to {place}`",
)
FILE_TOO_OLD = Message(
    "{why}，而副本尚未读到；文件保持原状。请由快照开始新的文件："
    "`creditbus feed sync {subscriber} --from FOLDER --to NEW.jsonl`，快照文件夹请向总线运维方索取",
    "{why}, and the copy has not read them; the file stays as it was. Begin a new one from a snapshot, which the "
    "operators of the bus make: `creditbus feed sync {subscriber} --from FOLDER --to NEW.jsonl`",
)
RECEIVER_TOO_OLD = Message(
    "{why}，而接收端尚未收到；未再发送任何记录。请让接收端从空开始，并由快照开始新的位置文件："
    "`creditbus feed sync {subscriber} --from FOLDER --to {place} --secret-file FILE --position-file NEW`，"
    "快照文件夹请向总线运维方索取",
    "{why}, and the receiver has not got them; nothing later was sent. Let it begin empty, with a new file of "
    "positions, from a snapshot, which the operators of the bus make: "
    "`creditbus feed sync {subscriber} --from FOLDER --to {place} --secret-file FILE --position-file NEW`",
)
NO_RESUMING = Message(
    "接收端已收到的记录不能移除，无法取代为快照的内容",
    "what a receiver has got cannot be taken away, so that it cannot be brought to a snapshot",
)
BEGIN_RECEIVER = Message(
    "请让接收端从空开始："
    "`creditbus feed sync {subscriber} --from FOLDER --to URL --secret-file FILE --position-file NEW`",
    "let it begin empty: "
    "`creditbus feed sync {subscriber} --from FOLDER --to URL --secret-file FILE --position-file NEW`",
)
NO_RESUMING_THERE = Message(
    "既不是数据库的地址，也不是 csv:文件夹、parquet:文件夹或以 .jsonl 结尾的文件",
    "this is neither the URL of a database, nor csv:FOLDER, parquet:FOLDER or a file whose name ends with .jsonl",
)
NO_COMPARING_THERE = Message(
    "只能比较数据库、csv:文件夹 和 parquet:文件夹",
    "only a database, csv:FOLDER and parquet:FOLDER can be compared",
)
FOLLOWS_TOO_LATE = Message(
    "已过期的记录仍在视图中的，见快照：请运维方运行 `creditbus feed bootstrap {subscriber} --to FOLDER --base FOLDER`",
    "what has expired and still counts is in a snapshot: have the operators run "
    "`creditbus feed bootstrap {subscriber} --to FOLDER --base FOLDER`",
)
NO_SUCH_FORM = Message(
    "没有格式 {form!r}",
    "there is no form {form!r}",
)
FORMS = Message(
    "可用：{known}",
    "there are: {known}",
)
TO_IS_A_FOLDER = Message(
    "快照写入文件夹，不写入数据库",
    "a snapshot goes into a folder, not into a database",
)
TO_DATABASE = Message(
    "先生成快照，再用 `creditbus feed sync {subscriber} --from FOLDER --to URL`",
    "make it first, and then `creditbus feed sync {subscriber} --from FOLDER --to URL`",
)
NO_SNAPSHOT_OF_BROKEN = Message(
    "{why}；订阅流不完整，未生成快照：请联系总线运维方",
    "{why}; the feed is not whole, and no snapshot was made: ask the operators of the bus",
)
BASE_TOO_OLD = Message(
    "{why}，而快照 --base 止于其前；未生成快照：请用更新的快照作为 --base",
    "{why}, and the snapshot of --base ends before them; no snapshot was made: give a newer one as --base",
)
BEGINNING_EXPIRED = Message(
    "{why}：仅凭订阅流已得不到完整的视图，未生成快照；用 --base 给出较早的完整快照，或加 --incomplete，"
    "只含此后变更过的记录",
    "{why}: the feed alone does not give the whole view any more, and no snapshot was made; give an earlier complete "
    "one with --base, or add --incomplete for the records that changed since",
)
SNAPSHOT_MADE = Message(
    "快照 {place}：{count:,} 条记录，读入 {read:,} 条",
    "snapshot {place}: {count:record}, of {read:,} that were read",
)
SNAPSHOT_ON_BASE = Message(
    "快照 {place}：{count:,} 条记录，由此前的快照和其后读入的 {read:,} 条得出",
    "snapshot {place}: {count:record}, made from the base and {read:record} that were read since",
)
SIGNED_BY = Message(
    "由 {signer} 签名",
    "signed by {signer}",
)
NOT_SIGNED = Message(
    "未签名：本机没有签名密钥",
    "not signed: this machine has no signing key",
)
IS_COMPLETE = Message(
    "完整：视图中没有缺失的记录",
    "complete: the view lacks no record",
)
IS_INCOMPLETE = Message(
    "不完整：订阅流的开头已过期删除，其后未再变更的记录不在其中",
    "incomplete: the beginning of the feed has expired; records that have not changed since are not in it",
)
SNAPSHOT_TOO_OLD = Message(
    "{why}，而快照止于其前；副本保持原状：请使用更新的快照",
    "{why}, and the snapshot ends before them; the copy stays as it was: give a newer snapshot",
)
RESUMED = Message(
    "{place}：由快照写入 {written:,} 行，移除 {removed:,} 行；用 `creditbus feed sync {subscriber} --to …` 继续",
    "{place}: {written:row} written from the snapshot, {removed:row} taken away; go on with "
    "`creditbus feed sync {subscriber} --to …`",
)
