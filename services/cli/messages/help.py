"""The help pages: what each command does and what each argument and option means.

A key is the path of a command, followed for a parameter by its option, or by its name in capitals. A key without a path
holds for every command that has no entry of its own: `--json` means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from creditbus.topics.text import Message

__all__ = ["HEADINGS", "HELP", "TYPES"]

HELP: Final[Mapping[str, Message]] = {
    "": Message(
        "公共信用信息交换总线。",
        "Exchange bus for public credit records.",
    ),
    "--lang": Message(
        "zh 或 en，可放在命令的任何位置；否则依次按 LC_ALL、LC_MESSAGES、LANG。",
        "zh or en, anywhere in a command; otherwise by LC_ALL, LC_MESSAGES, LANG.",
    ),
    "--city": Message(
        "城市目录，可放在命令的任何位置；否则按 CREDITBUS_CITY；都没有则按总线上的声明，"
        "总线上也没有时用产品自带的示例城市。",
        "Folder of the city, anywhere in a command; otherwise CREDITBUS_CITY; without either, what is declared on the "
        "bus; where nothing is, the example city that comes with the product.",
    ),
    "--help": Message(
        "显示本页并退出。",
        "Show this page and exit.",
    ),
    "--install-completion": Message(
        "为当前的命令行外壳安装补全。",
        "Install completion for the current shell.",
    ),
    "--show-completion": Message(
        "显示当前命令行外壳的补全脚本，以便复制或修改。",
        "Show completion for the current shell, to copy or change it.",
    ),
    "--json": Message(
        "输出供程序读取的 JSON。",
        "Print facts for a machine.",
    ),
    "--folder": Message(
        "连接器配置所在的文件夹。",
        "Where the connectors' configurations are.",
    ),
    "--run": Message(
        "只限连接器这一批次发布的行。",
        "Only what this run of a connector published.",
    ),
    "--yes": Message(
        "不再询问。",
        "Do not ask.",
    ),
    "--wait-seconds": Message(
        "最多等待结果多少秒。",
        "Longest wait for the outcomes, in seconds.",
    ),
    "CONNECTOR": Message(
        "连接器的编号，或其配置文件的路径。",
        "Id of a connector, or the path of its configuration.",
    ),
    "DEPARTMENT": Message(
        "部门的编号，见城市目录中的 departments。",
        "Id of the department, as in `departments` of the city's folder.",
    ),
    "ID": Message(
        "标识：以连字符连接的小写单词。",
        "Id: lower-case words joined by hyphens.",
    ),
    "--name": Message(
        "中文名称。",
        "Name in Chinese.",
    ),
    "--name-en": Message(
        "英文名称。",
        "Name in English.",
    ),
    "init": Message(
        "写出新的城市目录，同 `creditbus city init`。",
        "Write a city's folder to start from, as `creditbus city init` does.",
    ),
    "init FOLDER": Message(
        "新的或空的文件夹。",
        "A new or empty folder.",
    ),
    "--code": Message(
        "城市的行政区划代码，六位。",
        "Division code of the city, six digits.",
    ),
    "--district": Message(
        "一个区，写作 代码=名称，可重复给出，也可以用逗号分隔，一次写几个。",
        "A district, written CODE=NAME; may be repeated, or name several, separated by commas.",
    ),
    "city": Message(
        "写出、检查一个城市的目录：部门、订阅方、目录事项。",
        "Write and check the folder of a city: departments, subscribers, catalogue.",
    ),
    "city init": Message(
        "写出新的城市目录，文件中有注释。",
        "Write a city's folder to start from, with comments.",
    ),
    "city init FOLDER": Message(
        "新的或空的文件夹。",
        "A new or empty folder.",
    ),
    "city check": Message(
        "一次说出城市目录中的全部错误：文件、行、键、改法。有错误时退出码为 1。",
        "Say everything that is wrong with a city's folder: file, line, key, fix. Exit code 1 when there is something.",
    ),
    "city check FOLDER": Message(
        "城市目录；不给出则按 --city 或 CREDITBUS_CITY，再则为当前文件夹。",
        "The folder; by --city or CREDITBUS_CITY when left out, else the current one.",
    ),
    "city schema": Message(
        "输出一类文件的 JSON Schema。",
        "Print the JSON Schema of one kind of file.",
    ),
    "city schema NAME": Message(
        "city、department、subscriber、working-days、item、overlay 或 mapping。",
        "city, department, subscriber, working-days, item, overlay or mapping.",
    ),
    "department": Message(
        "城市目录中的部门。",
        "Departments in the city's folder.",
    ),
    "department add": Message(
        "写出一个部门的文件，文件中有注释。",
        "Write the file of a department, with comments.",
    ),
    "subscriber": Message(
        "城市目录中的订阅方。",
        "Subscribers in the city's folder.",
    ),
    "subscriber add": Message(
        "写出一个订阅方的文件，授权很窄，文件中有注释。",
        "Write the file of a subscriber, with a narrow grant and comments.",
    ),
    "subscriber add --kind": Message(
        "district、department、agency 或 city。",
        "district, department, agency or city.",
    ),
    "item": Message(
        "城市目录中的自有事项。",
        "Items of the city's own.",
    ),
    "item add": Message(
        "写出本市自有事项：item.yaml、v1.avsc 和一份映射。",
        "Write an item of the city's own: item.yaml, v1.avsc and a mapping.",
    ),
    "up": Message(
        "在本机启动 Kafka、模式登记处和 Redis；以后再启动时使用同样的端口。"
        "本机有签名密钥时，同时每小时为订阅流签名一次。",
        "Start Kafka, the schema registry and Redis on this machine; a later start takes the same ports again. Where "
        "the machine has a signing key, a process next to them signs the feeds every hour.",
    ),
    "up --manifests": Message(
        "本机有签名密钥（`creditbus feed keys --create`）时，是否每小时生成清单。",
        "Whether manifests are made every hour, once the machine has a signing key (`creditbus feed keys --create`).",
    ),
    "up --port": Message(
        "一个服务器的端口，写成 SERVER=PORT，服务器有 kafka、registry、redis；可重复给出，以后一直使用。"
        "端口被占用则不启动。多个 Kafka 节点从该端口起依次使用。",
        "Port of a server as SERVER=PORT, for kafka, registry and redis; may be repeated, and stays for later starts. "
        "Nothing starts when it is in use. Several Kafka brokers take consecutive ports from it on.",
    ),
    "up --port-base": Message(
        "全部服务器的第一个端口：从它起依次为各 Kafka 节点、登记处、Redis、Kafka 的控制器。",
        "First port for all servers: from it on the Kafka brokers, the registry, Redis and Kafka's controllers follow.",
    ),
    "up --listen": Message(
        "供其他机器到达的本机 IPv4 地址，用于试用网络；连接不加密，也不验证身份。0.0.0.0 为所有接口，需同时给出 "
        "--advertise；127.0.0.1 恢复为只供本机使用。",
        "IPv4 address of this machine that other machines reach, for a trial network: nothing is encrypted or "
        "authenticated. 0.0.0.0 is every interface, and needs --advertise; 127.0.0.1 is this machine alone again.",
    ),
    "up --advertise": Message(
        "其他机器所用的本机名称或地址，与 --listen 的地址不同时给出。",
        "Name or address by which other machines reach this one, where it is not that of --listen.",
    ),
    "up --brokers": Message(
        "新建目录时 Kafka 节点的数量；3 个节点时每条记录至少存两份。",
        "Number of Kafka brokers of a new home; 3 keep every record twice or more.",
    ),
    "up --foreground": Message(
        "留在前台，重启退出的服务器；Ctrl-C 停止全部服务器。",
        "Stay, start again any server that ends, and stop all servers at Ctrl-C.",
    ),
    "down": Message(
        "停止由 `creditbus up` 启动的服务器；数据保留。",
        "Stop the servers that `creditbus up` started; their data stays.",
    ),
    "status": Message(
        "显示本机服务器、各地址是否应答，以及每个环节的工作进程、通道和积压。\n\n"
        "有服务器没有应答、有环节没有工作进程或有通道无人读取、或有记录等待超过一分钟时，退出码为 1。",
        "Show the local servers, whether each address answers, and for each stage its workers, lanes and lag.\n\n"
        "Exit code 1 when a server does not answer, a stage has no worker or lanes that nobody reads, or records "
        "have waited for more than a minute.",
    ),
    "worker": Message(
        "运行总线的各环节，直到 Ctrl-C；失败的进程会重新启动。",
        "Run the stages of the bus until Ctrl-C; a process that fails is started again.",
    ),
    "worker --stage": Message(
        "要运行的环节，可重复给出；不给出则运行全部。",
        "A stage to run; may be repeated. All stages when left out.",
    ),
    "worker --processes": Message(
        "分担各分区的工作进程数。",
        "Number of worker processes that share the partitions.",
    ),
    "worker --metrics-port": Message(
        "供 Prometheus 读取的端口；第 n 个进程使用其后第 n 个端口。",
        "Port for Prometheus; the n-th process takes the n-th port from there.",
    ),
    "worker --single": Message(
        "只运行一个进程，结束后不重新启动。",
        "One process, not started again when it ends.",
    ),
    "worker --instance": Message(
        "此工作位的名称，用于静态组成员。",
        "Name of this worker slot for static group membership.",
    ),
    "worker --stall-seconds": Message(
        "环节停滞多少秒（且依赖均正常）后重新启动。",
        "A stage that makes no progress for this many seconds, while nothing is away, is started again.",
    ),
    "worker --set": Message(
        "引擎的一项设置，例如 batch_records=2000，可重复给出；见 docs/settings.md。",
        "A setting of the engine, such as batch_records=2000; may be repeated. See docs/settings.md.",
    ),
    "worker --log-level": Message(
        "DEBUG、INFO、WARNING 或 ERROR。",
        "DEBUG, INFO, WARNING or ERROR.",
    ),
    "ledger": Message(
        "显示 发布 = 收到 + 未读 + 未读过期，以及 收到 = 入库 + 重复 + … + 待登记。\n\n"
        "不平衡时退出码为 1：有记录未读、尚无结果，或在读取之前已被删除。",
        "Show published = received + waiting + expired unread, and received = applied + duplicate + … + parked.\n\n"
        "Exit code 1 when it does not balance: something waits unread, has no outcome yet, or was cut before it "
        "was read.",
    ),
    "ledger --files": Message(
        "同时列出每个批次的每个文件。",
        "Show each file of each run, too.",
    ),
    "ledger --accept-loss": Message(
        "登记：该主题丢失的记录已经处理。",
        "Write down that the records which this topic lost have been dealt with.",
    ),
    "ledger --reason": Message(
        "如何处理的，与 --accept-loss 合用。",
        "What was done about it, with --accept-loss.",
    ),
    "waiting": Message(
        "列出待登记和待原记录的行：等待什么、自何时起；等待最久的排在最前。",
        "List parked and held rows: what each waits for, and since when. Those that wait longest stand first.",
    ),
    "waiting DEPARTMENT": Message(
        "部门的编号；不给出则为全部。",
        "Id of a department; all when left out.",
    ),
    "trace": Message(
        "显示一行从来源到订阅流的每一步：函数、主题、消息头、记账；不发送任何数据。\n\n"
        "总线在内存中为此行新建，是空的。若该行须等待主体登记，则先补一条虚构登记，如同实际总线上已有；"
        "加 --unregistered 则不补。",
        "Show each step of one row from its source to the feeds: functions, topics, header, bookings. "
        "Nothing is sent.\n\n"
        "The bus is made for the row, in memory, and is empty. Where the row would wait for the registration of its "
        "subject, one is made up first, as a real bus has it; --unregistered leaves that out.",
    ),
    "trace --row": Message(
        "行号，与 `connector preview` 和退回清单的行号相同。",
        "Number of the row, as `connector preview` and refusals give it.",
    ),
    "trace --file": Message(
        "行所在的文件，来源有多个文件时给出。",
        "File of the row, where the source has several.",
    ),
    "trace --sheet": Message(
        "行所在的工作表，工作簿有多个工作表时给出。",
        "Sheet of the row, where a workbook has several.",
    ),
    "trace --today": Message(
        "按这一天判断。",
        "Judge as of this day.",
    ),
    "trace --unregistered": Message(
        "主体没有登记时，让该行等待。",
        "Let the row wait where its subject is not registered.",
    ),
    "demo": Message(
        "启动全部组件，发布各部门的文件，显示结果，再全部停止。\n\n"
        "账本不平衡，或在生成的文件上与真实结果不符时，退出码为 1。",
        "Start everything, publish the departments' files, show what became of them, stop everything.\n\n"
        "Exit code 1 when the ledger does not balance or, on generated files, does not say what is true.",
    ),
    "demo --data": Message(
        "各部门文件所在的文件夹；不给出则生成虚构的文件。",
        "Folder of departments' files; fictional ones are generated when left out.",
    ),
    "topics": Message(
        "主题与模式：声明与实际的差别。",
        "Topics and schemas: what is declared, compared with what runs.",
    ),
    "topics plan": Message(
        "显示 `apply` 将做什么，包括订阅流将失去、得到和改示多少记录；有事可做时退出码为 1。",
        "Show what `apply` would do, and how many records feeds would lose, get and show in another way. Exit code 1 "
        "when there is something to do.",
    ),
    "topics plan --no-count": Message(
        "不统计总线上的记录，只列出相关的订阅方和事项。",
        "Do not count over the records of the bus, name the subscribers and items alone.",
    ),
    "topics plan --on": Message(
        "按这一天的授权期限统计，如 2026-01-01；默认今天。",
        "Count by the grants that are valid on this day, such as 2026-01-01; today by default.",
    ),
    "topics apply": Message(
        "创建缺少的主题，更新其设置，登记模式，并发布本市声明的新版本；从不删除主题或数据。",
        "Create missing topics, set their settings, register schemas, and publish what the city declares as a new "
        "version. Never removes topics or data.",
    ),
    "topics apply --wait": Message(
        "最多等待多少秒，直到所有环节都按新版本工作。",
        "Longest time to wait, in seconds, until all stages work by the new version.",
    ),
    "topics remove": Message(
        "删除不再声明的主题及其全部内容。",
        "Delete a topic that nobody declares any more, with everything in it.",
    ),
    "topics remove TOPIC": Message(
        "主题名称，见 `topics plan`。",
        "Name of the topic, as `topics plan` shows it.",
    ),
    "topics versions": Message(
        "列出本市声明的各个版本：何时发布，改动了什么。",
        "List the versions of what the city declares: when each was published, and what it changed.",
    ),
    "topics judged": Message(
        "说明某个位置上的记录是按哪个声明版本判断的。",
        "Tell by which version of the declarations the record at an offset was judged.",
    ),
    "topics judged TOPIC": Message(
        "某个环节读取的主题，如 ingest.court 或 credit.changes。",
        "A topic that a stage reads, such as ingest.court or credit.changes.",
    ),
    "topics judged PARTITION": Message(
        "分区号。",
        "Number of the partition.",
    ),
    "topics judged OFFSET": Message(
        "记录在分区中的位置。",
        "The record's offset in it.",
    ),
    "catalogue": Message(
        "目录：总线承载哪些事项，由谁提供，涉及哪些主体。",
        "Catalogue: what the bus may carry, by whom, about whom.",
    ),
    "catalogue list": Message(
        "列出目录事项。",
        "List the catalogue items.",
    ),
    "catalogue show": Message(
        "显示一个目录事项：依据、信源单位、操作、公示期、字段。",
        "Show one catalogue item: basis, publishers, verbs, publication periods, fields.",
    ),
    "catalogue show ITEM": Message(
        "事项的编号。",
        "Id of the item.",
    ),
    "catalogue lint": Message(
        "检查目录的每个文件夹，每处错误一行；有错误时退出码为 1。",
        "Check every folder of a catalogue, one line for each fault. Exit code 1 when there is one.",
    ),
    "catalogue lint FOLDER": Message(
        "事项所在的文件夹；不给出则为产品自带的。",
        "Folder of the items; the product's own when left out.",
    ),
    "catalogue lint --templates": Message(
        "映射所在的文件夹；不给出则为产品自带的。",
        "Folder of the mappings; the product's own when left out.",
    ),
    "catalogue lint --scenarios": Message(
        "场景所在的文件夹；不给出则不检查。",
        "Folder of the stories; not checked when left out.",
    ),
    "connector": Message(
        "连接器：把部门自己的数据行发布到总线。",
        "Connectors: publish a department's own rows to the bus.",
    ),
    "connector init": Message(
        "连接一个来源：查看数据，推测事项和映射，写出连接器的配置。没有合适的模板时写出待填的映射，退出码为 1。",
        "Connect a source: look at it, guess item and mapping, and write the connector's configuration. Where no "
        "template fits well, it writes a mapping to be filled in, and ends with exit code 1.",
    ),
    "connector init --department": Message(
        "部门的编号。",
        "Id of the department.",
    ),
    "connector init --kind": Message(
        "来源的类型；可由文件扩展名判断时不必给出。",
        "Kind of source; not needed where the file's ending shows it.",
    ),
    "connector init --source": Message(
        "文件、文件夹或地址。",
        "File, folder or address.",
    ),
    "connector init --template": Message(
        "映射的模板；不给出则取最合适的。",
        "Template of the mapping; otherwise the one that fits best.",
    ),
    "connector init --item": Message(
        "各行所属的目录事项；没有合适的模板时，为其写出待填的映射。",
        "Catalogue item of the rows; where no template fits well, a mapping to be filled in is written for it.",
    ),
    "connector init --id": Message(
        "连接器的编号；不给出则取文件名（可作编号时），否则取模板名或事项名的最后一个词；已被占用时加序号。",
        "Id of the connector; otherwise the file's name where that may be an id (a-z, 0-9, -), else the last word of "
        "the template's or item's name; numbered where it is taken.",
    ),
    "connector init --set": Message(
        "该类型的其他设置，形如 KEY=VALUE；文本照写，其他值按 YAML 写。",
        "Another setting of the kind, as KEY=VALUE: a text as it stands, any other value as YAML.",
    ),
    "connector init --yes": Message(
        "不询问，直接采用识别的结果。",
        "Ask nothing: take what is found.",
    ),
    "connector init --force": Message(
        "替换已有的配置。",
        "Replace a configuration that is already there.",
    ),
    "connector preview": Message(
        "显示每行将成为什么、哪些将被退回；不发送任何数据。",
        "Show what each row would become and what would be refused. Nothing is sent.",
    ),
    "connector preview --rows": Message(
        "只看前若干行，并显示每行的结果。",
        "Only this many rows, with the outcome of each.",
    ),
    "connector preview --shown": Message(
        "列出多少个不同的退回原因；用 --json 时为多少个被退回行的原因。",
        "Number of different causes of refusals that are listed; with --json also of refused rows.",
    ),
    "connector preview --today": Message(
        "按这一天判断。",
        "Judge as of this day.",
    ),
    "connector preview --compare": Message(
        "向总线查询哪些行已经存在。",
        "Ask the bus which rows it already has.",
    ),
    "connector preview --strict": Message(
        "有行将被退回时，退出码为 1。",
        "Exit code 1 when a row would be refused.",
    ),
    "connector run": Message(
        "发布。可随时再次运行：不会丢失，也不会重复发送。\n\n等待之后仍有行没有结果时，退出码为 1。",
        "Publish. Run it again at any time: nothing is lost and nothing is sent twice.\n\n"
        "Exit code 1 when it has waited and not every row has its outcome.",
    ),
    "connector run --resend": Message(
        "重新发送已经发布过的来源。",
        "Send a source that was already published once more.",
    ),
    "connector run --accept-columns": Message(
        "确认各列就是现在这样：已消失的列将清空其字段。",
        "Take the columns as they are: a column that is gone empties its field.",
    ),
    "connector run --wait": Message(
        "等待各行的结果；在终端中默认等待。",
        "Wait for the outcome of the rows; the default at a terminal.",
    ),
    "connector watch": Message(
        "来源变化时再次运行，并报告每次运行；Ctrl-C 或 SIGTERM 在两次事务之间停止。\n\n"
        "当时不可用的（Kafka、登记处、来源）不予等待。",
        "Run again when the source has changed, and report each run. Ctrl-C or SIGTERM stops between two "
        "transactions.\n\n"
        "What is away at that moment (Kafka, the registry, the source) is not waited for.",
    ),
    "connector watch --every": Message(
        "每隔多少秒查看一次来源。",
        "Seconds between two looks at the source.",
    ),
    "connector watch --json": Message(
        "每次运行输出一个 JSON 文档。",
        "One JSON document for each run.",
    ),
    "connector vanished": Message(
        "列出已发布、来源中已不存在的记录：可申请撤销，尚未撤销。",
        "List records that were published and that the source no longer holds: proposed for withdrawal, not withdrawn.",
    ),
    "connector vanished --json": Message(
        "输出列表，每条记录包括：key（键）、file、sheet、row（发布时的位置）、document_no、authority、subject_name、"
        "recoded（同名主体的同一文书仍在，仅代码不同）、possible（已保留发布的事件；否则请另行报送撤销）。",
        "Print a list; of each record: key, file, sheet and row it was published from, document_no, authority, "
        "subject_name, recoded (the same document is still there for the same name, under another code), possible "
        "(the published event was kept; otherwise withdraw the record by a row of its own).",
    ),
    "connector withdraw": Message(
        "撤销已从来源消失的记录：订阅方将收到停止展示的通知。",
        "Withdraw records that have vanished from the source: subscribers receive the order to stop showing them.",
    ),
    "connector withdraw --keys": Message(
        "键的前几个字符；可重复给出。",
        "First characters of a key; may be repeated.",
    ),
    "connector withdraw --all": Message(
        "撤销全部建议的记录，以更正后的代码仍存在的除外。",
        "Withdraw every proposed record except those that still exist under a corrected code.",
    ),
    "connector withdraw --many": Message(
        "与 --all 合用：允许撤销超过所比较记录的 10%。",
        "Allow --all to withdraw more than 10 % of the records compared.",
    ),
    "connector withdraw --json": Message(
        "输出 run_id（批次；未撤销时为空）、published（撤销数）和 withdrawn（与 vanished --json 相同的记录列表）。",
        "Print run_id (empty where nothing was withdrawn), published (number of withdrawals) and withdrawn "
        "(the records, as vanished --json lists them).",
    ),
    "connector list": Message(
        "列出已配置的连接器、来源类型和映射模板。",
        "List configured connectors, kinds of sources and templates of mappings.",
    ),
    "connector spec": Message(
        "输出一种来源的设置的 JSON Schema；对 mapping 输出映射语言的说明。",
        "Print the JSON Schema of a kind's settings, or for `mapping` the page of the mapping language.",
    ),
    "connector spec KIND": Message(
        "来源的类型，或 mapping。",
        "Kind of source, or `mapping`.",
    ),
    "connector spec --json": Message(
        "对 mapping 输出 JSON Schema；来源类型总是如此。",
        "Print the JSON Schema of `mapping` in place of its page; of a kind it is printed anyway.",
    ),
    "connector check": Message(
        "检查运行所需的一切：来源、列、登记处、Kafka；有缺失时退出码为 1。",
        "Try everything that a run needs: source, columns, registry, broker. Exit code 1 when something is missing.",
    ),
    "connector discover": Message(
        "显示来源的表和列、映射使用哪些列、与哪个模板相似。",
        "Show tables and columns of a source, which columns the mapping uses, and which template they look like.",
    ),
    "connector discover SOURCE": Message(
        "连接器的编号或配置，或一个文件。",
        "Id or configuration of a connector, or a file.",
    ),
    "connector state": Message(
        "连接器的进度。",
        "How far a connector has come.",
    ),
    "connector state show": Message(
        "显示总线保存的位置、批次和累计数。",
        "Show position, run and totals as the bus holds them.",
    ),
    "connector state reset": Message(
        "清除连接器的进度：下次运行发布整个来源，总线会去掉已有的内容。",
        "Forget how far a connector came: its next run publishes the whole source, and the bus drops what it "
        "already has.",
    ),
    "rejects": Message(
        "退回：被退回的行如何回到部门。",
        "Rejects: rows on their way back to their department.",
    ),
    "rejects export": Message(
        "按部门自己的列写出被退回的行：标出有问题的单元格，原因写在其后的一列。",
        "Write the refused rows in the department's own columns: refused cells are marked, the reasons are in a "
        "column after them.",
    ),
    "rejects export --output": Message(
        ".xlsx 或 .csv；不给出则为 rejects-<部门>.xlsx。",
        ".xlsx or .csv; otherwise rejects-<department>.xlsx.",
    ),
    "rejects export --force": Message(
        "覆盖该文件；否则在文件名后加上下一个空闲的编号。",
        "Overwrite the file; otherwise the next free number is added to its name.",
    ),
    "rejects redrive": Message(
        "发送改正后的行；仍有行不合格或不属于本文件时退出码为 1；不会重复发送。",
        "Send corrected rows. Exit code 1 while some are still refused or do not belong here; nothing is sent twice.",
    ),
    "rejects redrive FILE": Message(
        "由 `rejects export` 写出并已改正的文件。",
        "A corrected file that `rejects export` wrote.",
    ),
    "rejects redrive --wait": Message(
        "等待各行的结果。",
        "Wait for the outcome of the rows.",
    ),
    "rejects list": Message(
        "列出部门被退回的行：文件、行、列、值、原因、建议值、处理情况。",
        "List a department's refused rows: file, row, column, value, reason, proposed correction, and what became "
        "of each.",
    ),
    "rejects list --open": Message(
        "不列出已改正、已重新发送或已关闭的行。",
        "Leave out rows that were corrected, sent again or closed.",
    ),
    "rejects close": Message(
        "关闭不再改正的行，并说明原因；原样再次发送的仍为关闭。",
        "Close refused rows that will not be corrected, with a reason. A row that is sent again unchanged stays "
        "closed.",
    ),
    "rejects close KEYS": Message(
        "行的键的前几个字符，见 `rejects list`。",
        "First characters of rows' keys, as `rejects list` shows them.",
    ),
    "rejects close --reason": Message(
        "为何不改正：合计行、涉及自然人、已另行报送等。",
        "Why it is not corrected: a total, a natural person, sent another way.",
    ),
    "rejects close --because": Message(
        "因这一原因退回的全部未处理行，代替键。",
        "All open rows that were refused for this reason, in place of keys.",
    ),
    "rejects close --reopen": Message(
        "撤销关闭。",
        "Undo that they are closed.",
    ),
    "objections": Message(
        "对记录的异议。",
        "Objections to records.",
    ),
    "objections list": Message(
        "列出未处理的异议，先到期的在前。有逾期的，退出码为 1。",
        "List open objections, those that are due first at the top. Exit code 1 when one is overdue.",
    ),
    "objections list --overdue": Message(
        "只列出逾期的。",
        "Only those that are overdue.",
    ),
    "quality": Message(
        "数据质量：各部门的报送情况，按部门和时段；`creditbus quality declare` 申报产生的数量。",
        "Quality: how well departments report, by department and period; `creditbus quality declare` declares "
        "what was produced.",
    ),
    "quality --department": Message(
        "只看该部门。",
        "Only this department.",
    ),
    "quality --from": Message(
        "第一天；不给出则为本月一日。",
        "First day; otherwise the first of this month.",
    ),
    "quality --to": Message(
        "最后一天；不给出则为今天。",
        "Last day; otherwise today.",
    ),
    "quality --metrics-port": Message(
        "留在前台，在此端口向 Prometheus 提供指标。",
        "Stay, and serve the figures for Prometheus at this port.",
    ),
    "quality --every": Message(
        "每隔多少秒重新读取，与 --metrics-port 合用。",
        "Seconds between two readings, with --metrics-port.",
    ),
    "quality declare": Message(
        "申报部门产生的记录数，与总线收到的数量比较。",
        "Declare how many records a department produced, to be compared with what the bus received.",
    ),
    "quality declare --item": Message(
        "目录事项。",
        "Catalogue item.",
    ),
    "quality declare --period": Message(
        "2018-01，或 2018-01-01..2018-01-15。",
        "2018-01, or 2018-01-01..2018-01-15.",
    ),
    "quality declare --count": Message(
        "该时段内作出的记录数，无论是否发布。",
        "Number of records decided in the period, published or not.",
    ),
    "profile": Message(
        "档案：总线保存的某一主体的信息。",
        "Profiles: what the bus holds about a subject.",
    ),
    "profile show": Message(
        "显示一个主体的档案；没有档案时退出码为 1。",
        "Show the profile of a subject. Exit code 1 when there is none.",
    ),
    "profile show CODE": Message(
        "统一社会信用代码，或主体的旧代码。",
        "Unified social credit code, or a legacy code of the subject.",
    ),
    "profile show --as": Message(
        "按此订阅方的授权示出：显示哪些记录和数据项，其余为何不示出。",
        "As the grant of this subscriber discloses it: which records and fields, and why the others are not shown.",
    ),
    "profile show --on": Message(
        "与 --as 连用：按这一天的授权期限判断，如 2026-01-01；默认今天。",
        "With --as: whether the grant is valid on this day, such as 2026-01-01; today by default.",
    ),
    "profile show --as-of": Message(
        "这一天有效的记录（按现在所知，或按 --as-known-at 时所知）；其余记录为何不在有效期，如 2026-01-01。",
        "The records in force on this day, such as 2026-01-01, by what is known now or at --as-known-at; and why "
        "others were not.",
    ),
    "profile show --as-known-at": Message(
        "总线在此时刻所知的档案，如 2026-03-05 10:00（本市时间）。",
        "What the bus knew at this moment, such as 2026-03-05 10:00 in the city's time.",
    ),
    "grants": Message(
        "授权：订阅方可以收到什么。",
        "Grants: what subscribers may receive.",
    ),
    "grants show": Message(
        "显示某一订阅方当前的授权，以及每个事项示出的数据项。",
        "Show the grant of a subscriber that is in force, and the fields of each item that it shows.",
    ),
    "grants show SUBSCRIBER": Message(
        "订阅方的编号，见城市目录中的 subscribers。",
        "Id of the subscriber, as in `subscribers` of the city's folder.",
    ),
    "grants history": Message(
        "显示给予、变更和结束某一订阅方授权的各个版本。",
        "Show the versions that gave, changed and ended a subscriber's grant.",
    ),
    "grants history SUBSCRIBER": Message(
        "订阅方的编号，已删除的也可以。",
        "Id of the subscriber, also of one that is declared no more.",
    ),
    "feed": Message(
        "订阅流：订阅方收到的记录。",
        "Feeds: what a subscriber receives.",
    ),
    "feed follow": Message(
        "输出订阅流的记录，并检查有无缺失、改动或过期；有则退出码为 1。",
        "Print the records of a feed and check that none is missing, changed or expired. Exit code 1 when one is.",
    ),
    "feed follow SUBSCRIBER": Message(
        "订阅方的编号，见城市目录中的 subscribers。",
        "Id of the subscriber, as in `subscribers` of the city's folder.",
    ),
    "feed follow --from-start": Message(
        "从第一条记录开始；否则从现在开始。",
        "From the first record; otherwise from now on.",
    ),
    "feed follow --until-end": Message(
        "到当前末尾即停止。",
        "Stop at the present end.",
    ),
    "feed follow --limit": Message(
        "输出多少条记录后停止。",
        "Stop after this many records.",
    ),
    "feed follow --json": Message(
        "每行一个 JSON 文档。",
        "One JSON document for each line.",
    ),
    "feed describe": Message(
        "以 YAML 输出订阅流的 AsyncAPI 3.0 描述：主题、键、服务器，以及按授权得出的各目录的 Avro 模式。",
        "Print the AsyncAPI 3.0 description of a feed as YAML: topics, keys, servers, and the Avro schema of each item "
        "as the grant shows it.",
    ),
    "feed describe SUBSCRIBER": Message(
        "订阅方。",
        "The subscriber.",
    ),
    "feed describe --json": Message(
        "输出 JSON。",
        "Print JSON.",
    ),
    "feed bootstrap": Message(
        "把订阅方当前可见的记录写成快照：文件夹，内有各目录的 Avro 文件和清单；或用 --resume 使副本与快照一致，"
        "视图中已没有的行移除。订阅流不完整，或开头已过期时，退出码为 1。",
        "Write a snapshot of what a subscriber may see now: a folder with Avro files of the items and a manifest. With "
        "--resume bring a copy to a snapshot instead, without rows that are not in it. Exit code 1 when the feed is "
        "not whole, or its beginning has expired.",
    ),
    "feed bootstrap SUBSCRIBER": Message(
        "订阅方。",
        "The subscriber.",
    ),
    "feed bootstrap --to": Message(
        "新文件夹；与 --resume 同用时为副本的地址或文件，同 `creditbus feed sync`。",
        "A new folder; with --resume the URL or file of the copy, as for `creditbus feed sync`.",
    ),
    "feed bootstrap --format": Message(
        "avro，副本可由此开始；或 parquet，供分析工具使用，需安装 creditbus[parquet]。",
        "avro, from which copies begin; or parquet for tools of analysis, which needs creditbus[parquet].",
    ),
    "feed bootstrap --base": Message(
        "较早的快照，代替订阅流中截至其末尾的记录。",
        "An earlier snapshot, in place of the feed's records up to where it ends.",
    ),
    "feed bootstrap --resume": Message(
        "用此快照更新副本，不生成新快照。",
        "Bring the copy to this snapshot, and make none.",
    ),
    "feed bootstrap --every": Message(
        "持续运行，每隔这么久（如 24h）在 --to 的文件夹中生成一份快照，以时间命名，由前一份继续；"
        "直至 Ctrl-C 或 SIGTERM。",
        "Keep running and make a snapshot this often, such as 24h, in the folder of --to: named after its moment, from "
        "the one before, until Ctrl-C or SIGTERM.",
    ),
    "feed bootstrap --keep": Message(
        "与 --every 同用时保留的快照份数。",
        "How many snapshots are kept with --every.",
    ),
    "feed bootstrap --json": Message(
        "输出一个 JSON 文档：快照清单，或写入和移除的行数。",
        "Print a JSON document: the manifest of the snapshot, or how many rows were written and taken away.",
    ),
    "--unsigned": Message(
        "快照未签名也使用。",
        "Take a snapshot that nobody signed.",
    ),
    "--incomplete": Message(
        "订阅流的开头已过期而使快照不完整时，仍继续。",
        "Go on where the beginning of the feed has expired and a snapshot is incomplete for that.",
    ),
    "feed sync --from": Message(
        "新的副本由此快照开始；已开始的副本从原处继续。",
        "A new copy begins from this snapshot; one that has begun goes on where it stands.",
    ),
    "feed sync": Message(
        "把订阅方视图的副本保存在数据库或文件夹中：每个目录一张表，每个键只保留最新记录，撤回的移除；或发往接收端。可随时中断，"
        "重新运行即从原处继续。订阅流不完整时退出码为 1。",
        "Keep a copy of a subscriber's view in a database, or in a folder: a table for each item, the newest record of "
        "each key, without those that were retracted; or at a receiver over HTTP. It can be stopped anywhere and goes "
        "on there. Exit code 1 when the feed is not whole.",
    ),
    "feed sync SUBSCRIBER": Message(
        "订阅方。",
        "The subscriber.",
    ),
    "feed sync --to": Message(
        "数据库的 SQLAlchemy 地址，如 postgresql+psycopg://user@host/database、mariadb+pymysql://…、sqlite:///copy.db；"
        "或文件夹 csv:FOLDER、parquet:FOLDER，每个目录一个文件；"
        "或以 .jsonl 结尾的文件，逐条追加所有变更；或接收端的地址 https://…，逐条发送所有变更。",
        "SQLAlchemy URL of the database, such as postgresql+psycopg://user@host/database, mariadb+pymysql://…, "
        "sqlite:///copy.db; or a folder, csv:FOLDER or parquet:FOLDER, with a file for each item; or a file whose name "
        "ends with .jsonl, to which every change is appended; or the address of a receiver, https://…, to which every "
        "change is sent.",
    ),
    "feed sync --once": Message(
        "读到当前末尾后结束，不再跟随。",
        "End at the present end of the feed, do not follow it.",
    ),
    "feed sync --group": Message(
        "记录读取进度的消费者组名，默认 `<订阅方>.feed-sync`；同一订阅方的第二份副本须另取组名。",
        "Consumer group under which the progress is noted; `<subscriber>.feed-sync` otherwise. A second copy of the "
        "same subscriber needs one of its own.",
    ),
    "feed sync --receipts": Message(
        "副本移除被撤回的记录后，是否在 `acks.<订阅方>` 上确认。",
        "Whether retractions are confirmed on `acks.<subscriber>` once the copy has taken them.",
    ),
    "feed sync --secret-file": Message(
        "发往接收端时：含有请求签名口令的文件，每行一个。",
        "For a receiver: the file with the secret that signs requests, one in each line.",
    ),
    "feed sync --position-file": Message(
        "发往接收端时：保存位置的文件；默认在 CREDITBUS_HOME 的 feed-sync 中。",
        "For a receiver: the file that keeps the position; otherwise one in `feed-sync` of CREDITBUS_HOME.",
    ),
    "feed sync --retry-for": Message(
        "发往接收端时：一个请求失败后重试多久（如 30m、1h），之后以退出码 2 结束。",
        "For a receiver: for how long a request that fails is tried again, such as 30m or 1h, before the command ends "
        "with exit code 2.",
    ),
    "feed sync --json": Message(
        "结束时输出一行 JSON 摘要。",
        "Print a summary as one line of JSON at the end.",
    ),
    "feed compare": Message(
        "把数据库或文件夹中的副本与订阅流比较：到副本所读位置为止，每个键的最新记录。"
        "有不符的行则逐行列出，退出码为 1。",
        "Compare a copy in a database or a folder with the feed: the newest record of each key, up to where it has "
        "read. Rows that differ are listed. Exit code 1 when there are such.",
    ),
    "feed compare SUBSCRIBER": Message(
        "订阅方。",
        "The subscriber.",
    ),
    "feed compare --to": Message(
        "数据库的 SQLAlchemy 地址，或 csv:FOLDER、parquet:FOLDER，同 `creditbus feed sync`。",
        "SQLAlchemy URL of the database, or csv:FOLDER, parquet:FOLDER, as for `creditbus feed sync`.",
    ),
    "feed compare --from": Message(
        "快照，代替订阅流中截至其末尾的记录：其开头过期后也能比较所有行。",
        "A snapshot, in place of the feed's records up to where it ends, so that all rows are compared after those "
        "have expired.",
    ),
    "feed compare --json": Message(
        "输出一个 JSON 文档：相符和未比较的行数，以及各处不符。",
        "Print a JSON document: how many rows are equal and how many were not compared, and the differences.",
    ),
    "feed manifest": Message(
        "为订阅流自上一份清单以来的记录签名，并发布到 `feed.<订阅方>.manifest`；多个订阅流中有未能签名的，退出码为 1。",
        "Sign what feeds have got since their last manifests, and publish that on `feed.<subscriber>.manifest`. Exit "
        "code 1 when one of several could not be signed.",
    ),
    "feed manifest SUBSCRIBER": Message(
        "订阅方的编号；不给出则为全部订阅方。",
        "Id of the subscriber; all of them when it is left out.",
    ),
    "feed manifest --every": Message(
        "留在前台，每隔这样一段时间（如 1h、30m）签名一次，直至 Ctrl-C 或 SIGTERM。",
        "Stay, and sign once in each interval of this length, such as 1h or 30m, until Ctrl-C or SIGTERM.",
    ),
    "feed receipts": Message(
        "列出订阅方尚未确认的撤回及其等待时间，最久的在前；有未确认的，退出码为 1。",
        "List the retractions that subscribers have not confirmed, those that wait for the longest first. Exit code 1 "
        "when there are such.",
    ),
    "feed receipts SUBSCRIBER": Message(
        "订阅方的编号；不给出则汇总全部订阅方。",
        "Id of the subscriber; a sum of all of them when it is left out.",
    ),
    "feed receipts --older-than": Message(
        "只列出并计入等待至少这样一段时间的（如 1h、2d）。",
        "List and count for the exit code only those that have waited for at least this long, such as 1h or 2d.",
    ),
    "feed status": Message(
        "显示订阅流的最新编号和哈希、读取和签名的进度、最早过期的记录；有记录未读或未签而已过期或一周内会过期时，"
        "退出码为 1。",
        "Show how far feeds go, who has read how far, what is signed and what expires next. Exit code 1 when records "
        "expired unread or unsigned, or may expire so within a week.",
    ),
    "feed status SUBSCRIBER": Message(
        "订阅方的编号；不给出则为全部订阅方。",
        "Id of the subscriber; all of them when it is left out.",
    ),
    "feed status --key": Message(
        "信任的公钥，或含有公钥的文件；可多次给出。都没有时，最近的清单按其自述显示。",
        "A public key to trust, or a file with such; may be given several times. Otherwise the key of this machine and "
        "those of keys/trusted.pub; without any the last manifest is taken at its word.",
    ),
    "feed status --metrics-port": Message(
        "在此端口为 Prometheus 提供这些数字，直至收到 SIGTERM。",
        "Serve these figures for Prometheus at this port, until SIGTERM.",
    ),
    "feed status --every": Message(
        "为 Prometheus 每隔多少秒重新读取。",
        "Seconds after which they are read again for Prometheus.",
    ),
    "feed verify": Message(
        "从头核对订阅流是否完整、是否与签名清单相符；不符则退出码为 1。",
        "Check that a feed is whole from its start and is what its manifests were signed for. Exit code 1 otherwise.",
    ),
    "feed verify SUBSCRIBER": Message(
        "订阅方的编号，见城市目录中的 subscribers。",
        "Id of the subscriber, as in `subscribers` of the city's folder.",
    ),
    "--key": Message(
        "信任的公钥，或含有公钥的文件；可多次给出。否则用本机的密钥和 keys/trusted.pub。",
        "A public key to trust, or a file with such; may be given several times. Otherwise the key of this machine and "
        "keys/trusted.pub.",
    ),
    "feed prove": Message(
        "写出一份证明：订阅流中有该事件的记录。证明不含其他记录，可离线核对。",
        "Write a proof that a feed holds the record of an event. It shows no other one and is checked without a bus.",
    ),
    "feed prove SUBSCRIBER": Message(
        "订阅方的编号，见城市目录中的 subscribers。",
        "Id of the subscriber, as in `subscribers` of the city's folder.",
    ),
    "feed prove EVENT": Message(
        "事件编号（record.event_id），或 分区/feed_seq，如 3/17。",
        "Id of the event (record.event_id), or partition and feed_seq, such as 3/17.",
    ),
    "feed prove --to": Message(
        "证明写入的文件。",
        "File for the proof.",
    ),
    "feed check-proof": Message(
        "离线核对一份证明；不成立则退出码为 1。",
        "Check a proof, without the bus. Exit code 1 when it proves nothing.",
    ),
    "feed check-proof FILE": Message(
        "`creditbus feed prove` 写出的文件。",
        "The file that `creditbus feed prove` wrote.",
    ),
    "feed keys": Message(
        "显示本机签名密钥的公钥；--create 则先生成密钥。",
        "Show the public key of this machine's signing key; with --create, make the key first.",
    ),
    "feed keys --create": Message(
        "以此名称生成密钥，如 credit.wuhan；已有密钥时拒绝。",
        "Make a key of this name, such as credit.wuhan; refused where there is one.",
    ),
    "feed keys --suite": Message(
        "签名算法；城市可通过入口点 creditbus.signatures 增加。",
        "Suite of signatures; a city adds one by an entry point of creditbus.signatures.",
    ),
}

HEADINGS: Final[Mapping[str, Message]] = {
    "Usage": Message("用法", "Usage"),
    "Arguments": Message("参数", "Arguments"),
    "Options": Message("选项", "Options"),
    "Commands": Message("命令", "Commands"),
    "[OPTIONS]": Message("[选项]", "[OPTIONS]"),
    "COMMAND [ARGS]...": Message("命令 [参数]...", "COMMAND [ARGS]..."),
    "default": Message("默认", "default"),
    "required": Message("必填", "required"),
}
"""What the library that draws the pages writes by itself."""

TYPES: Final[Mapping[str, Message]] = {
    "str": Message("文本", "str"),
    "int": Message("整数", "int"),
    "int range": Message("整数", "int range"),
    "float": Message("数值", "float"),
    "float range": Message("数值", "float range"),
    "path": Message("路径", "path"),
}
"""Kinds of values, as the pages show them after an option: `<int range>`."""
