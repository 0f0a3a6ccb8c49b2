"""Every kind of source that comes with the product keeps the contract."""

import os
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from creditbus.connectors.conformance import CASES, KIND_CASES, ConformanceError
from creditbus.connectors.contract import Kind, Row, Source
from creditbus.connectors.files.kind import KINDS
from creditbus.connectors.folder.kind import FOLDER
from tests.harness.xls_writer import write_xls

_ROWS = 40


def _write_delimited(path: Path, delimiter: str) -> None:
    lines = [delimiter.join(("文号", "名称", "日期"))]
    for number in range(1, _ROWS + 1):
        cells = [f"文〔2018〕{number}号", f"虚构企业{number}", "2018-01-02"]
        if number % 10 == 0:
            lines.append(delimiter * 2)
        lines.append(delimiter.join(cells if number % 7 else [*cells, "多"]))
    lines.append(f"表格说明：示例{delimiter}{delimiter}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_json_lines(path: Path) -> None:
    lines = [f'{{"文号": "文〔2018〕{number}号", "金额": 0.{number}}}' for number in range(1, _ROWS + 1)]
    lines[5] = '{"文号": "截断'
    lines.insert(9, "")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _write_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["决定书文号", "名称", "日期"])
    sheet.append(["CF_WSH", "CF_XDR_MC", "CF_JDRQ"])
    for number in range(1, _ROWS + 1):
        sheet.append([f"文〔2018〕{number}号", f"虚构企业{number}", date(2018, 1, 2)])
    sheet.append([])
    sheet.append(["文〔2018〕41号", None, None, "多"])
    sheet.append(["表格说明：示例"])
    book.save(path)


def _write_old_workbook(path: Path) -> None:
    rows: list[list[str | float | None]] = [
        [f"文〔2018〕{number}号", f"虚构企业{number}", 0.5 * number] for number in range(1, _ROWS + 1)
    ]
    write_xls(path, {"处罚": [["文号", "名称", "金额"], *rows, [], [None, None, None, "多"], ["表格说明：示例"]]})


def _write_xml(path: Path) -> None:
    texts = [f"<文号>文〔2018〕{number}号</文号><金额/>" for number in range(1, _ROWS + 1)]
    texts[5] = "<文号>\x01</文号>"
    texts[6] = "<文号 版='2'>7号</文号><文号>又</文号>"
    records = "".join(f"<record>{text}</record>" for text in texts)
    path.write_text(f"<records><Header><from>示例局</from></Header>{records}</records>", encoding="utf-8")


def _write_archive(path: Path) -> None:
    written = {kind: path.with_name(f"{kind}-rows.{kind}") for kind in ("csv", "xlsx", "xml")}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind, file in written.items():
            _WRITERS[kind](file)
            archive.write(file, f"示例/{file.name}")
            file.unlink()


def _write_folder(path: Path) -> None:
    path.mkdir()
    for number, kind in enumerate(("jsonl", "csv", "files", "xml")):
        file = path / f"{number}.{'zip' if kind == 'files' else kind}"
        _WRITERS[kind](file)
        os.utime(file, (number, number))
    (path / "cut.zip").write_bytes((path / "2.zip").read_bytes()[:-200])
    (path / "again.csv").write_bytes((path / "1.csv").read_bytes())


_WRITERS: dict[str, Callable[[Path], None]] = {
    "csv": lambda path: _write_delimited(path, ","),
    "tsv": lambda path: _write_delimited(path, "\t"),
    "jsonl": _write_json_lines,
    "xlsx": _write_workbook,
    "xls": _write_old_workbook,
    "xml": _write_xml,
    "files": _write_archive,
    "folder": _write_folder,
}
_SETTINGS: dict[str, dict[str, object]] = {"folder": {"quiet_seconds": 0}}


@pytest.fixture(params=[*KINDS, FOLDER], ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def source(kind: Kind, tmp_path: Path) -> Source:
    _WRITERS[kind.name](tmp_path / f"rows.{kind.name}")
    raw = {"path": f"rows.{kind.name}", **_SETTINGS.get(kind.name, {})}
    settings = kind.settings.model_validate(raw, context={"folder": tmp_path})
    return kind.open(settings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_source_keeps_the_contract(case: Callable[[Source], None], source: Source) -> None:
    case(source)


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_kind_keeps_the_contract(case: Callable[[Kind], None], kind: Kind) -> None:
    case(kind)


def test_the_suite_notices_a_source_that_loses_a_row_on_resuming(source: Source) -> None:
    class Forgetful:
        def __getattr__(self, name: str) -> object:
            return getattr(source, name)

        def read(self, position: object) -> object:
            rows = source.read(position)  # type: ignore[arg-type]
            if position is not None:
                next(rows, None)
            return rows

    resumption = next(case for case in CASES if case.__name__ == "every_position_resumes_behind_its_row")
    with pytest.raises(ConformanceError, match="resumes"):
        resumption(Forgetful())  # type: ignore[arg-type]


def test_the_rows_of_these_fixtures_hold_defects(source: Source) -> None:
    assert any(not isinstance(row, Row) for row in source.read(None))
