"""Rows to events."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fastavro
import pytest

from creditbus.avro_schemas import event_schema, unreadable_schema
from creditbus.connectors.contract import Column, Defect, DefectReason, Row
from creditbus.connectors.errors import ConfigurationError, RegistrationError
from creditbus.connectors.publish.encoder import Encoder, subject_of
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.event import ACT_FIELDS, CLAIM_FIELDS, Header

_CONFIGURATION = """\
id: one
department: {department}
item: {item}
kind: csv
settings: {{path: rows.csv}}
mapping: mapping.yaml
"""


class Registered:
    """A registry in which every schema has the id 7."""

    def find(self, subject: str, schema: Any) -> int | None:
        assert subject == subject_of(schema)
        return 7


class Empty:
    """A registry without schemas."""

    def find(self, subject: str, schema: Any) -> int | None:
        del subject, schema
        return None


def _connector(folder: Path, mapping: str, item: str = "administrative-penalty") -> Connector:
    department = {"administrative-penalty": "administrative-enforcement", "tax-credit-grade": "tax-bureau"}[item]
    (folder / "one.yaml").write_text(_CONFIGURATION.format(department=department, item=item), encoding="utf-8")
    (folder / "mapping.yaml").write_text(f"item: {item}\n{mapping}", encoding="utf-8")
    return load_connector(folder / "one.yaml")


def _event(connector: Connector, **cells: Any) -> dict[str, Any]:
    return connector.mapper(Row(cells, "rows.csv", "", 3, 3), "run-1").event


def test_an_event_has_every_field_of_the_header_in_its_order(tmp_path: Path) -> None:
    event = _event(_connector(tmp_path, ""), CF_WSH="1")
    assert list(event["header"]) == list(Header.__annotations__)
    assert list(event["claim"]) == list(CLAIM_FIELDS)
    assert list(event["act"]) == list(ACT_FIELDS)


def test_fields_take_the_column_of_their_code_or_title(tmp_path: Path) -> None:
    event = _event(_connector(tmp_path, ""), CF_WSH="虚罚〔2018〕1号", 处罚机关="虚构局", 别的="x")
    assert event["content"]["CF_WSH"] == "虚罚〔2018〕1号"
    assert event["content"]["CF_CFJG"] == "虚构局"
    assert event["content"]["CF_NR"] is None


@pytest.mark.parametrize("spelled", ["cf_wsh", "Cf_Wsh", "CF_WSH"])
def test_columns_are_found_whatever_their_case(tmp_path: Path, spelled: str) -> None:
    connector = _connector(tmp_path, "content: {CF_NR: remark}\nignore: [ROWID]\n")
    assert _event(connector, **{spelled: "1号", "REMARK": "x"})["content"]["CF_WSH"] == "1号"
    assert _event(connector, REMARK="x")["content"]["CF_NR"] == "x"
    fit = connector.mapper.columns([Column(spelled), Column("Remark"), Column("rowid"), Column("other")])
    assert (fit.recognised, fit.unknown) == ((spelled, "Remark"), ("other",))
    assert connector.mapper.column_of("CF_WSH", ["a", spelled]) == spelled


def test_columns_that_differ_by_case_alone_are_a_mistake_where_one_is_used(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "")
    with pytest.raises(ConfigurationError, match="columns CF_WSH and cf_wsh: differ by case alone"):
        _event(connector, CF_WSH="1", cf_wsh="2")
    with pytest.raises(ConfigurationError, match="differ by case alone"):
        connector.mapper.columns([Column("CF_WSH"), Column("cf_wsh")])
    assert _event(connector, CF_WSH="1", other="2", OTHER="3")["content"]["CF_WSH"] == "1"


@pytest.mark.parametrize(
    ("cell", "value", "normalised"),
    [
        ('="0012"', "0012", 1),
        ("'0012", "0012", 1),
        ('　="示例〔2025〕1号" ', "示例〔2025〕1号", 1),
        ('="a""b"', 'a"b', 1),
        ('="0012　"', "0012", 1),
        ("'十四五'规划", "'十四五'规划", 0),
        ("=1+1", "=1+1", 0),
        ('="0012', '="0012', 0),
        ("0012", "0012", 0),
        ("'", None, 1),
    ],
)
def test_what_keeps_a_spreadsheet_from_reading_a_number_is_taken_away_and_counted(
    tmp_path: Path, cell: str, value: str | None, normalised: int
) -> None:
    event = _event(_connector(tmp_path, ""), CF_WSH=cell)
    assert (event["content"]["CF_WSH"], event["header"]["normalised"]) == (value, normalised)


def test_a_date_with_a_time_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "content: {CF_JDRQ: {form: datetime}, CF_YXQ: {form: epoch_ms}}\n")
    moment = datetime(2025, 3, 2, 20, tzinfo=UTC)
    content = _event(connector, CF_JDRQ="2025-03-03 00:00:00", CF_YXQ=1740931200000)["content"]
    assert (content["CF_JDRQ"], content["CF_YXQ"]) == ("2025-03-03", "2025-03-03")
    assert _event(connector, CF_JDRQ=moment)["content"]["CF_JDRQ"] == "2025-03-03"
    assert (
        _event(_connector(tmp_path, ""), CF_JDRQ="2025-03-03 00:00:00")["content"]["CF_JDRQ"] == "2025-03-03 00:00:00"
    )


def test_the_moment_of_the_source_may_be_counted(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "header: {source_time: {column: t, form: epoch_ms}}\n")
    assert _event(connector, t="1740931200000")["header"]["source_time"] == 1740931200000


def test_a_moment_fits_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"content\.CF_NR\.form: form epoch_ms does not fit this field"):
        _connector(tmp_path, "content: {CF_NR: {form: epoch_ms}}\n")


def test_by_name_can_be_switched_off(tmp_path: Path) -> None:
    event = _event(_connector(tmp_path, "by_name: false\ncontent: {CF_WSH: 文号}\n"), 文号="1", CF_NR="x")
    assert (event["content"]["CF_WSH"], event["content"]["CF_NR"]) == ("1", None)


def test_header_and_act_are_derived_by_the_catalogue(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "content: {CF_WSH: {form: code}}\nclaim: {uscc: 代码}\n")
    event = _event(
        connector, CF_WSH="（2018）1号", CF_CFJGDM="11XX", CF_CFJG="虚构局", CF_XDR_MC="虚构公司", 代码="91YY"
    )
    header = event["header"]
    assert header["authority"] == "11XX"
    assert header["authority_name"] == "虚构局"
    assert header["document_no"] == event["act"]["decision_no"] == "(2018)1号"
    assert header["subject_name"] == "虚构公司"
    assert header["origin"] == {
        "department": "administrative-enforcement",
        "run": "run-1",
        "file": "rows.csv",
        "sheet": "",
        "row": 3,
    }
    assert event["claim"]["uscc"] == "91YY"


def test_repaired_cells_are_counted_once_each(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "content: {CF_WSH: {form: code}}\nheader: {document_no: CF_WSH}\n")
    event = _event(connector, CF_WSH="　（１）号", CF_NR="（宽）", CF_SY=" / ", CF_YJ="x", CF_JDRQ="2018/1/2")
    assert event["content"]["CF_WSH"] == event["header"]["document_no"] == "(1)号"
    assert event["content"]["CF_NR"] == "（宽）"
    assert event["content"]["CF_SY"] is None
    assert event["content"]["CF_JDRQ"] == "2018-01-02"
    assert event["header"]["normalised"] == 2


@pytest.mark.parametrize("cell", ["", " ", "/", "无", "-", "N/A", None])
def test_empties(tmp_path: Path, cell: str | None) -> None:
    assert _event(_connector(tmp_path, ""), CF_NR=cell)["content"]["CF_NR"] is None


def test_code_tables_units_constants_and_lookups(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("名称,代码\n虚构（局）,11XX\n", encoding="utf-8-sig")
    connector = _connector(
        tmp_path,
        "content:\n"
        "  CF_XDR_LB: {column: 类别, values: {企业: 法人及非法人组织}}\n"
        "  CF_NR_FK: {column: 罚款(元), unit: {from: 元, to: 万元}}\n"
        "  CF_SJLY: {constant: 虚构源}\n"
        "  CF_CFJGDM: {column: 机关, lookup: t, form: text}\n"
        "  CF_SJLYDM: {column: 机关, lookup: undeclared}\n"
        "tables: {t: {path: t.csv, key: 名称, value: 代码}}\n",
    )
    content = _event(connector, **{"类别": "企业", "罚款(元)": "2000", "机关": "虚构（局）"})["content"]
    assert content["CF_XDR_LB"] == "法人及非法人组织"
    assert content["CF_NR_FK"] == "0.2"
    assert content["CF_SJLY"] == "虚构源"
    assert content["CF_CFJGDM"] == "11XX"
    assert content["CF_SJLYDM"] == "虚构(局)"


def test_an_authority_without_a_code_is_named_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("名称,代码\n虚构税务局,11XX\n", encoding="utf-8")
    connector = _connector(
        tmp_path,
        "header: {authority: {column: PJDW, lookup: t}}\ntables: {t: {path: t.csv, key: 名称, value: 代码}}\n",
        "tax-credit-grade",
    )
    assert _event(connector, PJDW="虚构税务局", PJND="2018")["header"]["authority"] == "11XX"
    header = _event(connector, PJDW="别的局", PJND="2018")["header"]
    assert (header["authority"], header["document_no"]) == ("别的局", "2018年度")


def test_a_source_time_stands_in_the_header_alone(tmp_path: Path) -> None:
    event = _event(_connector(tmp_path, "header: {source_time: SJC}\n"), SJC="2018-01-02 08:00:00")
    assert event["header"]["source_time"] == 1_514_851_200_000
    assert "SJC" not in event["content"]


def test_nothing_of_a_natural_person_leaves_the_department(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "claim: {uscc: 代码, person_id: 证件}\n")
    cells = {
        "CF_XDR_MC": "虚构人",
        "CF_XDR_LB": "自然人",
        "证件": "X",
        "CF_WSH": "虚罚〔2018〕1号",
        "CF_CFJG": "虚构局",
    }
    mapped = connector.mapper(Row(cells, "rows.csv", "", 3, 3), "run-1")
    assert mapped.withheld
    assert mapped.event["header"]["subject_kind"] == "NATURAL_PERSON"
    encoded = Encoder(connector.item.id, Registered()).event(mapped)
    for value in cells.values():
        assert value.encode() not in encoded.value
        assert value.encode() not in encoded.key
    assert "虚构人" not in repr(mapped)


def test_an_identity_number_alone_makes_a_natural_person(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "claim: {person_id: 证件}\n")
    assert connector.mapper(Row({"证件": "X"}, "rows.csv", "", 3, 3), "run-1").withheld


def test_unknown_and_missing_columns_are_told(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "claim: {uscc: 代码}\nignore: [序号]\n")
    fit = connector.mapper.columns([Column("代码"), Column("CF_WSH"), Column("序号"), Column("备注2")])
    assert fit.recognised == ("代码", "CF_WSH")
    assert fit.unknown == ("备注2",)
    assert "CF_XDR_MC" in fit.missing
    assert "CF_WSH" not in fit.missing


def test_events_are_framed_avro_under_the_record_key(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "")
    mapped = connector.mapper(Row({"CF_WSH": "1号", "CF_CFJG": "虚构局"}, "rows.csv", "", 3, 3), "run-1")
    key, value = Encoder(connector.item.id, Registered()).event(mapped)
    assert key == "administrative-penalty|虚构局|1号".encode()
    assert value[:5] == b"\x00\x00\x00\x00\x07"
    decoded: Any = fastavro.schemaless_reader(io.BytesIO(value[5:]), event_schema("administrative-penalty"), None)
    assert decoded["content"] == mapped.event["content"]
    assert decoded["header"]["origin"]["row"] == 3


def test_unreadable_rows_keep_their_bytes(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "")
    defect = Defect(DefectReason.COLUMN_COUNT, "3 cells, the header has 2", b"\xd0\xe9,", "rows.csv", "", 4, 4)
    message = Encoder(connector.item.id, Registered()).unreadable(defect, connector.mapper.header(defect, "run-1"))
    decoded: Any = fastavro.schemaless_reader(io.BytesIO(message.value[5:]), unreadable_schema(), None)
    assert decoded["header"]["item"] == "administrative-penalty"
    assert decoded["unreadable"] == {
        "reason": "FORMAT_COLUMN_COUNT",
        "detail": "3 cells, the header has 2",
        "original": b"\xd0\xe9,",
    }


def test_a_schema_that_is_not_registered_says_what_to_do() -> None:
    with pytest.raises(RegistrationError, match="is not registered; run `creditbus topics apply`"):
        Encoder("administrative-penalty", Empty())


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("code", "expected"), [("11XX", "11XX"), ("/", "虚构局"), (None, "虚构局")])
def test_another_column_counts_where_the_first_is_empty(
    tmp_path: Path, order: int, code: str | None, expected: str
) -> None:
    rule = "header: {authority: {column: 代码, form: code, otherwise: {column: 名称}}}\n"
    cells = {"代码": code, "名称": "虚构局"}
    assert _event(_connector(tmp_path, rule), **dict(list(cells.items())[::order]))["header"]["authority"] == expected
