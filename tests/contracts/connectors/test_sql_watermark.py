"""Mode watermark on real databases: late commits are not lost, and what is read again is recognised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from creditbus.connectors.contract import Row
from creditbus.connectors.sql import watermark as module
from creditbus.connectors.sql.database import Database
from tests.harness.tables import Shop, last_position, names

_COLUMNS = "id integer PRIMARY KEY, name text, changed_at timestamp"


def _row(number: int, moment: str) -> dict[str, Any]:
    return {"id": number, "name": f"示例{number}", "changed_at": f"2025-03-01 {moment}"}


def _open(shop: Shop, window: float = 600) -> Any:
    return shop.open("watermark", watermark="changed_at", window=window)


def test_a_transaction_that_began_earlier_and_commits_later_is_not_lost(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create("id integer PRIMARY KEY, name text, changed_at timestamptz DEFAULT now()")
    early, late = shop.engine.connect(), shop.engine.connect()
    # now() is the moment at which a transaction began
    for connection, number in ((early, 1), (late, 2)):
        row = {"id": number, "name": f"示例{number}"}
        connection.execute(shop.insertion(row), row)
    late.commit()
    first = list(_open(shop).read(None))
    assert names(first) == ["示例2"]
    early.commit()
    early.close()
    late.close()
    assert shop.column("changed_at")[0] < shop.column("changed_at")[1]
    second = list(_open(shop).read(last_position(first)))
    assert names(second) == ["示例1"]
    assert list(_open(shop).read(last_position(second))) == []


def test_without_a_window_that_row_would_be_lost(postgres_shop: Shop) -> None:
    """The control: it is the window that saves it."""
    shop = postgres_shop
    shop.create(_COLUMNS, _row(1, "08:00:00"), _row(3, "08:02:00"), _row(4, "09:00:00"))
    first = list(_open(shop, window=0).read(None))
    shop.insert(**_row(2, "08:01:00"))
    assert list(_open(shop, window=0).read(last_position(first))) == []


def test_rows_in_the_window_are_read_again_and_recognised(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, "08:00:00"), _row(2, "08:55:00"), _row(3, "09:00:00"))
    shop.run("UPDATE rows SET changed_at = CURRENT_TIMESTAMP WHERE id > 1")
    first = list(_open(shop).read(None))
    assert len(first) == 3
    assert list(_open(shop).read(last_position(first))) == []
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 2")
    changed = list(_open(shop).read(last_position(first)))
    assert names(changed) == ["示例改"]
    shop.run("DELETE FROM rows WHERE id = 3")
    assert list(_open(shop).read(last_position(changed))) == []


def test_old_rows_leave_the_position(shop: Shop) -> None:
    shop.create(_COLUMNS, *(_row(number, f"08:{number:02}:00") for number in range(1, 50)))
    position = last_position(list(_open(shop).read(None)))
    assert isinstance(position, dict)
    assert position["seen"] == ""
    assert position["count"] == 49


def test_rows_from_the_future_hide_nothing(shop: Shop) -> None:
    shop.create(_COLUMNS, *({"id": n, "name": f"示例{n}", "changed_at": f"{2990 + n}-01-01 00:00:00"} for n in (8, 9)))
    first = list(_open(shop).read(None))
    assert names(first) == ["示例8", "示例9"]
    shop.insert(**_row(1, "08:00:00"))
    shop.run("UPDATE rows SET changed_at = CURRENT_TIMESTAMP WHERE id = 1")
    second = list(_open(shop).read(last_position(first)))
    assert names(second) == ["示例1"]
    assert list(_open(shop).read(last_position(second))) == []


def test_a_number_has_a_window_in_its_own_unit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESERVE", 1)
    shop.create("id integer PRIMARY KEY, name text", *({"id": n, "name": f"示例{n}"} for n in (1, 3, 4, 5, 7)))

    def open_by_number() -> Any:
        return shop.open("watermark", watermark="id", window=3)

    first = list(open_by_number().read(None))
    assert len(first) == 5
    shop.insert(id=6, name="示例6")
    shop.insert(id=2, name="示例2")
    second = list(open_by_number().read(last_position(first)))
    assert names(second) == ["示例6"], "2 lies further behind 7 than the window"
    assert list(open_by_number().read(last_position(second))) == []


def _local(seconds: float) -> str:
    """A time without a zone, as a department of this country writes it."""
    return f"{datetime.now(ZoneInfo('Asia/Shanghai')) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def _is_whole(shop: Shop, late: dict[str, Any], reading: Any, expected: int) -> None:
    """A row that is committed late is read, and nothing twice."""
    first = list(reading().read(None))
    assert len(first) == expected
    shop.insert(**late)
    second = list(reading().read(last_position(first)))
    assert names(second) == [late["name"]]
    assert list(reading().read(last_position(second))) == []


@pytest.mark.parametrize("future", [["2099-01-01 00:00:00"], [5 * 3600], [60, 660, 1260, 1860]])
@pytest.mark.parametrize("kind", ["timestamp", "varchar(30)"])
def test_watermarks_in_the_future_hide_no_late_row(shop: Shop, kind: str, future: list[Any]) -> None:
    moments = [
        *(_local(-second) for second in (1000, 100, 10)),
        *(one if isinstance(one, str) else _local(one) for one in future),
    ]
    rows = ({"id": n, "name": f"示例{n}", "changed_at": moment} for n, moment in enumerate(moments, start=10))
    shop.create(f"id integer PRIMARY KEY, name text, changed_at {kind}", *rows)
    late = {"id": 3, "name": "示例晚", "changed_at": _local(-50)}
    _is_whole(shop, late, lambda: _open(shop), len(moments))


def test_more_watermarks_of_another_century_than_the_reserve_has_hide_no_late_row(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESERVE", 3)
    moments = [_local(-100), _local(-90), _local(-80), _local(-10), *["2099-01-01 00:00:00"] * 20]
    shop.create(
        _COLUMNS, *({"id": n, "name": f"示例{n}", "changed_at": moment} for n, moment in enumerate(moments, start=10))
    )
    _is_whole(shop, {"id": 3, "name": "示例晚", "changed_at": _local(-50)}, lambda: _open(shop), len(moments))


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz"])
def test_an_infinite_watermark_hides_no_late_row(postgres_shop: Shop, kind: str) -> None:
    shop = postgres_shop
    shop.create(f"id integer PRIMARY KEY, name text, changed_at {kind}")
    for number, moment in enumerate(("infinity", "now", "-infinity"), start=10):
        shop.insert(id=number, name=f"示例{number}", changed_at=moment)
    shop.run(
        "UPDATE rows SET changed_at = now() AT TIME ZONE 'Asia/Shanghai' WHERE id = 11"
        if kind == "timestamp"
        else "SELECT 1"
    )
    first = list(_open(shop).read(None))
    shop.run("INSERT INTO rows SELECT 3, '示例晚', changed_at - interval '5 minutes' FROM rows WHERE id = 11")
    assert names(list(_open(shop).read(last_position(first)))) == ["示例晚"]


@pytest.mark.parametrize("kind", ["integer", "numeric(20, 4)", "double precision"])
def test_numbers_far_above_hide_no_late_row(shop: Shop, kind: str) -> None:
    rows = [{"id": n, "name": f"示例{n}", "number": n} for n in (1000, 1990, 2000, 99_999_999, 99_999_999 + 1)]
    shop.create(f"id integer PRIMARY KEY, name text, number {kind}", *rows)
    late = {"id": 3, "name": "示例晚", "number": 1995}
    _is_whole(shop, late, lambda: shop.open("watermark", watermark="number", window=600.5), len(rows))


@pytest.mark.parametrize("kind", ["numeric", "double precision"])
def test_a_number_that_is_none_is_newer_than_all_and_stops_no_other_row(postgres_shop: Shop, kind: str) -> None:
    shop = postgres_shop
    shop.create(f"id integer PRIMARY KEY, name text, number {kind}")
    for number, value in enumerate(("1", "NaN", "5", "Infinity", "-Infinity")):
        shop.insert(id=number, name=f"示例{number}", number=value)
    late = {"id": 9, "name": "示例晚", "number": "3"}
    _is_whole(shop, late, lambda: shop.open("watermark", watermark="number"), 5)


def test_the_window_of_a_long_number_is_exact(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESERVE", 1)
    long = 2**62
    shop.create(
        "id integer PRIMARY KEY, name text, number bigint",
        *({"id": n, "name": f"示例{n}", "number": long - n * 100} for n in range(3)),
    )
    late = {"id": 9, "name": "示例晚", "number": long - 190}
    _is_whole(shop, late, lambda: shop.open("watermark", watermark="number", window=199), 3)


def test_a_window_with_more_rows_than_a_position_holds_loses_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 5)
    shop.create(_COLUMNS, *(_row(number, "08:00:00") for number in range(1, 9)))
    shop.run("UPDATE rows SET changed_at = CURRENT_TIMESTAMP")
    first = list(_open(shop).read(None))
    position = last_position(first)
    assert isinstance(position, dict)
    assert len(str(position["seen"])) == 5 * 16
    again = list(_open(shop).read(position))
    assert names(again) == ["示例1", "示例2", "示例3"], "forgotten, so read again: the bus drops them"


def test_gone_rows_do_not_stay_in_the_position_for_ever(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, "08:00:00"), _row(2, "08:00:00"))
    shop.run("UPDATE rows SET changed_at = CURRENT_TIMESTAMP")
    position = last_position(list(_open(shop).read(None)))
    shop.run("DELETE FROM rows")
    shop.insert(id=3, name="示例3", changed_at="2999-01-01 00:00:00")
    later = last_position(list(_open(shop).read(position)))
    assert isinstance(later, dict)
    assert len(str(later["seen"])) == 16


def test_a_day_is_not_over_before_it_is_over(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Database, "now", lambda *_: datetime(2025, 3, 3, 10, tzinfo=UTC))
    shop.create("id integer PRIMARY KEY, name text, changed_at date")
    shop.insert(id=5, name="示例5", changed_at="2025-03-02")
    shop.insert(id=6, name="示例6", changed_at="2025-03-03")
    first = list(_open(shop).read(None))
    shop.insert(id=2, name="示例2", changed_at="2025-03-02")
    assert names(list(_open(shop).read(last_position(first)))) == ["示例2"]


def test_every_reading_counts_and_names_the_rows_without_a_watermark(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, "08:00:00"), *({"id": number, "name": "示例"} for number in range(2, 9)))
    source = _open(shop)
    first = list(source.read(None))
    said = "rows without changed_at are never read: 7 of rows (id: 2; 3; 4; 5; 6; …); fill it"
    assert (len(first), list(source.remarks())) == (1, [said])
    again = _open(shop)
    assert list(again.read(last_position(first))) == []
    assert list(again.remarks()) == [said]
    assert [finding.message for finding in again.check() if not finding.ok] == [said]
    shop.run("UPDATE rows SET changed_at = '2025-03-01 09:00:00' WHERE id > 1")
    filled = _open(shop)
    assert len(list(filled.read(last_position(first)))) == 7
    assert list(filled.remarks()) == []


def test_a_column_that_is_renamed_and_back_is_noticed_for_old_rows_too(shop: Shop) -> None:
    shop.create(_COLUMNS, *(_row(number, f"08:{number:02}:00") for number in range(1, 30)))
    first = list(_open(shop).read(None))
    assert list(_open(shop).read(last_position(first))) == []
    shop.run("ALTER TABLE rows RENAME COLUMN name TO title")
    renamed = _open(shop)
    second = list(renamed.read(last_position(first)))
    assert [set(row.cells) for row in second if isinstance(row, Row)] == [{"id", "title", "changed_at"}] * 29
    assert list(renamed.remarks()) == ["rows has other columns than at the last run: read from its start"]
    assert list(_open(shop).read(last_position(second))) == []
    half = last_position(second[:12])
    assert len(list(_open(shop).read(half))) == 17, "a run that was killed goes on where it was"
    shop.run("ALTER TABLE rows RENAME COLUMN title TO name")
    third = list(_open(shop).read(last_position(second)))
    assert len(names(third)) == 29
    upper = "NAME" if shop.is_mariadb else '"NAME"'
    shop.run(f"ALTER TABLE rows RENAME COLUMN name TO {upper}")
    assert list(_open(shop).read(last_position(third))) == [], "case alone is no other name"


def test_a_position_of_an_earlier_version_goes_on(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, "08:00:00"), _row(2, "09:00:00"))
    latest = last_position(list(_open(shop).read(None)))
    assert isinstance(latest, dict)
    position = {name: value for name, value in latest.items() if name != "columns"}
    shop.insert(**_row(3, "09:00:01"))
    [row] = [one for one in _open(shop).read(position) if isinstance(one, Row) and one.cells["id"] == 3]
    assert "columns" in row.position  # type: ignore[operator] # a mapping


def test_settings_name_columns_whatever_their_case(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, "08:00:00"))
    source = shop.open("watermark", watermark="CHANGED_AT", key=["ID"], columns=["ID", "Name"])
    assert [finding.subject for finding in source.check() if not finding.ok] == []
    assert names(list(source.read(None))) == ["示例1"]
