"""What a run shows in addition to its rows: columns that came and went, two rows of one decision."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Row
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.run.chunks import chunks
from creditbus.connectors.run.notices import Notices
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.cli.connector.noticed import pairs_lines, unused_line
from creditbus.services.domain.reasons import Caution

Write = Callable[..., Path]

_CASES = Path(__file__).parents[3] / "cases"
_TODAY = date(2025, 12, 31)


class _Registered:
    def find(self, subject: str, schema: Any) -> int | None:
        del subject, schema
        return 7


def _case(write: Write, name: str, **changes: Any) -> Connector:
    return load_connector(write((_CASES / name).read_text("utf-8"), **changes))


def _run(connector: Connector, before: frozenset[str] = frozenset(), *, accepted: bool = False) -> Notices:
    notices = Notices(connector.mapper, before, accepted=accepted)
    encoder = Encoder(connector.item.id, _Registered())
    for _ in chunks(connector, connector.open(), encoder, Progress("lists", "r", "v"), notices=notices):
        pass
    return notices


def test_a_column_that_is_gone_stops_the_run_before_its_first_row(write_connector: Write) -> None:
    before = _run(_case(write_connector, "10-first-delivery.csv")).columns()
    assert "备注" in before
    renamed = _case(write_connector, "10-renamed-column.csv")
    with pytest.raises(SourceError, match="the last complete run had 备注, which is gone; not used: 备注信息") as told:
        _run(renamed, before)
    assert "--accept-columns" in str(told.value)
    meant = _run(renamed, before, accepted=True)
    assert "备注" not in meant.columns()
    assert meant.unused() == ("备注信息",)
    _run(renamed, meant.columns())  # said once


def test_a_mandatory_column_that_is_missing_stops_the_run(write_connector: Write) -> None:
    rows = (_CASES / "10-first-delivery.csv").read_text("utf-8").replace("列入决定文书号", "文号")
    connector = load_connector(write_connector(rows))
    with pytest.raises(
        SourceError, match=r"no column for mandatory JDWH \(Number of the decision of entry\); not used: 文号"
    ):
        _run(connector)
    assert _run(connector, accepted=True).unused() == ("文号",)


@pytest.mark.parametrize("kind", ["jsonl", "xml", "rows"])
def test_sources_whose_rows_have_keys_of_their_own_are_judged_by_all_of_them(write_connector: Write, kind: str) -> None:
    connector = _case(write_connector, "10-first-delivery.csv")
    [first, *_] = [row for row in connector.open().read(None) if isinstance(row, Row)]
    rare = {**first.cells, "移出原因": "x"}
    notices = Notices(connector.mapper)
    for number in range(1, 101):
        row = first._replace(cells=rare if number == 1 else first.cells, file=f"a.{kind}", row=number)
        notices.take(row, connector.mapper(row, "r"))
    notices.judge()
    assert "移出原因" not in notices.columns()  # one row in a hundred had it
    assert "备注" in notices.columns()
    later = Notices(connector.mapper, notices.columns())
    renamed = {("备注信息" if name == "备注" else name): cell for name, cell in first.cells.items()}
    row = first._replace(cells=renamed)
    later.take(row, connector.mapper(row, "r"))
    with pytest.raises(SourceError, match="备注, which is gone"):
        later.judge()


def test_what_a_run_used_stands_in_its_position() -> None:
    progress = Progress("lists", "r", "v", columns=("主体代码", "备注"))
    assert Progress.decode(progress.encode()) == progress
    old = json.loads(progress.encode())
    del old["columns"], old["totals"]["cleared"]
    assert Progress.decode(json.dumps(old).encode()).columns == ()


def test_two_rows_of_one_decision_are_cautioned_with_both_rows(write_connector: Write) -> None:
    connector = _case(write_connector, "22-one-decision-twice.csv")
    result = preview(connector, _TODAY)
    assert result.cautions[Caution.ONE_KEY_TWO_ROWS] == 1
    assert [(one.first.row, one.second.row) for one in result.one_key_two_rows] == [(1, 2)]
    [pair] = _run(connector).pairs
    assert (pair.first.row, pair.second.row) == (1, 2)
    shown = CliRunner().invoke(app, ["preview", str(connector.file)])
    assert "rows 1 and 2" in shown.output
    facts = json.loads(CliRunner().invoke(app, ["preview", str(connector.file), "--json"]).output)
    assert facts["one_key_two_rows"][0]["second"] == {"file": "rows.csv", "sheet": "", "row": 2}


def test_a_further_key_makes_two_records_of_them(write_connector: Write) -> None:
    connector = _case(write_connector, "22-one-decision-twice.csv", overrides={"further_key": ["BZ"]})
    assert preview(connector, _TODAY).cautions[Caution.ONE_KEY_TWO_ROWS] == 0
    rows = [row for row in connector.open().read(None) if isinstance(row, Row)]
    numbers = [connector.mapper(row, "r").event["header"]["document_no"] for row in rows]
    assert numbers == ["示例同号〔2025〕1号#第一项：虚假宣传", "示例同号〔2025〕1号#第二项：价格欺诈"]
    with pytest.raises(MappingError, match="has no field NOTHING"):
        _case(write_connector, "22-one-decision-twice.csv", overrides={"further_key": ["NOTHING"]})


def test_an_entry_and_its_removal_and_the_same_row_twice_are_no_caution(write_connector: Write) -> None:
    header, row, _ = (_CASES / "22-one-decision-twice.csv").read_text("utf-8").splitlines()
    header += ",移出日期,移出原因"
    removal = row.replace("列入,", "移出,", 1) + ",2025-05-05,期满"
    connector = load_connector(write_connector("\n".join((header, f"{row},,", f"{row},,", removal)) + "\n"))
    assert _run(connector).pairs == []


def test_lines_name_the_first_pairs_and_escape_columns() -> None:
    assert pairs_lines(0, ()) == []
    assert unused_line(()) == []
    assert unused_line(["名\n称"]) == ["columns not used: 名\\n称"]


def test_values_with_line_ends_and_long_ones_are_one_short_line_in_a_preview(write_connector: Write) -> None:
    header, row, _ = (_CASES / "22-one-decision-twice.csv").read_text("utf-8").splitlines()
    long = '"第一行\n第二行' + "长" * 300 + '"'
    rows = "\n".join((header, row.replace(",黑,", f",{long},"))) + "\n"
    connector = load_connector(write_connector(rows))
    shown = CliRunner().invoke(app, ["preview", str(connector.file), "-n", "1"], env={"COLUMNS": "200"})
    assert "第一行\\n第二行" in shown.output
    assert "长" * 41 not in shown.output
