"""`creditbus catalogue` on the shipped catalogue and on folders that a test makes."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from creditbus.avro_schemas import raw_catalogue
from creditbus.avro_schemas.catalogue_files import item_folders
from creditbus.connectors.setup.templates import templates
from creditbus.services.cli import main as cli
from creditbus.services.cli.catalogue.lint import lint
from creditbus.services.domain.catalogue import Catalogue, Item, Required
from creditbus.services.domain.validation import Admitted, Refused, compile_item

ITEM = """
id: example-list
title: {zh: 示例名单, en: Example list}
category: 其他信息
legal_basis: [示例办法]
entitled: [credit-office]
subject_kinds: [ENTERPRISE]
verbs: [ISSUE, AMEND]
natural_key: {authority_code: "", authority_name: "{JG}", document_no: "{WH}"}
subject: {name: MC, code: uscc}
claim: {uscc: DM}
unregistered_subject: park
events:
  - {verb: ISSUE, state: ACTIVE, act: {decision_no: WH}}
"""
TITLES = {"MC": "主体名称", "WH": "文书号", "JG": "认定单位"}


def _schema(*more: dict[str, Any]) -> dict[str, Any]:
    fields = [
        {"name": code, "type": ["null", "string"], "default": None, "code": code, "title": title, "title_en": code}
        | {"disclosure": "public", "mandatory": True}
        for code, title in TITLES.items()
    ]
    return {"type": "record", "name": "ExampleList", "namespace": "creditbus", "fields": [*fields, *more]}


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """A catalogue of one new item: its folder, a mapping and a story, and nothing else."""
    item = tmp_path / "items" / "example-list"
    item.mkdir(parents=True)
    (item / "item.yaml").write_text(ITEM, encoding="utf-8")
    (item / "v1.avsc").write_text(json.dumps(_schema()), encoding="utf-8")
    for name in ("templates", "scenarios"):
        (tmp_path / name).mkdir()
    (tmp_path / "templates" / "example.yaml").write_text("item: example-list\nclaim: {uscc: DM}\n", encoding="utf-8")
    (tmp_path / "scenarios" / "example.yaml").write_text("events: [{item: example-list}, {again: [1]}]", "utf-8")
    return tmp_path


def run_lint(folders: Path) -> list[str]:
    return [str(fault) for fault in lint(folders / "items", folders / "templates", folders / "scenarios")]


def test_the_shipped_catalogue_is_right(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["catalogue", "lint", "--scenarios", str(root / "tests" / "scenarios"), "--json"])
    assert json.loads(capsys.readouterr().out) == []


def test_a_new_item_is_a_folder_and_nothing_in_python(folders: Path, root: Path) -> None:
    assert run_lint(folders) == []
    arguments = ["catalogue", "lint", str(folders / "items"), "--templates", str(folders / "templates")]
    assert cli.main(arguments) == 0
    (folder,) = item_folders(folders / "items")
    entry = yaml.safe_load(folder.joinpath("item.yaml").read_text(encoding="utf-8"))
    (item,) = Catalogue.parse({folder.name: (json.loads(folder.joinpath("v1.avsc").read_text("utf-8")), entry)})
    content = {"MC": "示例晨曦餐饮管理有限公司", "WH": "示〔2019〕1号", "JG": "示例局"}
    derived = item.derive(content, {}, "credit-office")
    header = {"verb": derived.verb, "subject_kind": derived.subject_kind, "origin": {"department": "credit-office"}}
    today = date(2019, 12, 31)
    outcome = compile_item(item, {"credit-office": None}).examine(
        header, {"uscc": "91990106FC0090109B"}, content, today
    )
    assert isinstance(outcome, Admitted)
    # and no module knows an item of the catalogue by name
    modules = [
        path for name in ("avro_schemas", "connectors", "services", "topics") for path in (root / name).rglob("*.py")
    ]
    # a few mappings bear the name of their item
    ids = "|".join({folder.name for folder in item_folders(root / "avro_schemas")} - {*templates()})
    named = [path.name for path in modules if re.search(f'"({ids})"', path.read_text(encoding="utf-8"))]
    assert named == []


def test_a_condition_of_a_new_item_is_a_few_lines_of_its_entry(folders: Path) -> None:
    condition = """
reasons:
  COND_OFFICE_MISSING: {zh: 市级名单应填认定单位全称。, en: An entry of the city needs the full name of its office.}
rules:
  required:
    - {field: JG, when: {WH: [市级]}, reason: COND_OFFICE_MISSING}
"""
    folder = folders / "items" / "example-list"
    (folder / "item.yaml").write_text(ITEM + condition, encoding="utf-8")
    schema = _schema()
    schema["fields"][2]["mandatory"] = False
    (folder / "v1.avsc").write_text(json.dumps(schema), encoding="utf-8")
    assert run_lint(folders) == []
    (item,) = Catalogue.parse({"example-list": (schema, yaml.safe_load(ITEM + condition))})
    header = {"verb": "ISSUE", "subject_kind": "UNSTATED", "origin": {"department": "credit-office"}}
    content = {"MC": "示例晨曦餐饮管理有限公司", "WH": "市级", "JG": None}
    outcome = compile_item(item, {"credit-office": None}).examine(
        header, {"uscc": "91990106FC0090109B"}, content, date(2019, 12, 31)
    )
    assert isinstance(outcome, Refused)
    (finding,) = outcome.findings
    assert (finding.reason.value, finding.field) == ("COND_OFFICE_MISSING", "JG")
    assert finding.reason.zh == "市级名单应填认定单位全称。"


def _entry(change: Callable[[str], str]) -> Callable[[Path], object]:
    return lambda item: (item / "item.yaml").write_text(change(ITEM), encoding="utf-8")


def _version(number: int, schema: Any) -> Callable[[Path], object]:
    return lambda item: (item / f"v{number}.avsc").write_text(json.dumps(schema), encoding="utf-8")


FIELD = {"name": "X", "type": ["null", "string"], "default": None, "code": "X", "title": "x", "title_en": "x"}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda item: (item / "item.yaml").unlink(), "example-list/item.yaml: missing"),
        (lambda item: (item / "v1.avsc").unlink(), "example-list/v1.avsc: missing"),
        (_entry(lambda text: text.replace("id: example-list", "id: [")), "example-list/item.yaml:4: is not YAML"),
        (_entry(lambda text: text.replace("legal_basis: [示例办法]\n", "")), "item.yaml:1: legal_basis: missing"),
        (_entry(lambda text: text + "rules: {not_future: [YY]}\n"), "item.yaml:15: rules.not_future: 'YY'"),
        (_entry(lambda text: text + "id: again\n"), "example-list/item.yaml:15: id: stands here a second time"),
        (_entry(lambda text: text.replace("{WH}", "{departmen}")), "document_no: 'departmen' is unknown; did you mean"),
        (_entry(lambda text: text.replace("credit-office", "moon-office")), "entitled: 'moon-office' is not declared"),
        (
            _entry(lambda text: text.replace("entitled: [credit-office]", "entitled_roles: [list-keeper]")),
            "entitled_roles: no department in topics/departments carries the role 'list-keeper' for this item",
        ),
        (
            _entry(lambda text: text.replace('authority_code: ""', 'authority_code: "{JG}"')),
            "natural_key.authority_code: give one field of the format uscc, which JG is not",
        ),
        (_version(1, _schema(FIELD)), "v1.avsc: fields[3].disclosure: missing"),
        (_version(1, _schema({**FIELD, "type": "int"})), "v1.avsc: X: write the type"),
        (_version(1, _schema({**FIELD, "default": ""})), "v1.avsc: X: write the default null"),
        (_version(1, {"type": "record"}), "v1.avsc: not a record schema"),
        (_version(1, {**_schema(), "name": "a b"}), "v1.avsc: not an Avro schema"),
        (_version(2, {**_schema(), "name": "Other"}), "v2.avsc: does not read version 1"),
        (
            lambda item: (item.parents[1] / "templates" / "example.yaml").unlink(),
            "no mapping",
        ),
        (
            lambda item: (item.parents[1] / "templates" / "example.yaml").write_text(
                "item: example-list\ncontent: {Q: q}\n"
            ),
            "mapping: example.yaml:2: content.Q",
        ),
        (lambda item: (item.parents[1] / "scenarios" / "example.yaml").unlink(), "no scenario is about"),
    ],
)
def test_each_fault_is_one_line_with_its_place(folders: Path, spoil: Callable[[Path], object], fault: str) -> None:
    spoil(folders / "items" / "example-list")
    (line,) = run_lint(folders)
    assert fault in line
    assert "\n" not in line


def test_lint_exits_with_1_and_says_how_many(folders: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folders / "items" / "example-list" / "item.yaml").unlink()
    assert cli.main(["catalogue", "lint", str(folders / "items")]) == 1
    assert capsys.readouterr().out == "example-list/item.yaml: missing; add the entry\n"
    assert cli.main(["catalogue", "lint", str(folders / "nowhere")]) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_show_tells_who_publishes_by_which_role_and_for_which_authority(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["catalogue", "show", "administrative-penalty", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"administrative-enforcement", "transport-bureau"} <= set(shown["entitled"])
    assert (shown["entitled_roles"], shown["authority_field"]) == (["enforcement"], "CF_CFJGDM")
    sentences = {
        "en": ("(by the role enforcement)  about", "deciding authority: CF_CFJGDM (", "that the department speaks for"),
        "zh": ("（职能 enforcement） 提供", "处罚机关统一社会信用代码（CF_CFJGDM）", "须为提供部门所代表的机关"),
    }[language]
    assert cli.main(["catalogue", "show", "administrative-penalty", "--lang", language]) == 0
    said = capsys.readouterr().out
    assert [sentence for sentence in sentences if sentence not in said] == []
    assert cli.main(["catalogue", "show", "objection-and-repair", "--lang", "en"]) == 0
    assert "speaks for" not in capsys.readouterr().out


_CONDITIONAL = {
    f"{item.id} {rule.field} {rule.when_field}": (item, rule)
    for item in Catalogue.parse(raw_catalogue())
    for rule in item.rules.required
}


@pytest.mark.parametrize(("item", "rule"), _CONDITIONAL.values(), ids=_CONDITIONAL)
def test_show_says_where_a_field_is_mandatory(item: Item, rule: Required, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["catalogue", "show", item.id, "--json"]) == 0
    fields = {field["code"]: field for field in json.loads(capsys.readouterr().out)["fields"]}
    condition = {"field": rule.when_field, "values": sorted(rule.when_values), "reason": rule.reason.value}
    assert condition in fields[rule.field]["mandatory_where"]
    for language, words in {"en": "mandatory where ", "zh": " 时必填（"}.items():
        assert cli.main(["catalogue", "show", item.id, "--lang", language]) == 0
        line = next(one for one in capsys.readouterr().out.splitlines() if one.split()[:1] == [rule.field])
        assert words in line
        assert rule.reason.value in line
        assert [value for value in rule.when_values if value not in line] == []


def test_list_and_show_print_facts(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["catalogue", "list", "--json"]) == 0
    listed = {item["id"]: item for item in json.loads(capsys.readouterr().out)}
    assert listed["objection-and-repair"]["acts_on_other_items"]
    assert cli.main(["catalogue", "show", "procurement-violation", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert listed["procurement-violation"].items() <= shown.items()
    assert [period["verified"] for period in shown["publication"]] == [False]
    assert cli.main(["catalogue", "show", "procurement-violation"]) == 0
    assert "(not verified)" in capsys.readouterr().out
    assert cli.main(["catalogue", "show", "nothing"]) == 2


def test_show_tells_a_class_by_value_and_what_is_withheld_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["catalogue", "show", "tax-credit-grade", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["withheld_unless_disclosed"] == "XYDJ"
    fields = {field["code"]: field for field in shown["fields"]}
    assert (fields["XYDJ"]["disclosure"], fields["XYDJ"]["disclosure_by_value"]) == ("shared", {"A": "public"})
    assert fields["PJND"]["disclosure_by_value"] == {}
    for language, sentences in {
        "en": ("text shared (but A public) mandatory", "withheld as a whole from whoever may not see its XYDJ"),
        "zh": ("政务共享（其中 A 社会公开） 必填", "不能见 XYDJ 之值者，整条记录不示出"),
    }.items():
        assert cli.main(["catalogue", "show", "tax-credit-grade", "--lang", language]) == 0
        said = capsys.readouterr().out
        assert [sentence for sentence in sentences if sentence not in said] == []
    assert cli.main(["catalogue", "show", "procurement-violation", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["withheld_unless_disclosed"] is None
