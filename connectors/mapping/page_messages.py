"""What the page of the mapping language says; the model takes its descriptions from here, so that they are the same.

A key's name in `MEANINGS` is that of its model and its own, as people write it in YAML.
"""

from __future__ import annotations

from collections.abc import Mapping

from creditbus.topics.text import Message

MEANINGS: Mapping[str, Message] = {
    "mapping.title": Message(
        "映射的名称（zh、en），仅供人阅读。",
        "What people call the mapping, as zh and en.",
    ),
    "mapping.item": Message(
        "各行所属的目录事项；用 `creditbus catalogue list` 查看全部事项。",
        "Catalogue item that the rows become; `creditbus catalogue list` shows them all.",
    ),
    "mapping.empties": Message(
        "表示无值的单元格；规则可另行指定。",
        "Cells that mean nothing; a rule may name its own.",
    ),
    "mapping.time_zone": Message(
        "未写时区的时刻所用的时区。",
        "Time zone of moments that name none.",
    ),
    "mapping.by_name": Message(
        "未写规则的字段是否取与其代码或标题同名的列。比较列名时忽略大小写、空格与标点。",
        "Whether a field without a rule takes the column of its code or title. Names of columns are compared whatever"
        " their case, blanks and marks.",
    ),
    "mapping.content": Message(
        "事项各字段的规则，以字段代码为键；用 `creditbus catalogue show 事项` 查看代码、标题与可取的值。",
        "Rules of the item's fields, by the field's code; `creditbus catalogue show ITEM` shows codes, titles and the"
        " values that are admitted.",
    ),
    "mapping.claim": Message(
        "主体各代码的规则：哪一列是统一社会信用代码，哪一列是注册号。",
        "Rules of the codes that name the subject: which column holds the unified code, which the registration number.",
    ),
    "mapping.header": Message(
        "事件头的规则：作出机关、文书号、主体名称、主体类别、数据时间。未写时由目录从内容得出。",
        "Rules of the event's header: authority, document number, name and kind of the subject, time of the source."
        " What has no rule is derived from the content, as the catalogue says.",
    ),
    "mapping.tables": Message(
        "对照表，每张是一个 csv 文件，供 `lookup` 使用。模板所用的表可以不声明，此时不查表。",
        "Lookup tables, each a csv file, for `lookup`. One that a template names may be left undeclared: then nothing"
        " is looked up.",
    ),
    "mapping.ignore": Message(
        "有意不用的列；`check` 与 `preview` 不再提示。",
        "Columns that are left out on purpose; `check` and `preview` do not name them as unused.",
    ),
    "mapping.carry_numbers": Message(
        "为个人号码设置的字段（仅授权查询、脱敏显示，如法定代表人证件号码），写在此处才会发送；否则号码会被去除。",
        "Fields made for persons' numbers (masked, for the authorised alone), such as that of the legal"
        " representative, that are sent with them; without it the numbers are taken out.",
    ),
    "mapping.further_key": Message(
        "同一文书有多行时用来区分各行：字段代码，或用 column 指明一列。其值在 # 之后成为文书号的一部分，"
        "因此应取不会改变的内容，如行号。",
        "What tells several rows of one decision apart: fields by their codes, or columns by `column`. Their values"
        " become part of the document number, after a #; name what never changes, such as the number of a line.",
    ),
    "rule.column": Message(
        "列名；写多个时取来源中有的第一个；不写则取字段的代码或标题。规则只写列名时可直接写一个名称或一个列表。"
        "多个字段可以取同一列。",
        "Names of the column, the first that the source has; empty: the field's code and title. A rule that says"
        " nothing else may be the name alone, or a list of names. Several fields may take one column.",
    ),
    "rule.constant": Message(
        "每一行都取的固定值，代替列。它与单元格一样转为字段的格式（长期、2099/12/31 也可），数值按字段的单位；"
        "字段不接受的值，加载连接器时即报错。",
        "A value for every row, in place of a column. It is brought to the form of the field as a cell would be"
        " (2099/12/31 is a day, too), a number is in the unit of the field. One that the field does not admit is"
        " an error when the connector is loaded.",
    ),
    "rule.name_of": Message(
        "取该行所在文件（file）或工作表（sheet）的名称，代替列。",
        "The name of the row's `file` or `sheet` is the value, in place of a column.",
    ),
    "rule.pattern": Message(
        "与 name_of 并用的正则表达式：取其分组，没有分组则取匹配到的全部；不匹配则无值。",
        "With `name_of`, a regular expression: its one group is the value, or all that it finds; a name in which it"
        " finds nothing gives no value.",
    ),
    "rule.default": Message(
        "该行没有其他值时所取的固定值，写法同 constant。",
        "The value in rows in which nothing else gives one, written as `constant` is.",
    ),
    "rule.form": Message(
        "单元格的读法：text 原样；code、number 转为半角；date、date-open 转为日期（date-open 接受长期）；"
        "datetime 为带时刻的日期，epoch_ms 为 1970 年以来的毫秒数，两者用于日期字段时取当地日期。"
        "不写则按目录中字段的格式。",
        "How a cell is read. `text`: as it is; `code`, `number`: in half width; `date`, `date-open`: as a day, the"
        " second also without an end; `datetime`: a day with a time, `epoch_ms`: milliseconds since 1970, of which a"
        " field of dates takes the day in the city. null: as the field's format in the catalogue says.",
    ),
    "rule.date_forms": Message(
        "除 yyyy-MM-dd、yyyy/MM/dd、yyyy.MM.dd 之外的日期写法，由 yyyy、MM、dd、M、d 组成。",
        "Forms of dates in addition to yyyy-MM-dd, yyyy/MM/dd and yyyy.MM.dd, of the parts yyyy, MM, dd, M and d.",
    ),
    "rule.day_numbers": Message(
        "把五位数读作电子表格的日序数（1900 或 1904 日期系统）；也可能是年或年月的数（2017、19951、201701）不读，"
        "该行退回。",
        "Numbers of five digits are days as a spreadsheet counts them, in the 1900 or 1904 system. What may be a year"
        " or a month as well (2017, 19951, 201701) is not read, and its row is refused.",
    ),
    "rule.empties": Message(
        "该列表示无值的单元格；不写则用映射的 empties。",
        "Cells of this column that mean nothing; null: those of the mapping.",
    ),
    "rule.values": Message(
        "代码表：部门的取值对应字段的取值；表中没有的值保持不变。",
        "Code table: value of the department to value of the field; others stay as they are.",
    ),
    "rule.thousands": Message(
        "逗号是否为千分位；逗号在别处的数值不读，该行退回。",
        "Whether commas group the digits of a number by three. A number with a comma elsewhere is not read, and its row"
        " is refused.",
    ),
    "rule.suffixes": Message(
        "数值之后可能带有并应去掉的文字。",
        "Words that may stand after a number, and are left out.",
    ),
    "rule.unit": Message(
        "金额单位的换算，各位数字都保留；不是纯数值的（如 1.2E+05）不换算，该行退回。",
        "Conversion of an amount of money, with all of its digits. What is not a plain number, such as 1.2E+05, is not"
        " converted, and its row is refused.",
    ),
    "unit.from": Message(
        "没有写单位的数值的单位。",
        "Unit of a number that names none.",
    ),
    "unit.to": Message(
        "字段的单位，见其标题；与标题不同的不接受。",
        "Unit of the field, as its title says; another one than that is refused.",
    ),
    "unit.written": Message(
        "单元格是否可以自带单位，以其为准。",
        "Whether a cell may name its own unit, which then counts.",
    ),
    "rule.lookup": Message(
        "`tables` 中一张对照表的名称；表中没有的值保持不变。",
        "Name of a table under `tables`; values that it does not hold stay as they are.",
    ),
    "table.path": Message(
        "csv 文件，相对于连接器配置所在的文件夹。",
        "The csv file, relative to the folder of the connector's configuration.",
    ),
    "table.key": Message(
        "用来比较的列。",
        "Name of the column that is compared.",
    ),
    "table.value": Message(
        "取值的列。",
        "Name of the column that is taken.",
    ),
    "rule.find": Message(
        "division：地址所在区的行政区划代码；party：由代码形状得出的主体类别，用于主体类别字段或 header.subject_kind。"
        "不能得出时无值；代码本身被退回或缺失时，该字段不再另外退回。",
        "`division`: code of the district that an address names. `party`: kind of the party by the shape of its code,"
        " for the field of categories or `header.subject_kind`. What tells neither gives no value;"
        " where the code itself is refused or missing, the field is not refused in addition.",
    ),
    "rule.otherwise": Message(
        "单元格为空时改用的规则。",
        "The rule that counts in a row whose cell is empty.",
    ),
}

TITLE = Message("映射语言", "The mapping language")
INTRODUCTION = Message(
    "映射说明部门的哪一列成为目录事项的哪一个字段，以及怎样读取。\n"
    "连接器的 `mapping` 写随产品提供的模板名，或自己的映射文件的路径；`overrides` 只改其中几处，键与映射文件相同。\n"
    "`creditbus connector spec mapping` 打印本页，加 `--json` 打印 JSON Schema，供编辑器补全与检查。\n"
    "`creditbus connector preview 连接器` 显示每一行会成为什么，不发送任何数据。",
    "A mapping says which column of a department becomes which field of a catalogue item, and how it is read.\n"
    "`mapping` of a connector names a template that comes with the product, or the path of your own mapping file;\n"
    "`overrides` changes single keys of it, and has the same keys. `creditbus connector spec mapping` prints this\n"
    "page, with `--json` the JSON Schema by which editors complete and check a mapping file.\n"
    "`creditbus connector preview CONNECTOR` shows what each row would become; nothing is sent.",
)
ORDER = Message(
    "单元格的处理顺序：去首尾空白；按 `form` 转半角；`empties`；`pattern`；`values`；\n"
    "日期按 `day_numbers`、`date_forms`；\n"
    "数值按 `suffixes`、`thousands`、`unit`；`lookup` 或 `find`；最后是 `otherwise` 与 `default`。\n"
    "代码与数值单元格内，不可见字符与仅用于折行的换行、空白会去掉；两侧都是数字或字母的换行、制表符等不去掉，该行退回：\n"
    "它们可能是两个值。",
    "The order of work on a cell: outer blanks; half width, by `form`; `empties`; `pattern`; `values`; days by\n"
    "`day_numbers` and `date_forms`; numbers by `suffixes`, `thousands` and `unit`; `lookup` or `find`; at last\n"
    "`otherwise` and `default`. Inside a code or number, characters without ink are dropped, and line ends that\n"
    "wrap it; a line end, tab or the like between two digits or letters stays, and its row is refused: it may\n"
    "stand between two values.",
)
NOTHING_GUESSED = Message(
    "不会悄悄改动任何值：没有按规则读出的值保持原样，由目录的校验退回，并写明字段、取值、原因与改法。",
    "Nothing is changed silently: a value that no rule reads passes as it is, and validation refuses its row by\n"
    "field, value, reason and what to do.",
)
WHOLE = Message("一份完整的映射", "A whole mapping")
OF_FILE = Message("映射文件的键", "Keys of a mapping file")
OF_RULE = Message("规则的键", "Keys of a rule")
ELSEWHERE = Message("多个工作表", "Several sheets")
SHEETS = Message(
    "读取哪些工作表由连接器的 `settings` 决定，见该类型的说明：",
    "Which sheets are read is said in the `settings` of the connector, as the page of its kind has it:",
)
DEFAULT_IS = Message("默认值：{value}。", "Default: {value}.")
REQUIRED = Message("必填。", "Mandatory.")
CELLS = Message("单元格", "cells")
GIVES = Message("结果", "gives")
NO_VALUE = Message("无值", "no value")
REFUSED = Message("{value}，退回：{reason}", "{value}, refused: {reason}")
NAME_OF_FILE = Message("文件 {name}", "file {name}")
NAME_OF_SHEET = Message("工作表 {name}", "sheet {name}")
