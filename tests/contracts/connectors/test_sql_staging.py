"""Mode staging on real databases: read once, marked when it is on the bus, whatever dies in between."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

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
