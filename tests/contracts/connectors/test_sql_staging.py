"""Mode staging on real databases: read once, marked when it is on the bus, whatever dies in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from creditbus.connectors.contract import Refusal, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql.pending import Pending, entries, entry
from tests.harness.tables import Shop, last_position, names

_COLUMNS = "id integer PRIMARY KEY, name text, state text DEFAULT 'new'"


def _three(shop: Shop) -> None:
    shop.create(_COLUMNS, *({"id": number, "name": f"示例{number}"} for number in (1, 2, 3)))


def test_rows_are_marked_when_they_are_settled_and_not_before(shop: Shop) -> None:
    _three(shop)
    source = shop.open("staging", status="state", fetch_rows=2)
    rows = source.read(None)
    first, second = next(rows), next(rows)
    assert shop.column("state") == ["new", "new", "new"]
    source.settle(second.position)
    assert shop.column("state") == ["sent", "sent", "new"]
    (third,) = rows
    assert "示例" not in str(third.position)
    source.settle(third.position)
    source.settle(third.position)
    assert shop.column("state") == ["sent", "sent", "sent"]
    assert [row.row for row in (first, second, third)] == [1, 2, 3]


def test_what_is_settled_leaves_the_position(shop: Shop) -> None:
    _three(shop)
    source = shop.open("staging", status="state", fetch_rows=1)
    rows = source.read(None)
    source.settle(next(rows).position)
    alone = next(rows).position
    assert alone["pending"].count("\n") == 1


def test_killed_between_commit_and_marking_nothing_is_read_twice(shop: Shop) -> None:
    _three(shop)
    committed = list(shop.open("staging", status="state").read(None))[1].position
    # a new process; the one before committed two rows and marked none
    source = shop.open("staging", status="state")
    assert names(list(source.read(committed))) == ["示例3"]
    source.settle(committed)
    assert shop.column("state") == ["sent", "sent", "new"]
    assert names(list(source.read(committed))) == ["示例3"]


def test_a_row_that_is_changed_before_it_is_marked_is_read_again(shop: Shop) -> None:
    _three(shop)
    source = shop.open("staging", status="state")
    rows = list(source.read(None))
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 2")
    source.settle(last_position(rows))
    assert shop.column("state") == ["sent", "new", "sent"]
    assert names(list(source.read(last_position(rows)))) == ["示例改"]


def test_a_row_that_its_department_sets_back_to_new_is_read_again(shop: Shop) -> None:
    _three(shop)
    source = shop.open("staging", status="state")
    rows = list(source.read(None))
    source.settle(last_position(rows))
    assert list(source.read(last_position(rows))) == []
    shop.run("UPDATE rows SET state = 'new', name = '示例又' WHERE id = 1")
    assert names(list(source.read(last_position(rows)))) == ["示例又"]


def test_behind_a_whole_run_a_row_that_is_set_back_to_new_unchanged_is_read_again(shop: Shop) -> None:
    _three(shop)
    source = shop.open("staging", status="state")
    position = last_position(list(source.read(None)))
    source.settle(position)
    shop.run("UPDATE rows SET state = 'new' WHERE id = 2")
    assert list(shop.open("staging", status="state").read(position)) == [], "the run may have died before it marked it"
    ended = shop.open("staging", status="state")
    (row,) = ended.read(source.settled(position))
    assert (row.row, row.position["count"]) == (2, 4)


_REFUSING = {"status": "state", "refused": "refused", "reason": "why"}


def _sent(shop: Shop) -> Any:
    """Three rows that are on the bus, in a table that says why one is refused."""
    shop.create(f"{_COLUMNS}, why varchar(12)", *({"id": n, "name": f"示例{n}"} for n in (1, 2, 3)))
    source = shop.open("staging", **_REFUSING)
    source.settle(last_position(list(source.read(None))))
    return source


def _refusal(number: int, why: str = "代码有误", *, name: str = "", sheet: str = "", file: str = "rows") -> Refusal:
    said = name or f"示例{number}"
    return Refusal(file, sheet, number, why, lambda row: isinstance(row, Row) and row.cells["name"] == said)


def test_refused_rows_are_marked_with_the_reason_once(shop: Shop) -> None:
    source = _sent(shop)
    assert source.takes_refusals()
    refusals = [_refusal(1), _refusal(3, "一二三四五六七八九十一二三四"), _refusal(4)]
    assert source.refuse(refusals) == 2
    assert shop.column("state") == ["refused", "sent", "refused"]
    assert shop.column("why") == ["代码有误", None, "一二三四五六七八九十一二"]
    assert shop.open("staging", **_REFUSING).refuse(refusals) == 0, "told twice: a process died before it noted that"
    assert shop.column("state") == ["refused", "sent", "refused"]


def test_a_row_that_was_corrected_meanwhile_is_not_marked(shop: Shop) -> None:
    source = _sent(shop)
    shop.run("UPDATE rows SET name = '示例改' WHERE id = 1")
    shop.run("UPDATE rows SET state = 'new' WHERE id = 2")
    others = [_refusal(3, sheet="counted"), _refusal(3, file="others")]
    assert source.refuse([_refusal(1), _refusal(2), *others]) == 0
    assert shop.column("state") == ["sent", "new", "sent"]
    assert shop.column("why") == [None] * 3
    assert source.refuse([_refusal(1), _refusal(1, "新", name="示例改")]) == 1
    assert shop.column("why")[0] == "新"


def test_a_corrected_row_loses_its_reason_when_it_is_sent_again(shop: Shop) -> None:
    source = _sent(shop)
    source.refuse([_refusal(2)])
    shop.run("UPDATE rows SET state = 'new', name = '示例改' WHERE id = 2")
    rows = list(source.read(None))
    assert names(rows) == ["示例改"]
    source.settle(last_position(rows))
    assert shop.column("state") == ["sent"] * 3
    assert shop.column("why") == [None] * 3


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        (f"{_COLUMNS}, part integer DEFAULT 1", ["id", "part"]),
        (_COLUMNS.replace("integer", "varchar(9)"), ["id"]),
    ],
)
def test_refusals_from_before_a_change_of_configuration_stop_nothing(shop: Shop, columns: str, key: list[str]) -> None:
    shop.create(columns, {"id": 1, "name": "示例1"})
    source = shop.open("staging", status="state", refused="refused", key=key)
    source.settle(last_position(list(source.read(None))))
    assert source.refuse([_refusal(1), _refusal(1, file="rows.csv")]) == 0
    assert shop.column("state") == ["sent"]


def test_a_reason_that_may_not_be_null_is_empty(shop: Shop) -> None:
    shop.create(f"{_COLUMNS}, why varchar(12) DEFAULT 'x' NOT NULL", {"id": 1, "name": "示例1"})
    source = shop.open("staging", **_REFUSING)
    assert all(one.ok for one in source.check())
    source.settle(last_position(list(source.read(None))))
    assert (shop.column("state"), shop.column("why")) == (["sent"], [""])
    assert source.refuse([_refusal(1)]) == 1
    assert shop.column("why") == ["代码有误"]


def test_the_reason_is_no_part_of_the_row(shop: Shop) -> None:
    _sent(shop)
    shop.run("UPDATE rows SET state = 'new'")
    source = shop.open("staging", **_REFUSING)
    rows = list(source.read(None))
    assert all("why" not in row.cells for row in rows if isinstance(row, Row))
    shop.run("UPDATE rows SET why = 'x'")
    source.settle(last_position(rows))
    assert shop.column("state") == ["sent"] * 3


def test_check_says_what_marking_refused_rows_needs(shop: Shop) -> None:
    _sent(shop)
    found = {one.subject: one for one in shop.open("staging", **_REFUSING).check()}
    assert found["refused"].message == "refused rows become 'refused', with the reason in why"
    assert found["mark"].ok
    shop.create("id varchar(9) PRIMARY KEY, name text, state text DEFAULT 'new'", {"id": "x", "name": "示例"})
    source = shop.open("staging", status="state", refused="refused")
    (wrong,) = (one for one in source.check() if not one.ok)
    assert "a key of one column of whole numbers is needed" in wrong.message
    (row,) = source.read(None)
    source.settle(row.position)
    assert source.refuse([_refusal(1, sheet=row.sheet)]) == 0
    rows = shop.open("staging", **_REFUSING).read(None)
    with pytest.raises(SourceError, match="has no column 'why'"):
        next(rows)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "state", "reason": "why"}, "refused is missing: reason needs it"),
        ({"status": "state", "refused": "sent"}, "new, sent and refused are not three different values"),
        ({"mode": "watermark", "watermark": "id", "refused": "x"}, "refused and reason belong to mode staging"),
    ],
)
def test_settings_of_refusals_that_do_not_fit_are_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    with pytest.raises(ValidationError, match=message):
        shop.open(**{"mode": "staging", **changes})


def test_size_counts_what_is_new(shop: Shop) -> None:
    _three(shop)
    shop.run("UPDATE rows SET state = 'sent' WHERE id = 1")
    assert shop.open("staging", status="state").size() == 2


def test_a_change_that_is_not_committed_yet_is_waited_for(postgres_shop: Shop) -> None:
    shop = postgres_shop
    _three(shop)
    source = shop.open("staging", status="state", statement_seconds=1)
    rows = list(source.read(None))
    with shop.engine.begin() as other:
        other.execute(sa.text("UPDATE rows SET name = '示例改' WHERE id = 2"))
        with pytest.raises(SourceError, match="timeout"):
            source.settle(last_position(rows))
    assert shop.column("state") == ["new", "new", "new"]
    source.settle(last_position(rows))
    assert shop.column("state") == ["sent", "new", "sent"]


def test_a_key_that_no_position_holds_is_named(shop: Shop) -> None:
    shop.create("id varchar(400) PRIMARY KEY, name text, state text DEFAULT 'new'", {"id": "x" * 400, "name": "示例"})
    with pytest.raises(SourceError, match="a key is longer than 300 bytes; name a shorter key"):
        list(shop.open("staging", status="state").read(None))


def test_what_is_never_settled_does_not_grow_without_bound() -> None:
    pending = Pending("", most=5)
    for number in range(12):
        pending.add(entry((number,), "0" * 16))
    assert [key for key, _ in entries(pending.text)] == [(number,) for number in range(7, 12)]
