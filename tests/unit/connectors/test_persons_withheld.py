"""Nothing of a natural person leaves a department under an item that admits none."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from creditbus.connectors.contract import Row
from creditbus.connectors.errors import MappingError, SourceError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import noted
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.run.chunks import TransactionChunk, chunks
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.setup.preview import preview
from creditbus.services.cli.connector.app import app
from creditbus.services.domain.identifiers import registration_no
from creditbus.services.domain.reasons import Reason

Write = Callable[..., Path]

_CASES = Path(__file__).parents[2] / "cases"
_TODAY = date(2025, 12, 31)
_NUMBER = "11010519491231002X"  # the example that GB 11643-1999 itself prints
_OLD = "110105491231002"
_COMPANY = "91990106FC0007002W"
_HEADER = (
    "事件类型,名单名称,名单类型,主体类别,主体名称,主体代码,认定单位,认定单位代码,列入决定文书号,法律依据,列入日期,备注"
)


class _Registered:
    def find(self, subject: str, schema: Any) -> int | None:
        del subject, schema
        return 7


def _row(code: str = _COMPANY, kind: str = "法人及非法人组织", **cells: str) -> str:
    values = {
        "name": "示例某甲",
        "office": "示例市市场监督管理局",
        "number": "示例〔2025〕1号",
        "basis": "企业信息公示暂行条例",
        "note": "",
        **cells,
    }
    return (
        f"列入,经营异常名录,黑,{kind},{values['name']},{code},{values['office']},11990100AU0000010W,"
        f"{values['number']},{values['basis']},2025-03-03,{values['note']}"
    )


def _connector(write: Write, *rows: str, **changes: Any) -> Connector:
    return load_connector(write("\n".join((_HEADER, *rows)) + "\n", **changes))


def _sent(connector: Connector) -> list[TransactionChunk]:
    encoder = Encoder(connector.item.id, _Registered())
    with PublishedRows(connector.file.parent, "lists") as memory:
        run = memory.begin("r", 0)
        return list(chunks(connector, connector.open(), encoder, Progress("lists", "r", "v"), run))


def _bytes(sent: list[TransactionChunk]) -> bytes:
    """Everything that a run sends or keeps."""
    kept = [part for chunk in sent for part in chunk.noted]
    messages = [part for chunk in sent for message in chunk.messages for part in message]
    positions = json.dumps([chunk.position for chunk in sent]).encode()
    return b"\0".join([*messages, *(one.event for one in kept), repr(kept).encode(), repr(sent).encode(), positions])


@pytest.mark.parametrize(
    "code",
    [
        _NUMBER,
        _OLD,
        "990106195001011007",  # passes the check of a unified code
        "990106195001012288",
        _NUMBER.lower(),
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105\u200b19491231002X",
        '="11010519491231002X"'.replace('"', '""').join(('"', '"')),
    ],
)
@pytest.mark.parametrize("kind", ["法人及非法人组织", "个体工商户", "企业", ""])
def test_a_number_in_the_code_column_withholds_its_row_whatever_the_category(
    write_connector: Write, code: str, kind: str
) -> None:
    connector = _connector(write_connector, _row(code, kind), _row())
    sent = _sent(connector)
    assert [chunk.totals.withheld for chunk in sent] == [1]
    assert "示例某甲".encode() in _bytes(sent)  # the company's row went
    alone = _bytes(_sent(_connector(write_connector, _row(code, kind))))
    for trace in (_NUMBER[:6], _OLD[:6], "99010619500101", "示例某甲", "示例〔2025〕1号"):
        assert trace.encode() not in alone


def test_a_constant_category_hides_nobody(write_connector: Write) -> None:
    overrides = {"content": {"ZTLB": {"constant": "法人及非法人组织"}}}
    connector = _connector(write_connector, _row(_NUMBER), overrides=overrides)
    assert _sent(connector)[0].totals.withheld == 1


@pytest.mark.parametrize("kind", ["自然人", "个人", "个 人", "自然人（居民）", "公民", "　个人　"])
def test_a_category_that_means_a_person_withholds_its_row(write_connector: Write, kind: str) -> None:
    sent = _sent(_connector(write_connector, _row("", kind)))
    assert sent[0].totals.withheld == 1
    assert "示例某甲".encode() not in _bytes(sent)


@pytest.mark.parametrize("kind", ["个体", "个人独资企业", "其他", "2"])
def test_an_unknown_category_is_sent_without_claim_and_name(write_connector: Write, kind: str) -> None:
    connector = _connector(write_connector, _row(kind=kind))
    sent = _sent(connector)
    assert sent[0].totals.withheld == 0
    assert "示例某甲".encode() not in _bytes(sent)
    assert _COMPANY.encode() not in _bytes(sent)
    result = preview(connector, _TODAY)
    assert dict(result.reasons) == {Reason.ENUM_UNKNOWN: 1}
    assert [(one.column, one.value) for one in result.shown] == [("ZTLB", kind)]


def test_numbers_beside_a_company_are_taken_out_of_their_cells(write_connector: Write) -> None:
    connector = _connector(write_connector, _row(note=f"法定代表人身份证{_NUMBER}，已核"), _row(note=_NUMBER))
    first, second = (connector.mapper(row, "r") for row in connector.open().read(None) if isinstance(row, Row))
    assert first.event["content"]["BZ"] == f"法定代表人身份证{'*' * 18}，已核"
    assert second.event["content"]["BZ"] is None
    sent = _sent(connector)
    assert sent[0].totals.cleared == 2
    assert _NUMBER[:14].encode() not in _bytes(sent)


@pytest.mark.parametrize("place", ["name", "office", "number"])
def test_a_number_in_what_names_the_record_withholds_the_row(write_connector: Write, place: str) -> None:
    connector = _connector(write_connector, _row(**{place: f"示例{_NUMBER}"}))
    sent = _sent(connector)
    assert sent[0].totals.withheld == 1
    assert _NUMBER.encode() not in _bytes(sent)


@pytest.mark.parametrize("cells", [f"多,少,{_NUMBER}", f"列入,{_OLD}", "甲,个人,某丁"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_row_that_cannot_be_read_is_not_quoted_where_it_may_speak_of_a_person(
    write_connector: Write, cells: str, encoding: str
) -> None:
    file = write_connector("")
    (file.parent / "rows.csv").write_bytes(f"{_HEADER}\n{cells}\n".encode(encoding))
    sent = _sent(load_connector(file))
    assert sent[0].totals.unreadable == 1
    for trace in (_NUMBER, _OLD):
        assert trace.encode() not in _bytes(sent)
    assert "某丁".encode(encoding) not in _bytes(sent)


def test_a_file_named_by_a_number_is_not_read(write_connector: Write) -> None:
    file = write_connector(f"{_HEADER}\n{_row()}\n", settings={"path": f"{_NUMBER}.csv"})
    (file.parent / "rows.csv").rename(file.parent / f"{_NUMBER}.csv")
    with pytest.raises(SourceError, match="its name holds a citizen's number") as told:
        _sent(load_connector(file))
    assert _NUMBER not in str(told.value)


def test_a_registration_number_of_what_is_shown_to_be_a_company_stays(write_connector: Write) -> None:
    changes = {"item": "abnormal-operation", "mapping": "abnormal-operations", "department": "market-supervision"}
    connector = load_connector(write_connector("", **changes))
    sound = "99010645123100" + registration_no.check_digit("99010645123100")
    doubtful = f"{sound[:-1]}{(int(sound[-1]) + 1) % 10}"
    for code, number, name, withheld in (
        (_COMPANY, sound, "示例", False),
        ("", sound, "示例商贸有限公司", False),
        ("", sound, "示例某甲", True),
        (_COMPANY, doubtful, "示例商贸有限公司", True),
        (sound, "", "示例商贸有限公司", True),
    ):
        mapped = connector.mapper(Row({"UNISCID": code, "REGNO": number, "ENTNAME": name}, "f", "", 1, 1), "r")
        assert mapped.withheld is withheld


def test_the_number_of_a_representative_goes_only_where_the_mapping_carries_it(write_connector: Write) -> None:
    changes = {
        "item": "administrative-penalty",
        "mapping": "dual-publicity-2018-penalties",
        "department": "administrative-enforcement",
    }
    cells = {"CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": _COMPANY, "CF_FR_ZJHM": _NUMBER, "CF_XDR_ZJHM": _OLD}
    row = Row(cells, "f", "", 1, 1)
    plain = load_connector(write_connector("", **changes)).mapper(row, "r")
    assert (plain.event["content"]["CF_FR_ZJHM"], plain.event["claim"]["person_id"], plain.cleared) == (None, None, 2)
    carrying = load_connector(write_connector("", **changes, overrides={"carry_numbers": ["CF_FR_ZJHM"]}))
    assert carrying.mapper(row, "r").event["content"]["CF_FR_ZJHM"] == _NUMBER
    with pytest.raises(MappingError, match="not meant for persons' numbers"):
        load_connector(write_connector("", **changes, overrides={"carry_numbers": ["CF_NR"]}))


def test_the_department_is_told_and_shown(write_connector: Write) -> None:
    file = write_connector((_CASES / "14-persons.csv").read_text("utf-8"))
    result = preview(load_connector(file), _TODAY)
    assert (result.withheld, result.withheld_rows, result.publishable) == (4, [1, 2, 3, 4], 0)
    shown = CliRunner().invoke(app, ["preview", str(file)])
    assert "4 rows about natural persons (row 1, 2, 3, 4): nothing of them is sent" in shown.output
    assert "990106195001011031" not in shown.output
    facts = json.loads(CliRunner().invoke(app, ["preview", str(file), "--json"]).output)
    assert (facts["withheld"], facts["withheld_rows"]) == (4, [1, 2, 3, 4])


def test_what_is_kept_of_a_row_says_nothing_in_a_log(write_connector: Write) -> None:
    connector = _connector(write_connector, _row(_NUMBER))
    row = next(iter(connector.open().read(None)))
    assert isinstance(row, Row)
    mapped = connector.mapper(row, "r")
    for shown in (repr(row), repr(mapped), repr(noted(mapped.event, b"")), repr(preview(connector, _TODAY))):
        assert _NUMBER not in shown
