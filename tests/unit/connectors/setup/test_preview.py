"""Preview: the rules of intake, at the department, with nothing sent."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from creditbus.connectors.errors import SourceError
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress, Totals
from creditbus.connectors.run.chunks import chunks
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.domain.identifiers import uscc
from creditbus.services.domain.reasons import Reason

Write = Callable[..., Path]

_BODY = "91420100MAF1CT1N0"
_CODE = _BODY + uscc.check_character(_BODY)
_HEADER = (
    "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,"
    "认定单位代码,列入决定文书号,法律依据,列入日期,期限(年),移出日期,移出原因,移出决定文书号,备注"
)
_TODAY = date(2019, 12, 31)


def _row(code: str = _CODE, kind: str = "法人及非法人组织", entered: str = "2018-01-02", note: str = "") -> str:
    return (
        f"列入,守合同重信用企业,红,{kind},虚构企业,{code},虚构局,{_CODE},虚单〔2018〕1号,虚构法,{entered},1,,,,{note}"
    )


def _rows(*rows: str) -> str:
    return "\n".join((_HEADER, *rows)) + "\n"


def test_rows_are_counted_by_what_would_become_of_them(write_connector: Write) -> None:
    rows = _rows(_row(), _row(_CODE.lower()), _row(kind="自然人"), "多,少", _row(entered=" 2071-01-01"))
    result = preview(load_connector(write_connector(rows)), _TODAY)
    assert (result.rows, result.publishable, result.refused) == (5, 1, 4)
    assert (result.unreadable, result.withheld, result.normalised) == (1, 1, 1)
    assert sum(result.reasons.values()) == result.refused
    by_row = {one.row: one for one in result.shown}
    assert (by_row[2].reason, by_row[2].column, by_row[2].proposed) == (Reason.ID_LOWER_CASE, "ZTDM", _CODE)
    assert by_row[3].reason is Reason.CAT_NATURAL_PERSON
    assert by_row[4].reason is Reason.FORMAT_COLUMN_COUNT
    assert by_row[5].reason is Reason.DATE_FUTURE


def test_today_is_the_caller_s(write_connector: Write) -> None:
    connector = load_connector(write_connector(_rows(_row(entered="2018-01-02"))))
    assert preview(connector, date(2018, 1, 1)).refused == 1
    assert preview(connector, date(2018, 1, 2)).refused == 0


def test_a_preview_can_be_short(write_connector: Write) -> None:
    connector = load_connector(write_connector(_rows(*[_row("x")] * 10)))
    result = preview(connector, _TODAY, limit=6, shown=2)
    assert (result.rows, result.refused) == (6, 6)
    assert {one.row for one in result.shown} == {1, 2}


def test_values_stay_out_of_representations(write_connector: Write) -> None:
    result = preview(load_connector(write_connector(_rows(_row(_CODE.lower())))), _TODAY)
    assert _CODE not in repr(result)
    assert _CODE.lower() not in repr(result)


class _Registered:
    def find(self, subject: str, schema: object) -> int | None:
        del subject, schema
        return 1


def test_chunks_carry_the_position_behind_their_last_row(
    write_connector: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditbus.connectors.run.chunks._CHUNK_ROWS", 2)
    connector = load_connector(write_connector(_rows(_row(), "多,少", _row(kind="自然人"))))
    made = list(
        chunks(connector, connector.open(), Encoder(connector.item.id, _Registered()), Progress("lists", "r", "v"))
    )
    assert [(chunk.position, chunk.totals) for chunk in made] == [
        (2, Totals(rows=2, published=2, unreadable=1)),
        (3, Totals(rows=1, published=1, withheld=1)),
    ]


def test_rows_before_the_end_of_what_can_be_read_are_given_before_its_error(write_connector: Write) -> None:
    connector = load_connector(write_connector(_rows(_row(), _row())))
    whole = connector.open()

    class Cut:
        def read(self, position: object) -> object:
            yield from whole.read(position)  # type: ignore[arg-type] # a position of its own
            raise SourceError("rows.csv", "is damaged")

    encoder, begun = Encoder(connector.item.id, _Registered()), Progress("lists", "r", "v")
    made = chunks(connector, Cut(), encoder, begun)  # type: ignore[arg-type] # only read is asked for
    assert next(made).totals.rows == 2
    with pytest.raises(SourceError, match="is damaged"):
        next(made)


def test_a_row_longer_than_a_broker_takes_is_unreadable(
    write_connector: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditbus.connectors.run.outgoing._MOST_BYTES", 2000)
    connector = load_connector(write_connector(_rows(_row(note="长" * 1000), _row())))
    [chunk] = chunks(
        connector, connector.open(), Encoder(connector.item.id, _Registered()), Progress("lists", "r", "v")
    )
    assert chunk.totals == Totals(rows=2, published=2, unreadable=1)
    assert max(len(message.value) for message in chunk.messages) < 2000


def test_progress_survives_its_topic() -> None:
    progress = Progress("lists", "run", "v").advanced(
        {"watermark": "2018", "key": 3}, Totals(5, 4, 1, 1), complete=True
    )
    assert Progress.decode(progress.encode()) == progress
    with pytest.raises(ValueError, match="no position"):
        Progress.decode(b'{"connector": "x"}')


def test_the_command_prints_a_table_and_facts(write_connector: Write) -> None:
    file = str(write_connector(_rows(_row(), _row(_CODE.lower()))))
    said = CliRunner().invoke(app, ["preview", file, "--today", "2019-12-31"])
    assert said.exit_code == 0
    assert "1 would be published   1 would be refused" in said.output
    assert "Nothing was sent." in said.output
    facts = json.loads(CliRunner().invoke(app, ["preview", file, "--json"]).output)
    assert (facts["publishable"], facts["reasons"]) == (1, {"ID_LOWER_CASE": 1})
    assert CliRunner().invoke(app, ["preview", file, "--strict"]).exit_code == 1


def _said(file: Path, *more: str) -> str:
    """What the command says of the connector, as it is asked for by its id."""
    arguments = ["preview", "lists", "--folder", str(file.parent), "--today", "2019-12-31", *more]
    return CliRunner().invoke(app, arguments, catch_exceptions=False).output


def test_rows_that_are_refused_alike_are_one_entry(write_connector: Write) -> None:
    lower = _row(_CODE.lower())
    file = write_connector(_rows(_row(), *[_row(entered="")] * 35, lower, lower, _row(_CODE[:-1])))
    result = preview(load_connector(file), _TODAY)
    found = [(one.first.column, one.first.reason, one.count, one.rows) for one in result.causes]
    assert found == [
        ("LRRQ", Reason.MANDATORY_EMPTY, 35, [2, 3, 4, 5, 6]),
        ("ZTDM", Reason.ID_LOWER_CASE, 2, [37, 38]),
        ("ZTDM", Reason.ID_LENGTH, 1, [39]),
    ]
    said = _said(file)
    assert said.count("MANDATORY_EMPTY") == 1
    assert "2, 3, 4, 5, 6, …" in said
    assert "35 rows" in said
    assert "causes that are not listed" not in said


@pytest.mark.parametrize(("shown", "left"), [(3, 0), (2, 2), (1, 4), (0, 5)])
def test_a_list_of_causes_that_is_cut_says_so(write_connector: Write, shown: int, left: int) -> None:
    wrong = [_row(entered=""), _row(_CODE.lower()), _row(_CODE.lower()), _row(_CODE[:-1]), _row(_CODE[:-1], entered="")]
    file = write_connector(_rows(_row(), *wrong))
    result = preview(load_connector(file), _TODAY, shown=shown)
    assert (len(result.causes), result.rows_of_other_causes) == (shown, left)
    said = _said(file, "--shown", str(shown))
    assert (f"and {left} rows for causes that are not listed" in said) is bool(left)


@pytest.mark.parametrize(
    ("rows", "runs"),
    [
        (_rows(_row(), _row(_CODE.lower())), True),
        (_rows(_row(_CODE.lower())), False),
        (_rows("多,少"), False),
        (_rows(_row(kind="自然人")), True),  # nothing can be corrected, and the run says what it withholds
        (_rows(_row(), _row()).replace("列入日期", "日子"), False),  # the run would stop
        (f"{_HEADER}\n", True),
    ],
)
def test_what_comes_next_is_what_helps(write_connector: Write, rows: str, *, runs: bool) -> None:
    file = write_connector(rows)
    following = _said(file).splitlines()[-1].partition("next: ")[2]
    rest = f"lists --folder {file.parent}"
    wanted = (
        "creditbus connector run" if runs else "correct the mapping or the source, then creditbus connector preview"
    )
    assert following == f"{wanted} {rest}"


def test_spec_discover_and_list_print_facts(write_connector: Write) -> None:
    file = write_connector(_rows(_row()))
    schema = json.loads(CliRunner().invoke(app, ["spec", "csv"]).output)
    assert "path" in schema["required"]
    [table] = json.loads(CliRunner().invoke(app, ["discover", str(file), "--json"]).output)
    assert table["mapping"]["unknown"] == table["mapping"]["missing"] == []
    listed = json.loads(CliRunner().invoke(app, ["list", "--folder", str(file.parent), "--json"]).output)
    assert [one["id"] for one in listed["connectors"]] == ["lists"]
