"""Refused rows of sources that are never whole, known again when they come once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from creditbus.connectors.contract import Row
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.returned.rejection import Fault, Rejection
from creditbus.connectors.returned.resent import OpenRefusals, Resent
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.statements import Place

Write = Callable[..., Path]

_COLUMNS = (
    "事件类型",
    "名单名称",
    "名单类型",
    "主体类别",
    "主体名称",
    "主体代码",
    "认定单位",
    "列入决定文书号",
    "列入日期",
)


class _Registered:
    def find(self, subject: str, schema: object) -> int | None:
        del subject, schema
        return 1


class _Source:
    def __init__(self, *rows: Row) -> None:
        self._rows = rows

    def read(self, _: object) -> object:
        return iter(self._rows)


@pytest.fixture
def connector(write_connector: Write) -> Connector:
    return load_connector(write_connector(",".join(_COLUMNS) + "\n"))


def _row(
    number: int,
    *,
    code: str = "91990106FC0090109b",
    day: str = "2025-03-03",
    document: str = "示1号",
    sheet: str = "",
    row: int = 0,
    name: str = "示例公司",
) -> Row:
    cells = ("列入", "经营异常名录", "黑", "法人及非法人组织", name, code, "示例局", document, day)
    return Row(dict(zip(_COLUMNS, cells, strict=True)), "lists", sheet, row or number, number)


def _refused(connector: Connector, row: Row, field: str) -> Rejection:
    value = Encoder(connector.item.id, _Registered()).event(connector.mapper(row, "lists-1-a")).value
    place = Place("lists-1-a", row.file, row.sheet, row.row)
    return Rejection(place, connector.item.id, (Fault("X", field, None),), 1000, value)


def _met(connector: Connector, refused: list[Rejection], *rows: Row) -> list[int]:
    resent = Resent(connector, _Source(*rows), lambda: OpenRefusals(refused))  # type: ignore[arg-type] # reads alone
    assert list(resent.read(None)) == list(rows)
    said = resent.statements("lists-2-b", 2000)
    assert {(one.sent_as, one.rejected_at, one.sent_at) for one in said} <= {("lists-2-b", 1000, 2000)}
    assert resent.statements("lists-2-b", 2000) == [], "each is said once"
    return [one.place.row for one in said]


def test_a_row_of_a_table_is_known_by_the_key_that_is_its_number(connector: Connector) -> None:
    refused = [_refused(connector, _row(7), "ZTDM"), _refused(connector, _row(8, document="示8号"), "ZTDM")]
    changed = _row(7, code="91990106FC0090109B", document="示77号", name="示例其他")
    assert _met(connector, refused, changed) == [7]


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ZTDM", {"code": "91990106FC0090109B"}),
        ("LRRQ", {"day": "2025-03-28"}),
        ("JDWH", {"document": "示2号"}),
        ("ZTMC", {"name": "示例甲公司"}),
    ],
)
def test_a_row_without_a_number_of_its_own_is_known_by_what_was_not_refused(
    connector: Connector, field: str, change: dict[str, str]
) -> None:
    counted = {"sheet": "#"}
    refused = [_refused(connector, _row(3, **counted), field)]  # type: ignore[arg-type] # texts
    assert _met(connector, refused, _row(9, **counted, **change)) == [3]  # type: ignore[arg-type] # texts


def test_other_rows_close_nothing(connector: Connector) -> None:
    refused = [_refused(connector, _row(3, sheet="#"), "LRRQ")]
    others = [_row(3, sheet="#", document="示9号"), _row(3, sheet="#", name="示例乙公司", document="示8号")]
    assert _met(connector, refused, *others) == []


def test_of_a_person_nothing_is_kept_but_the_place(connector: Connector) -> None:
    person = Rejection(Place("lists-1-a", "lists", "", 4), connector.item.id, (), 1000, b"")
    assert _met(connector, [person], _row(5), _row(4)) == [4]


def test_no_refusal_is_read_where_no_row_comes(connector: Connector) -> None:
    def load() -> OpenRefusals:
        raise AssertionError("asked for")

    assert list(Resent(connector, _Source(), load).read(None)) == []  # type: ignore[arg-type] # reads alone
