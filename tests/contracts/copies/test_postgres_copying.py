"""Many rows at once go into PostgreSQL by COPY, and hold what they would hold row by row."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.sql import row_writing
from creditbus.services.subscriber.sql.postgres_copying import copy_rows
from creditbus.services.subscriber.table_model import TableModel, table_model
from creditbus.topics.errors import ConfigurationError
from tests.feed_copies import MadeFeed, item_schema
from tests.harness.copied import CopiedTables

_GRADES = "tax_credit_grade"
_WIDER = item_schema("tax-credit-grade", ("decided_on", "reason"), ("BZ_2", "XYDJ"))
_MODEL = table_model("tax-credit-grade", item_schema("tax-credit-grade"))
_STATES = ["ACTIVE"] * 6 + ["DISPUTED", "WITHDRAWN", "WITHHELD"]
_TEXTS = [
    "",
    "\\N",
    "a\tb",
    "a\nb\r\n",
    "\\.",
    "a\\tb",
    '"',
    "'; DROP TABLE x",
    "%s %% :v0",
    "𠮷",
    "\x01\x7f\b\v\f",
    None,
]

pytestmark = pytest.mark.parametrize(
    "tables", [pytest.param("postgresql", marks=pytest.mark.integration)], indirect=True
)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed(chunk=60)
    made.serve(monkeypatch)
    return made


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """How many rows went by COPY each time, and whether they could; one row is enough."""
    calls: list[tuple[int, bool]] = []
    plainly: Callable[..., bool] = copy_rows

    def noted(*arguments: Any) -> bool:
        done = plainly(*arguments)
        calls.append((len(arguments[-1]), done))
        return done

    monkeypatch.setattr(row_writing, "copy_rows", noted)
    monkeypatch.setattr(row_writing, "_COPIED_FROM", 1)
    return calls


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for _ in range(count):
        lane, schema = chance.randrange(feed.partitions), chance.choice([None, None, _WIDER])
        subject, document = f"S{lane}{chance.randrange(3)}", f"{chance.randrange(3)}号"
        values: dict[str, Any] = {name: chance.choice(_TEXTS) for name in ("XYDJ", "PJND", "BZ_2")}
        feed.put(lane, subject, document, schema=schema, state=chance.choice(_STATES), **values)


def test_random_feeds_with_two_versions_of_a_schema_end_at_the_view(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    chance = random.Random(3)
    for _ in range(4):
        _grow(feed, chance, 90)
        tables.sync()
        assert tables.holds(feed.view())
    assert len(copied) > 4
    assert {done for _, done in copied} == {True}


def test_columns_of_others_stay_and_those_that_the_grant_lost_are_emptied(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    feed.put(0, "S1", schema=_WIDER, BZ_2="x")
    tables.sync()
    tables.run(f"ALTER TABLE {_GRADES} ADD remark VARCHAR(20)")
    tables.run(f"UPDATE {_GRADES} SET remark = 'seen'")
    feed.put(0, "S1", XYDJ="B")
    feed.put(0, "S2")
    tables.sync()
    row = tables.rows(_GRADES)["S1", "某税务局", "1号"]
    assert (row["xydj"], row["remark"], row["bz_2"], row["act_reason"]) == ("B", "seen", None, None)
    assert copied == [(1, True), (2, True)]


def test_what_the_database_refuses_is_one_line_without_values_and_nothing_is_written(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    feed.put(0, "S1", XYDJ="x")
    tables.sync()
    tables.run(f"ALTER TABLE {_GRADES} ALTER COLUMN xydj TYPE VARCHAR(3)")
    feed.put(0, "S2", XYDJ="secret")
    with pytest.raises(ConfigurationError) as caught:
        tables.sync()
    assert "22001" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert len(tables.rows(_GRADES)) == 1
    tables.run(f"ALTER TABLE {_GRADES} ALTER COLUMN xydj TYPE TEXT")
    assert tables.sync().records == 1
    assert tables.holds(feed.view())
    assert len(copied) == 2


def test_a_character_that_it_cannot_keep_is_replaced(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    feed.put(0, "S1", XYDJ="a\0b")
    feed.put(0, "S2")
    assert tables.sync().written == 2
    assert tables.rows(_GRADES)["S1", "某税务局", "1号"]["xydj"] == "a\ufffdb"
    assert copied == [(2, True)]


class _View:
    """What a feed shows, in parts of two records."""

    def __init__(self, feed: MadeFeed) -> None:
        self._feed = feed

    def positions(self) -> Mapping[int, Position]:
        return {0: Position(1000, 500, bytes(32))}

    def models(self) -> list[TableModel]:
        return [_MODEL]

    def chunks(self) -> Iterator[list[Change]]:
        shown = list(self._feed.view()["tax-credit-grade"].values())
        for place in range(0, len(shown), 2):
            yield [Change(_MODEL, 0, 0, _decoded(fields)) for fields in shown[place : place + 2]]


def _decoded(fields: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromtimestamp(fields["record"]["received_at"] / 1000, UTC)
    return fields | {"record": fields["record"] | {"received_at": moment}}


def test_a_view_in_many_parts_takes_the_place_of_what_was_there(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    for number in range(9):
        feed.put(0, f"S{number}")
    tables.sync()
    copied.clear()
    feed.put(0, "S1", state="WITHDRAWN")
    feed.put(0, "S2", XYDJ="B")
    with tables.copy() as copy:
        assert copy.replace(copy.positions(), _View(feed)) == (8, 1)
    assert tables.holds(feed.view())
    assert copied == [(2, True)] * 4


def test_an_account_without_temporary_tables_writes_row_by_row(
    feed: MadeFeed, tables: CopiedTables, copied: list[tuple[int, bool]]
) -> None:
    url = sa.make_url(tables.url)
    tables.run(f"CREATE ROLE {url.database}_sync LOGIN")
    tables.run(f"GRANT CREATE ON SCHEMA public TO {url.database}_sync")
    tables.run(f"REVOKE TEMPORARY ON DATABASE {url.database} FROM PUBLIC")
    limited = CopiedTables(url.set(username=f"{url.database}_sync").render_as_string(hide_password=False))
    for _ in range(2):
        _grow(feed, random.Random(4), 90)
        limited.sync()
        assert limited.holds(feed.view())
    # asked for once by each process
    assert [done for _, done in copied] == [False, False]
