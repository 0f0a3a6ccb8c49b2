"""`connector init` and `discover`: from a file to a connector that loads."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Column, Table
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.guess import guesses, short_name
from creditbus.services.cli.connector import app
from creditbus.services.cli.connector_init import _kind_by_source
from creditbus.topics.errors import ConfigurationError

_HEADER = (
    "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,"
    "认定单位,认定单位代码,列入决定文书号,法律依据,列入日期,备注二"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "名单.csv").write_text(f"{_HEADER}\n列入,x,黑,,示例公司,,,,,,,\n", encoding="utf-8")
    return tmp_path


def _init(*arguments: str, typed: str = "") -> str:
    result = CliRunner().invoke(app, ["init", *arguments], input=typed, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_options_alone_make_a_connector(folder: Path) -> None:
    said = _init("--department", "credit-office", "--source", "名单.csv", "--yes")
    assert "red-black-list, template red-black-lists (11 of 12 columns recognised, 92%; not: 备注二" in said
    assert "next: creditbus connector preview lists" in said
    made = load_connector(folder / "connectors.d" / "lists.yaml")
    assert (made.id, made.department, made.item.id, made.kind.name) == (
        "lists",
        "credit-office",
        "red-black-list",
        "csv",
    )
    assert next(made.open().read(None)).row == 1


def test_questions_have_defaults_and_take_numbers_and_names(folder: Path) -> None:
    said = _init(typed="nobody\ncredit-office\ncsv\n名单.csv\nmine\n")
    assert "there is no nobody" in said
    assert load_connector(folder / "connectors.d" / "mine.yaml").department == "credit-office"


def test_what_is_there_is_not_replaced_unasked(folder: Path) -> None:
    arguments = ("--department", "credit-office", "--source", "名单.csv", "--id", "lists", "--yes")
    _init(*arguments)
    with pytest.raises(ConfigurationError, match="is there already"):
        _init(*arguments)
    _init(*arguments, "--force")
    assert json.loads(_init("--department", "credit-office", "--source", "名单.csv", "--json"))["file"] == str(
        Path("connectors.d/lists-2.yaml")
    )
    assert sorted(file.name for file in (folder / "connectors.d").iterdir()) == ["lists-2.yaml", "lists.yaml"]


@pytest.mark.usefixtures("folder")
def test_a_second_connector_is_told_of_the_first() -> None:
    arguments = ("--department", "credit-office", "--source", "名单.csv", "--yes")
    assert "is there already" not in _init(*arguments)
    said = _init(*arguments)
    assert f"{Path('connectors.d/lists.yaml')} is there already and stays as it is; --force replaces it" in said
    assert f"Wrote {Path('connectors.d/lists-2.yaml')}" in said
    assert json.loads(_init(*arguments, "--json"))["beside"] == str(Path("connectors.d/lists.yaml"))
    assert "is there already" not in _init(*arguments, "--id", "mine")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--source", "名单.csv", "--yes"], "--department: is not given"),
        (["--department", "credit-office", "--yes"], "--kind: is not given"),
        (["--department", "nobody", "--source", "名单.csv"], "'nobody' is not declared"),
        (["--department", "tax-bureau", "--source", "名单.csv", "--yes"], "which tax-bureau may not publish"),
        (["--department", "credit-office", "--source", "名单.csv", "--set", "row_bytes=1", "--yes"], "row_bytes"),
        (["--department", "credit-office", "--source", "名单.csv", "--id", "No Id", "--yes"], "id: "),
    ],
)
def test_what_cannot_be_is_one_line_and_leaves_nothing(folder: Path, arguments: list[str], line: str) -> None:
    with pytest.raises(ConfigurationError, match=line):
        _init(*arguments)
    assert not list((folder / "connectors.d").glob("*"))


def test_the_sheet_that_fits_best_is_taken(folder: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["说明", "版本"])
    sheet = book.create_sheet("名单")
    sheet.append(_HEADER.split(","))
    sheet.append(["列入"])
    book.save(folder / "名单.xlsx")
    _init("--department", "credit-office", "--source", "名单.xlsx", "--yes")
    made = load_connector(folder / "connectors.d" / "lists.yaml")
    assert next(made.open().read(None)).sheet == "名单"


def test_discover_guesses_for_a_file_without_a_connector(folder: Path) -> None:
    [table] = json.loads(CliRunner().invoke(app, ["discover", "名单.csv", "--json"]).output)
    assert table["mapping"] is None
    assert table["guesses"][0]["template"] == "red-black-lists"
    assert table["guesses"][0]["score"] == pytest.approx(11 / 12, abs=0.001)
    said = CliRunner().invoke(app, ["discover", str(folder / "名单.csv")]).output
    assert "looks like red-black-list" in said
    assert "- 备注二" in said


def test_two_columns_that_everything_has_are_no_likely_guess() -> None:
    table = Table("t", (Column("行政相对人名称"), Column("备注")))
    best, *_ = guesses([table])
    assert best.score == 1
    assert best.likelihood < 0.2


def test_what_a_department_may_not_publish_comes_last() -> None:
    table = Table("t", tuple(map(Column, [*_HEADER.split(","), "CF_WSH"])))
    first, *_, last = guesses([table], "administrative-enforcement")
    assert (first.entitled, last.entitled) == (True, False)
    assert guesses([table])[0].template == "red-black-lists"


def test_a_name_that_is_taken_is_numbered() -> None:
    assert short_name("red-black-lists", ()) == "lists"
    assert short_name("red-black-lists", ("lists", "lists-2")) == "lists-3"


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("名单.csv", "csv"),
        ("没有.xlsx", "xlsx"),
        ("名单.dat", "files"),
        ("投放", "folder"),
        ("https://127.0.0.1/records", "http"),
        ("postgresql+psycopg://reader@127.0.0.1/credit", "sql"),
        ("没有", ""),
        ("", ""),
    ],
)
def test_a_source_tells_its_kind(folder: Path, source: str, kind: str) -> None:
    (folder / "名单.csv").rename(folder / "名单.dat")
    (folder / "投放").mkdir()
    assert _kind_by_source(source) == kind


def test_a_table_of_a_database_is_connected_once_its_mode_is_given(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "credit.db")) as base:
        columns = ", ".join(f'"{name}" TEXT' for name in _HEADER.split(","))
        base.execute(f"CREATE TABLE entries (id INTEGER PRIMARY KEY, {columns})")
        base.execute("CREATE TABLE other (a TEXT, b TEXT)")
    arguments = ("--department", "credit-office", "--source", f"sqlite:///{folder / 'credit.db'}", "--yes")
    with pytest.raises(ConfigurationError, match="mode is missing: one of staging, watermark, compare"):
        _init(*arguments)
    _init(*arguments, "--set", "mode=compare", "--set", "key=[id]", "--set", "state=entries.state")
    made = load_connector(folder / "connectors.d" / "lists.yaml")
    assert (made.kind.name, made.settings.model_dump()["table"]) == ("sql", "entries")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,列入决定文书号",
            "no column for mandatory: RDDWDM",
        ),
        ("甲,乙,丙,丁,戊,己,庚,辛,备注", "no guess is good enough"),
    ],
)
def test_a_guess_that_is_weak_or_lacks_mandatory_columns_is_not_taken_unasked(
    folder: Path, header: str, told: str
) -> None:
    (folder / "名单.csv").write_text(f"{header}\n" + "x," * header.count(",") + "x\n", encoding="utf-8")
    arguments = ("init", "--department", "credit-office", "--source", "名单.csv")
    refused = CliRunner().invoke(app, [*arguments, "--yes"])
    assert isinstance(refused.exception, ConfigurationError)
    assert told in str(refused.exception)
    assert not (folder / "connectors.d").exists()
    named = CliRunner().invoke(app, [*arguments, "--yes", "--template", "red-black-lists"])
    assert named.exit_code == 0  # a person has said which


def test_the_guess_reads_the_header_and_not_the_form_above_it(folder: Path) -> None:
    rows = f"示例市红黑名单信息归集表\n填报单位：示例局,,填报日期：2025-03-31\n{_HEADER}\n列入,x,黑,,示例公司,,,,,,,\n"
    (folder / "名单.csv").write_text(rows, encoding="utf-8")
    assert "11 of 12 columns recognised" in _init("--department", "credit-office", "--source", "名单.csv", "--yes")
