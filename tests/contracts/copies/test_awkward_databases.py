"""Databases as administrators make them: no value is cut, and what cannot be kept is one line that names its record."""

from __future__ import annotations

import random
import uuid

import pytest
import sqlalchemy as sa

from creditbus.topics.errors import ConfigurationError
from tests.feed_copies import MadeFeed, item_schema
from tests.harness.copied import Copied, CopiedTables

_GRADES = "tax_credit_grade"
_RARE = "示例𠮷㼆镕"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


def _with(tables: CopiedTables, **options: str) -> CopiedTables:
    url = sa.make_url(tables.url).update_query_dict(options)
    return CopiedTables(url.render_as_string(hide_password=False))


def _careless(tables: CopiedTables) -> CopiedTables:
    """Give it as a server has it that cuts what is too long."""
    return _with(tables, init_command="SET sql_mode = ''") if tables.backend == "mariadb" else tables


def _long_key() -> str:
    # PostgreSQL compresses the rows of an index: what repeats itself would fit
    chance = random.Random(3)
    return "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(1000))


@pytest.mark.parametrize("count", [1, 300], ids=["row by row", "by COPY"])
def test_two_keys_that_begin_alike_stay_two_or_are_refused_by_their_record(
    count: int, feed: MadeFeed, tables: CopiedTables
) -> None:
    feed.chunk = 1000
    tables = _careless(tables)
    feed.put(0, "S0")
    tables.sync()
    for number in range(count):
        feed.put(0, "S0", f"{number + 2}号")
    for end in "AB":
        feed.put(0, "S0", _long_key() + end)
    feed.put(0, "S9")
    if tables.backend == "sqlite":
        tables.sync()
        assert tables.holds(feed.view())
        return
    for _ in range(2):
        with pytest.raises(
            ConfigurationError, match=rf"record {count + 2} of partition 0: a value does not fit .*SQLite"
        ):
            tables.sync()
        assert list(tables.rows(_GRADES)) == [("S0", "某税务局", "1号")]


def test_a_long_text_is_kept_whole(feed: MadeFeed, copied: Copied) -> None:
    if isinstance(copied, CopiedTables):
        copied = _careless(copied)
    feed.put(0, "S0", PJND="事" * 30_000, XYDJ="A")
    feed.put(0, "S1", PJND="x" * 70_000, XYDJ=None)
    copied.sync()
    assert copied.holds(feed.view())


def test_a_column_of_an_earlier_version_is_widened_and_keeps_what_it_holds(
    feed: MadeFeed, request: pytest.FixtureRequest
) -> None:
    tables = _mariadb(request)
    feed.put(0, "S0", XYDJ="A")
    tables.sync()
    tables.run(f"ALTER TABLE {_GRADES} MODIFY pjnd TEXT COMMENT 'x', MODIFY xydj TEXT COMMENT 'y', ADD remark TEXT")
    tables.run(f"UPDATE {_GRADES} SET remark = 'mine'")
    feed.put(0, "S1", PJND="事" * 30_000)
    tables.sync()
    rows = tables.rows(_GRADES)
    assert {row.pop("remark") for row in rows.values()} == {"mine", None}
    assert (rows["S0", "某税务局", "1号"]["xydj"], len(rows["S1", "某税务局", "1号"]["pjnd"])) == ("A", 30_000)
    assert tables.described(_GRADES)[1]["pjnd"] == "字段PJND (Field PJND)"
    assert tables.compare().differences == []


def _mariadb(request: pytest.FixtureRequest) -> CopiedTables:
    name = f"copy_{uuid.uuid4().hex[:8]}"
    server: str = request.getfixturevalue("mariadb")
    CopiedTables(server).run(f"CREATE DATABASE {name}")
    return CopiedTables(sa.make_url(server).set(database=name).render_as_string(hide_password=False))


@pytest.mark.parametrize("encoding", ["UTF8", "SQL_ASCII", "EUC_CN", "LATIN1"])
def test_a_postgresql_of_any_encoding_keeps_every_character_or_says_that_it_cannot(
    encoding: str, feed: MadeFeed, postgres: str
) -> None:
    name = f"copy_{uuid.uuid4().hex[:8]}"
    made = f"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    CopiedTables(postgres, autocommit=True).run(made)
    url = sa.make_url(postgres).set(database=name).update_query_dict({"client_encoding": "latin1"})
    tables = CopiedTables(url.render_as_string(hide_password=False))
    feed.put(0, "S0")
    feed.put(0, "S1", PJND=_RARE)
    reader = CopiedTables(url.set(query={**url.query, "client_encoding": "utf8"}).render_as_string(hide_password=False))
    if encoding in {"UTF8", "SQL_ASCII"}:
        tables.sync()
        assert reader.holds(feed.view())
        return
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"encoding of the database lacks a character .*ENCODING 'UTF8'"):
            tables.sync()


@pytest.mark.parametrize("charset", ["latin1", "gbk", "utf8", "nonesuch"])
def test_the_charset_of_a_url_loses_no_character(charset: str, feed: MadeFeed, request: pytest.FixtureRequest) -> None:
    tables = _mariadb(request)
    feed.put(0, "S0", PJND=_RARE)
    _with(tables, charset=charset).sync()
    assert tables.holds(feed.view())


@pytest.mark.parametrize("name", ["bz", "BZ"])
def test_a_column_that_people_added_is_left_alone_when_the_grant_gets_a_field_of_its_name(
    name: str, feed: MadeFeed, tables: CopiedTables
) -> None:
    feed.put(0, "S0")
    tables.sync()
    quoted = f"`{name}`" if tables.backend == "mariadb" else f'"{name}"'
    tables.run(f"ALTER TABLE {_GRADES} ADD {quoted} VARCHAR(20)")
    tables.run(f"UPDATE {_GRADES} SET {quoted} = 'mine'")
    feed.put(0, "S0", "2号")
    feed.put(0, "S0", schema=item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ")), BZ="of the feed")
    if tables.backend == "postgresql" and name == "BZ":
        # two names there
        tables.sync()
        row = tables.rows(_GRADES)["S0", "某税务局", "1号"]
        assert (row["BZ"], row["bz"]) == ("mine", "of the feed")
        return
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=f"the column {name} of the table {_GRADES}, which is there"):
            tables.sync()
    assert [row[name] for row in tables.rows(_GRADES).values()] == ["mine"]
    tables.run(f"ALTER TABLE {_GRADES} RENAME COLUMN {quoted} TO remark")
    tables.sync()
    row = tables.rows(_GRADES)["S0", "某税务局", "1号"]
    assert (row["remark"], row["bz"]) == ("mine", "of the feed")
    assert tables.compare().differences == []


def test_a_table_that_people_made_in_place_of_ours_is_left_alone(feed: MadeFeed, tables: CopiedTables) -> None:
    feed.put(0, "S0")
    tables.sync()
    tables.run(f"DROP TABLE {_GRADES}")
    tables.run(f"CREATE TABLE {_GRADES} (id INTEGER)")
    feed.put(0, "S1")
    with pytest.raises(ConfigurationError, match=f"table {_GRADES} is there and was not made by creditbus"):
        tables.sync()
