"""`connector init --set` takes a text as it stands; a value or a folder that does not fit is one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from pydantic import BaseModel, ConfigDict

from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.kinds import kinds
from creditbus.services.cli import main as cli
from creditbus.services.cli.connector.given_settings import given_settings
from creditbus.services.cli.language import choose
from tests.english import english_in

_HEADER = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期"
_ROW = "列入,x,黑,,示例公司,,,,,,"
_INIT = ("connector", "init", "--department", "credit-office", "--yes")


class _Secret(BaseModel):
    file: str


class _Settings(BaseModel):
    model_config = ConfigDict(extra="allow")

    text: str = ""
    perhaps: str | None = None
    sheet: int | str = 0
    number: int = 0
    flag: bool = False
    names: tuple[str, ...] = ()
    titles: dict[str, str] = {}
    password: _Secret | None = None


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        *((f"text={sign}", "text", sign) for sign in (*",;|*&!%@`#>:-?{[]}", "\t", " ")),
        (r"text=\t", "text", "\t"),
        (r"text=C:\temp", "text", r"C:\temp"),
        ("text=*.csv", "text", "*.csv"),
        ("text=5", "text", "5"),
        ("text=2025-03-01", "text", "2025-03-01"),
        ("text=yes", "text", "yes"),
        ("text=null", "text", "null"),
        ("text=甲: 乙 #1", "text", "甲: 乙 #1"),
        ('text="\\t"', "text", "\t"),
        ("text='5'", "text", "5"),
        ("text=a=b", "text", "a=b"),
        ("perhaps=null", "perhaps", None),
        ("perhaps=|", "perhaps", "|"),
        ("sheet=*", "sheet", "*"),
        ("sheet=1", "sheet", 1),
        ("sheet=-1", "sheet", -1),
        ("sheet='1'", "sheet", "1"),
        ("sheet=010", "sheet", "010"),
        ("sheet=1:30", "sheet", "1:30"),
        ("sheet=2025-03", "sheet", "2025-03"),
        ("sheet=2025-03-01", "sheet", "2025-03-01"),
        ("sheet=no", "sheet", "no"),
        ("sheet=#1", "sheet", "#1"),
        ("sheet=[1]", "sheet", "[1]"),
        ("sheet= 数据 ", "sheet", "数据"),
        ("number=5", "number", 5),
        ("number=*", "number", "*"),
        ("flag=yes", "flag", True),
        ("names=[a, b]", "names", ["a", "b"]),
        ("names=[*", "names", "[*"),
        ("titles={a: b}", "titles", {"a": "b"}),
        ("titles.a=*", "titles", {"a": "*"}),
        ("password.file=@secret", "password", {"file": "@secret"}),
        ("unknown=*", "unknown", "*"),
        ("unknown=5", "unknown", 5),
    ],
)
def test_a_text_is_taken_as_it_stands(given: str, key: str, value: Any) -> None:
    assert given_settings(_Settings.model_json_schema(), [given]) == {key: value}


def test_no_kind_of_source_has_a_setting_whose_value_ends_in_an_error_of_yaml() -> None:
    for kind in kinds().values():
        schema = kind.settings.model_json_schema()
        for key in schema["properties"]:
            for sign in ("*", "*.csv", "&", "%", ",", "\t", "[a"):
                assert given_settings(schema, [f"{key}={sign}"])[key] is not None


@pytest.fixture
def lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for name, sign in (("bars", "|"), ("tabs", "\t"), ("commas", ",")):
        text = f"{_HEADER}\n{_ROW}\n".replace(",", sign)
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "other.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for line in (_HEADER, _ROW):
        sheet.append([cell or None for cell in line.split(",")])
    book.save(tmp_path / "lists.xlsx")
    yield tmp_path
    choose(None)


@pytest.mark.parametrize(
    ("source", "given", "key", "value"),
    [
        ("bars.csv", "delimiter=|", "delimiter", "|"),
        ("tabs.csv", "delimiter=\t", "delimiter", "\t"),
        ("commas.csv", "delimiter=,", "delimiter", ","),
        ("lists.xlsx", "sheet=*", "sheet", "*"),
    ],
)
def test_a_natural_value_makes_a_connector(source: str, given: str, key: str, value: str, lists: Path) -> None:
    assert cli.main([*_INIT, "--source", source, "--set", given]) == 0
    (made,) = (lists / "connectors.d").glob("*.yaml")
    assert yaml.safe_load(made.read_text(encoding="utf-8"))["settings"][key] == value
    assert next(iter(load_connector(made).open().read(None))).row


@pytest.mark.parametrize("given", ["header_row=*", "delimiter=||", "note_prefixes=[*", "sheet=*"])
def test_a_value_that_does_not_fit_is_one_line(given: str, lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*_INIT, "--source", str(lists / "commas.csv"), "--set", given]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("rest", [["commas.csv"], ["other.csv", "--item", "red-black-list"]])
@pytest.mark.parametrize("folder", ["commas.csv", "commas.csv/below", "/proc/connectors", "x" * 300])
def test_a_folder_that_cannot_be_made_is_one_line(
    folder: str, rest: list[str], lists: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(lists.rglob("*"))
    command = [*_INIT, "--folder", folder, "--source", *rest]
    assert cli.main(command) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert (folder in said, "choose another place" in said) == (True, True)
    cli.main([*command, "--lang", "zh"])
    assert english_in(capsys.readouterr().err.splitlines()[-1].replace(folder, "")) == []
    assert sorted(lists.rglob("*")) == before


def test_a_connector_whose_file_cannot_be_written_leaves_no_mapping(lists: Path) -> None:
    (lists / "connectors.d" / "other.yaml").mkdir(parents=True)
    command = [*_INIT, "--source", "other.csv", "--item", "red-black-list", "--id", "other", "--force"]
    assert cli.main(command) == 2
    assert list((lists / "connectors.d" / "mappings").iterdir()) == []
