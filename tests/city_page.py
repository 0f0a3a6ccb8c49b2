"""The page of a city's folder in both languages: its tables of keys are made from what editors show."""

from __future__ import annotations

from typing import Final

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.domain.catalogue.entry_meanings import MEANINGS as OF_ENTRIES
from creditbus.services.domain.catalogue.field_meanings import FIELD_MEANINGS, FORMAT_MEANINGS
from creditbus.topics.city.key_messages import MEANINGS
from creditbus.topics.text import Language

__all__ = ["city_page"]

_KINDS: Final = ("city", "department", "subscriber", "working-days")
_HEADS: Final = {"en": ("key", "meaning"), "zh": ("键", "含义")}


def city_page(language: Language, made: str) -> str:
    """Return the page; `made` is the comment that says how it is made."""
    text = (_ENGLISH if language == "en" else _CHINESE).replace("MADE", made)
    for kind in _KINDS:
        named = {key.partition(".")[2]: one() for key, one in MEANINGS.items() if key.startswith(f"{kind}.")}
        rows = {key.replace(".x", ".…"): one if language == "en" else one.zh for key, one in named.items()}
        text = text.replace(f"KEYS {kind}\n", _table(language, rows))
    entries = {key: meaning[0 if language == "zh" else 1] for key, meaning in OF_ENTRIES.items()}
    (lists,) = raw_catalogue()["red-black-list"].entry["rules"]["known"]
    place = 0 if language == "zh" else 1
    of_fields = {key: meaning[place] for key, meaning in FIELD_MEANINGS.items()}
    formats = {key.value: meaning[place] for key, meaning in FORMAT_MEANINGS.items()}
    text = text.replace("KEYS field\n", _table(language, of_fields)).replace("KEYS format\n", _table(language, formats))
    return text.replace("KEYS item\n", _table(language, entries)).replace("LISTS", ", ".join(lists["values"]))


def _table(language: Language, rows: dict[str, str]) -> str:
    lines = [f"| {' | '.join(_HEADS[language])} |", "|---|---|"]
    return "\n".join([*lines, *(f"| `{key}` | {meaning} |" for key, meaning in rows.items())]) + "\n"


_ENGLISH: Final = """\
# A city's own folder

[中文](city.zh-CN.md)

MADE

A city declares its departments, its subscribers, its districts and its part of the catalogue in one folder. The
product comes with a fictional city, which the demonstration and the tests use; every other city writes its own:

```sh
creditbus city init wuhan            # asks; or --yes with --name, --name-en, --code, --district CODE=NAME
creditbus city check wuhan           # file, line, key and fix of everything that is wrong; exit code 1
creditbus topics plan --city wuhan   # every command takes --city FOLDER, or the variable CREDITBUS_CITY
```

`--city` may stand anywhere in a command, outweighs CREDITBUS_CITY, and holds for every process that the command
starts. `creditbus init` is the same as `creditbus city init`. Keep the folder under version control:

| file | holds |
|---|---|
| `city.yaml` | names, code, districts, and which items of the product's catalogue the city carries |
| `departments/<id>.yaml` | a department that publishes records |
| `subscribers/<id>.yaml` | a receiver of records, with its grant |
| `catalogue/<id>/` | an item of the city's own: `item.yaml`, `v1.avsc` |
| `catalogue/<id>.yaml` | an overlay: what the city changes of an item of the product |
| `mappings/<name>.yaml` | how a department's columns fill an item |
| `mappings/<name>.csv` | a table in which a mapping looks values up |
| `working_days/<year>.yaml` | a year of the official calendar |
| `.schemas/` | JSON Schemas, for editors |

## Add to it

```sh
creditbus department add tax-bureau --name 税务局 --name-en "Tax bureau"
creditbus subscriber add agency-xinda --kind agency
creditbus item add parking-fine --name 违法停车 --name-en "Parking fine"
```

Each writes files with a comment above every key, and says what comes next; a file that is there is never changed. A
new subscriber is granted the public fields of one item for one district: widen that as its legal basis allows. A new
item has the fields without which a record has no subject, no authority and no number, and a mapping of its own.

## Check it

`creditbus city check` reads every file as far as it can be read, and then compares them: a grant that names an item,
a field or a district that the city does not have, a grant that can never get anything, or nothing of one of its items
(it needs consents and states no `uscc`, the item is about other kinds of subjects, every field is above the ceiling),
an item whose department is not declared, a mapping of no item, an item of the city's own without a mapping, two items
with the same name of a record. It names files in these folders that nobody reads, because of their endings
(`tax-bureau.yaml.txt`, `.YAML`) or because they lie in a folder of their own; notes (`.md`), hidden files and backups
may lie anywhere. It also names what stands there as `city init` and the commands above wrote it, such as an invented
legal basis, once nothing is wrong: a remark, which changes nothing in the exit code.
`--json` lists `file`, `line`, `key`, `problem` and `fix`
of what is wrong. What it finds right, every
command accepts. `topics plan` and `apply` say of a grant in vain, too, and go on: it gives nothing away.

Each file names its schema in its first line (`# yaml-language-server: $schema=…`), by which editors complete keys,
show what they mean and mark what is wrong. `creditbus city schema NAME` prints one; after an update of the product,
write them again with it. NAME is `city`, `department`, `subscriber`, `working-days`, `item`, `overlay` or `mapping`.

## `city.yaml`

KEYS city

## A department

KEYS department

What roles and authorities do has [a page](departments.md) of its own.

## A subscriber

KEYS subscriber

## An item

`item.yaml` says who publishes the item and by which rules, `v1.avsc` which fields it has; a later edition of the
fields is `v2.avsc`, and so on. Items of the product are examples of everything that an entry can say.

KEYS item

A field of `v1.avsc` is one of its `fields`. All values are strings in the form that `format` names, and
`disclosure` decides which subscribers see them:

KEYS field

```json
{"name": "FKJE", "type": ["null", "string"], "default": null, "code": "FKJE", "title": "罚款金额",
 "title_en": "Amount of the fine", "disclosure": "public", "format": "number"}
```

KEYS format

An **overlay** changes an item of the product: a file that is named by the item holds the keys that differ. Mappings
are laid over key by key, lists as a whole, and `null` takes a key away. Here a further department publishes the
item, and all of them faster:

```yaml
entitled: [market-supervision]
due_working_days: 5
```

Many items of the product name roles (`entitled_roles`); departments under `entitled` come in addition to those that
carry them. `entitled_roles: null` leaves the roles out, so that the departments under `entitled` are the only ones, and
`closed: true` leaves nobody.

Which lists of names `red-black-list` admits stands in its `rules.known`; another name is refused as
CAT_NOT_IN_CATALOGUE. A city with a list of its own names it there, together with those of the product that it keeps:

```yaml
rules:
  known:
    - field: MDMC
      reason: CAT_NOT_IN_CATALOGUE
      values: [城市管理严重失信名单, LISTS]
```

## Mappings

A mapping in `mappings/` is offered by `creditbus connector init` next to those of the product, and takes the place of
one that has its name. Its lookup tables are csv files in UTF-8 in that folder, which are published with it, so that a
machine which has the bus's addresses alone can use it. The language has [a page](mapping.md).

## Working days

The product comes with the years that have been announced; see [working days](working-days.md).

KEYS working-days
"""

_CHINESE: Final = """\
# 城市目录

[English](city.md)

MADE

一个城市在一个目录中声明自己的部门、订阅方、区和目录事项。产品自带一个示例城市，供演示与测试使用；其他城市各写自己的目录：

```sh
creditbus city init wuhan            # 逐项询问；或用 --yes 与 --name、--name-en、--code、--district 代码=名称
creditbus city check wuhan           # 一次说出全部错误的文件、行、键和改法；有错误时退出码为 1
creditbus topics plan --city wuhan   # 每个命令都可用 --city，或环境变量 CREDITBUS_CITY
```

`--city` 可放在命令的任何位置，优先于 CREDITBUS_CITY，并对该命令启动的所有进程有效。
`creditbus init` 与 `creditbus city init` 相同。请把目录纳入版本管理：

| 文件 | 内容 |
|---|---|
| `city.yaml` | 名称、代码、区、采用产品目录中的哪些事项 |
| `departments/<id>.yaml` | 一个提供记录的部门 |
| `subscribers/<id>.yaml` | 一个订阅方及其授权 |
| `catalogue/<id>/` | 本市自有事项：`item.yaml`、`v1.avsc` |
| `catalogue/<id>.yaml` | 对产品事项的改动 |
| `mappings/<name>.yaml` | 部门的列如何填入事项 |
| `mappings/<name>.csv` | 映射所用的查找表 |
| `working_days/<year>.yaml` | 一年的放假安排 |
| `.schemas/` | JSON Schema，供编辑器使用 |

## 添加

```sh
creditbus department add tax-bureau --name 税务局 --name-en "Tax bureau"
creditbus subscriber add agency-xinda --kind agency
creditbus item add parking-fine --name 违法停车 --name-en "Parking fine"
```

每个命令写出文件，每个键上方都有注释，并说明下一步；已有的文件从不改动。新的订阅方只得到一个区、一个事项的社会公开数据项，
请按依据放宽。新的事项带有一条记录不可缺少的数据项（主体、认定单位、文书号）和一份映射。

## 检查

`creditbus city check` 把每个文件读到能读之处，再互相比较：授权中的事项、数据项或区本市没有，
授权永远得不到任何记录、或得不到其中某个事项的任何内容
（须有主体授权而没有写 `uscc`，事项只涉及其他类别的主体，全部数据项都超出可见范围），
事项的部门没有声明，映射所填的事项不存在，自有事项没有映射，两个事项的记录同名。
它还指出这些文件夹中不会被读取的文件，例如文件名的结尾不对（`tax-bureau.yaml.txt`、`.YAML`），或放在下一层文件夹中；
说明文字（`.md`）、隐藏文件和备份可以放在任何地方。
仍是 `city init` 和上述命令所写的示例值（例如虚构的依据）也会在没有错误时指出：仅作提示，不影响退出码。
`--json` 列出错误的 `file`、`line`、`key`、`problem` 和 `fix`。
检查无误的目录，所有命令都能使用。`topics plan` 和 `apply` 也指出落空的授权，并照常进行：这样的授权什么也不会给出。

每个文件的第一行写明其模式（`# yaml-language-server: $schema=…`），编辑器据此补全键、显示含义、标出错误。
`creditbus city schema NAME` 输出一份模式；产品更新后请据此重写。
NAME 为 `city`、`department`、`subscriber`、`working-days`、`item`、`overlay` 或 `mapping`。

## `city.yaml`

KEYS city

## 部门

KEYS department

职能与机关另有[专页](departments.zh-CN.md)。

## 订阅方

KEYS subscriber

## 事项

`item.yaml` 写明由谁提供、有哪些规则，`v1.avsc` 写明有哪些数据项；数据项的后续版本为 `v2.avsc`，依此类推。
产品的事项可作为各种写法的例子。

KEYS item

`v1.avsc` 的 `fields` 中每个数据项的写法如下。值一律为字符串，写法由 `format` 指明；
`disclosure` 决定哪些订阅方可以看到：

KEYS field

```json
{"name": "FKJE", "type": ["null", "string"], "default": null, "code": "FKJE", "title": "罚款金额",
 "title_en": "Amount of the fine", "disclosure": "public", "format": "number"}
```

KEYS format

**改动产品事项**：以事项标识命名的文件只写不同的键。映射逐键覆盖，列表整体替换，`null` 去掉一个键。
例如增加一个提供部门，并缩短期限：

```yaml
entitled: [market-supervision]
due_working_days: 5
```

产品的许多事项写的是职能（`entitled_roles`），`entitled` 中的部门与承担这些职能的部门并列。
写 `entitled_roles: null` 即去掉职能，只由 `entitled` 中的部门提供；写 `closed: true` 则不再有部门提供。

`red-black-list` 可以公布哪些名单，写在它的 `rules.known` 中；其他名称按 CAT_NOT_IN_CATALOGUE 退回。
本市有自己的名单时写在这里，并把产品中要保留的名单一并写上：

```yaml
rules:
  known:
    - field: MDMC
      reason: CAT_NOT_IN_CATALOGUE
      values: [城市管理严重失信名单, LISTS]
```

## 映射

`mappings/` 中的映射与产品的模板一起供 `creditbus connector init` 使用；同名时以本市为准。
其查找表是该文件夹中以 UTF-8 编码的 csv 文件，与映射一起发布，只有总线地址的机器也能使用。
映射语言见[专页](mapping.zh-CN.md)。

## 工作日

产品自带已公布的年份；见[工作日](working-days.zh-CN.md)。

KEYS working-days
"""
