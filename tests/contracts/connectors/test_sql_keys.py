"""Rows that their key does not name: they are counted at every reading and check, and hinder no other row."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.connectors.contract import Row
from creditbus.connectors.sql.values import pack
from tests.harness.tables import Shop, last_position, names

_COLUMNS = "id integer, part varchar(9), name text, state varchar(9) DEFAULT 'new', changed_at timestamp"
_MODES: dict[str, dict[str, Any]] = {
    "staging": {"status": "state"},
    "watermark": {"watermark": "changed_at", "window": 0.5},
    "compare": {"state": "rows.state"},
}


def _open(shop: Shop, mode: str, **settings: Any) -> Any:
    return shop.open(mode, fetch_rows=2, **_MODES[mode], **settings)


def _row(number: int | None, name: str = "", **cells: Any) -> dict[str, Any]:
    return {"id": number, "name": name or f"示例{number}", "changed_at": "2025-03-01 08:00:00", **cells}


def _run(shop: Shop, mode: str, position: Any = None, **settings: Any) -> tuple[list[Any], Any, list[str]]:
    """Read as a run does, which settles each row: names, position and remarks."""
    source = _open(shop, mode, **settings)
    found = []
    for row in source.read(position):
        found.append(row)
        position = row.position
        if mode != "watermark":
            source.settle(position)
    return names(found), position, list(source.remarks())


def _complaints(shop: Shop, mode: str, **settings: Any) -> list[str]:
    return [finding.message for finding in _open(shop, mode, **settings).check() if not finding.ok]


@pytest.mark.parametrize("mode", _MODES)
def test_rows_whose_key_is_null_are_counted_and_hinder_no_other_row(shop: Shop, mode: str) -> None:
    shop.create(_COLUMNS, *(_row(None, f"示例空{n}") for n in range(5)), *map(_row, range(1, 6)))
    said = "rows whose key is NULL are not read: 5 of rows, in id; fill it, or name a key without NULL in settings.key"
    assert _complaints(shop, mode) == [said]
    found, position, remarks = _run(shop, mode)
    assert found == [f"示例{n}" for n in range(1, 6)]
    assert remarks[-1] == said
    found, position, remarks = _run(shop, mode, position)
    assert (found, remarks[-1]) == ([], said)
    shop.run("UPDATE rows SET id = 9, changed_at = CURRENT_TIMESTAMP WHERE name = '示例空3'")
    found, position, remarks = _run(shop, mode, position)
    assert (found, remarks[-1]) == (["示例空3"], said.replace("5 of", "4 of"))


@pytest.mark.parametrize("mode", _MODES)
def test_the_column_of_a_key_that_is_null_is_named(shop: Shop, mode: str) -> None:
    shop.create(_COLUMNS, _row(1, part=None), _row(2, part="a"), _row(3, part=None))
    [said] = _complaints(shop, mode, key=["id", "part"])
    assert "2 of rows, in part;" in said
    found, _, remarks = _run(shop, mode, key=["id", "part"])
    assert (found, remarks[-1]) == (["示例2"], said)


@pytest.mark.parametrize("mode", ["staging", "compare"])
def test_rows_that_share_a_key_are_counted_and_none_of_them_is_read(shop: Shop, mode: str) -> None:
    rows = [_row(1), *(_row(2, f"示例二{n}") for n in range(7)), _row(3), _row(4), _row(4, "示例四"), _row(5)]
    shop.create(_COLUMNS, *rows)
    said = (
        "keys that stand in more than one row: 2 of rows (id), none of whose rows is read; correct these rows, or add "
        "the column that tells them apart to settings.key"
    )
    assert _complaints(shop, mode) == [said]
    found, position, remarks = _run(shop, mode)
    assert (found, remarks[-1]) == (["示例1", "示例3", "示例5"], said)
    for _ in range(2):
        found, position, remarks = _run(shop, mode, position)
        assert (found, remarks[-1]) == ([], said)
    shop.run("DELETE FROM rows WHERE name = '示例4'")
    shop.run("DELETE FROM rows WHERE id = 2 AND name <> '示例二3'")
    assert _run(shop, mode, position)[0] == ["示例二3", "示例四"]
    assert _complaints(shop, mode) == []


@pytest.mark.parametrize("size", range(1, 6))
def test_a_shared_key_is_found_wherever_a_page_ends(shop: Shop, size: int) -> None:
    shop.create(_COLUMNS, *map(_row, (1, 2, 2, 3, 4, 4, 5, 5, 5)))
    source = shop.open("staging", status="state", fetch_rows=size)
    rows = list(source.read(None))
    assert names(rows) == ["示例1", "示例3"]
    assert "more than one row: 3 of rows" in source.remarks()[0]


def test_a_second_row_of_a_key_that_comes_before_the_first_is_marked_is_not_marked(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1), _row(2))
    source = _open(shop, "staging")
    rows = list(source.read(None))
    shop.insert(**_row(1, "示例又"))
    source.settle(last_position(rows))
    assert shop.column("state") == ["new", "new", "sent"]
    assert "more than one row: 1 of rows" in _run(shop, "staging", source.settled(last_position(rows)))[2][0]


def test_a_key_that_stands_in_rows_of_earlier_deliveries_is_taken(shop: Shop) -> None:
    shop.create(_COLUMNS, _row(1, state="sent"), _row(1, "示例又"), _row(None, state="sent"))
    assert _complaints(shop, "staging") == []
    assert _run(shop, "staging")[::2] == (["示例又"], [])


def test_a_row_whose_key_becomes_shared_is_not_proposed_for_withdrawal(shop: Shop) -> None:
    shop.create(_COLUMNS, *map(_row, (1, 2, 3)))
    _, position, _ = _run(shop, "compare")
    shop.insert(**_row(2, "示例又"))
    shop.run("DELETE FROM rows WHERE id = 3")
    assert len(_open(shop, "compare").vanished()) == 1
    assert _run(shop, "compare", position)[2][-1].startswith("keys that stand in more than one row: 1 of")


@pytest.mark.parametrize("stop", range(1, 6))
def test_rows_of_one_watermark_and_key_are_all_read_wherever_a_run_ends(shop: Shop, stop: int) -> None:
    """A history has several rows of a key, and in this mode each of them comes once."""
    rows = [_row(1), _row(2, "示例甲"), _row(2, "示例乙"), _row(2, "示例丙"), _row(3)]
    shop.create(_COLUMNS, *rows)
    half = list(_open(shop, "watermark").read(None))[:stop]
    rest = list(_open(shop, "watermark").read(last_position(half)))
    assert sorted(names([*half, *rest])) == sorted(row["name"] for row in rows)
    if rest:
        assert list(_open(shop, "watermark").read(last_position(rest))) == []
        assert last_position(rest)["seen"] == ""  # type: ignore[index] # a mapping


def test_a_position_that_holds_a_null_key_goes_on(shop: Shop) -> None:
    """As earlier versions left it: they were blocked there for ever."""
    shop.create(_COLUMNS, _row(1), _row(2), _row(3, changed_at="2025-03-02 08:00:00"))
    rows = list(_open(shop, "watermark").read(None))
    first, second = rows[0], rows[1]
    assert isinstance(first, Row)
    blocked: Any = dict(second.position)
    blocked["floor"] = blocked["floor"].replace(",2]", ",null]")
    assert blocked["floor"].endswith(pack((None,))[1:])
    assert names(list(_open(shop, "watermark").read(blocked))) == ["示例1", "示例2", "示例3"]
