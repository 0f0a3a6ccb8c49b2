"""What departments' columns need: units, thousands, day numbers, defaults, names of files, kinds of parties."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Column, Row
from creditbus.connectors.errors import MappingError
from creditbus.connectors.mapping.amounts import number_reader
from creditbus.connectors.mapping.day_numbers import day_number_reader
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.identifiers import citizen_id
from creditbus.services.domain.reasons import AnyReason, Reason
from creditbus.services.domain.validation.outcome import Finding, Refused
from tests.examples import EXAMPLES

_CONFIGURATION = """\
id: one
department: {department}
item: {item}
kind: csv
settings: {{path: rows.csv}}
mapping: mapping.yaml
"""
_RULES = {"constant": "date_forms: []\n    constant: ", "default": "column: x\n    default: "}
_DEPARTMENTS = {"wage-arrears-list": "human-resources"}


def _connector(folder: Path, mapping: str, item: str = "administrative-penalty") -> Connector:
    department = _DEPARTMENTS.get(item, "administrative-enforcement")
    configuration = _CONFIGURATION.format(department=department, item=item)
    (folder / "one.yaml").write_text(configuration, encoding="utf-8")
    (folder / "mapping.yaml").write_text(f"item: {item}\n{mapping}", encoding="utf-8")
    return load_connector(folder / "one.yaml")


def _event(connector: Connector, *, file: str = "rows.csv", sheet: str = "", **cells: Any) -> dict[str, Any]:
    return connector.mapper(Row(cells, file, sheet, 3, 3), "run-1").event


def _read(text: str, **asked: Any) -> str | None:
    options: dict[str, Any] = {"thousands": True, "unit": ("元", "万元"), "written": True}
    return number_reader(**options | asked)(text)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("3000", "0.3"),
        ("3000元", "0.3"),
        ("3000 元整", "0.3"),
        ("¥3,000.00", "0.3"),
        ("￥3000", "0.3"),
        ("人民币1.25万元整", "1.25"),
        ("2千元", "0.2"),
        ("0.001亿元", "10"),
        ("-12,500", "-1.25"),
        ("1,234,567.89", "123.456789"),
    ],
)
def test_amounts_are_read_with_their_own_units_and_grouped_digits(cell: str, value: str) -> None:
    assert _read(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "12,5",
        "0,125",
        "1,25万元",
        "12,50,000",
        "1234,567",
        "3000美元",
        "三千元",
        "约3000元",
        "1.2.3",
        ",500",
        "元",
        "¥",
    ],
)
def test_an_amount_of_two_readings_or_none_passes_as_it_is(cell: str) -> None:
    assert _read(cell) == cell


def test_a_sign_of_yuan_does_not_say_what_a_column_of_ten_thousands_means() -> None:
    assert _read("¥3", unit=("万元", "万元")) == "¥3"
    assert _read("¥3万元", unit=("万元", "元")) == "30000"


def test_nothing_is_read_that_the_mapping_does_not_ask_for() -> None:
    assert _read("12,500", thousands=False) == "12,500"
    assert _read("3000元", written=False) == "3000元"
    assert _read("25年", unit=None) == "25年"
    assert _read("25 年", unit=None, suffixes=["年"]) == "25"
    assert _read("1,250人", unit=None, suffixes=["人"]) == "1250"


@pytest.mark.parametrize(
    ("item", "field", "source", "target", "value"),
    [
        ("administrative-penalty", "CF_NR_FK", "元", "万元", "0.3"),
        ("wage-arrears-list", "TQJE", "万元", "元", "30000000"),
    ],
)
def test_units_are_converted_both_ways(
    tmp_path: Path, item: str, field: str, source: str, target: str, value: str
) -> None:
    rule = f"{{column: 金额, thousands: true, unit: {{from: {source}, to: {target}, written: true}}}}"
    connector = _connector(tmp_path, f"content: {{{field}: {rule}}}\n", item)
    assert _event(connector, 金额="３，０００")["content"][field] == value


@pytest.mark.parametrize("rule", ["unit: {from: 元, to: 万元}", "unit: {from: 元, to: 万元, written: true}"])
@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2000", "0.2"),
        ("50000", "5"),
        ("-12500.50", "-1.25005"),
        ("0", "0"),
        ("1234567890123456789012345678901", "123456789012345678901234567.8901"),
        ("0.0000000000000000000000000000000012", "0.00000000000000000000000000000000000012"),
        ("9" * 100, "9" * 96 + ".9999"),
        (12500, "1.25"),
        (30000.0, "3"),
    ],
)
def test_an_amount_keeps_all_of_its_digits_in_another_unit(tmp_path: Path, rule: str, cell: Any, value: str) -> None:
    connector = _connector(tmp_path, f"content: {{CF_NR_FK: {{{rule}}}}}\n")
    assert _event(connector, CF_NR_FK=cell)["content"]["CF_NR_FK"] == value


@pytest.mark.parametrize("rule", ["", "unit: {from: 元, to: 万元}", "unit: {from: 元, to: 万元, written: true}"])
@pytest.mark.parametrize(
    "cell", ["1.23457E+11", "3e4", "3E-2", "1_000", "+3000", ".5", "5.", "1 000", "٣٠٠٠", "NaN", "Infinity", "约2000"]
)
def test_what_is_no_plain_number_is_refused_with_a_unit_and_without(tmp_path: Path, rule: str, cell: str) -> None:
    connector = _connector(tmp_path, f"content: {{CF_NR_FK: {{{rule}}}}}\n")
    content = _event(connector, CF_NR_FK=cell)["content"]
    assert content["CF_NR_FK"] == cell
    faults = connector.validator().faults(content, date(2026, 1, 1))
    assert Finding(Reason.NUMBER_UNPARSABLE, "CF_NR_FK") in faults


@pytest.mark.parametrize("unit", ["{from: 万元, to: 元}", "{from: 元, to: 元}", "{from: 元, to: 亿元, written: true}"])
@pytest.mark.parametrize("above", ["", "column: 罚没, otherwise: "])
def test_an_amount_is_converted_to_no_unit_but_that_of_its_field(tmp_path: Path, unit: str, above: str) -> None:
    inner = f"{{\n  column: 罚款,\n  unit: {unit}}}"
    rule = f"{{{above}{inner}}}" if above else inner
    with pytest.raises(MappingError) as raised:
        _connector(tmp_path, f"content:\n CF_NR_FK: {rule}\n")
    assert "mapping.yaml:5: " in str(raised.value)
    assert "unit.to: CF_NR_FK (Fine in ten thousand yuan) is in 万元; write to: 万元" in str(raised.value)
    assert "的单位是万元" in raised.value.text().zh


@pytest.mark.parametrize(
    ("system", "cell", "day"),
    [
        (1900, "45123", "2023-07-16"),
        (1904, "43661", "2023-07-16"),
        (1900, "45123.5", "2023-07-16 12:00:00"),
        (1900, "45123.0", "2023-07-16"),
        (1900, "29221", "1980-01-01"),
    ],
)
def test_days_that_a_spreadsheet_counts_are_read(system: Any, cell: str, day: str) -> None:
    assert day_number_reader(system)(cell) == day


@pytest.mark.parametrize("cell", ["2017", "19951", "20171", "201701", "20170131", "2017-01-31", "-45123", "45123.", ""])
def test_a_day_number_that_may_be_a_year_passes_as_it_is(cell: str) -> None:
    assert day_number_reader(1900)(cell) == cell


def test_a_date_field_takes_day_numbers_beside_its_other_forms(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "content: {CF_JDRQ: {day_numbers: 1900, date_forms: [yyyyMMdd]}}\n")
    for cell in (45123, 45123.0, "45123", "20230716", "2023/7/16"):
        assert _event(connector, CF_JDRQ=cell)["content"]["CF_JDRQ"] == "2023-07-16"
    assert _event(connector, CF_JDRQ=2017)["content"]["CF_JDRQ"] == "2017"
    timed = _connector(tmp_path, "content: {CF_JDRQ: {day_numbers: 1900, form: datetime}}\n")
    assert _event(timed, CF_JDRQ=45123.75)["content"]["CF_JDRQ"] == "2023-07-16"


def test_a_default_stands_where_nothing_else_gives_a_value(tmp_path: Path) -> None:
    connector = _connector(
        tmp_path, "content: {BZ: {column: 备注, otherwise: 说明, default: 无备注}, CF_SJLY: {default: 示例局}}\n"
    )
    assert _event(connector, 备注="/", 说明="")["content"]["BZ"] == "无备注"
    assert _event(connector, 备注="/", 说明="甲")["content"]["BZ"] == "甲"
    assert _event(connector, 备注="乙", 说明="甲")["content"]["BZ"] == "乙"
    assert _event(connector)["content"]["CF_SJLY"] == "示例局"


@pytest.mark.parametrize("key", ["constant", "default"])
@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("CF_YXQ", "长期", "2099-12-31"),
        ("CF_YXQ", "2099/12/31", "2099-12-31"),
        ("CF_YXQ", " 2099.1.2 ", "2099-01-02"),
        ("CF_JDRQ", "２０２５-３-１", "2025-03-01"),
        ("CF_NR_FK", "　３０００．５", "3000.5"),
        ("CF_WSH", "示罚〔２０２５〕５号\u200b", "示罚〔2025〕5号"),
        ("CF_CFJGDM", "１１990100MB0000001T", "11990100MB0000001T"),
        ("CF_CFLB", " 罚款 ", "罚款"),
        ("CF_NR", " 全文：３元 ", "全文：３元"),
        ("BZ", "", ""),
    ],
)
def test_a_fixed_value_is_what_a_cell_that_says_the_same_would_be(
    tmp_path: Path, key: str, field: str, written: str, value: str
) -> None:
    connector = _connector(tmp_path, f"content: {{{field}: {{{key}: '{written}'}}}}\n")
    content = _event(connector, 无关="x")["content"]
    assert content[field] == value
    assert field not in {fault.field for fault in connector.validator().faults(content, date(2026, 1, 1))}
    if value:
        assert _event(_connector(tmp_path, ""), **{field: written})["content"][field] == value


def test_a_fixed_day_is_read_by_the_forms_of_its_rule(tmp_path: Path) -> None:
    connector = _connector(
        tmp_path,
        "content:\n"
        "  CF_JDRQ: {date_forms: [yyyyMMdd], default: '20250331'}\n"
        "  CF_GSJZQ: {form: datetime, constant: '2025-03-31 09:30:00'}\n"
        "  CF_CFJGDM: {column: 机关, form: text, lookup: authorities, default: １１990100MB0000001T}\n"
        "header:\n"
        "  source_time: {constant: '2025-03-31 08:00:00'}\n"
        "  subject_kind: {column: 类别, default: ' ENTERPRISE '}\n"
        "claim: {registration_no: {column: 注册号, default: '９90106000000011'}}\n",
    )
    event = _event(connector)
    assert (event["content"]["CF_JDRQ"], event["content"]["CF_GSJZQ"]) == ("2025-03-31", "2025-03-31")
    assert event["content"]["CF_CFJGDM"] == "11990100MB0000001T"
    assert (event["header"]["source_time"], event["header"]["subject_kind"]) == (1743379200000, "ENTERPRISE")
    assert event["claim"]["registration_no"] == "990106000000011"


@pytest.mark.parametrize("key", ["constant", "default"])
@pytest.mark.parametrize(
    ("place", "written", "complaint"),
    [
        ("content.CF_JDRQ", "长期", "CF_JDRQ (Date of the decision) does not admit '长期'; write it as 2025-03-31"),
        ("content.CF_YXQ", "2099/13/31", "does not admit '2099/13/31'; write it as 2025-03-31, or 长期 for no end"),
        ("content.CF_JDRQ", "20250331", "write it as 2025-03-31"),
        ("content.CF_JDRQ", "2025-03-31 10:00", "write it as 2025-03-31"),
        ("content.CF_NR_FK", "3000元", "write a plain number such as 12500.5, in the unit of the field"),
        ("content.CF_NR_FK", "3E4", "write a plain number such as 12500.5, in the unit of the field"),
        ("content.CF_CFJGDM", "x", "The code has the wrong length."),
        ("content.CF_WSH", "文" * 200, "The value is longer than the field allows."),
        ("content.CF_CFLB", "批评", "admitted: 警告, 罚款, "),
        ("claim.uscc", "x", "The code has the wrong length."),
        ("claim.registration_no", "12", "The code has the wrong length."),
        ("header.source_time", "yesterday", "is neither a date nor a date with a time; write it as 2025-03-31 or "),
        ("header.subject_kind", "P", "'P' is not a kind of subject; known are "),
    ],
)
def test_a_fixed_value_that_every_row_would_be_refused_for_is_refused_with_the_mapping(
    tmp_path: Path, key: str, place: str, written: str, complaint: str
) -> None:
    part, field = place.split(".")
    with pytest.raises(MappingError) as raised:
        _connector(tmp_path, f"{part}:\n  {field}:\n    {_RULES[key]}'{written}'\n")
    assert f"mapping.yaml:5: {place}.{key}: " in str(raised.value)
    assert complaint in str(raised.value)
    assert raised.value.text().zh != str(raised.value)


def test_a_mandatory_field_is_not_fixed_to_nothing(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="A mandatory field is empty"):
        _connector(tmp_path, "content: {CF_WSH: {constant: ' '}}\n")
    assert (
        _event(_connector(tmp_path, "content: {CF_WSH: {default: ' '}}\n"), CF_WSH="1号")["content"]["CF_WSH"] == "1号"
    )


def test_names_of_files_and_sheets_give_values(tmp_path: Path) -> None:
    connector = _connector(
        tmp_path,
        "content:\n"
        "  BZ: {name_of: sheet}\n"
        "  CF_JDRQ: {column: 日期, otherwise: {name_of: file, pattern: '[0-9]{8}', date_forms: [yyyyMMdd]}}\n"
        "  CF_CFLB: {name_of: sheet, pattern: '(.+)案件', values: {没收: 没收违法所得}}\n",
    )
    content = _event(connector, file="处罚20230716.xlsx", sheet="没收案件")["content"]
    assert (content["BZ"], content["CF_JDRQ"], content["CF_CFLB"]) == ("没收案件", "2023-07-16", "没收违法所得")
    content = _event(connector, file="处罚.xlsx", sheet="汇总", 日期="2024-01-02")["content"]
    assert (content["BZ"], content["CF_JDRQ"], content["CF_CFLB"]) == ("汇总", "2024-01-02", None)
    fit = connector.mapper.columns([Column("日期")])
    assert "CF_CFLB" not in fit.missing


def test_the_kind_of_a_party_follows_from_its_code(tmp_path: Path) -> None:
    company = EXAMPLES["administrative-penalty"].claim["uscc"]
    connector = _connector(
        tmp_path,
        "claim: {uscc: 代码}\n"
        "content: {CF_XDR_LB: {column: 代码, find: party}}\n"
        "header: {subject_kind: {column: 代码, find: party}}\n",
    )
    event = _event(connector, 代码=company)
    assert event["content"]["CF_XDR_LB"] == "法人及非法人组织"
    assert event["header"]["subject_kind"] == "ENTERPRISE"
    assert company is not None
    broken = company[:-1] + ("1" if company[-1] != "1" else "2")
    assert _event(connector, 代码=broken)["content"]["CF_XDR_LB"] is None
    assert connector.mapper(Row({"代码": "990102199003070010"}, "rows.csv", "", 3, 3), "run-1").withheld


_BY_PARTY = "content: {CF_XDR_LB: {column: 代码, find: party}}\n"
_LAST_RESORT = "content: {CF_XDR_LB: {column: 类别, otherwise: {column: 代码, find: party}}}\n"
_OWN_COLUMN = "content: {CF_XDR_LB: 类别}\n"
_SOUND = "91990106FC0090109B"


def _refused_for(connector: Connector, code: str) -> dict[str, AnyReason]:
    """Why the kind and the code of a party are refused, by field."""
    event = _event(connector, **{name: value for name, value in _COMPLETE.items() if value}, 代码=code)
    judged = connector.validator().examine(event["header"], event["claim"], event["content"], date(2026, 1, 1))
    assert isinstance(judged, Refused)
    return {one.field: one.reason for one in judged.findings if one.field.startswith("CF_XDR")}


_COMPLETE = {name: value for name, value in EXAMPLES["administrative-penalty"].content.items() if name != "CF_XDR_LB"}


@pytest.mark.parametrize("mapping", [_BY_PARTY, _LAST_RESORT])
@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (_SOUND[:-1], Reason.ID_LENGTH),
        (_SOUND + "B", Reason.ID_LENGTH),
        (_SOUND.lower(), Reason.ID_LOWER_CASE),
        (_SOUND[:-1] + "C", Reason.ID_CHECK_DIGIT),
        (_SOUND[:-1] + "I", Reason.ID_CHARSET),
        ("", Reason.COND_SUBJECT_CODE_MISSING),
    ],
)
def test_a_kind_that_follows_from_a_refused_code_is_no_second_fault(
    mapping: str, code: str, reason: Reason, tmp_path: Path
) -> None:
    connector = _connector(tmp_path, f"claim: {{uscc: 代码}}\n{mapping}")
    assert _refused_for(connector, code) == {"CF_XDR_SHXYM": reason}


def test_a_kind_that_a_sound_code_does_not_tell_is_missing(tmp_path: Path) -> None:
    connector = _connector(tmp_path, f"claim: {{uscc: 代码}}\n{_BY_PARTY}")
    assert _refused_for(connector, "990106000000011") == {"CF_XDR_LB": Reason.MANDATORY_EMPTY}


def test_a_kind_of_a_column_of_its_own_is_missing_as_well_as_its_code(tmp_path: Path) -> None:
    connector = _connector(tmp_path, f"claim: {{uscc: 代码}}\n{_OWN_COLUMN}")
    found = {"CF_XDR_LB": Reason.MANDATORY_EMPTY, "CF_XDR_SHXYM": Reason.ID_LENGTH}
    assert _refused_for(connector, _SOUND[:-1]) == found


def test_a_further_key_may_be_a_column_of_no_field(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "further_key: [BZ, {column: [序号, 行号]}]\n")
    header = _event(connector, CF_WSH="1号", BZ="甲", 行号=" ２ ")["header"]
    assert header["document_no"] == "1号#甲#2"
    assert _event(connector, CF_WSH="1号")["header"]["document_no"] == "1号"
    fit = connector.mapper.columns([Column("行号"), Column("CF_WSH")])
    assert fit.recognised == ("行号", "CF_WSH")
    assert "序号" not in fit.missing
    assert "序号" in connector.mapper.columns([Column("CF_WSH")]).missing


def test_a_citizens_number_in_the_column_of_a_further_key_withholds_the_row(tmp_path: Path) -> None:
    connector = _connector(tmp_path, "further_key: [{column: 序号}]\n")
    cells = {"CF_WSH": "1号", "序号": citizen_id.upgrade("990102900307001")}
    assert connector.mapper(Row(cells, "rows.csv", "", 3, 3), "run-1").withheld


@pytest.mark.parametrize(
    ("mapping", "complaint"),
    [
        ("content: {BZ: {thousands: true}}", "content.BZ: thousands: for fields of numbers alone"),
        ("content: {BZ: {unit: {from: 元, to: 万元}}}", "content.BZ: unit: for fields of numbers alone"),
        ("header: {document_no: {column: x, unit: {from: 元, to: 万元}}}", "unit: for fields of numbers alone"),
        ("content: {BZ: {suffixes: [年]}}", "content.BZ: suffixes: for fields of numbers alone"),
        ("content: {BZ: {day_numbers: 1900}}", "content.BZ.day_numbers: day_numbers is for fields of dates"),
        ("content: {BZ: {find: party}}", "the item's field of categories: CF_XDR_LB"),
        ("content: {BZ: {pattern: x}}", "pattern is for name_of alone"),
        ("content: {BZ: {name_of: file, pattern: '('}}", "is not a regular expression"),
        ("content: {BZ: {name_of: file, pattern: '(a)(b)'}}", "one group at most"),
        ("content: {BZ: {name_of: file, column: x}}", "column and name_of exclude each other"),
        ("content: {CF_CFLB: {default: 批评}}", "does not admit '批评'; admitted: 警告, 罚款, "),
        ("content: {CF_XDR_LB: {constant: 企业}}", "CF_XDR_LB (Kind of the party) does not admit '企业'"),
        ("content: {CF_NR_FKK: x}", "did you mean CF_NR_FK (Fine in ten thousand yuan)?"),
        ("content: {行政相对人类型: x}", "did you mean CF_XDR_LB (Kind of the party)?"),
    ],
)
def test_a_step_that_does_not_fit_is_refused_with_its_place_and_fix(
    tmp_path: Path, mapping: str, complaint: str
) -> None:
    with pytest.raises(MappingError) as raised:
        _connector(tmp_path, f"{mapping}\n")
    assert "mapping.yaml:2: " in str(raised.value)
    assert complaint in str(raised.value)
    assert raised.value.text().zh != str(raised.value)
