"""What `creditbus connector` says."""

from __future__ import annotations

from collections.abc import Mapping

from creditbus.topics.text import Message

NO_SUCH_CONNECTOR = Message(
    "没有连接器 {name!r}",
    "has no connector {name!r}",
)
CONNECTORS_THERE = Message(
    "现有：{known}；也可给出 .yaml 文件的路径",
    "it has: {known}; or give the path of a .yaml file",
)
NO_CONNECTORS_YET = Message(
    "这里还没有连接器：`creditbus connector init` 写出一个；也可给出 .yaml 文件的路径",
    "there is none yet: `creditbus connector init` writes one; or give the path of a .yaml file",
)
NOT_DECLARED = Message(
    "没有声明 {name!r}",
    "{name!r} is not declared",
)
ONE_OF = Message(
    "可选：{known}",
    "one of: {known}",
)
KINDS = Message(
    "来源类型：",
    "kinds: ",
)
TEMPLATES = Message(
    "模板：",
    "templates: ",
)
MANDATORY_WITHOUT_COLUMN = Message(
    "  缺必填列：",
    "  no column for mandatory ",
)
LOOKS_LIKE_LINE = Message(
    "  像是 ",
    "  looks like ",
)
GUESS = Message(
    "{item}，模板 {template}（{total} 列中识别 {known} 列，{score:.0%}",
    "{item}, template {template} ({known} of {total} columns recognised, {score:.0%}",
)
NOT_SURE = Message(
    "没有一个模板足够合适；最接近的是：{guess_line}",
    "no template fits well enough; best: {guess_line}",
)
MAKE_SURE = Message(
    "如果正确，用 --template {template}",
    "if it is right: --template {template}",
)
TELLS_COMMENT = Message(
    "state：以最近一次读取为准，改回也算变更；news：逐批交付，旧批次重发不改变记录",
    "state: the latest reading is the truth, a value set back is a change; news: an old delivery changes nothing",
)
WROTE = Message(
    "已写入 {path}",
    "Wrote {path}",
)
NEXT = Message(
    "下一步：{following}",
    "next: {following}",
)
GUESS_END = Message(
    "）",
    ")",
)
NAME_OF_THE_CONNECTOR = Message(
    "连接器编号",
    "Name of the connector",
)
DEPARTMENT = Message(
    "部门",
    "Department",
)
WHICH_TABLE = Message(
    "读取哪个表",
    "Which table is read",
)
SEVERAL_TABLES = Message(
    "数据库中有 {count} 个表，没有一个符合模板",
    "the database has {count} tables, and no template knows one of them",
)
WHAT_DO_YOU_HAVE = Message(
    "数据是什么形式",
    "What do you have",
)
NO_TEMPLATE = Message(
    "从它的列看不出是哪个目录事项{looks}",
    "its columns do not show which catalogue item its rows are{looks}",
)
FITTING = Message(
    "适用的模板：{template}",
    "those that fit: {template}",
)
WHICH_TEMPLATE = Message(
    "用哪个模板",
    "Which template",
)
EXISTS = Message(
    "已经存在",
    "is there already",
)
ANOTHER_ID = Message(
    "请换一个 --id，或用 --force 替换",
    "give another --id, or --force to replace it",
)
LOOKS_LIKE = Message(
    "识别为：",
    "Looks like: ",
)
LEFT_AS_IT_IS = Message(
    "已有 {beside}，保持不变；--force 可替换它",
    "{beside} is there already and stays as it is; --force replaces it",
)
GUESS_UNKNOWN = Message(
    "；未识别：",
    "; not: ",
)
GUESS_MISSING = Message(
    "；缺必填项：",
    "; no column for mandatory: ",
)
NOT_KEY_VALUE = Message(
    "{pair!r} 不是 KEY=VALUE 的形式",
    "{pair!r} is no KEY=VALUE",
)
KEY_VALUE_EXAMPLE = Message(
    "例如 header_row=3",
    "write for example header_row=3",
)
SEE_SPEC = Message(
    "请用 `--set KEY=VALUE` 给出，列表写作 `--set 'KEY=[A, B]'`，内层的键写作 `--set KEY.INNER=VALUE`；"
    "全部设置：`creditbus connector spec {name}`",
    "give it by `--set KEY=VALUE`, a list by `--set 'KEY=[A, B]'`, a key within another by `--set KEY.INNER=VALUE`; "
    "all settings: `creditbus connector spec {name}`",
)
DOES_NOT_FIT = Message(
    "{template!r} 不适用于此来源",
    "{template!r} does not fit this source",
)
WOULD_BE_REFUSED = Message(
    "将退回 {refused:,} 行",
    "{refused:,} would be refused",
)
ROWS_AS = Message(
    "{id}：{rows:,} 行，按 {title}",
    "{id}: {rows:row} as {title} ({title_en})",
)
NOTHING_SENT = Message(
    "未发送任何数据。      下一步：{what_next}",
    "Nothing was sent.      next: {what_next}",
)
CORRECT_FIRST = Message(
    "改正映射或来源，然后再次 {again}",
    "correct the mapping or the source, then {again}",
)
ROWS_IN_ALL = Message(
    "共 {count:,} 行",
    "{count:,} rows",
)
ROWS_OF_OTHER_CAUSES = Message(
    "  … 另有 {rows:,} 行因未列出的原因将被退回；用更大的 --shown 列出",
    "  … and {rows:row} for causes that are not listed; a larger --shown lists them",
)
WOULD_BE_PUBLISHED = Message(
    "将发布 {publishable:,} 行",
    "{publishable:,} would be published",
)
ROW = Message(
    "行",
    "row",
)
FIELD = Message(
    "字段",
    "field",
)
VALUE = Message(
    "值",
    "value",
)
WHY = Message(
    "原因",
    "why",
)
REASON = Message(
    "代码",
    "reason",
)
DID_YOU_MEAN = Message(
    " 是否为 {proposed}？",
    " Did you mean {proposed}?",
)
ROWS_NORMALISED = Message(
    "  {normalised:,} 行有单元格被去空格或转为半角",
    "  {normalised:row} with cells that are trimmed or brought to half width",
)
CAUTION = Message(
    "  提示 {caution}：{count:,} 行（{rows}{more}）  {sentence}",
    "  warning {caution}: {count:row} ({rows}{more})  {sentence}",
)
BECOMES = Message(
    "结果",
    "becomes",
)
DOCUMENT = Message(
    "文书号",
    "document",
)
SUBJECT = Message(
    "主体",
    "subject",
)
UNUSED_LIST = Message(
    "  未使用的列：",
    "  columns not used: ",
)
MANDATORY_WITHOUT_COLUMN_2 = Message(
    "  缺必填列：",
    "  no column for mandatory: ",
)
STALE_OF_NEWS = Message(
    "未采用的行：来源按交付批次读取（tells: news），旧批次不改变记录；"
    "如来源表示现状，在 {file} 写 tells: state，再执行 {again}",
    "stale rows: the source delivers news, of which an older delivery changes nothing; if it shows its present state, "
    "write tells: state into {file}, then {again}",
)
COMPARISON = Message(
    "\n与上次相比：新增 {new:,} · 未变 {unchanged:,} · 变更 {changed:,} · 消失 {vanished:,}",
    "\nagainst the last run: {new:,} new · {unchanged:,} unchanged · {changed:,} changed · {vanished:,} vanished",
)
STALE_OF_STATE = Message(
    "未采用的行：同一记录另有更晚的内容；如以来源现状为准：{again}",
    "stale rows: the bus knows something later of their records; if the source is right as it is: {again}",
)
SINCE_THEN = Message(
    "其中被退回的行：{counts}",
    "of the refused rows: {counts}",
)
STILL_OPEN = Message(
    "仍待处理",
    "still open",
)
ALREADY_PUBLISHED = Message(
    "已全部发布：{rows:,} 行，无变化（批次 {run}）；--resend 重新发送",
    "already published: {rows:row}, unchanged (run {run}); --resend sends them again",
)
PUBLISHED = Message(
    "已发布 {published:,} 行",
    "{published:,} published",
)
MARKED = Message(
    "已在来源表中标记退回 {marked:,} 行",
    "marked in their table: {marked:refused row}",
)
VANISHED_PROPOSED = Message(
    "已消失的记录可申请撤销，不会自动撤销：{see}",
    "vanished rows are proposed for withdrawal, never withdrawn by themselves: {see}",
)
REFUSED_AND_WHY = Message(
    "被退回的行及原因：{see}",
    "what was refused, and why: {see}",
)
TO_CORRECT = Message(
    "导出后改正：{export}",
    "to correct them: {export}",
)
IF_REFUSED = Message(
    "如有退回，稍后可查：{see}",
    "if any are refused, they will be listed by: {see}",
)
NEW = Message(
    "新增",
    "new",
)
UNCHANGED = Message(
    "未变",
    "unchanged",
)
AMENDED = Message(
    "变更",
    "amended",
)
CHANGES_OF_STATE = Message(
    "状态变更",
    "changes of state",
)
STALE = Message(
    "早于已有，未采用",
    "stale: overtaken by what is there",
)
REFUSED = Message(
    "退回",
    "refused",
)
WAITS_FOR_WHAT = Message(
    "各行在等什么：{see}",
    "what they wait for: {see}",
)
PARKED = Message(
    "待登记",
    "waiting for their subject's registration",
)
HELD = Message(
    "待原记录",
    "waiting for their original",
)
COUNT_OF = Message(
    "{word} {count:,}",
    "{count:,} {word}",
)
NOT_ALL_DECIDED = Message(
    "   尚未处理完",
    "   and not all decided yet",
)
OF_THEM_UNREADABLE = Message(
    "行不可读",
    "of them unreadable",
)
OF_THEM_WITHHELD = Message(
    "行涉及自然人，未发送内容",
    "of them about natural persons, withheld",
)
PUBLISHED_BEFORE = Message(
    "行此前已发布",
    "already published before",
)
ROWS_S = Message(
    "行/秒",
    "rows/s",
)
RUN = Message(
    "批次",
    "run",
)
VANISHED = Message(
    "{count:,} 条已从来源消失",
    "{count:,} vanished from the source",
)
KEYS_OR_ALL = Message(
    "--keys 与 --all 必须且只能给出一个",
    "give either --keys or --all",
)
SEE_VANISHED = Message(
    "可用 `creditbus connector vanished` 查看",
    "`creditbus connector vanished` lists them",
)
CANNOT_NOTICE = Message(
    "无法发现消失的记录：{incremental}",
    "cannot notice what is gone: {incremental}",
)
SAY_FILE_OR_CONNECTOR = Message(
    "如果来源包含全部记录，请改为 file 或 connector",
    "let it say file or connector, if the source holds all records",
)
NEVER_COMPARED = Message(
    "写有 `vanished: never`，因此不作比较",
    "says `vanished: never`, so nothing is compared",
)
NOT_RUN_YET = Message(
    "尚未运行",
    "has not run yet",
)
POSITION = Message(
    "位置",
    "position",
)
VERSION = Message(
    "版本",
    "version",
)
COMPLETE = Message(
    "已完成",
    "complete",
)
ROWS = Message(
    "行数",
    "rows",
)
PUBLISHED_ROWS = Message(
    "已发布",
    "published",
)
UNREADABLE = Message(
    "不可读",
    "unreadable",
)
WITHHELD = Message(
    "自然人",
    "withheld",
)
NEXT_RUN = Message(
    "下一步：creditbus connector run {id}",
    "next: creditbus connector run {id}",
)
RECODED = Message(
    "   同一文书仍在，仅代码不同",
    "   same document still there under another code",
)
TO_WITHDRAW = Message(
    "撤销：{line}（或 --all）",
    "to withdraw: {line} (or --all)",
)
WITHDRAWALS_SENT = Message(
    "已发送 {count:,} 条撤销   批次 {run}",
    "{count:withdrawal} sent   run {run}",
)
GROWS = Message(
    "（持续增长）",
    "(grows for ever)",
)
YES = Message(
    "是",
    "yes",
)
NO = Message(
    "否",
    "no",
)
FORGET = Message(
    "清除 {id} 的位置？下次运行将全部重发",
    "Forget how far {id} came? Its next run sends all",
)
WITHDRAW_RECORDS = Message(
    "撤销 {count:,} 条记录？",
    "Withdraw {count:record}?",
)
NAMED_ROWS = Message(
    "（第 {first}{more} 行）",
    " (row {first}{more})",
)
CAUTION_PAIRS = Message(
    "提示 {caution}：{count:,} 对  {sentence}",
    "warning {caution}: {count:pair}  {sentence}",
)
PERSONS_WITHHELD = Message(
    "{withheld:,} 行涉及自然人{named}，内容不发送",
    "{withheld:row} about natural persons{named}: nothing of them is sent",
)
NUMBERS_REMOVED = Message(
    "{cleared:,} 个单元格中的身份号码已去除{named}",
    "{cleared:cell} without the citizens' numbers that stood there{named}",
)
PAIR = Message(
    "  第 {first} 行与第 {second} 行",
    "  rows {first} and {second}",
)
UNUSED = Message(
    "未使用的列：{named}",
    "columns not used: {named}",
)
ROW_NOT_KEPT = Message(
    "   原行未保留，请另行报送撤销",
    "   its row was not kept: withdraw it by a row of its own",
)
BECOMES_PUBLISHED = Message(
    "发布",
    "published",
)
BECOMES_REFUSED = Message(
    "退回",
    "refused",
)
BECOMES_UNREADABLE = Message(
    "不可读",
    "unreadable",
)
BECOMES_WITHHELD = Message(
    "自然人，不发送",
    "withheld (natural person)",
)
BECOMES_NEW = Message(
    "新增",
    "new",
)
BECOMES_UNCHANGED = Message(
    "已有，未变",
    "already there, unchanged",
)
BECOMES_AMENDMENT = Message(
    "变更",
    "amendment",
)
BECOMES_TRANSITION = Message(
    "状态变更",
    "change of state",
)
BECOMES_STALE = Message(
    "早于已有",
    "older than what is there",
)
BECOMES_HELD = Message(
    "待原记录",
    "waits for its original",
)
BECOMES_CONFLICT = Message(
    "状态不符",
    "refused: state",
)
BECOMES_PARKED = Message(
    "待登记",
    "waits for its subject's registration",
)
BECOMES_UNKNOWN = Message(
    "无法比较",
    "cannot be compared",
)
NOT_ENTITLED = Message(
    "；它像是 {item}，而 {department} 无权发布该事项",
    "; it looks like {item}, which {department} may not publish",
)
PUBLISHES_NOTHING = Message(
    "{department} 还无权发布任何事项{looks}",
    "{department} may not publish any item yet{looks}",
)
GIVE_IT_A_ROLE = Message(
    "请在城市的 departments/{department}.yaml 的 roles 中给它一个职能：事项所列的职能有 {roles}",
    "give it a role under roles in departments/{department}.yaml of the city: items name the roles {roles}",
)
NONE_FIT = Message(
    "无",
    "none",
)
WITHDRAW_BY_ROW = Message(
    "请用单独的一行撤销；数据库表可用方式 compare 发现",
    "withdraw by a row of its own; of a table, mode compare notices it",
)
GIVE_ITEM = Message(
    "请用 --item 指明：{items}；届时会写出待填的映射",
    "name it by --item: {items}; a mapping to be filled in is written then",
)
NOT_ITS_ITEM = Message(
    "{department} 不发布 {item}",
    "{department} does not publish {item}",
)
WHICH_ITEM = Message(
    "各行是哪个目录事项",
    "Which catalogue item are its rows",
)
SKELETON_WRITTEN = Message(
    "没有模板合适，已写出 {item} 的待填映射 {path}",
    "No template fits: wrote {path}, a mapping of {item} to be filled in",
)
SKELETON_GUESSES = Message(
    "  推测：{guessed}",
    "  guessed: {guessed}",
)
SKELETON_OPEN = Message(
    "  待填的必填字段 {count} 个：{fields}",
    "  {count:mandatory field} still open: {fields}",
)
SKELETON_OPEN_WHERE = Message(
    "  尚无列的字段：{field}：{where}",
    "  without a column yet: {field}: {where}",
)
FILL_IN = Message(
    "下一步：填写 {mapping}，然后 {following}",
    "next: fill in {mapping}, then {following}",
)
FILES_REST = Message(
    "文件夹中的文件尚在静置：已查看其列，运行时等到静置结束才读取",
    "the files of the folder still rest: their columns are looked at, and a run reads them once they have rested",
)
NOTHING_TO_SEE = Message(
    "没有可以查看的数据：{found}",
    "there is nothing to look at: {found}",
)
NOTHING_OF: Mapping[str, Message] = {
    "folder": Message(
        "请先放入一个文件（settings.pattern 决定取哪些文件），再运行一次",
        "put a first file there (settings.pattern says which are taken), and run this again",
    ),
    "remote-folder": Message(
        "请先在该服务器的文件夹中放入一个文件（settings.pattern 决定取哪些文件），再运行一次",
        "put a first file into the folder of that server (settings.pattern says which are taken), and run this again",
    ),
    "kafka": Message(
        "主题中尚无可读的行：请检查 settings.topic、format 与 envelope，再运行一次",
        "there is no row in the topic yet: check settings.topic, format and envelope, and run this again",
    ),
    "sql": Message(
        "请授予该用户读取表的权限，或用 --set schema=名称 指明模式",
        "let this user read the table, or name its schema by --set schema=NAME",
    ),
    "files": Message(
        "请检查来源，或用 --set header_row=行号 指明表头",
        "check the source, or name the header by --set header_row=ROW",
    ),
}
CANNOT_BE_LOADED = Message(
    "{id:24} 不能加载：{error}",
    "{id:24} cannot be loaded: {error}",
)
SET_TWICE = Message(
    "{name} 已有一个值，不能再有其下的键",
    "{name} has a value already, and no keys within it",
)
WATCHING = Message(
    "监视 {id}：{kind} {place}，每 {every:g} 秒查看一次；作为 {item} 发布到 {topic}；按 Ctrl-C 结束",
    "watching {id}: {kind} {place}, looked at every {every:g} s; published as {item} to {topic}; Ctrl-C ends it",
)
