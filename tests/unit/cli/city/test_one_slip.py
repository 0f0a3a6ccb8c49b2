"""One wrong value in a city's files is one fault: nothing is compared with what could not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from creditbus.services.cli import main as cli
from creditbus.services.cli.city.check import check_city

_CITY = "city.yaml"
_ENFORCEMENT = "departments/administrative-enforcement.yaml"
_SUBSCRIBER = "subscribers/district-one.yaml"
_PENALTY = "catalogue/administrative-penalty.yaml"
_REGISTRATION = "catalogue/enterprise-registration.yaml"
_ITEM = "catalogue/tax-refund/item.yaml"
_SCHEMA = "catalogue/tax-refund/v1.avsc"
_MAPPING = "mappings/tax-refund.yaml"

# file, what stands there, what stands there instead (all of the file where the second is empty), key
_SLIPS = [
    (_CITY, "990103", "990102", "districts.1.code"),
    (_CITY, '"990103"', "990103", "districts.1.code"),
    (_CITY, '"990102"', '"99010"', "districts.0.code"),
    (_CITY, "示例二区", "示例一区", "districts.1.name"),
    (_CITY, "districts:\n", "districts: []\nplaces:\n", "districts"),
    (_CITY, "name: {zh: 示例市, en: Example}", "name: 示例市", "name"),
    (_CITY, "zh: 示例市, ", "", "name.zh"),
    (_CITY, "# ports: {kafka: 19092", "ports: {kafka: 18081", "ports.registry"),
    (_CITY, "# ports: {kafka: 19092, registry: 18081, redis: 16379}", "ports: 19092", "ports"),
    (_CITY, "# partitions: 4", "partitions: many", "partitions"),
    (_CITY, "# partitions: 4", "partions: 4", "partions"),
    (_CITY, "- abnormal-operation", "- abnormal-operaton", "shipped_items"),
    (_CITY, "- administrative-penalty", "- administrative_penalty", "shipped_items"),
    (_CITY, "- administrative-penalty", "- subject-identifiers", "shipped_items"),
    (_CITY, "- administrative-penalty", "- 5", "shipped_items"),
    (_CITY, "", "name: [", ""),
    (_ENFORCEMENT, "name: {zh: 行政执法部门, en: Administrative enforcement}", "name: 行政执法部门", "name"),
    (_ENFORCEMENT, "contact: data office", "contact: 5", "contact"),
    (_ENFORCEMENT, "id: administrative-enforcement", "id: enforcement", "id"),
    (_ENFORCEMENT, "painter: [", "paintr: [", "roles.paintr"),
    (_ENFORCEMENT, "", "id: [", ""),
    (_PENALTY, "due_working_days", "due_workingdays", "due_workingdays"),
    (_PENALTY, "due_working_days: 5", "due_working_days: soon", "due_working_days"),
    (_PENALTY, "due_working_days: 5", "subject_kinds: [COMPANY]", "subject_kinds"),
    (_PENALTY, "", "due_working_days: [", ""),
    (_REGISTRATION, "due_working_days", "due_workingdays", "due_workingdays"),
    (_REGISTRATION, "due_working_days: 5", "entitled_rolls: [registrar]", "entitled_rolls"),
    (_REGISTRATION, "", "due_working_days: [", ""),
    (_ITEM, "legal_basis:", "legal_bases: [x]\nlegal_basis:", "legal_bases"),
    (_ITEM, "", "id: [", ""),
    (_SCHEMA, "", "{", ""),
    (_MAPPING, "item: tax-refund", "item: tax-refunt", "item"),
    (_MAPPING, "item: tax-refund", "item: [tax-refund]", "item"),
    (_MAPPING, "", "item: [", ""),
    (_SUBSCRIBER, "items: [administrative-penalty]", "items: [administrative_penalty]", "grant.items"),
    (_SUBSCRIBER, "items: [administrative-penalty]", "items: [administrative-penality]", "grant.items"),
    (_SUBSCRIBER, "grant:", "grants:", "grant"),
]


@pytest.fixture
def linked(city: Path) -> Path:
    """A city whose files need each other: overlays, roles of own items, consents, fields and districts in a grant."""
    assert cli.main(["subscriber", "add", "agency", "--city", str(city)]) == 0
    for file in (_PENALTY, _REGISTRATION):
        (city / file).write_text("due_working_days: 5\n", encoding="utf-8")
    _change(city / _CITY, "- administrative-penalty", "- administrative-penalty\n  - subject-consent")
    (city / "catalogue" / "subject-consent.yaml").write_text("entitled: [market-supervision]\n", encoding="utf-8")
    _change(city / _ITEM, "# entitled_roles: [", "entitled_roles: [painter, ")
    _change(city / _ENFORCEMENT, "{enforcement: [all]", "{enforcement: [all], painter: [tax-refund]")
    market = city / "departments" / "market-supervision.yaml"
    _change(market, "uscc: null", "uscc: 11990100AU0000010W")
    _change(city / _SUBSCRIBER, '["990102"]', '["990102", "990103"]')
    _change(city / _SUBSCRIBER, "consent: false", "consent: true")
    _change(city / _SUBSCRIBER, "# uscc: ", "uscc: 11990100AU0000010W # ")
    _change(city / _SUBSCRIBER, "  # fields: {", "  fields: {")
    assert [str(fault.text()) for fault in check_city(city)] == []
    return city


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1) if old else new, encoding="utf-8")


@pytest.mark.parametrize(("file", "old", "new", "key"), _SLIPS)
def test_one_slip_is_one_fault(file: str, old: str, new: str, key: str, linked: Path) -> None:
    _change(linked / file, old, new)
    # the old name of a key is missing, the new one unknown: two lines of one file
    found = [fault for fault in check_city(linked) if "known key" not in fault.problem or fault.key == key]
    assert [(fault.file, fault.key) for fault in found] == [(str(linked / file), key)], [str(f.text()) for f in found]


@pytest.mark.parametrize("overlay", ["due_workingdays: 5\n", "entitled_rolls: [x]\n", "due_working_days: [\n"])
def test_the_only_item_that_names_a_role_keeps_it_under_an_overlay_that_is_wrong(overlay: str, city: Path) -> None:
    (city / _PENALTY).write_text(overlay, encoding="utf-8")
    assert [fault.file for fault in check_city(city)] == [str(city / _PENALTY)]


def test_what_does_not_hang_on_the_slip_is_still_compared(linked: Path) -> None:
    _change(linked / _CITY, "990103", "990102")
    _change(linked / _PENALTY, "due_working_days", "due_workingdays")
    _change(linked / _ENFORCEMENT, "{enforcement:", "{enforcment:")
    _change(linked / "subscribers/agency.yaml", "items: [", "items: [parking-fine, ")
    _change(linked / _SUBSCRIBER, "fields: {administrative-penalty: [", "fields: {administrative-penalty: [XX, ")
    assert {fault.key for fault in check_city(linked)} == {
        "districts.1.code",
        "due_workingdays",
        "roles.enforcment",
        "grant.items",
        "grant.fields.administrative-penalty",
    }


def test_everything_that_is_wrong_with_the_citys_own_file_is_said_at_once(linked: Path) -> None:
    _change(linked / _CITY, "name: {zh: 示例市, en: Example}", "")
    _change(linked / _CITY, "990103", "990102")
    _change(linked / _CITY, "- abnormal-operation", "- abnormal-operaton")
    _change(linked / _CITY, "# ports: {kafka: 19092", "ports: {kafka: 80")
    assert {fault.key for fault in check_city(linked)} == {"name", "districts.1.code", "shipped_items", "ports.kafka"}
