"""The shared department files: connectors that read them, their true outcomes, and what became of each row."""

import csv
import json
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from creditbus.connectors.run.runner import run_connector
from tests.harness.checker import replay
from tests.harness.wire import Observer

__all__ = ["FILES", "SharedFile", "Truth", "Word", "configuration", "fates", "send", "truth"]

_WORDS = {"NEW": "accepted", "AMENDED": "amendment", "TRANSITION": "transition"}
_LENGTH = struct.Struct(">I")


class SharedFile(NamedTuple):
    name: str
    department: str
    item: str
    kind: str
    mapping: str


FILES = (
    SharedFile("registration.csv", "market-supervision", "enterprise-registration", "csv", "registration"),
    SharedFile("legacy_codes.csv", "market-supervision", "subject-identifiers", "csv", "subject-identifiers"),
    SharedFile(
        "licences_2018.xlsx",
        "administrative-approval",
        "administrative-licence",
        "xlsx",
        "dual-publicity-2018-licences",
    ),
    SharedFile(
        "penalties_2016.csv",
        "administrative-enforcement",
        "administrative-penalty-2016",
        "csv",
        "wuhan-2016-penalties",
    ),
    SharedFile(
        "penalties_2018.jsonl",
        "administrative-enforcement",
        "administrative-penalty",
        "jsonl",
        "dual-publicity-2018-penalties",
    ),
    SharedFile("court_defaulters.xml", "court", "judgment-defaulter", "xml", "court-defaulters"),
    SharedFile("tax_grades.csv", "tax-bureau", "tax-credit-grade", "tsv", "tax-grades"),
    SharedFile("red_black_lists.csv", "credit-office", "red-black-list", "csv", "red-black-lists"),
    SharedFile("repairs_objections.jsonl", "credit-office", "objection-and-repair", "jsonl", "objections-and-repairs"),
)
#: Its rows act on records of the other files.
_ACTS = "repairs_objections.jsonl"
_HELD = "REF_UNKNOWN_ORIGINAL"
#: The truth knows no reason of its own for what a spreadsheet did to a code; its note says what happened.
_ROUNDED = "numeric cell, spreadsheet kept 15 digits"


class Word(NamedTuple):
    """What is said of one row; None where the bus keeps nothing that could tell."""

    outcome: str
    reasons: tuple[str, ...] = ()
    cautions: frozenset[str] | None = frozenset()
    normalised: bool | None = False
    document_no: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """expected.json, and expected_rows.csv by file and row."""

    counts: dict[str, dict[str, Any]]
    subjects: list[dict[str, Any]]
    rows: dict[tuple[str, int], Word]


def truth(folder: Path) -> Truth:
    """Read the true outcomes."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    names = {file.name.partition(".")[0]: file.name for file in FILES}
    rows, unread = {}, set()
    with (folder / "expected_rows.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["file"] not in names:
                unread.add(row["document_no"])
            else:
                rows[names[row["file"]], int(row["row"])] = Word(
                    row["outcome"],
                    tuple(filter(None, row["reasons"].split(";"))),
                    frozenset(filter(None, row["warnings"].split(";"))),
                    row["normalised"] == "1",
                    row["document_no"],
                    row["subject"],
                )
    counts = expected["files"]
    _say_rounded(folder, rows, names, counts)
    _let_wait(folder, unread - {word.document_no for (file, _), word in rows.items() if file != _ACTS}, rows, counts)
    return Truth(counts, expected["subjects"], rows)


def _say_rounded(
    folder: Path, rows: dict[tuple[str, int], Word], names: dict[str, str], counts: dict[str, dict[str, Any]]
) -> None:
    """What a spreadsheet rounded is refused for that; the truth counts it by the check that it fails."""
    with (folder / "expected_rows.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["note"] == _ROUNDED and row["file"] in names:
                name = names[row["file"]]
                reasons = counts[name]["rejected_by_primary_reason"]
                reasons[row["reasons"]] -= 1
                reasons["NUMBER_ROUNDED"] = reasons.get("NUMBER_ROUNDED", 0) + 1
                place = name, int(row["row"])
                rows[place] = rows[place]._replace(reasons=("NUMBER_ROUNDED",))


def _let_wait(
    folder: Path, unread: set[str], rows: dict[tuple[str, int], Word], counts: dict[str, dict[str, Any]]
) -> None:
    """Acts on records of files that are not read wait, whatever would become of them at their record."""
    mine = counts[_ACTS]
    reasons = mine["rejected_by_primary_reason"]
    with (folder / _ACTS).open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            word = rows[_ACTS, number]
            waits = word.outcome in {"amendment", "transition"} or word.reasons == ("REF_STATE_CONFLICT",)
            if waits and _comparable(json.loads(line)["document_no"]) in unread:
                rows[_ACTS, number] = word._replace(outcome="rejected", reasons=(_HELD,))
                mine[word.outcome] -= 1
                mine["rejected"] += 1
                reasons.update({reason: reasons[reason] - 1 for reason in word.reasons})
                reasons[_HELD] += 1


def _comparable(document_no: str) -> str:
    """A document number as the bus writes it."""
    return unicodedata.normalize("NFKC", document_no).strip()


def send(observer: Observer, shared: Path, folder: Path, files: Sequence[SharedFile] = FILES, *, resend: bool) -> int:
    """Publish files through connectors, as departments do, and wait for all outcomes; return the rows."""
    rows = 0
    for file in files:
        connector = folder / f"{file.name}.yaml"
        connector.write_text(configuration(file, shared), encoding="utf-8")
        rows += run_connector(connector, observer.wire.bus, resend=resend).rows
        if file.item == "subject-identifiers":
            observer.settle(240)  # the true outcomes are those of a register that is there before what refers to it
    observer.settle(240)
    return rows


def configuration(file: SharedFile, shared: Path) -> str:
    """Write the configuration of a connector for a file, as JSON, which YAML reads."""
    authorities = {"path": str(shared / "departments.csv"), "key": "名称", "value": "统一社会信用代码(synthetic)"}
    found: dict[str, Any] = {
        "id": file.name.replace("_", "-").replace(".", "-"),
        "department": file.department,
        "item": file.item,
        "kind": file.kind,
        "settings": {"path": str(shared / file.name)},
        "mapping": file.mapping,
    }
    if file.item in {"administrative-penalty-2016", "tax-credit-grade", "objection-and-repair"}:
        found["overrides"] = {"tables": {"authorities": authorities}}
    return json.dumps(found)


def fates(observer: Observer) -> dict[tuple[str, int], Word]:
    """Tell what became of each row, from rejects, changes and what waits; a row in none of them changed nothing."""
    decode = observer.wire.decode
    found: dict[tuple[str, int], Word] = {}
    for record in observer.of("rejects."):
        reject = decode(record.value)
        reasons = tuple(finding["reason"] for finding in reject["findings"])
        original = decode(reject["original"]) if reject["original"] else None
        normalised = original["header"]["normalised"] > 0 if original else None
        cautions = None if original and _is_disguised(original) else frozenset(reject["cautions"])
        place = (reject["file"], reject["row"])
        assert place not in found
        found[place] = Word("rejected", reasons, cautions, normalised)
    for record in observer.of("credit.changes"):
        header = decode(record.value)["header"]
        assert _place(header) not in found
        cautions, word = frozenset(header["warnings"]), _WORDS[header["applied"]["change"]]
        found[_place(header)] = _word(header, word, (), cautions)
    for value, held in _waiting(observer):
        header = decode(value)["header"]
        assert _place(header) not in found
        reasons = ("REF_UNKNOWN_ORIGINAL",) if held else ()
        cautions = frozenset(header["warnings"]) if held else frozenset()
        found[_place(header)] = _word(header, "rejected" if held else "unresolved", reasons, cautions)
    for record in observer.of("ingest."):
        header = decode(record.value)["header"]
        if _place(header) not in found:
            found[_place(header)] = _word(header, "duplicate", (), None)
    return found


def _is_disguised(event: dict[str, Any]) -> bool:
    """Whether a row came without claim and name, for its category is unknown: of its codes nothing can be said."""
    return "claim" in event and not any(event["claim"].values()) and not event["header"]["subject_name"]


def _place(header: dict[str, Any]) -> tuple[str, int]:
    return header["origin"]["file"], header["origin"]["row"]


def _word(header: dict[str, Any], outcome: str, reasons: tuple[str, ...], cautions: frozenset[str] | None) -> Word:
    return Word(outcome, reasons, cautions, header["normalised"] > 0, header["document_no"], header["subject"])


def _waiting(observer: Observer) -> Iterator[tuple[bytes, bool]]:
    """Events that wait for a subject (False) or for their record (True)."""
    for number in range(observer.partitions):
        for value in (v for k, v in replay(observer, "credit.crosswalk", number).items() if k.startswith(b"w|")):
            yield value, False
        for key, value in replay(observer, "credit.records", number).items():
            if key.startswith(b"q|"):
                yield value, False
            elif key.startswith(b"h|"):
                yield from ((event, True) for event in _unpacked(value))


def _unpacked(value: bytes) -> Iterator[bytes]:
    while value:
        (length,) = _LENGTH.unpack_from(value)
        yield value[_LENGTH.size : _LENGTH.size + length]
        value = value[_LENGTH.size + length :]


def ledger_of(observer: Observer) -> dict[str, Counter[str]]:
    """The ledger's counts by file: outcomes, refusals by reason, cautions by name."""
    found: dict[str, Counter[str]] = {}
    for record in observer.of("credit.ledger"):
        for delta in observer.wire.decode(record.value)["deltas"]:
            counts = found.setdefault(delta["file"], Counter())
            counts[delta["outcome"]] += delta["count"]
            if delta["outcome"] in {"rejected", "caution", "applied"}:
                counts[delta["reason"]] += delta["count"]
    return found
