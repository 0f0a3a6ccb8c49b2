"""What `creditbus city`, `department add`, `subscriber add` and `item add` say."""

from __future__ import annotations

from creditbus.topics.text import Message

KEY_AND_MEANING = Message("  {key}：{meaning}", "  {key}: {meaning}")
FAULTS = Message(
    "{count:,} 处错误",
    "{count:fault}",
)
NOT_READ = Message(
    "不会被读取",
    "is not read",
)
TABLE_OUTSIDE = Message(
    "不是 mappings 中的 csv 文件，不会随版本发布",
    "is not a csv file in `mappings`, and would not be published with the city's other files",
)
TABLE_INSIDE = Message(
    "请把该表以 UTF-8 编码的 csv 文件放到 mappings 中，并在此写它的文件名",
    "put the table into `mappings`, as a csv file in UTF-8, and name it here",
)
NAME_YAML = Message(
    "请把文件名改为以 .yaml 结尾，或移出本文件夹；说明文字可以留作 .md 文件",
    "let its name end with .yaml, or move it out of this folder; notes may stay as .md files",
)
NAME_YAML_OR_TABLE = Message(
    "映射的文件名应以 .yaml 结尾，查找表应以 .csv 结尾；其他文件请移出本文件夹，说明文字可以留作 .md 文件",
    "let its name end with .yaml for a mapping, with .csv for a lookup table; move anything else out of this folder, "
    "where notes may stay as .md files",
)
MOVE_UP = Message(
    "请把其中的文件直接放到 {folder} 中，或移出城市目录",
    "put its files into {folder} itself, or move it out of the city's folder",
)
NAME_ITEM_FILES = Message(
    "事项的文件夹由 item.yaml 以及 v1.avsc、v2.avsc 等组成，请按此命名，或移出目录；说明文字可以留作 .md 文件",
    "an item has item.yaml, v1.avsc, v2.avsc and so on in one folder: name it so, or move it out; notes may stay as "
    ".md files",
)
NO_SUCH_ITEM = Message(
    "{item} 不是本市目录中的事项",
    "{item} is not an item that the city carries",
)
NO_SUCH_DISTRICT = Message(
    "{code} 不是 city.yaml 中的区",
    "{code} is not a district of city.yaml",
)
NOT_GRANTED = Message(
    "授权的 items 中没有 {item}",
    "{item} is not among the items of the grant",
)
GRANT_IT_OR_NOT = Message(
    "请在 items 中加上它，或从 fields 中去掉",
    "add it to `items`, or take it out of `fields`",
)
NO_SUCH_FIELD = Message(
    "{field} 不是 {item} 的数据项",
    "{field} is not a field of {item}",
)
NO_SUCH_DEPARTMENT = Message(
    "departments 中没有 {department}",
    "{department} is not in departments",
)
ITEM_OF_NOBODY = Message(
    "事项 {item} 由 {department} 提供，而 departments 中没有它",
    "{item} is published by {department}, which is not in departments",
)
DECLARE_OR_OVERLAY = Message(
    "请用 `creditbus department add` 加上该部门，或在 catalogue/{item}.yaml 中写 entitled，"
    "或从 shipped_items 中去掉该事项",
    "add it with `creditbus department add`, write `entitled` into catalogue/{item}.yaml, or leave the item out of "
    "shipped_items",
)
NOBODY_CARRIES = Message(
    "没有部门承担职能 {role}",
    "no department carries the role {role}",
)
CARRY_IT = Message(
    "请在一个部门的 roles 中写上 {role}",
    "name {role} under `roles` of a department",
)
NO_MAPPING = Message(
    "没有映射填写事项 {item}",
    "no mapping fills {item}",
)
WRITE_A_MAPPING = Message(
    "请写 mappings/{item}.yaml",
    "write mappings/{item}.yaml",
)
SAME_RECORD = Message(
    "记录名 {record} 已用于事项 {item}",
    "{record} is the record of {item} already",
)
NAME_RECORD = Message(
    "请另取记录名",
    "give the record another name",
)
CITY_NAME = Message(
    "城市的中文名称",
    "Name of the city in Chinese",
)
CITY_NAME_EN = Message(
    "城市的英文名称",
    "Name of the city in English",
)
CITY_CODE = Message(
    "城市的行政区划代码（六位）",
    "Division code of the city, six digits",
)
CITY_DISTRICTS = Message(
    "区，写作 代码=名称，以逗号分隔",
    "Districts, written CODE=NAME, separated by commas",
)
NOT_A_CODE = Message(
    "{code!r} 不是六位行政区划代码",
    "{code!r} is not a division code of six digits",
)
CODE_EXAMPLE = Message(
    "例如 990100",
    "for example 990100",
)
NOT_A_DISTRICT = Message(
    "{district!r} 不是 代码=名称",
    "{district!r} is not CODE=NAME",
)
DISTRICT_EXAMPLE = Message(
    "例如 990102=示例一区；几个区以逗号分隔",
    "for example 990102=NAME, several of them separated by commas",
)
NOT_EMPTY = Message(
    "已有 {name} 等文件",
    "is not empty: it holds {name}",
)
ANOTHER_FOLDER = Message(
    "请给出新的或空的文件夹",
    "give a new or empty folder",
)
IS_THERE = Message(
    "已存在，没有改动",
    "exists already, and was left as it is",
)
CHANGE_IT = Message(
    "请直接修改，或另取标识",
    "change it there, or choose another id",
)
NOT_AN_ID = Message(
    "{id!r} 不是以连字符连接的小写单词，或超过 {longest} 个字符",
    "{id!r} is not made of lower-case words joined by hyphens, or has more than {longest} characters",
)
ID_EXAMPLE = Message(
    "例如 tax-bureau",
    "for example tax-bureau",
)
SHIPPED_ITEM = Message(
    "是产品目录中的事项",
    "is an item of the product's catalogue",
)
WRITE_AN_OVERLAY = Message(
    "请在 city.yaml 的 shipped_items 中采用它；要改动它，请写 catalogue/{item}.yaml",
    "carry it by `shipped_items` of city.yaml; write catalogue/{item}.yaml to change it",
)
NO_CITY = Message(
    "没有给出城市目录",
    "no city's folder is given",
)
NOT_A_FOLDER = Message(
    "不是文件夹",
    "is not a folder",
)
GIVE_CITY = Message(
    "请用 --city 或 CREDITBUS_CITY 给出，或在城市目录中运行；`creditbus city init` 写出新的目录",
    "give it by --city or CREDITBUS_CITY, or work in it; `creditbus city init` writes a new one",
)
UNKNOWN_SCHEMA = Message(
    "没有 {name!r} 的模式",
    "there is no schema of {name!r}",
)
NOT_A_KIND = Message(
    "没有 {kind!r} 这一类订阅方",
    "{kind!r} is not a kind of subscriber",
)
WROTE = Message(
    "已写入 {path}",
    "wrote {path}",
)
NEXT_OF_CITY = Message(
    "下一步：按注释修改，然后运行 `creditbus city check {folder}`；其他命令加 `--city {folder}` 或设置 CREDITBUS_CITY",
    "next: change the files as their comments say, then run `creditbus city check {folder}`; give other commands "
    "`--city {folder}`, or set CREDITBUS_CITY",
)
NEXT_OF_FILE = Message(
    "下一步：按注释修改，然后运行 `creditbus city check {folder}` 和 `creditbus topics plan --city {folder}`",
    "next: change it as its comments say, then run `creditbus city check {folder}` and "
    "`creditbus topics plan --city {folder}`",
)
PUBLISHES_NOTHING = Message(
    "{department} 还无权发布任何事项：没有事项列出它或它的职能；roles 可写的职能有 {roles}",
    "{department} may not publish any item yet: no item names it, or a role that it carries; "
    "under roles it may carry {roles}",
)
PLACEHOLDER = Message(
    "“{value}”是建文件时写入的示例，请核对并改为实际内容（仅作提示）",
    "{value} stands there as the file was made with it: is it what you mean? This is a remark, not a fault",
)
CLEAN = Message(
    "{folder} 没有错误：部门 {departments} 个，订阅方 {subscribers} 个，事项 {items} 个",
    "{folder} is right: {departments:department}, {subscribers:subscriber}, {items:item}",
)
OF_CITY = Message(
    "城市的总体情况。改动后请运行 `creditbus city check`。",
    "What the city says about itself as a whole. Run `creditbus city check` after a change.",
)
OF_DEPARTMENT = Message(
    "提供记录的部门；每个部门一个文件，文件名为其标识。",
    "A department that publishes records; one file for each, named by its id.",
)
OF_SUBSCRIBER = Message(
    "接收记录的一方及其授权；每方一个文件，文件名为其标识。这里的授权很窄，请按依据放宽。",
    "A receiver of records and its grant; one file for each, named by its id. This grant is narrow: widen it as its "
    "legal basis allows.",
)
OF_ITEM = Message(
    "本市自有的目录事项；内容见 v1.avsc，列如何填入见 mappings/{item}.yaml。",
    "An item of the city's own; v1.avsc holds its fields, mappings/{item}.yaml says how columns fill them.",
)
OF_MAPPING = Message(
    "部门的列如何填入事项 {item}；语言见 `creditbus connector spec mapping`。",
    "How a department's columns fill {item}; `creditbus connector spec mapping` explains the language.",
)
ENFORCEMENT = Message("行政执法部门", "Administrative enforcement")
MARKET_SUPERVISION = Message("市场监督管理部门", "Market supervision")
DISTRICT_ONE = Message("一区", "District one")
POSITION = Message("数据管理岗", "data office")
NEW_ITEM = Message("新事项", "New item")
README = Message(
    """# 城市目录

本目录声明一个城市的公共信用信息总线，请纳入版本管理。

| 文件 | 内容 |
|---|---|
| `city.yaml` | 名称、代码、区、采用产品目录中的哪些事项 |
| `departments/` | 提供记录的部门；`creditbus department add ID` 写出新文件 |
| `subscribers/` | 接收记录的各方及其授权；`creditbus subscriber add ID` |
| `catalogue/` | 本市自有事项，以及对产品事项的改动；`creditbus item add ID` |
| `mappings/` | 部门的列如何填入事项，与产品自带的模板并列 |
| `working_days/` | 产品尚未收录的年份的放假安排 |

`creditbus city check` 一次说出全部错误的文件、行、键和改法；`.schemas/` 中的模式供编辑器补全与检查。
其他命令用 `--city 本目录` 或环境变量 `CREDITBUS_CITY`。
""",
    """# Folder of a city

It declares a city's bus for public credit records. Keep it under version control.

| file | holds |
|---|---|
| `city.yaml` | names, code, districts, and which items of the product's catalogue the city carries |
| `departments/` | those that publish records; `creditbus department add ID` writes a new file |
| `subscribers/` | those that receive records, with their grants; `creditbus subscriber add ID` |
| `catalogue/` | items of the city's own, and changes to the product's; `creditbus item add ID` |
| `mappings/` | how departments' columns fill items, next to the product's templates |
| `working_days/` | years of the official calendar that the product does not have yet |

`creditbus city check` says file, line, key and fix of everything that is wrong; editors complete and check the files by
the schemas in `.schemas/`. Other commands take `--city FOLDER`, or the variable `CREDITBUS_CITY`.
""",
)
OF_CATALOGUE = Message(
    """# 目录

- `creditbus item add ID` 写出本市自有事项：`ID/item.yaml`、`ID/v1.avsc` 和一份映射。
- 产品事项的改动写在 `事项标识.yaml` 中：映射逐键覆盖，列表整体替换，`null` 去掉一个键。例如
  `{item}.yaml`：
""",
    """# Catalogue

- `creditbus item add ID` writes an item of the city's own: `ID/item.yaml`, `ID/v1.avsc` and a mapping.
- Changes to an item of the product stand in a file that is named by its id: mappings are laid over key by key, lists
  as a whole, and `null` takes a key away. For example `{item}.yaml`:
""",
)
OF_MAPPINGS = Message(
    "`名称.yaml` 是一份映射，供 `creditbus connector init` 使用；与产品模板同名时以本市为准。\n",
    "`NAME.yaml` is a mapping that `creditbus connector init` uses; it takes the place of a template of the product "
    "that has its name.\n",
)
OF_WORKING_DAYS = Message(
    "每年一个文件，如 `2027.yaml`，写国务院办公厅通知的放假与上班安排。\n",
    "A file for each year, such as `2027.yaml`, with the days that the State Council's General Office announces.\n",
)
