"""`check` tries what a run does: a status that the column cannot have, a key by which no row is found again."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.connectors.errors import SourceError
from tests.harness.tables import Shop, last_position, names


def _complaints(source: Any) -> list[str]:
    return [str(finding.message) for finding in source.check() if not finding.ok]


@pytest.mark.parametrize(
    ("kind", "kept", "new", "sent"),
    [
        ("boolean", "false", False, True),
        ("boolean", "false", 0, 1),
        ("integer", "0", "0", "1"),
        ("varchar(9)", "'0'", 0, 1),
        ("numeric(3)", "0", 0, 1),
    ],
)
def test_a_status_is_compared_as_its_column_has_it(shop: Shop, kind: str, kept: str, new: Any, sent: Any) -> None:
    shop.create(f"id integer PRIMARY KEY, name varchar(9), state {kind}")
    shop.run(f"INSERT INTO rows VALUES (1, '示例1', {kept})")
    source = shop.open("staging", status="state", new=new, sent=sent)
    assert _complaints(source) == []
    rows = list(source.read(None))
    assert names(rows) == ["示例1"]
    source.settle(last_position(rows))
    assert shop.open("staging", status="state", new=new, sent=sent).size() == 0
    assert [int(value) for value in shop.column("state")] == [1]


@pytest.mark.parametrize(
    ("kind", "kept", "states", "said"),
    [
        ("boolean", "false", {}, "cannot be 'new'"),
        ("integer", "0", {"new": 0}, "cannot be 'sent'"),
        ("integer", "0", {}, "cannot be 'new' (integer)"),
        ("varchar(3)", "'new'", {}, "cannot be 'sent' (varchar(3))"),
        ("varchar(4)", "'new'", {"refused": "refused"}, "cannot be 'refused' (varchar(4))"),
        ("date", "'2025-01-01'", {}, "cannot be 'new'"),
        ("enum", "'new'", {"sent": "done"}, "cannot be 'done' (new, sent)"),
        ("enum", "'new'", {"new": "neu"}, "cannot be 'neu' (new, sent)"),
    ],
)
@pytest.mark.parametrize("server", ["postgres_shop", "mariadb_shop"])
def test_a_status_that_the_column_cannot_have_is_named_by_check_and_before_a_row_is_given(
    request: pytest.FixtureRequest, server: str, kind: str, kept: str, states: dict[str, Any], said: str
) -> None:
    shop: Shop = request.getfixturevalue(server)
    if shop.is_mariadb and kind == "date":
        pytest.skip("MariaDB compares a day with every text")
    shop.run("DROP TABLE IF EXISTS rows")
    if kind == "enum" and not shop.is_mariadb:
        shop.run("DROP TYPE IF EXISTS its_states")
        shop.run("CREATE TYPE its_states AS ENUM ('new', 'sent')")
    its = {"enum": "enum('new', 'sent')" if shop.is_mariadb else "its_states"}.get(kind, kind)
    shop.create(f"id integer PRIMARY KEY, state {its}")
    shop.run(f"INSERT INTO rows VALUES (1, {kept})")
    source = shop.open("staging", status="state", **states)
    said = said.replace("boolean", "tinyint(1)") if shop.is_mariadb else said
    [complaint] = _complaints(source)
    assert said in complaint
    with pytest.raises(SourceError) as told:
        next(source.read(None))
    assert said in str(told.value)


def test_a_key_by_which_no_row_is_found_again_ends_the_reading(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create("id float PRIMARY KEY, name text, state varchar(9) DEFAULT 'new'", {"id": 1.1}, {"id": 2.1})
    source = shop.open("staging", status="state", fetch_rows=1)
    said = "the database does not find a row again by its key (id); name another key in settings.key"
    assert said in _complaints(source)[0]
    with pytest.raises(SourceError) as told:
        list(source.read(None))
    assert said in str(told.value)
