"""Every row of the shared department files, mapped, examined and folded in memory, against its true outcome."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import pytest
import yaml

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.catalogue import ActsOn
from creditbus.services.domain.event import Content
from creditbus.services.domain.normalise import same_name
from creditbus.services.domain.profile.corrections import add_corrections, corrected
from creditbus.services.domain.profile.record import Conflict, Duplicate, Folded, Moved, Record, Unknown, fold
from creditbus.services.domain.profile.record_acts import Corrected, fold_act, read_act
from creditbus.services.domain.reasons import Caution, Reason
from creditbus.services.domain.validation import Admitted, Refused
from tests.examples import shipped

AS_OF = date(2019, 12, 31)


class Feed(NamedTuple):
    """One file of the set and the connector that reads it."""

    file: str
    department: str
    item: str
    kind: str
    mapping: str


FEEDS = {
    "registration": Feed("registration.csv", "market-supervision", "enterprise-registration", "csv", "registration"),
    "legacy_codes": Feed("legacy_codes.csv", "market-supervision", "subject-identifiers", "csv", "subject-identifiers"),
    "licences_2018": Feed(
        "licences_2018.xlsx",
        "administrative-approval",
        "administrative-licence",
        "xlsx",
        "dual-publicity-2018-licences",
    ),
    "penalties_2016": Feed(
        "penalties_2016.csv",
        "administrative-enforcement",
        "administrative-penalty-2016",
        "csv",
        "wuhan-2016-penalties",
    ),
    "penalties_2018": Feed(
        "penalties_2018.jsonl",
        "administrative-enforcement",
        "administrative-penalty",
        "jsonl",
        "dual-publicity-2018-penalties",
    ),
    "court_defaulters": Feed("court_defaulters.xml", "court", "judgment-defaulter", "xml", "court-defaulters"),
    "tax_grades": Feed("tax_grades.csv", "tax-bureau", "tax-credit-grade", "tsv", "tax-grades"),
    "red_black_lists": Feed("red_black_lists.csv", "credit-office", "red-black-list", "csv", "red-black-lists"),
    # the last: its rows act on records of the others
    "repairs_objections": Feed(
        "repairs_objections.jsonl", "credit-office", "objection-and-repair", "jsonl", "objections-and-repairs"
    ),
}


class Expected(NamedTuple):
    """What the oracle says of a row; a row that it does not name was accepted without a word."""

    outcome: str = "accepted"
    reasons: tuple[str, ...] = ()
    cautions: frozenset[str] = frozenset()
    normalised: bool = False
    document_no: str = ""
    subject: str = ""
    note: str = ""
    authority: str = ""


#: The truth knows no reason of its own for what the spreadsheet did to a code; its note says what happened.
_ROUNDED = "numeric cell, spreadsheet kept 15 digits"

Decision = tuple[str, str, str]
"""Authority, document number and subject."""


class Register:
    """What the stages after intake hold: registered names, legacy codes, records."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.legacy: dict[str, str] = {}
        self.records: dict[tuple[str, ...], Record] = {}
        self.contents: dict[Decision, tuple[str, Content]] = {}

    def subject_of(self, admitted: Admitted) -> str:
        """Resolve the subject; empty while it is not known."""
        known = (self.legacy[key] for key in admitted.legacy_keys if key in self.legacy)
        code = admitted.subject or next(known, "")
        return code if code in self.names else ""

    def apply(self, event: Mapping[str, Any], subject: str) -> Folded:
        """Fold an event into its record."""
        header = {**event["header"], "subject": subject, "content_hash": _digest(event)}
        key = (header["item"], header["authority"], header["document_no"], subject)
        folded = fold(self.records.get(key), header)  # type: ignore[arg-type] # built by the mapper
        if isinstance(folded, Moved):
            self.records[key] = folded.record
            if folded.change != "TRANSITION":
                self.contents[key[1], key[2], subject] = key[0], event["content"]
        return folded

    def act(self, acts_on: ActsOn, event: Mapping[str, Any], subject: str) -> Folded:
        """Fold an act into the record of another item."""
        header = event["header"]
        act = read_act(acts_on, header["verb"], event["act"], event["content"])
        decision = (header["authority"], header["document_no"], subject)
        if decision not in self.contents:
            return Unknown()
        item, content = self.contents[decision]
        key = (item, *decision)
        after = None
        if act.changes:
            content = corrected(add_corrections(None, act.changes, act.decided_on, act.number), content)
            digest = _digest({"header": {"item": item}, "content": content})
            after = Corrected(digest, self.records[key].stated)
        folded = fold_act(self.records[key], act, after)
        if isinstance(folded, Moved):
            self.records[key], self.contents[decision] = folded.record, (item, content)
        return folded


def _digest(event: Mapping[str, Any]) -> bytes:
    out = io.BytesIO()
    schema = fastavro.parse_schema(raw_catalogue()[event["header"]["item"]].schema, named_schemas={})
    fastavro.schemaless_writer(out, schema, event["content"])
    return blake2b(out.getvalue(), digest_size=16).digest()


@pytest.fixture(scope="module")
def expected(shared_data: Path) -> dict[str, dict[int, Expected]]:
    """The oracle, by file and row."""
    rows: dict[str, dict[int, Expected]] = {}
    with (shared_data / "expected_rows.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            rows.setdefault(row["file"], {})[int(row["row"])] = Expected(
                row["outcome"],
                tuple(filter(None, row["reasons"].split(";"))),
                frozenset(filter(None, row["warnings"].split(";"))),
                row["normalised"] == "1",
                row["document_no"],
                row["subject"],
                row["note"],
                row["authority_code"],
            )
    return rows


@pytest.fixture(scope="module")
def connectors(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Connector]:
    """A connector for each file, as a department would configure it."""
    folder = tmp_path_factory.mktemp("connectors.d")
    authorities = {"path": str(shared_data / "departments.csv"), "key": "名称", "value": "统一社会信用代码(synthetic)"}
    found = {}
    for name, feed in FEEDS.items():
        configuration = {
            "id": name.replace("_", "-"),
            "department": feed.department,
            "item": feed.item,
            "kind": feed.kind,
            "settings": {"path": str(shared_data / feed.file)},
            "mapping": feed.mapping,
        }
        if name in {"penalties_2016", "tax_grades", "repairs_objections"}:
            configuration["overrides"] = {"tables": {"authorities": authorities}}
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(configuration, allow_unicode=True), encoding="utf-8")
        found[name] = load_connector(path)
    return found


@pytest.fixture(scope="module")
def register(connectors: dict[str, Connector]) -> Register:
    """The register, from the registrations that are admitted and their legacy codes."""
    register = Register()
    for name in ("registration", "legacy_codes"):
        for _, event, outcome in _examined(connectors[name]):
            if isinstance(outcome, Admitted):
                register.legacy.update(outcome.crosswalk)
                if name == "registration":
                    register.names[outcome.subject] = event["content"]["ENTNAME"]
    return register


def _examined(connector: Connector) -> Iterator[tuple[int, dict[str, Any], Admitted | Refused | Reason]]:
    validator = connector.validator()
    for row in connector.open().read(None):
        if isinstance(row, Defect):
            yield row.row, {}, Reason(row.reason.value)
            continue
        assert isinstance(row, Row)
        event = connector.mapper(row, "run").event
        yield row.row, event, validator.examine(event["header"], event["claim"], event["content"], AS_OF)


def _actual(register: Register, event: dict[str, Any], outcome: Admitted | Refused | Reason) -> Expected:
    if isinstance(outcome, Reason):
        return Expected("rejected", (outcome.value,))
    normalised = event["header"]["normalised"] > 0
    cautions = {caution.value for caution in outcome.cautions}
    if isinstance(outcome, Refused):
        reasons = tuple(finding.reason.value for finding in outcome.findings)
        return Expected("rejected", reasons, frozenset(cautions), normalised)
    if event["header"]["item"] == "enterprise-registration":
        return Expected("accepted", (), frozenset(cautions), normalised, subject=outcome.subject)
    subject = register.subject_of(outcome)
    if not subject:
        return Expected("unresolved", (), frozenset(), normalised)
    if not same_name(event["header"]["subject_name"], register.names[subject]):
        cautions.add(Caution.NAME_MISMATCH)
    acts_on = shipped(event["header"]["item"]).acts_on
    word, reasons = _word(register.act(acts_on, event, subject) if acts_on else register.apply(event, subject))
    return Expected(word, reasons, frozenset(cautions), normalised, event["header"]["document_no"], subject)


def _word(folded: Folded) -> tuple[str, tuple[str, ...]]:
    if isinstance(folded, Moved):
        return {"NEW": "accepted", "AMENDED": "amendment", "TRANSITION": "transition"}[folded.change], ()
    if isinstance(folded, Unknown):
        return "rejected", (Reason.REF_UNKNOWN_ORIGINAL,)
    if isinstance(folded, Conflict):
        return "rejected", (Reason.REF_STATE_CONFLICT,)
    return ("duplicate" if isinstance(folded, Duplicate) else "stale"), ()


def _differences(want: Expected, have: Expected) -> list[str]:
    compared = ["outcome", "reasons", "cautions", "normalised"]
    if have.outcome not in {"rejected", "unresolved"} and want.document_no:
        compared += ["document_no", "subject"]
    return [name for name in compared if getattr(want, name) != getattr(have, name)]


@pytest.mark.parametrize("name", [name for name in FEEDS if name != "legacy_codes"])
def test_every_row_has_its_true_outcome(
    name: str,
    connectors: dict[str, Connector],
    expected: dict[str, dict[int, Expected]],
    register: Register,
) -> None:
    wanted, differing, rows = expected[name], {}, 0
    elsewhere = _decisions_elsewhere(expected)
    for number, event, outcome in _examined(connectors[name]):
        rows += 1
        want = wanted.get(number, Expected())
        if want.reasons in {(), (Reason.REF_STATE_CONFLICT,)} and _decision(event) in elsewhere:
            want = want._replace(outcome="rejected", reasons=(Reason.REF_UNKNOWN_ORIGINAL,))
        if want.note == _ROUNDED:
            want = want._replace(reasons=(Reason.NUMBER_ROUNDED,))
        if _is_disguised(event):
            want = want._replace(cautions=frozenset())
        differences = _differences(want, _actual(register, event, outcome))
        if differences:
            differing[number] = differences
    assert differing == {}
    assert rows >= len(wanted) > 0


def _is_disguised(event: Mapping[str, Any]) -> bool:
    """Tell whether a row was sent without claim and name, for its category is unknown: of its codes nothing is said."""
    return bool(event) and not any(event["claim"].values()) and not event["header"]["subject_name"]


def _decision(event: Mapping[str, Any]) -> tuple[str, str]:
    return (event["header"]["authority"], event["header"]["document_no"]) if event else ("", "")


def _decisions_elsewhere(expected: dict[str, dict[int, Expected]]) -> set[tuple[str, str]]:
    """Authority and number of the decisions in files that are not read here: an act on one of them waits."""
    unread = [row for name, rows in expected.items() if name not in FEEDS for row in rows.values()]
    return {(row.authority, row.document_no) for row in unread if row.document_no}


def test_lower_case_codes_come_with_the_correction_that_the_oracle_proposes(
    connectors: dict[str, Connector], expected: dict[str, dict[int, Expected]]
) -> None:
    proposals = 0
    for number, _, outcome in _examined(connectors["registration"]):
        for finding in outcome.findings if isinstance(outcome, Refused) else ():
            if finding.reason is Reason.ID_LOWER_CASE:
                assert expected["registration"][number].note == f"proposed {finding.proposed}"
                proposals += 1
    assert proposals
