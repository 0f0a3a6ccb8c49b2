"""Mode compare on real databases: new and changed rows are given, vanished ones are named, never silently dropped."""

from __future__ import annotations

import sqlite3
import stat
from datetime import date
from typing import Any

import pytest

from creditbus.connectors.contract import Comparing, Sampling, Settling
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql.values import name_of, pack
from tests.harness.tables import Shop, last_position, names

_COLUMNS = "id integer PRIMARY KEY, name text, day date"


def _row(number: int) -> dict[str, Any]:
    return {"id": number, "name": f"示例{number}", "day": "2025-03-04"}


def _open(shop: Shop) -> Any:
    return shop.open("compare", state="rows.state", fetch_rows=2)


@pytest.fixture
def published(shop: Shop) -> Any:
    """Position after five published rows."""
    shop.create(_COLUMNS, *map(_row, range(1, 6)))
    source = _open(shop)
    rows = list(source.read(None))
    assert len(rows) == 5
    source.settle(last_position(rows))
    return last_position(rows)


def test_only_new_and_changed_rows_come_and_the_vanished_are_named(shop: Shop, published: Any) -> None:
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 2")
    shop.run("DELETE FROM rows WHERE id = 4")
    shop.insert(**_row(6))
    source = _open(shop)
    rows = list(source.read(published))
    assert names(rows) == ["示例改", "示例6"]
    source.settle(last_position(rows))
    assert source.remarks() == (
        "1 new, 1 changed, 3 unchanged",
        "1 vanished: `creditbus connector vanished` shows what is still published of them",
    )
    (gone,) = source.vanished()
    assert (gone.key, gone.row) == (name_of((4,)), 1)


def test_a_reading_without_anything_new_says_how_all_are_sent_again(shop: Shop, published: Any) -> None:
    source = _open(shop)
    assert list(source.read(published)) == []
    counted, advice = source.remarks()
    assert counted == "0 new, 0 changed, 5 unchanged"
    assert "--resend" in advice


def test_rows_are_shown_before_there_is_a_mode_a_key_or_a_file(shop: Shop) -> None:
    shop.create(_COLUMNS, *map(_row, range(1, 6)))
    source = _open(shop)
    assert isinstance(source, Sampling)
    assert [cells["name"] for cells in source.sample("rows", 2)] == ["示例1", "示例2"]


def test_a_vanished_row_stays_proposed_until_it_is_forgotten(shop: Shop, published: Any) -> None:
    shop.run("DELETE FROM rows WHERE id > 3")
    for _ in range(2):
        assert [one.key for one in _open(shop).vanished()] == sorted(map(name_of, [(4,), (5,)]))
    _open(shop).forget([name_of((4,))])
    assert [one.key for one in _open(shop).vanished()] == [name_of((5,))]
    shop.insert(**_row(4))
    assert names(list(_open(shop).read(published))) == ["示例4"], "withdrawn, so it is new"


def test_killed_between_commit_and_keeping_nothing_is_read_twice(shop: Shop) -> None:
    shop.create(_COLUMNS, *map(_row, range(1, 6)))
    committed = list(_open(shop).read(None))[2].position
    source = _open(shop)
    assert names(list(source.read(committed))) == ["示例4", "示例5"]
    source.settle(committed)
    source.settle(committed)
    shop.run("DELETE FROM rows WHERE id = 1")
    assert [one.key for one in source.vanished()] == [name_of((1,))]


def test_a_row_changed_between_commit_and_keeping_is_read_again(shop: Shop) -> None:
    shop.create(_COLUMNS, *map(_row, range(1, 3)))
    committed = last_position(list(_open(shop).read(None)))
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 1")
    shop.run("DELETE FROM rows WHERE id = 2")
    source = _open(shop)
    source.settle(committed)
    assert names(list(source.read(committed))) == ["示例改"]
    assert [one.key for one in source.vanished()] == [name_of((2,))]


def _keep_as_before(shop: Shop, number: int, **cells: Any) -> None:
    """Put the cells of a row into the state file, as an earlier version did."""
    with sqlite3.connect(shop.folder / "rows.state") as state:
        packed = pack([item for pair in cells.items() for item in pair])
        state.execute("UPDATE known SET cells = ? WHERE key = ?", (packed, name_of((number,))))


def test_cells_that_an_earlier_version_kept_are_given_until_their_row_changes(shop: Shop, published: Any) -> None:
    for number in (2, 3):
        _keep_as_before(shop, number, id=number, name=f"示例{number}", day=date(2025, 3, 4))
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 3")
    source = _open(shop)
    source.settle(last_position(list(source.read(published))))
    again = _open(shop)
    again.settle(last_position(list(again.read(None))))
    shop.run("DELETE FROM rows WHERE id IN (2, 3)")
    found = {one.key: one for one in _open(shop).vanished()}
    assert found[name_of((2,))].cells == {"id": 2, "name": "示例2", "day": date(2025, 3, 4)}
    assert found[name_of((3,))].cells is None
    assert "示例" not in repr(list(found.values()))


def test_a_table_that_is_sent_again_as_it_is_is_sent_again_once(shop: Shop, published: Any) -> None:
    source = _open(shop)
    again: Any = last_position(list(source.read(None)))
    assert again["pending"] == published["pending"]
    source.settle(again)
    source = _open(shop)
    source.settle(again)
    assert list(source.read(again)) == []


def test_a_reading_from_the_start_gives_all(shop: Shop, published: Any) -> None:
    assert list(_open(shop).read(published)) == []
    assert len(list(_open(shop).read(None))) == 5


def test_a_lost_state_file_publishes_again_and_loses_nothing(shop: Shop, published: Any) -> None:
    shop.insert(**_row(6))
    source = _open(shop)
    source.settle(published)
    (sixth,) = source.read(published)
    source.settle(sixth.position)
    (shop.folder / "rows.state").unlink()
    source = _open(shop)
    source.settle(sixth.position)
    assert names(list(source.read(sixth.position))) == [f"示例{number}" for number in range(1, 6)]


@pytest.mark.usefixtures("published")
def test_a_reading_from_the_start_can_be_interrupted(shop: Shop) -> None:
    source = _open(shop)
    rows = source.read(None)
    next(rows)
    second = next(rows)
    source.settle(second.position)
    rows.close()
    assert names(list(_open(shop).read(second.position))) == ["示例3", "示例4", "示例5"]


def test_a_position_of_another_mode_is_refused(shop: Shop, published: Any) -> None:
    with pytest.raises(SourceError, match="--resend"):
        list(shop.open("watermark", watermark="id").read(published))


@pytest.mark.usefixtures("published")
def test_the_state_file_is_the_owner_s_alone(shop: Shop) -> None:
    assert stat.S_IMODE((shop.folder / "rows.state").stat().st_mode) == 0o600


def test_a_state_file_that_is_something_else_is_one_line(shop: Shop, published: Any) -> None:
    (shop.folder / "rows.state").write_text("not a database, but long enough to be looked at as one" * 10)
    with pytest.raises(SourceError, match=r"settings\.state"):
        list(_open(shop).read(published))


def test_the_optional_parts_of_the_contract_are_recognised(shop: Shop) -> None:
    assert isinstance(_open(shop), Settling)
    assert isinstance(_open(shop), Comparing)
    assert not isinstance(shop.open("watermark", watermark="id"), Settling | Comparing)


_NUMBER = "11010519491231002X"  # the example that GB 11643-1999 itself prints


def test_neither_the_state_file_nor_a_position_holds_a_citizen_s_number(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1) | {"name": f"示例 {_NUMBER}"}, _row(2))
    source = _open(shop)
    rows = list(source.read(None))
    source.settle(last_position(rows))
    for file in shop.folder.glob("rows.state*"):
        assert _NUMBER.encode() not in file.read_bytes()
    assert _NUMBER not in str([row.position for row in rows])


def test_a_key_of_citizens_numbers_is_refused_before_a_row_is_given(shop: Shop) -> None:
    shop.create("id varchar(20) PRIMARY KEY, name text, day date", {"id": _NUMBER, "name": "示例", "day": "2025-03-04"})
    with pytest.raises(SourceError, match="its values are citizens' numbers") as told:
        list(_open(shop).read(None))
    assert _NUMBER not in str(told.value)
