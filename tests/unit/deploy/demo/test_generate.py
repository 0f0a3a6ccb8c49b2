"""The generated files are what they claim: valid, fictional, repeatable, and as dirty as their truth says."""

import csv
from pathlib import Path

import openpyxl
import orjson
import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.deploy.demo.generate import generate
from creditbus.deploy.demo.sample import samples
from creditbus.deploy.demo.truth import Fate, Truth
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.identifiers import organisation_code, registration_no, uscc
from creditbus.services.domain.reasons import Reason

_SCALE = 0.05
CATALOGUE = Catalogue.parse(raw_catalogue())

_UNREACHABLE = {
    # What no file of these layouts can hold: the connector cannot write it, or another file would be needed.
    Reason.FORMAT_UNDECODABLE,
    Reason.FORMAT_UNKNOWN_SCHEMA,
    Reason.CAT_NOT_ENTITLED,
    Reason.CAT_VERB_NOT_ADMITTED,
    Reason.CAT_SUBJECT_KIND_NOT_ADMITTED,
    Reason.REF_UNKNOWN_ORIGINAL,
    Reason.REF_STATE_CONFLICT,
    Reason.REF_AMBIGUOUS_ORIGINAL,
    Reason.REF_NOT_CORRECTABLE,
    # Every cell of the generated workbook is text.
    Reason.CELL_ERROR,
    Reason.CELL_MERGED,
    Reason.NUMBER_FORMATTED,
    Reason.NUMBER_ROUNDED,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def truth(folder: Path) -> Truth:
    return generate(folder, seed=7, scale=_SCALE)


def _rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def test_equal_seeds_give_equal_files(folder: Path, truth: Truth, tmp_path: Path) -> None:
    again = generate(tmp_path, seed=7, scale=_SCALE)
    assert truth.as_json() == again.as_json()
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            sheets = [openpyxl.load_workbook(each / path.name).active for each in (folder, tmp_path)]
            first, second = (list(sheet.values) for sheet in sheets if sheet is not None)
            assert first == second
        else:
            assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_other_seeds_give_other_rows(truth: Truth, tmp_path: Path) -> None:
    generate(tmp_path, seed=8, scale=_SCALE)
    assert (tmp_path / "truth.json").read_bytes() != orjson.dumps(truth.as_json(), option=orjson.OPT_INDENT_2)


def test_codes_are_valid_and_fictional(folder: Path, truth: Truth) -> None:
    assert truth.files
    rows = _rows(folder / "legacy_codes.csv")
    assert rows
    for row in rows:
        code = row["统一社会信用代码"]
        assert uscc.fault(code) is None
        assert code[2:4] == "99"
        assert organisation_code.is_valid(row["组织机构代码"])
        assert uscc.organisation_code(code) == row["组织机构代码"]
        assert registration_no.is_valid(row["工商注册号"])
    assert all(uscc.fault(row["统一社会信用代码"]) is None for row in _rows(folder / "departments.csv"))
    assert all("示例" in row["企业名称"] for row in _rows(folder / "registration.csv"))


def test_every_row_is_accounted_for(folder: Path, truth: Truth) -> None:
    sheet = openpyxl.load_workbook(folder / "licences_2018.xlsx").active
    assert sheet is not None
    blank_and_note, two_headers = 2, 2
    found = {
        "registration.csv": len(_rows(folder / "registration.csv")),
        "legacy_codes.csv": len(_rows(folder / "legacy_codes.csv")),
        "licences_2018.xlsx": sheet.max_row - blank_and_note - two_headers,
        "penalties_2018.jsonl": len((folder / "penalties_2018.jsonl").read_text("utf-8").splitlines()),
        "tax_grades.csv": len(_rows(folder / "tax_grades.csv", "\t")),
        "red_black_lists.csv": len(_rows(folder / "red_black_lists.csv")),
        "successions.csv": len(_rows(folder / "successions.csv")),
        **{sample.file: len(_rows(folder / sample.file)) for sample in samples()},
    }
    assert found == {name: file.fates.total() for name, file in truth.files.items()}


def test_counts_balance(truth: Truth) -> None:
    for counts in truth.departments().values():
        outcomes = [counts[name] for name in ("applied", "duplicate", "stale", "held", "parked")]
        assert counts["received"] == sum(outcomes) + sum(counts["rejected"].values())


def test_every_fate_and_every_reason_occurs(truth: Truth) -> None:
    fates = {fate for file in truth.files.values() for fate, count in file.fates.items() if count}
    reasons = {reason for file in truth.files.values() for reason in file.reasons}
    assert fates == set(Fate)
    conditions = {reason for file in truth.files.values() for reason in CATALOGUE.items[file.item].reasons.values()}
    assert reasons == (set(Reason) - _UNREACHABLE) | conditions


def test_truth_beside_the_files_is_the_one_returned(folder: Path, truth: Truth) -> None:
    assert orjson.loads((folder / "truth.json").read_bytes()) == truth.as_json()


def test_a_row_does_not_show_its_cells(folder: Path, truth: Truth) -> None:
    from creditbus.deploy.demo.truth import GroundTruthRow  # noqa: PLC0415 # the one test that needs it

    del folder, truth
    assert "示例" not in repr(GroundTruthRow({"企业名称": "示例"}, Fate.NEW))
