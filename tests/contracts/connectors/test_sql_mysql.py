"""What is different with MariaDB, and so with MySQL: moments, types, characters, rights, a reading that is given up."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pymysql import connections, cursors

from creditbus.connectors.contract import Finding, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql.kind import KIND
from tests.harness.tables import Shop, last_position, names

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def _findings(source: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in source.check()}


def test_each_type_becomes_the_cell_that_it_means(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create(
        "id bigint unsigned PRIMARY KEY, n decimal(20, 4), f double, small double, b boolean, bits bit(1), d date, "
        "dt datetime(3), ts TIMESTAMP(3) NULL, t time, "
        " y year, j json, e enum('甲', '乙'), s set('甲', '乙', '丙'), c char(4), "
        "big longtext, raw varbinary(8), nothing text"
    )
    with shop.engine.begin() as connection:
        connection.execute(sa.text("SET time_zone = '+00:00'"))
        connection.execute(
            sa.text(
                "INSERT INTO `rows` VALUES (18446744073709551615, 1234567890123456.7000, 0.1, 1.5e-13, true, 1, "
                "'2025-01-02', '2025-01-02 03:04:05.678', "
                "'2025-01-01 16:00:00.125', '01:02:03', 2025, :document, '乙', "
                "'丙,甲', '𠮷A', :long, x'00ff', NULL)"
            ),
            {"document": '{"a": 12345678901234567890.10}', "long": "长" * 70_000},
        )
    (row,) = shop.open("watermark", watermark="id").read(None)
    assert isinstance(row, Row)
    assert row.cells == {
        "id": 18446744073709551615,
        "n": Decimal("1234567890123456.7000"),
        "f": 0.1,
        "small": 1.5e-13,
        "b": 1,
        "bits": 1,
        "d": date(2025, 1, 2),
        "dt": datetime(2025, 1, 2, 3, 4, 5, 678_000),  # noqa: DTZ001 -- as the database has it: without a zone
        "ts": datetime(2025, 1, 2, 0, 0, 0, 125_000, tzinfo=_SHANGHAI),
        "t": clock_time(1, 2, 3),
        "y": 2025,
        "j": '{"a": 12345678901234567890.10}',
        "e": "乙",
        "s": "甲,丙",
        "c": "𠮷A",
        "big": "长" * 70_000,
        "nothing": None,
    }
    assert row.cells["ts"].date() == date(2025, 1, 2)  # type: ignore[union-attr] # in Shanghai, whatever the server's zone
    assert _findings(shop.open("watermark", watermark="id"))["table"].message.endswith("binary, left out: raw")


def test_a_table_of_another_character_set_is_read_as_what_it_says(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.run("DROP TABLE IF EXISTS rows")
    shop.run("CREATE TABLE rows (id integer PRIMARY KEY, name varchar(20)) CHARACTER SET gbk")
    shop.insert(id=1, name="示例镕")
    assert names(list(shop.open("watermark", watermark="id").read(None))) == ["示例镕"]


def test_a_day_that_is_none_passes_as_text_and_stops_no_other_row(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create("id integer PRIMARY KEY, day date, at_ TIMESTAMP NULL, dt datetime")
    with shop.engine.begin() as connection:
        connection.execute(sa.text("SET sql_mode = ''"))
        connection.execute(sa.text("INSERT INTO `rows` VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00')"))
        connection.execute(sa.text("INSERT INTO `rows` VALUES (2, '2025-00-10', NULL, '2025-01-02')"))
    first, second = (row.cells for row in shop.open("watermark", watermark="id").read(None))
    assert (first["day"], str(first["at_"])[:10], str(first["dt"])[:10]) == ("0000-00-00",) * 3
    assert (second["day"], second["dt"]) == ("2025-00-10", datetime(2025, 1, 2))  # noqa: DTZ001 -- as above


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ("10:20:30", clock_time(10, 20, 30)),
        ("00:00:00", clock_time()),
        ("23:59:59.999", clock_time(23, 59, 59, 999_000)),
        ("24:00:00", "24:00:00"),
        ("838:59:59", "838:59:59"),
        ("-838:59:59", "-838:59:59"),
        ("-00:00:01", "-00:00:01"),
        ("100:00:00.125", "100:00:00.125000"),
    ],
)
def test_a_time_of_no_day_is_the_text_that_is_there(mariadb_shop: Shop, kept: str, expected: Any) -> None:
    shop = mariadb_shop
    shop.create("id integer PRIMARY KEY, t time(3), state varchar(9) DEFAULT 'new'", {"id": 1, "t": kept})
    [row] = shop.open("watermark", watermark="id").read(None)
    assert row.cells["t"] == expected
    by_time = shop.open("staging", status="state", key=["t"])
    by_time.settle(last_position(list(by_time.read(None))))
    assert shop.column("state") == ["sent"], "it is found again by it"


def test_late_commits_in_a_timestamp_are_not_lost_and_old_ones_leave_the_position(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    columns = "id integer PRIMARY KEY, name text, changed_at TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6)"
    shop.create(columns, *({"id": n, "name": f"示例{n}", "changed_at": f"2025-01-0{n} 08:00:00"} for n in (1, 2)))
    early, late = shop.engine.connect(), shop.engine.connect()
    for connection, number in ((early, 3), (late, 4)):
        row = {"id": number, "name": f"示例{number}"}
        connection.execute(shop.insertion(row, "`rows`"), row)
    late.commit()
    late.close()

    def reading() -> Any:
        return shop.open("watermark", watermark="changed_at", window=600)

    first = list(reading().read(None))
    assert names(first) == ["示例1", "示例2", "示例4"]
    position: Any = last_position(first)
    assert len(position["seen"]) == 16, "of the rows of the window alone: the server's clock says what is old"
    early.commit()
    early.close()
    second = list(reading().read(position))
    assert names(second) == ["示例3"]
    assert list(reading().read(last_position(second))) == []
    shop.run("UPDATE rows SET name = '示例改', changed_at = CURRENT_TIMESTAMP(6) WHERE id = 1")
    assert names(list(reading().read(last_position(second)))) == ["示例改"]


def test_a_position_from_before_a_timestamp_was_a_moment_begins_again(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create(
        "id integer PRIMARY KEY, name text, changed_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP", {"id": 1, "name": "示例1"}
    )
    rows = list(shop.open("watermark", watermark="changed_at", window=0).read(None))
    old: Any = last_position(rows) | {"columns": "as it was before"}  # type: ignore[operator] # a mapping
    assert names(list(shop.open("watermark", watermark="changed_at").read(old))) == ["示例1"]


def test_a_right_that_is_missing_and_a_server_that_is_not_there_are_one_line(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create("id integer PRIMARY KEY, state varchar(9) DEFAULT 'new'", {"id": 1})
    shop.run("CREATE OR REPLACE USER reader@localhost")
    as_reader = Shop(shop.url.replace("owner@", "reader@"), shop.folder)
    said = _findings(as_reader.open("watermark", watermark="id"))["database"].message
    assert "Access denied for user 'reader'@'localhost' to database 'shop' (1044)" in said
    shop.run("GRANT SELECT ON shop.rows TO reader@localhost")
    assert all(finding.ok for finding in as_reader.open("watermark", watermark="id").check())
    marking = _findings(as_reader.open("staging", status="state"))["mark"]
    assert (marking.ok, "needs UPDATE of state" in marking.message) == (False, True)
    shop.run("GRANT UPDATE (state) ON shop.rows TO reader@localhost")
    assert all(finding.ok for finding in as_reader.open("staging", status="state").check())
    shop.run("DROP USER reader@localhost")
    said = _findings(as_reader.open("watermark", watermark="id"))["database"].message
    assert "Access denied for user 'reader'@'localhost'" in said
    gone = shop.open("watermark", watermark="id", url="mysql+pymysql://reader@127.0.0.1:1/shop")
    with pytest.raises(SourceError, match=r"Can't connect to MySQL server on '127\.0\.0\.1'.*\(2003\); check"):
        list(gone.read(None))


def test_discover_names_tables_views_and_comments(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.create("id integer PRIMARY KEY, name varchar(20) COMMENT '示例名称'", {"id": 1})
    shop.run("CREATE OR REPLACE VIEW some_rows AS SELECT id FROM rows")
    tables = {table.name: table for table in KIND.open(KIND.settings.model_validate({"url": shop.url})).discover()}
    shop.run("DROP VIEW some_rows")
    assert set(tables) == {"rows", "some_rows"}
    assert [(column.name, column.title) for column in tables["rows"].columns] == [("id", ""), ("name", "示例名称")]


def test_a_reading_that_is_given_up_does_not_wait_for_the_rest_of_the_table(mariadb_shop: Shop) -> None:
    """The driver would read it all: 100 rows, each of which takes the server 0.2 s."""
    shop = mariadb_shop
    shop.run("DROP TABLE IF EXISTS rows")
    shop.run("CREATE VIEW rows AS SELECT seq AS id, repeat('例', 20000) AS name, sleep(0.2) AS late FROM seq_1_to_100")
    begun = time.monotonic()
    rows = shop.open("watermark", watermark="id", window=1000, fetch_rows=1)
    with rows._database.reading() as connection:
        result = connection.execute(sa.text("SELECT * FROM `rows`"), execution_options={"yield_per": 1})
        assert next(iter(result)).id == 1
    shop.run("DROP VIEW rows")
    assert time.monotonic() - begun < 10


def test_a_slow_statement_ends(mariadb_shop: Shop) -> None:
    shop = mariadb_shop
    shop.run("DROP TABLE IF EXISTS rows")
    shop.run("CREATE VIEW rows AS SELECT 1 AS id, sleep(60) AS late")
    with pytest.raises(SourceError, match="Lost connection to MySQL server during query"):
        list(shop.open("watermark", watermark="id", statement_seconds=1).read(None))
    shop.run("DROP VIEW rows")


def test_the_clock_is_the_server_s(mariadb_shop: Shop) -> None:
    mariadb_shop.create("id integer PRIMARY KEY")
    source = mariadb_shop.open("watermark", watermark="id")
    with source._database.reading() as connection:
        assert abs(source._database.now(connection) - datetime.now(UTC)) < timedelta(minutes=5)


def test_the_private_names_of_the_driver_are_there() -> None:
    """`mysql.give_up_rest` needs them."""
    result = connections.MySQLResult.__new__(connections.MySQLResult)
    result.__init__(None)
    assert result.unbuffered_active is False
    assert "_result" in connections.Connection.__init__.__code__.co_names
    assert "_finish_unbuffered_query" in cursors.SSCursor.close.__code__.co_names
