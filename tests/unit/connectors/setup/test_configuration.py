"""Configuration and mapping files: each mistake is one line that names file, line and key."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import tells
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.documents import parse_document
from creditbus.connectors.setup.kinds import kinds
from creditbus.connectors.setup.templates import templates
from creditbus.topics.errors import UserError
from tests.examples import PUBLISHERS

_CONFIGURATION = """\
id: penalties
department: administrative-enforcement
item: administrative-penalty
kind: csv
settings: {path: rows.csv}
mapping: mapping.yaml
"""


def _load(folder: Path, mapping: str, configuration: str = _CONFIGURATION) -> Any:
    (folder / "penalties.yaml").write_text(configuration, encoding="utf-8")
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    return load_connector(folder / "penalties.yaml")


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ("content:\n  CF_WHS: 文号\n", "3: content.CF_WHS: administrative-penalty has no such field"),
        ("content:\n  CF_WSH: {colum: 文号}\n", "3: content.CF_WSH.colum: is not a known key; did you mean column?"),
        ("claim:\n  usc: 代码\n", "3: claim.usc: is not a code of a subject; known are uscc, "),
        ("content:\n  CF_NR_FK:\n    unit: {from: 角, to: 万元}\n", "4: content.CF_NR_FK.unit.from: unit '角' is not"),
        ("content:\n  CF_JDRQ:\n    date_forms: [yyyyMM]\n", "4: content.CF_JDRQ.date_forms: date form 'yyyyMM' needs"),
        ("content: {}\ncontent: {}\n", "3: content: stands here a second time; leave one of both out"),
        ("contents: {}\n", "2: contents: is not a known key; did you mean content?"),
        (
            "content:\n  BZ: {unit: {form: 元, to: 元}}\n",
            "3: content.BZ.unit.from: is missing; is form meant",
        ),
        (
            "tables: {t: {path: a, key: b, value: c, vlaue: d}}\n",
            "2: tables.t.vlaue: is not a known key; did you mean",
        ),
        (
            "content: {BZ: {otherwise: {colunm: x}}}\n",
            "2: content.BZ.otherwise.colunm: is not a known key; did",
        ),
        ("time_zone: Asia/Wuhan\nheader: {source_time: SJC}\n", "2: time_zone: time zone 'Asia/Wuhan' is not known"),
        ("header: {subject_kind: {constant: P}}\n", "2: header.subject_kind.constant: 'P' is not a kind of subject"),
        ("content:\n  BZ: {constant: x, column: y}\n", "3: content.BZ: a constant stands alone"),
        ("claim: {uscc: {form: code}}\n", "2: claim.uscc: names no column"),
        ("content: [\n", ": is not YAML"),
        ("content:\n  CF_YXQ: {default: 2099-12-31}\n", "3: content.CF_YXQ.default: must be a text; put it in quotes"),
        ("content:\n  CF_NR_FK: {constant: 3000}\n", "3: content.CF_NR_FK.constant: must be a text; put it in quotes"),
        ("content:\n  BZ: {constant: yes}\n", "3: content.BZ.constant: must be a text; put it in quotes"),
        ("content:\n  BZ: {constant: [x]}\n", "3: content.BZ.constant: must be a text"),
        ("content:\n  BZ: 2024\n", "3: content.BZ.column.0: must be a text; put it in quotes"),
        ("content:\n  BZ: {column: 2024-01-01}\n", "3: content.BZ.column.0: must be a text; put it in quotes"),
        ("content:\n  BZ: [a, 2024]\n", "3: content.BZ.column.1: must be a text; put it in quotes"),
        ("content:\n  BZ: {values: {x: 1}}\n", "3: content.BZ.values.x: must be a text; put it in quotes"),
        ("empties: [0]\n", "2: empties.0: must be a text; put it in quotes"),
        ("content: 1\n", "2: content: must be a mapping of keys to values"),
    ],
)
def test_mistakes_in_a_mapping(tmp_path: Path, mapping: str, complaint: str) -> None:
    with pytest.raises(MappingError) as raised:
        _load(tmp_path, f"item: administrative-penalty\n{mapping}")
    assert f"mapping.yaml:{complaint}" in str(raised.value) or complaint.startswith(":")
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("kind: csv", "kind: dbf", "penalties.yaml:4: kind: there is no kind 'dbf'; known are csv, "),
        ("mapping: mapping.yaml", "mapping: penalties", "penalties.yaml:6: mapping: there is no template 'penalties'"),
        ("mapping: mapping.yaml", "mapping: none.yaml", "none.yaml: cannot be read"),
        ("item: administrative-penalty", "item: gossip", "penalties.yaml:3: item: 'gossip' is not in the catalogue"),
        ("department: administrative-enforcement", "department: court", "penalties.yaml:2: department: court may not"),
        ("{path: rows.csv}", "{pth: rows.csv}", "penalties.yaml:5: settings.path: is missing; is pth meant?"),
        (
            "{path: rows.csv}",
            "{path: rows.csv, dialect: x}",
            "penalties.yaml:5: settings.dialect: is not a known key; known",
        ),
        ("id: penalties", "id: Penalties!", "penalties.yaml:1: id:"),
        ("id: penalties\n", "", "penalties.yaml:1: id: is missing; add it"),
    ],
)
def test_mistakes_in_a_configuration(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(UserError) as raised:
        _load(tmp_path, "item: administrative-penalty\n", _CONFIGURATION.replace(old, new))
    assert complaint in str(raised.value)


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        (
            "item: administrative-licence\n",
            "penalties.yaml:6: mapping: mapping 'mapping.yaml' is for administrative-lic",
        ),
        ("- item\n", "mapping.yaml:1: must be a mapping of keys to values"),
        ("header: {source_time: SJC}\n", "mapping.yaml:1: item: is missing"),
    ],
)
def test_mistakes_about_the_item(tmp_path: Path, mapping: str, complaint: str) -> None:
    with pytest.raises(MappingError) as raised:
        _load(tmp_path, mapping)
    assert complaint in str(raised.value)


def test_an_override_is_named_by_its_own_file(tmp_path: Path) -> None:
    configuration = _CONFIGURATION + "overrides:\n  content:\n    CF_X: y\n"
    with pytest.raises(MappingError, match=r"penalties\.yaml:9: content\.CF_X"):
        _load(tmp_path, "item: administrative-penalty\n", configuration)


def test_a_lookup_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    mapping = (
        "item: administrative-penalty\n"
        "header: {authority: {column: 机关, lookup: t}}\n"
        "tables: {t: {path: t.csv, key: 名称, value: 代码}}\n"
    )
    with pytest.raises(SourceError, match=r"t\.csv: lookup table cannot be read"):
        _load(tmp_path, mapping)
    (tmp_path / "t.csv").write_text("名称,编码\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"t\.csv: lookup table has no column '代码'; it has: 名称, 编码"):
        _load(tmp_path, mapping)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (
            '名称,代码\n甲局,"11\n乙局,12\n丙局,"13\n',
            "is not a sound csv: the quotation mark opened in line 2 is not closed",
        ),
        ("名称,代码\n甲局,11\n乙局,12\n　甲局,13\n", "gives the key of its row 3 another value above"),
    ],
)
def test_a_lookup_table_that_would_mislead_is_refused(tmp_path: Path, table: str, words: str) -> None:
    mapping = (
        "item: administrative-penalty\n"
        "header: {authority: {column: 机关, lookup: t}}\n"
        "tables: {t: {path: t.csv, key: 名称, value: 代码}}\n"
    )
    (tmp_path / "t.csv").write_text(table, encoding="gb18030")
    with pytest.raises(SourceError, match=rf"t\.csv: lookup table {words}"):
        _load(tmp_path, mapping)
    (tmp_path / "t.csv").write_text('说明\r 名称,代码\r甲局,11\r"乙\r局",12\r', encoding="utf-8-sig")
    _load(tmp_path, mapping)


@pytest.mark.parametrize("name", templates())
def test_every_template_loads(tmp_path: Path, name: str) -> None:
    text = files("creditbus.connectors").joinpath("templates", f"{name}.yaml").read_text("utf-8")
    item = parse_document(Path(f"{name}.yaml"), text).value["item"]
    configuration = {
        "id": "one",
        "department": min(PUBLISHERS[item]),
        "item": item,
        "kind": "csv",
        "settings": {"path": "x.csv"},
        "mapping": name,
    }
    (tmp_path / "one.yaml").write_text(json.dumps(configuration), encoding="utf-8")
    assert load_connector(tmp_path / "one.yaml").item.id == item


@pytest.mark.parametrize(("line", "tells"), [("", "state"), ("tells: news\n", "news"), ("tells: state\n", "state")])
def test_a_configuration_says_what_its_source_tells(tmp_path: Path, line: str, tells: str) -> None:
    assert _load(tmp_path, "item: administrative-penalty\n", _CONFIGURATION + line).tells == tells


def test_a_folder_tells_news_and_a_kind_that_does_not_say_too() -> None:
    assert {name: tells(kind) for name, kind in kinds().items()} == {
        name: "news" if name in ("folder", "remote-folder") else "state" for name in kinds()
    }

    class Foreign:
        name = "foreign"

    assert tells(Foreign()) == "news"  # type: ignore[arg-type] # only what it tells is asked


def test_what_a_source_tells_is_one_of_two(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"penalties\.yaml:7: tells: must be one of: 'state', 'news'"):
        _load(tmp_path, "item: administrative-penalty\n", _CONFIGURATION + "tells: truth\n")
