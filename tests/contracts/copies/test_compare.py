"""A copy is held against its feed: equal, or each row that is not, on each database."""

from __future__ import annotations

import random
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from creditbus.services.subscriber.comparing import Unlike
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.topics.errors import ConfigurationError
from tests.feed_copies import MadeFeed, item_schema
from tests.harness.copied import Copied, CopiedTables

_GRADES = "tax_credit_grade"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


def _found(tables: Copied) -> list[tuple[str, Unlike]]:
    return [(one.key[0], one.how) for one in tables.compare().differences]


def test_a_copy_equals_the_feed_up_to_where_it_stands(feed: MadeFeed, copied: Copied) -> None:
    chance = random.Random(2)
    narrow, wide = item_schema("tax-credit-grade", content=("XYDJ",)), item_schema("tax-credit-grade")
    for _ in range(80):
        lane, state = chance.randrange(2), chance.choice(["ACTIVE", "ACTIVE", "DISPUTED", "EXPIRED", "WITHHELD"])
        feed.put(lane, f"S{lane}{chance.randrange(9)}", state=state, schema=chance.choice([narrow, wide]))
    copied.sync()
    found = copied.compare()
    rows = sum(map(len, feed.view().values()))
    assert (found.equal, found.unproved, found.differences) == (rows, 0, [])
    # what the feed got since is not held against the copy
    feed.put(0, "S00", state="EXPIRED")
    feed.put(0, "S99")
    found = copied.compare()
    assert (found.equal, found.differences) == (rows, [])


def test_every_row_that_differs_is_named(feed: MadeFeed, tables: CopiedTables) -> None:
    for number in range(5):
        feed.put(0, f"S{number}")
    feed.put(1, "S9")
    feed.put(1, "S9", state="WITHDRAWN")
    tables.sync()
    tables.run(f"UPDATE {_GRADES} SET xydj = 'A' WHERE subject_code = 'S1'")
    tables.run(f"UPDATE {_GRADES} SET act_decided_on = NULL WHERE subject_code = 'S2'")
    tables.run(f"DELETE FROM {_GRADES} WHERE subject_code = 'S3'")
    tables.run(f"UPDATE {_GRADES} SET subject_code = 'S9' WHERE subject_code = 'S4'")
    assert _found(tables) == [
        ("S1", Unlike.DIFFERENT),
        ("S2", Unlike.DIFFERENT),
        ("S3", Unlike.MISSING),
        ("S4", Unlike.MISSING),
        ("S9", Unlike.EXTRA),
    ]


def test_of_a_feed_whose_beginning_expired_the_rest_is_compared(feed: MadeFeed, tables: CopiedTables) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
    tables.sync()
    feed.expire(0, 2)
    found = tables.compare()
    assert (found.equal, found.unproved, found.differences) == (2, 2, [])
    tables.run(f"DELETE FROM {_GRADES} WHERE subject_code = 'S3'")
    assert _found(tables) == [("S3", Unlike.MISSING)]


@pytest.mark.parametrize("place", [1, 3])
def test_a_feed_that_is_not_whole_proves_nothing(place: int, feed: MadeFeed, copied: Copied) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
    copied.sync()
    del feed.log[0][place]
    with pytest.raises(BrokenFeedError):
        copied.compare()


def test_a_text_with_nul_stops_no_copy_and_is_equal(feed: MadeFeed, copied: Copied) -> None:
    feed.put(0, "S1", XYDJ="a\0b")
    feed.put(0, "S2", "1\0号")
    copied.sync()
    assert [key[0] for key in copied.rows(_GRADES)] == ["S1", "S2"]
    assert _found(copied) == []


def test_an_empty_copy_of_an_empty_feed_is_equal(feed: MadeFeed, tables: CopiedTables) -> None:
    assert feed.view() == {}
    tables.sync()
    assert tables.compare().equal == 0


def test_a_copy_that_is_not_there_is_refused_and_nothing_is_made(
    feed: MadeFeed, copied: Copied, tmp_path: Path
) -> None:
    for number in range(5):
        feed.put(0, f"S{number}")
    with pytest.raises(ConfigurationError, match="there is no copy here; check --to"):
        copied.compare()
    assert list(tmp_path.iterdir()) == []
    if isinstance(copied, CopiedTables):
        assert copied.all_names() == []


def test_a_copy_that_has_read_nothing_does_not_equal_a_feed_with_records(feed: MadeFeed, tables: CopiedTables) -> None:
    tables.sync()
    feed.put(0, "S0")
    with pytest.raises(ConfigurationError, match="there is no copy here"):
        tables.compare()


def test_an_account_that_may_only_read_can_compare(feed: MadeFeed, postgres: str) -> None:
    name = f"copy_{uuid.uuid4().hex[:8]}"
    server = CopiedTables(postgres, autocommit=True)
    server.run(f"CREATE DATABASE {name}")
    server.run(f"CREATE ROLE {name} LOGIN")
    url = sa.make_url(postgres).set(database=name)
    tables = CopiedTables(url.render_as_string(hide_password=False))
    feed.put(0, "S0")
    tables.sync()
    tables.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    reader = CopiedTables(url.set(username=name).render_as_string(hide_password=False))
    found = reader.compare()
    assert (found.equal, found.differences) == (1, [])
