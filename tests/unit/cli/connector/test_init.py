"""`connector init` and `discover`: from a file to a connector that loads."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from creditbus.avro_schemas import raw_catalogue
from creditbus.connectors.contract import Column, Row, Table
from creditbus.connectors.returned.giving_back import column_names
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.field_guess import field_guesses
from creditbus.connectors.setup.guess import free_name, guesses, short_name
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector import skeleton as skeletons
from creditbus.services.cli.connector.app import app
from creditbus.services.cli.connector.init import _kind_by_source
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.reasons import Reason
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.parties import LONGEST_ID
from tests.examples import EXAMPLES
from tests.harness.workbooks import write_workbook

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
    assert short_name("red-black-lists") == "lists"
    assert free_name("lists", ()) == "lists"
    assert free_name("lists", ("lists", "lists-2")) == "lists-3"
    assert free_name("a" * LONGEST_ID, ("a" * LONGEST_ID,)) == "a" * (LONGEST_ID - 2) + "-2"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("parking.csv", "parking"),
        ("2025-03.csv", "2025-03"),
        ("名单.csv", "lists"),
        ("Parking.csv", "lists"),
        ("a.b.csv", "lists"),
        (f"{'a' * (LONGEST_ID + 1)}.csv", "lists"),
    ],
)
def test_a_connector_has_the_name_of_its_file_where_that_may_be_an_id(folder: Path, file: str, name: str) -> None:
    if file != "名单.csv":
        (folder / "名单.csv").rename(folder / file)
    said = _init("--department", "credit-office", "--source", file, "--yes")
    assert f"next: creditbus connector preview {name}\n" in said
    assert load_connector(folder / "connectors.d" / f"{name}.yaml").id == name
    said = _init("--department", "credit-office", "--source", file, "--yes")
    assert f"next: creditbus connector preview {name}-2\n" in said


def test_a_connector_with_a_mapping_to_be_filled_in_has_the_name_of_its_file(folder: Path) -> None:
    (folder / "parking.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    arguments = ["--department", "credit-office", "--source", "parking.csv", "--item", "red-black-list", "--yes"]
    CliRunner().invoke(app, ["init", *arguments], catch_exceptions=False)
    assert load_connector(folder / "connectors.d" / "parking.yaml").id == "parking"
    assert (folder / "connectors.d" / "mappings" / "parking.yaml").is_file()


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


_NO_CODE_OF_AUTHORITY = "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,列入决定文书号"


def test_a_guess_that_lacks_mandatory_columns_becomes_a_mapping_to_be_filled_in(folder: Path) -> None:
    row = "列入,x,黑,,示例公司,,," + "\n"
    (folder / "名单.csv").write_text(f"{_NO_CODE_OF_AUTHORITY}\n{row}", encoding="utf-8")
    arguments = ("init", "--department", "credit-office", "--source", "名单.csv", "--yes")
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 1
    assert "no template fits well enough; best: red-black-list, template red-black-lists" in said.output
    assert "if it is right: --template red-black-lists" in said.output
    assert "header of 名单.csv, taken from row 1: 事件类型, 名单名称" in said.output
    assert "--set header_row=ROW" in said.output
    assert "RDDWDM (" in said.output
    made = load_connector(folder / "connectors.d" / "list.yaml")
    assert made.item.id == "red-black-list"
    text = (folder / "connectors.d" / "mappings" / "list.yaml").read_text(encoding="utf-8")
    assert "  RDDW: 认定单位  # guessed, 100%" in text
    assert "  # RDDWDM: open" in text
    assert "admitted: 列入" in text
    assert [file.name for file in (folder / "connectors.d").glob("*.yaml")] == ["list.yaml"]
    named = CliRunner().invoke(app, [*arguments, "--template", "red-black-lists"])
    assert named.exit_code == 0  # a person has said which


def test_columns_that_nothing_knows_are_shown_with_the_items_to_choose_from(folder: Path) -> None:
    (folder / "名单.csv").write_text("甲,乙,丙,丁\nx,x,x,x\n", encoding="utf-8")
    arguments = ("init", "--department", "credit-office", "--source", "名单.csv", "--yes")
    refused = CliRunner().invoke(app, arguments)
    assert isinstance(refused.exception, ConfigurationError)
    assert "name it by --item: credit-commitment, " in str(refused.exception)
    assert "taken from row 1: 甲, 乙, 丙, 丁" in refused.output
    assert not (folder / "connectors.d").exists()
    assert CliRunner().invoke(app, [*arguments, "--item", "credit-commitment"]).exit_code == 1
    text = (folder / "connectors.d" / "mappings" / "commitment.yaml").read_text(encoding="utf-8")
    assert "# ignore: [甲, 乙, 丙, 丁]" in text
    filled = text.replace("  # CNRMC: open: name a column, or give a constant or default", "  CNRMC: 甲")
    assert filled != text
    (folder / "connectors.d" / "mappings" / "commitment.yaml").write_text(filled, encoding="utf-8")
    assert load_connector(folder / "connectors.d" / "commitment.yaml").mapper.columns([Column("甲")]).unknown == ()
    with pytest.raises(ConfigurationError, match="credit-office does not publish tax-credit-grade"):
        _init(*arguments[1:], "--item", "tax-credit-grade", "--id", "other")
    with pytest.raises(ConfigurationError, match="is there already"):
        _init(*arguments[1:], "--item", "credit-commitment", "--id", "commitment")


def test_a_departments_own_workbook_becomes_a_mapping_with_guesses(folder: Path) -> None:
    company = EXAMPLES["administrative-penalty"].claim["uscc"]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["示例市行政处罚台账"],
        ["填报单位：示例市城管局"],
        ["序号", "当事人", "信用代码", "决定书编号", "处罚类别", "罚款(元)", "决定日期"],
        [1, "示例公司", company, "示罚〔2025〕1号", "罚款", "3,000元", "2025年3月31日"],
        [2, "示例二公司", company, "示罚〔2025〕2号", "警告;罚款", "12,500", "20250401"],
        [3, "示例三公司", company, "示罚〔2025〕3号", "罚款", 500, 45748],
    ):
        sheet.append(row)
    book.save(folder / "处罚.xlsx")
    said = CliRunner().invoke(
        app,
        [
            *("init", "--department", "administrative-enforcement", "--source", "处罚.xlsx", "--yes", "--json"),
            *("--item", "administrative-penalty"),
        ],
    )
    assert said.exit_code == 1
    facts = json.loads(said.stdout)
    assert facts["skeleton"]["header_row"] == "3"
    assert facts["skeleton"]["above"] == [[1, "示例市行政处罚台账"], [2, "填报单位:示例市城管局"]]
    assert "CF_CFJGDM" in facts["skeleton"]["open"]
    made = load_connector(Path(facts["file"]))
    events = [made.mapper(row, "run").event for row in made.open().read(None) if isinstance(row, Row)]
    assert [event["content"]["CF_NR_FK"] for event in events] == ["0.3", "1.25", "0.05"]
    assert [event["content"]["CF_JDRQ"] for event in events] == ["2025-03-31", "2025-04-01", "2025-04-01"]
    assert [event["content"]["CF_XDR_MC"] for event in events] == ["示例公司", "示例二公司", "示例三公司"]
    assert {event["content"]["CF_XDR_LB"] for event in events} == {"法人及非法人组织"}
    assert {event["claim"]["uscc"] for event in events} == {company}
    assert [event["content"]["CF_WSH"] for event in events][1] == "示罚〔2025〕2号"


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize(("from_1904", "cell"), [(True, 44255), (False, 45717)])
def test_a_guess_says_how_its_column_is_read_also_where_a_person_has_to_confirm_it(
    folder: Path, form: str, cell: int, *, from_1904: bool
) -> None:
    company = EXAMPLES["administrative-penalty"].claim["uscc"]
    head = ["当事人", "信用代码", "决定书编号", "没收(元)", "决定日期"]
    write_workbook(
        folder / f"处罚.{form}", {"台账": [head, ["示例公司", company, "1号", "5,000", cell]]}, from_1904=from_1904
    )
    arguments = ["--department", "administrative-enforcement", "--source", f"处罚.{form}", "--yes", "--json"]
    said = CliRunner().invoke(app, ["init", *arguments, "--item", "administrative-penalty"])
    facts = json.loads(said.stdout)
    mapping = Path(facts["mapping"])
    text = mapping.read_text(encoding="utf-8")
    assert "  # CF_NR_WFFF: {" in text
    mapping.write_text(text.replace("  # CF_NR_WFFF: {", "  CF_NR_WFFF: {"), encoding="utf-8")
    made = load_connector(Path(facts["file"]))
    [row] = made.open().read(None)
    assert isinstance(row, Row)
    content = made.mapper(row, "run").event["content"]
    assert (content["CF_NR_WFFF"], content["CF_JDRQ"]) == ("0.5", "2025-03-01")


def test_the_code_of_an_authority_is_not_taken_for_that_of_the_subject(folder: Path) -> None:
    company, authority = EXAMPLES["administrative-penalty"].claim["uscc"], "11990100AU0000010W"
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["示例市行政处罚台账"],
        ["序号", "处罚机关代码", "当事人", None, "决定书编号", "处罚类别", "决定日期"],
        [None, None, "名称", "信用代码", None, None, None],
        [1, authority, "示例公司", company, "示罚〔2025〕1号", "罚款", "2025-03-31"],
        ["合计：1", None, None, None, None, None, None],
    ):
        sheet.append(row)
    sheet.merge_cells("C2:D2")
    sheet.merge_cells("A5:G5")
    book.save(folder / "处罚.xlsx")
    arguments = ("init", "--department", "administrative-enforcement", "--source", "处罚.xlsx", "--yes", "--json")
    facts = json.loads(CliRunner().invoke(app, [*arguments, "--item", "administrative-penalty"]).stdout)
    guessed = {one["field"]: one["column"] for one in facts["skeleton"]["guesses"]}
    assert (guessed["uscc"], guessed["CF_CFJGDM"]) == ("信用代码", "处罚机关代码")
    found = preview(load_connector(Path(facts["file"])), date(2026, 1, 1))
    total = [(one.row, one.reason, one.value) for one in found.shown if one.row == 5]
    assert total == [(5, Reason.CELL_MERGED, "A5:G5")]  # not one of its consequences


def test_a_table_is_guessed_by_its_values_before_anybody_says_how_it_is_read(folder: Path) -> None:
    company = EXAMPLES["administrative-penalty"].claim["uscc"]
    with closing(sqlite3.connect(folder / "zf.db")) as base, base:
        base.execute("CREATE TABLE cf (bh INTEGER PRIMARY KEY, xzxdr TEXT, tyshxydm TEXT, cfzl TEXT)")
        base.execute("INSERT INTO cf VALUES (1, '示例公司', ?, '罚款')", (company,))
    arguments = ["--department", "administrative-enforcement", "--source", f"sqlite:///{folder / 'zf.db'}", "--yes"]
    arguments += ["--item", "administrative-penalty", "--set", "mode=compare"]
    with pytest.raises(ConfigurationError, match=r"key is missing: .*--set KEY=VALUE"):
        _init(*arguments)
    with pytest.raises(ConfigurationError, match=r"settings.key: must be a list; .*--set 'KEY=\[A, B\]'"):
        _init(*arguments, "--set", "key=bh")
    arguments += ["--set", "key=[bh]", "--set", "state=state/cf"]
    said = CliRunner().invoke(app, ["init", *arguments, "--json"])
    facts = json.loads(said.stdout)
    guessed = {one["field"]: one["column"] for one in facts["skeleton"]["guesses"]}
    assert (guessed["uscc"], guessed["CF_CFLB"]) == ("tyshxydm", "cfzl")
    connector = load_connector(Path(facts["file"]))
    assert len(list(connector.open().read(None))) == 1  # the folder of its state is made
    # two fields take this column
    assert column_names(connector)("CF_XDR_SHXYM") == "tyshxydm"


def test_what_a_database_says_of_a_column_is_compared_with_the_titles_of_fields() -> None:
    [item] = [one for one in Catalogue.parse(raw_catalogue()) if one.id == "administrative-penalty"]
    [found] = field_guesses(item, {}, {"c7": ()}, {"c7": "处罚决定日期"})
    assert (found.field, found.column, found.score) == ("CF_JDRQ", "c7", 1.0)


def test_a_department_that_may_publish_nothing_hears_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del folder
    monkeypatch.setattr(skeletons, "_items", lambda _: {})
    with pytest.raises(
        ConfigurationError, match=r"may not publish any item yet.*the roles approval, consent-registrar, enforcement"
    ):
        _init("--department", "tax-bureau", "--source", "名单.csv", "--yes")


def test_an_empty_drop_folder_says_what_to_do_and_a_resting_file_is_looked_at(folder: Path) -> None:
    (folder / "投放").mkdir()
    arguments = ("init", "--department", "credit-office", "--source", "投放", "--yes")
    refused = CliRunner().invoke(app, arguments)
    assert isinstance(refused.exception, ConfigurationError)
    assert "0 complete files, 0 not complete yet; put a first file there" in str(refused.exception)
    (folder / "名单.csv").rename(folder / "投放" / "名单.csv")
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 0, said.output
    assert "still rest: their columns are looked at" in said.output
    assert load_connector(folder / "connectors.d" / "lists.yaml").settings.model_dump()["quiet_seconds"] == 10


def test_a_database_without_a_table_says_what_to_do(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "empty.db")) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(ConfigurationError, match=r"there is nothing to look at: .*let this user read the table"):
        _init("--department", "credit-office", "--source", f"sqlite:///{folder}/empty.db", "--yes")


def test_the_guess_reads_the_header_and_not_the_form_above_it(folder: Path) -> None:
    rows = f"示例市红黑名单信息归集表\n填报单位：示例局,,填报日期：2025-03-31\n{_HEADER}\n列入,x,黑,,示例公司,,,,,,,\n"
    (folder / "名单.csv").write_text(rows, encoding="utf-8")
    assert "11 of 12 columns recognised" in _init("--department", "credit-office", "--source", "名单.csv", "--yes")


def test_of_several_tables_that_no_template_knows_one_has_to_be_named(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "zf.db")) as base, base:
        base.execute("CREATE TABLE a1 (x INTEGER PRIMARY KEY, y TEXT)")
        base.execute("CREATE TABLE cf (bh INTEGER PRIMARY KEY, xzxdr TEXT)")
    arguments = ["--department", "administrative-enforcement", "--source", f"sqlite:///{folder / 'zf.db'}"]
    arguments += ["--item", "administrative-penalty", "--set", "mode=compare", "--set", "key=[bh]", "--set", "state=s"]
    with pytest.raises(ConfigurationError, match=r"^--set table=\.\.\.: the database has 2 tables.*: a1, cf$"):
        _init(*arguments, "--yes")
    chosen = CliRunner().invoke(app, ["init", *arguments, "--id", "cf"], input="2\n")
    assert chosen.exit_code == 1
    written = yaml.safe_load((folder / "connectors.d" / "cf.yaml").read_text(encoding="utf-8"))
    assert written["settings"]["table"] == "cf"


@pytest.mark.parametrize(
    ("item", "department", "field", "reason"),
    [
        ("administrative-licence", "administrative-approval", "XK_FRDB", "COND_LEGAL_REP_MISSING"),
        ("administrative-penalty", "administrative-enforcement", "CF_NR_FK", "COND_FINE_AMOUNT_MISSING"),
    ],
)
def test_a_skeleton_says_which_fields_without_a_column_are_mandatory_under_a_condition(
    item: str, department: str, field: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "台账.csv").write_text("甲,乙\n1,2\n", encoding="utf-8")
    arguments = ["init", "--department", department, "--source", "台账.csv", "--item", item, "--id", "one", "--yes"]
    said = CliRunner().invoke(app, arguments, catch_exceptions=False).output
    line = next(one for one in said.splitlines() if one.startswith(f"  without a column yet: {field}"))
    assert reason in line
    mapping = (tmp_path / "connectors.d" / "mappings" / "one.yaml").read_text(encoding="utf-8").splitlines()
    described = mapping[next(n for n, one in enumerate(mapping) if one.startswith(f"  # {field}:")) - 1]
    assert "mandatory where" in described
    assert reason in described
    facts = json.loads(CliRunner().invoke(app, [*arguments, "--force", "--json"]).stdout)
    assert field in facts["skeleton"]["open_where"]
