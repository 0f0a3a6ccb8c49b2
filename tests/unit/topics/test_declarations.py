from __future__ import annotations

import re
import shutil
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from creditbus.deploy.bus import checked_declarations
from creditbus.topics.declarations import Declarations, declarations
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.names import is_single


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the declarations of the package, to be changed by the test."""
    with as_file(files("creditbus.topics")) as packaged:
        shutil.copytree(packaged, tmp_path / "topics", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "topics"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(directory: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        declarations(directory)
    line = str(caught.value)
    assert "\n" not in line
    return line.replace(f"{directory}/", "")


def test_what_the_package_declares_is_whole_and_agrees_with_the_catalogue() -> None:
    declared = checked_declarations()
    assert set(declared.departments) >= {"market-supervision", "tax-bureau", "court"}
    assert set(declared.subscribers) == {"district-wuchang", "department-housing", "agency-xinda"}


def test_departments_and_subscribers_get_their_topics() -> None:
    topics = declarations().topics
    assert {"ingest.court", "rejects.court", "feed.agency-xinda", "credit.records", "connector.positions"} <= set(
        topics
    )
    assert {topic.partitions for name, topic in topics.items() if not is_single(name)} == {4}
    assert {topic.partitions for name, topic in topics.items() if is_single(name)} == {1}
    assert topics["credit.records"].config["cleanup.policy"] == "compact"
    assert topics["credit.ledger"].config["retention.ms"] == "-1"
    assert topics["feed.agency-xinda.manifest"].config["cleanup.policy"] == "delete", (
        "a manifest is not replaced by another"
    )
    assert topics["feed.agency-xinda.manifest"].config["retention.ms"] == "-1"


def test_a_grant_is_read_with_its_types() -> None:
    declared = declarations()
    district, agency = declared.subscribers["district-wuchang"], declared.subscribers["agency-xinda"]
    assert district.districts == frozenset({"420106"})
    assert agency.districts is None
    assert agency.disclosure == "public"
    assert isinstance(agency.valid_until, date)
    assert not agency.fields


def test_a_department_is_read_with_its_roles_and_authorities(directory: Path) -> None:
    departments = declarations(directory).departments
    market = departments["market-supervision"]
    assert market.roles["enforcement"] is None
    assert market.roles["list-keeper"] == frozenset({"abnormal-operation", "serious-violation"})
    assert market.authorities == frozenset({"11990100AU0000010W", "11990100AF00000407", "11990100AF0000024H"})
    assert departments["administrative-enforcement"].authorities is None
    court, tax = departments["court"], departments["tax-bureau"]
    assert (dict(court.roles), court.authorities) == ({}, None)
    assert (tax.uscc, tax.speaks_for) == ("11990100AU000007XW", frozenset())
    assert tax.authorities == frozenset({"11990100AU000007XW"})
    change(directory / "departments" / "court.yaml", "speaks_for: [all]", "")
    assert declarations(directory).departments["court"].authorities == frozenset()


def test_a_grant_may_narrow_fields(directory: Path) -> None:
    file = directory / "subscribers" / "agency-xinda.yaml"
    change(file, "  consent:", "  fields: {administrative-penalty: [CF_WSH, CF_NR]}\n  consent:")
    fields = declarations(directory).subscribers["agency-xinda"].fields
    assert fields == {"administrative-penalty": ("CF_WSH", "CF_NR")}


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("departments/court.yaml", "id: court", "id: cuort", r"departments/court.yaml:1: id: is 'cuort' in a file"),
        ("departments/court.yaml", "contact:", "kontact:", r"contact: is missing; is kontact meant"),
        ("departments/court.yaml", "uscc: null", "uscc: 1142", r"court.yaml:3: uscc: .*18 characters.*quotes"),
        ("departments/court.yaml", "uscc:", "id: court\nuscc:", r"court.yaml:3: id: stands here a second time"),
        ("departments/court.yaml", "contact:", "# ", r"contact: is missing; add it"),
        ("departments/court.yaml", "zh:", "cn:", r"court.yaml:2: name.zh: is missing"),
        ("departments/court.yaml", "id: court", "[", r"court.yaml:\d: is not YAML"),
        (
            "departments/court.yaml",
            "contact:",
            "contacts: x\ncontact:",
            r"contacts: is not a known key; did you mean contact\?",
        ),
        ("departments/court.yaml", "[all]", "[court]", r"court.yaml:5: speaks_for: must be .* codes of 18 characters"),
        ("departments/court.yaml", "[all]", "[]", r"court.yaml:5: speaks_for: .*list"),
        ("departments/court.yaml", "[all]", "[all, 11990100AU000007XW]", r"speaks_for: names all and single ones"),
        ("departments/tax-bureau.yaml", "contact:", "roles: [x]\ncontact:", r"tax-bureau.yaml:4: roles: .*mapping"),
        ("departments/tax-bureau.yaml", "contact:", "roles: {x: []}\ncontact:", r"tax-bureau.yaml:4: roles.x: .*list"),
        ("departments/tax-bureau.yaml", "contact:", "roles: {x: all}\ncontact:", r"roles.x: .*list"),
        ("subscribers/agency-xinda.yaml", "public", "secret", r"grant.disclosure: must be one of public, shared"),
        ("subscribers/agency-xinda.yaml", "[all]", "[wuchang]", r"grant.districts: must be division codes"),
        ("subscribers/agency-xinda.yaml", "[all]", '[all, "420106"]', r"grant.districts: names all and single ones"),
        ("subscribers/agency-xinda.yaml", "2027-12-31", "2027", r"grant.valid_until: must be a date"),
        ("subscribers/agency-xinda.yaml", "consent: false", "consent: maybe", r"grant.consent: must be true or false"),
        ("subscribers/agency-xinda.yaml", "[ENTERPRISE,", "[COMPANY,", r"grant.subject_kinds: must be one of"),
        (
            "topics.yaml",
            "partitions: 4",
            "partitions: 0",
            r"topics.yaml:4: defaults.partitions: must be a whole number",
        ),
        ("topics.yaml", "min_insync: 2", "min_insync: 3", r"defaults.min_insync: must be less than replication"),
        (
            "topics.yaml",
            "credit.events: {class: stream}",
            "credit.events: {class: river}",
            r"credit.events.class: must",
        ),
        (
            "topics.yaml",
            "credit.changes: {class: stream}",
            "credit.changes: {class: stream, partitions: 8}",
            r"same_partitions: does not hold: .*credit.changes 8",
        ),
    ],
)
def test_a_wrong_declaration_is_refused_by_file_line_and_key(
    directory: Path, file: str, old: str, new: str, complaint: str
) -> None:
    change(directory / file, old, new)
    assert re.search(complaint, refusal(directory))


def test_a_grant_of_an_unknown_item_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(directory / "subscribers" / "agency-xinda.yaml", "- tax-credit-grade", "- tax-grade")

    def changed() -> Declarations:
        return declarations(directory)

    monkeypatch.setattr("creditbus.deploy.bus.declarations", changed)
    with pytest.raises(ConfigurationError, match="'tax-grade' is not in the catalogue"):
        checked_declarations()


@pytest.mark.parametrize(("brokers", "replication", "min_insync"), [(1, 1, "1"), (2, 2, "1"), (3, 3, "2"), (5, 3, "2")])
def test_replicas_are_as_many_as_the_brokers_allow(brokers: int, replication: int, min_insync: str) -> None:
    topic = declarations().topics["credit.events"]
    assert topic.replication_on(brokers) == replication
    assert topic.config_on(brokers)["min.insync.replicas"] == min_insync
