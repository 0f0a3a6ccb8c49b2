"""`creditbus city check` finds nothing in a new folder, and of each fault says file, line and key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.city.check import check_city
from tests.english import english_in

_ENFORCEMENT = "departments/administrative-enforcement.yaml"
_SUBSCRIBER = "subscribers/district-one.yaml"
_OVERLAY = "catalogue/abnormal-operation.yaml"
_ITEM = "catalogue/tax-refund/item.yaml"
_SCHEMA = "catalogue/tax-refund/v1.avsc"
_MAPPING = "mappings/tax-refund.yaml"
_YEAR = """\
notices: [国办发明电]
holidays: [2027-01-01, 2027-05-01, 2027-10-01..2027-10-03]
working_weekends: []
"""

# file, what stands there, what stands there instead (all of the file where the second is empty), place, words
_FAULTS = [
    ("city.yaml", 'code: "990100"', "code: 990100", "code", "quotes"),
    ("city.yaml", "time_zone:", "timezone:", "time_zone", "is missing"),
    ("city.yaml", "Asia/Shanghai", "Asia/Tokyo", "time_zone", "must be one of"),
    ("city.yaml", "# partitions: 4", "partitions: 0", "partitions", "whole number"),
    ("city.yaml", "# ports: {kafka", "ports: {kafkaa", "ports.kafkaa", "did you mean kafka"),
    ("city.yaml", "# ports: {kafka: 19092", "ports: {kafka: 80", "ports.kafka", "80"),
    ("city.yaml", "# ports: {kafka: 19092", "ports: {kafka: 18081", "ports.registry", "18081"),
    ("city.yaml", "- abnormal-operation", "- abnormal-operaton", "shipped_items", "did you mean abnormal-operation"),
    ("city.yaml", "990103", "990102", "districts.1.code", "second time"),
    ("city.yaml", "name: 示例二区", "name: 示例一区", "districts.1.name", "name of another district"),
    (
        "city.yaml",
        "name: 示例二区",
        "name: 二区, aliases: [示例一区]",
        "districts.1.aliases",
        "name of another district",
    ),
    ("city.yaml", "name: 示例二区", 'name: " "', "districts.1.name", "as addresses write it"),
    ("city.yaml", "", "name: [", "", "is not YAML"),
    (_ENFORCEMENT, "contact:", "contakt:", "contact", "is contakt meant"),
    (_ENFORCEMENT, "uscc: null", "uscc: 123", "uscc", "18 characters"),
    (_ENFORCEMENT, "id: administrative-enforcement", "id: other", "id", "make them the same"),
    (_ENFORCEMENT, "{enforcement:", "{enforcment:", "roles.enforcment", "did you mean enforcement"),
    (_ENFORCEMENT, "enforcement: [all]", "enforcement: [tax-refund]", "roles.enforcement", "tax-refund"),
    (_ENFORCEMENT, "speaks_for: [all]", "speaks_for: [11990100AF0000024X]", "speaks_for", "11990100AF0000024X"),
    (_ENFORCEMENT, "speaks_for: [all]", "# nobody", "uscc", ""),
    (_OVERLAY, "due_working_days: 5", "entitled_roles: [painter]", "entitled_roles", "painter"),
    (_SUBSCRIBER, "items: [administrative-penalty]", "items: [administrative-fine]", "grant.items", "did you mean"),
    (_SUBSCRIBER, '"990102"', '"990199"', "grant.districts", "not a district"),
    (
        _SUBSCRIBER,
        "  # fields: {administrative-penalty: [",
        "  fields: {administrative-penalty: [XX_",
        "grant.fields",
        "field of",
    ),
    (_SUBSCRIBER, "  # fields: {administrative-penalty", "  fields: {tax-refund", "grant.fields", "among the items"),
    (_SUBSCRIBER, "disclosure: public", "disclosure: secret", "grant.disclosure", "must be one of"),
    (_SUBSCRIBER, "consent: false", "consent: perhaps", "grant.consent", "true or false"),
    (_SUBSCRIBER, "valid_until: 20", "valid_until: x20", "grant.valid_until", "must be a date"),
    (_SUBSCRIBER, "# valid_from: 2026-01-01", "valid_from: 2099-01-01", "grant.valid_from", "after valid_until"),
    (
        _SUBSCRIBER,
        "# quota: {queries_per_day: 5000",
        "quota: {queries_per_day: 0",
        "grant.quota.queries_per_day",
        "1 or more",
    ),
    (_SUBSCRIBER, "# quota: {queries_per_day", "quota: {records_per_day", "grant.quota.queries_per_day", "is missing"),
    (_SUBSCRIBER, "# quota: {queries_per_day", "quota: {a: 1, queries_per_day", "grant.quota.a", "known key"),
    (_SUBSCRIBER, "# quota: {queries_per_day: 5000}", "quota: 5000", "grant.quota", "mapping"),
    (
        _SUBSCRIBER,
        "# quota: {queries_per_day: 5000",
        "quota: {feed_bytes_per_second: 262143",
        "grant.quota.feed_bytes_per_second",
        "262144 or more",
    ),
    (
        _SUBSCRIBER,
        "# masks: {administrative-penalty: {",
        "masks: {administrative-penalty: {XX_",
        "grant.masks",
        "field of",
    ),
    (_SUBSCRIBER, "# masks: {administrative-penalty", "masks: {tax-refund", "grant.masks", "among the items"),
    (
        _SUBSCRIBER,
        "# masks: {administrative-penalty: {",
        "masks: {administrative-penalty: {X: [1], ",
        "grant.masks",
        "two whole",
    ),
    (_SUBSCRIBER, "consent: false", "consent: true", "grant.consent", "no `uscc` by which"),
    (_SUBSCRIBER, "consent: false", "consent: true", "grant.consent", "records one"),
    (_SUBSCRIBER, "kind: district", "kind: distrikt", "kind", "did you mean district"),
    (_OVERLAY, "due_working_days: 5", "due_working_days: soon", "due_working_days", "whole number"),
    (_OVERLAY, "due_working_days", "due_working_dais", "due_working_dais", "unknown key"),
    (_OVERLAY, "due_working_days: 5", "entitled: [market-supervison]", "entitled", "did you mean market-supervision"),
    ("catalogue/tax-credit-grade.yaml", "", "due_working_days: 5", "", "not an item"),
    (_ITEM, "entitled: [administrative-enforcement]", "entitled: [court]", "entitled", "not in departments"),
    (_ITEM, "act: {decision_no: JDWH", "act: {decision_no: JDWX", "events[0].act.decision_no", "JDWX"),
    (_ITEM, "id: tax-refund", "id: refund", "id", "folder's name"),
    (_SCHEMA, '"disclosure": "public"', '"disclosure": "secret"', "fields[0].disclosure", "secret"),
    (_SCHEMA, "", "{", "", ""),
    (_SCHEMA, "TaxRefund", "AdministrativePenalty", "name", "is the record of administrative-penalty"),
    (_MAPPING, "JDWH: {form", "JDWX: {form", "content.JDWX", ""),
    (_MAPPING, "content:", "contant:", "contant", "did you mean content"),
    (_MAPPING, "item: tax-refund", "item: tax-refunt", "item", "did you mean tax-refund"),
    ("working_days/2027.yaml", "", _YEAR.replace("2027-05-01, ", ""), "holidays", "2027-05-01"),
    ("working_days/2027.yaml", "", _YEAR.replace("[]", "[2027-01-04]"), "working_weekends", "not a Saturday"),
    ("working_days/next.yaml", "", _YEAR, "", "year"),
    ("departments/court.yml", "", "id: court", "", "let its name end with .yaml"),
]


def _break(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")


def test_a_new_folder_is_right(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["city", "check", str(city)]) == 0
    assert "is right: 2 departments, 1 subscriber, 6 items" in capsys.readouterr().out
    assert cli.main(["city", "check", "--json", "--city", str(city)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_department_that_may_publish_nothing_is_named(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["department", "add", "court", "--city", str(city)]) == 0
    assert cli.main(["city", "check", str(city)]) == 0
    lines = capsys.readouterr().err.splitlines(keepends=True)
    said = "".join(one for one in lines if "a remark, not a fault" not in one)
    assert "court may not publish any item yet" in said
    assert "enforcement, " in said
    assert "market-supervision" not in said


@pytest.mark.parametrize(("file", "old", "new", "key", "words"), _FAULTS)
def test_a_fault_is_named_by_file_line_and_key(file: str, old: str, new: str, key: str, words: str, city: Path) -> None:
    _break(city / file, old, new)
    faults = check_city(city)
    found = [fault for fault in faults if fault.file == str(city / file)]
    assert found, [str(fault.text()) for fault in faults]
    assert key in {re.sub(r"(grant\.(?:fields|masks))\..*", r"\1", fault.key) for fault in found}, found
    assert any(words in str(fault.text()) for fault in found), [str(fault.text()) for fault in found]
    if old and file != _SCHEMA:
        lines = (city / file).read_text(encoding="utf-8").splitlines()
        at = [lines[fault.line - 1] for fault in found]
        assert any(new.strip() in line or line.startswith(f"{key}:") for line in at), found
    assert [english_in(fault.text().zh.replace(str(city), "")) for fault in faults if english_in(fault.text().zh)] == []


def test_everything_that_is_wrong_with_an_overlay_is_said_at_once(city: Path) -> None:
    overlay = "due_working_days: soon\nentitledd: [court]\nverbs: [SING]\nrules: {not_future: [XX]}\n"
    (city / _OVERLAY).write_text(overlay, encoding="utf-8")
    faults = [(fault.line, fault.key) for fault in check_city(city) if fault.file == str(city / _OVERLAY)]
    assert sorted(faults) == [(1, "due_working_days"), (2, "entitledd"), (3, "verbs"), (4, "rules.not_future")]


def test_everything_that_is_wrong_with_an_item_is_said_at_once_up_to_what_it_needs(city: Path) -> None:
    _break(city / _ITEM, "act: {decision_no: JDWH", "act: {decision_no: JDWX")
    _break(city / _ITEM, "legal_basis:", "checks_organisation_code: perhaps\nduee: 5\nlegal_basis:")
    first, last = "checks_organisation_code", "events[0].act.decision_no"
    assert {fault.key for fault in check_city(city)} == {first, last}, "no item can be read without events"
    _break(city / _ITEM, "act: {decision_no: JDWX", "act: {decision_no: JDWH")
    assert {fault.key for fault in check_city(city)} == {"checks_organisation_code", "duee"}


@pytest.mark.parametrize("path", ["../kinds.csv", "/kinds.csv", "kinds.xlsx"])
def test_a_lookup_table_that_would_not_be_published_is_a_fault(path: str, city: Path) -> None:
    _break(city / _MAPPING, "content:", f"tables: {{kinds: {{path: {path}, key: code, value: name}}}}\ncontent:")
    (fault,) = check_city(city)
    assert fault.key == "tables.kinds.path"
    assert "is not a csv file in `mappings`" in fault.problem


def test_a_lookup_table_in_another_encoding_is_a_fault(city: Path) -> None:
    (city / "mappings" / "kinds.csv").write_bytes("代码,名称\n1,退税\n".encode("gb18030"))
    (fault,) = check_city(city)
    assert (fault.file, "UTF-8" in fault.problem) == (str(city / "mappings" / "kinds.csv"), True)


def test_what_a_comment_shows_can_be_used(city: Path) -> None:
    _break(city / _SUBSCRIBER, "  # fields: {", "  fields: {")
    _break(city / _ITEM, "# entitled_roles: [", "entitled_roles: [")
    _break(city / "city.yaml", "# partitions:", "partitions:")
    assert check_city(city) == []


def test_everything_is_said_at_once(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _break(city / _ENFORCEMENT, "contact:", "contakt:")
    _break(city / _ENFORCEMENT, "uscc: null", "uscc: 123")
    _break(city / _SUBSCRIBER, "consent: false", "consent: perhaps")
    _break(city / _MAPPING, "content:", "contant:")
    _break(city / _ITEM, "entitled: [administrative-enforcement]", "entitled: [court]")
    assert cli.main(["city", "check", "city"]) == 1
    said = capsys.readouterr()
    assert said.err.strip() == "6 faults"
    assert [line.split(": ")[0].rpartition(":")[0] for line in said.out.splitlines()] == [
        *[f"city/{_ENFORCEMENT}"] * 3,
        f"city/{_SUBSCRIBER}",
        f"city/{_MAPPING}",
        f"city/{_ITEM}",
    ]
    assert cli.main(["city", "check", "city", "--json"]) == 1
    facts = json.loads(capsys.readouterr().out)
    assert {"file": f"city/{_SUBSCRIBER}", "key": "grant.consent"}.items() <= facts[3].items()


def test_an_item_that_a_grant_can_never_get_is_named_at_its_place(city: Path) -> None:
    _break(city / _SUBSCRIBER, "subject_kinds: [ENTERPRISE]", "subject_kinds: [NATURAL_PERSON]")
    (fault,) = check_city(city)
    line = (city / _SUBSCRIBER).read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert (fault.file, fault.key, line.strip()) == (
        str(city / _SUBSCRIBER),
        "grant.items",
        "items: [administrative-penalty]",
    )
    assert "administrative-penalty has records of ENTERPRISE, INDIVIDUAL_BUSINESS, " in fault.problem


def test_an_item_of_the_product_needs_the_departments_that_it_names(city: Path) -> None:
    _break(city / "city.yaml", "  - abnormal-operation\n", "  - abnormal-operation\n  - credit-commitment\n")
    (fault,) = [fault for fault in check_city(city) if "credit-office" in fault.problem]
    assert (fault.file, fault.key) == (str(city / "city.yaml"), "shipped_items")
    assert "catalogue/credit-commitment.yaml" in fault.fix


def test_a_city_needs_departments_and_its_own_items_a_mapping(city: Path) -> None:
    (city / _MAPPING).unlink()
    assert [str(fault.text()) for fault in check_city(city)] == [
        f"{city}/{_ITEM}: no mapping fills tax-refund; write mappings/tax-refund.yaml"
    ]
    for file in (city / "departments").iterdir():
        file.unlink()
    assert any(fault.file == str(city / "departments") for fault in check_city(city))


@pytest.mark.parametrize("arguments", [["city", "check", "nowhere"], ["city", "check"], ["department", "add", "court"]])
def test_without_a_city_one_line_says_what_to_do(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    assert "creditbus city init" in (said := capsys.readouterr().err)
    assert said.count("\n") == 1
    cli.main([*arguments, "--lang", "zh"])
    assert english_in(capsys.readouterr().err) == []
