"""Generate the departments' files, with the truth about every row."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from random import Random

import orjson

from creditbus.deploy.demo import licences, lists, penalties, registration, successions, tax
from creditbus.deploy.demo.catalogue_rows import CatalogueRows
from creditbus.deploy.demo.defects import shipped_catalogue
from creditbus.deploy.demo.files import write_delimited, write_json_lines, write_workbook
from creditbus.deploy.demo.mixing import Maker, mix
from creditbus.deploy.demo.sample import Sample, samples
from creditbus.deploy.demo.spelling import Speller
from creditbus.deploy.demo.subjects import DemoSubject, authorities, subjects
from creditbus.deploy.demo.truth import Cells, Fate, FileTruth, GroundTruthRow, Truth

__all__ = ["generate"]

_SUBJECTS = 3400
_LICENCES = 4400
_PENALTIES = 4400
_GRADES = 3000
_LISTED = 1400
_SUCCEEDED = 300
_SAMPLED = 80  # rows of each further item
_FEWEST_SAMPLED = 40
_UNKNOWN_FROM = 500_000  # numbers of subjects that no register knows
_OTHER = 900_000


def generate(target: Path, seed: int = 2018, scale: float = 1.0) -> Truth:
    """Write the files into a folder and give what must become of their rows.

    Args:
        target: folder, made when missing; files of the same names are replaced.
        seed: equal seeds give equal rows.
        scale: 1.0 makes about 20,000 rows in all.

    Returns:
        The expected counts by file and department; also written as truth.json.
    """
    target.mkdir(parents=True, exist_ok=True)
    random = Random(seed)  # fictional data
    registered = list(islice(subjects(random), max(20, round(_SUBJECTS * scale))))
    unknown = subjects(random, _UNKNOWN_FROM)
    organs = authorities()
    other = next(subjects(random, _OTHER))

    def mixed(maker: Maker, size: int) -> list[GroundTruthRow]:
        return mix(random, maker, registered, unknown, max(100, round(size * scale)))

    registrations = _registrations(random, registered)
    permits = mixed(licences.Licences(random, organs, other), _LICENCES)
    fines = mixed(penalties.Penalties(random, organs, other), _PENALTIES)
    grades = mixed(tax.TaxGrades(random, organs), _GRADES)
    listed = mixed(lists.Lists(random, organs), _LISTED)
    succeeded = mixed(successions.Successions(random, organs, registered), _SUCCEEDED)

    spelt = _spell(random, registrations, registration.DATES, ())
    write_delimited(target / "registration.csv", registration.COLUMNS, spelt)
    _write_codes(target / "legacy_codes.csv", registered)
    spelt = _spell(random, permits, licences.DATES, licences.CODES)
    write_workbook(target / "licences_2018.xlsx", licences.COLUMNS, licences.DATES, spelt, seed)
    write_json_lines(target / "penalties_2018.jsonl", _spell(random, fines, penalties.DATES, penalties.CODES))
    spelt = _spell(random, grades, tax.DATES, ())
    write_delimited(target / "tax_grades.csv", tax.COLUMNS, spelt, delimiter="\t")
    spelt = _spell(random, listed, lists.DATES, lists.CODES)
    write_delimited(target / "red_black_lists.csv", lists.COLUMNS, spelt)
    spelt = _spell(random, succeeded, successions.DATES, successions.CODES)
    write_delimited(target / "successions.csv", successions.COLUMNS, spelt)
    names = ("名称", "统一社会信用代码", "行政区划")
    write_delimited(
        target / "departments.csv",
        names,
        (dict(zip(names, (organ.name, organ.uscc, "420100"), strict=True)) for organ in organs.values()),
    )
    codes = [GroundTruthRow({}, Fate.NEW) for _ in registered]
    market = "market-supervision"
    truth = Truth(
        {
            "registration.csv": FileTruth.of(market, "enterprise-registration", registrations),
            "legacy_codes.csv": FileTruth.of(market, "subject-identifiers", codes),
            "successions.csv": FileTruth.of(market, "subject-succession", succeeded),
            "licences_2018.xlsx": FileTruth.of("administrative-approval", "administrative-licence", permits),
            "penalties_2018.jsonl": FileTruth.of("administrative-enforcement", "administrative-penalty", fines),
            "tax_grades.csv": FileTruth.of("tax-bureau", "tax-credit-grade", grades),
            "red_black_lists.csv": FileTruth.of("credit-office", "red-black-list", listed),
        }
    )
    for sample in samples():
        made = _sampled(target / sample.file, sample, seed, scale, registered)
        truth.files[sample.file] = FileTruth.of(sample.department, sample.item, made)
    (target / "truth.json").write_bytes(orjson.dumps(truth.as_json(), option=orjson.OPT_INDENT_2))
    return truth


def _sampled(
    path: Path, sample: Sample, seed: int, scale: float, registered: Sequence[DemoSubject]
) -> list[GroundTruthRow]:
    """Write the file of a sample. Its rows are drawn apart: one more sample leaves the other files as they are."""
    random = Random(f"{seed} {sample.item}")  # fictional data
    maker = CatalogueRows(random, shipped_catalogue().items[sample.item], sample)
    unknown = filter(maker.admits, subjects(random, _UNKNOWN_FROM))
    size = max(_FEWEST_SAMPLED, round(_SAMPLED * scale))
    rows = maker.told(mix(random, maker, list(filter(maker.admits, registered)), unknown, size))
    write_delimited(path, maker.columns, _spell(random, rows, maker.dates, maker.codes))
    return rows


def _registrations(random: Random, registered: Sequence[DemoSubject]) -> list[GroundTruthRow]:
    """Register each subject once, some again, some with other content; defects are of subjects that nothing names."""
    maker = registration.Registrations(random)
    strangers = iter(subjects(random, _OTHER + 1))
    rows = [GroundTruthRow(maker.record(subject), Fate.NEW) for subject in registered]
    some = random.sample(rows, max(2, len(rows) // 25))
    half = len(some) // 2
    again = [GroundTruthRow(row.cells, Fate.DUPLICATE) for row in some[:half]]
    amended = [GroundTruthRow(maker.amend(row.cells), Fate.AMENDED) for row in some[half:]]
    refused = [
        GroundTruthRow(way(maker.record(next(strangers)), random), Fate.REJECTED, reason)
        for reason, ways in maker.defects.items()
        for way in ways * max(1, len(rows) // 800)
    ]
    rows += refused
    random.shuffle(rows)
    return rows + again + amended


def _spell(random: Random, rows: Sequence[GroundTruthRow], dates: Sequence[str], codes: Sequence[str]) -> list[Cells]:
    speller = Speller(random, dates=dates, codes=codes)
    return [row.cells if row.fate is Fate.REJECTED else speller.spell(row.cells) for row in rows]


def _write_codes(path: Path, registered: Sequence[DemoSubject]) -> None:
    columns = ("统一社会信用代码", "组织机构代码", "工商注册号")
    codes = ((subject.uscc, subject.organisation_code, subject.registration_no) for subject in registered)
    write_delimited(path, columns, (dict(zip(columns, row, strict=True)) for row in codes))
