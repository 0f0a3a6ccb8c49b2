"""Types, rights, secrets and errors of real databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from creditbus.connectors.contract import Defect, Finding, Row
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.sql.kind import KIND
from tests.harness.tables import Shop

_SECRET = "示例-not-to-be-seen"  # noqa: S105 -- fictional


def _findings(source: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in source.check()}


def test_each_type_becomes_the_cell_that_it_means(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create(
        "id bigint PRIMARY KEY, n numeric(20, 4), f double precision, b boolean, d date, ts timestamp, tz timestamptz, "
        "t time, i interval, j json, jb jsonb, a text[], u uuid, x xml, raw bytea, nothing text"
    )
    shop.run(
        "INSERT INTO rows VALUES (1, 123456789012345.6700, 0.1, true, '2025-01-02', '2025-01-02 03:04:05', "
        "'2025-01-01 16:00:00+00', '01:02:03', '90 minutes', '{\"a\": 12345678901234567890.10}', '[1, 2]', "
        "'{甲,乙}', '00000000-0000-0000-0000-000000000001', '<a/>', '\\x00ff', NULL)"
    )
    (row,) = shop.open("watermark", watermark="id").read(None)
    assert isinstance(row, Row)
    assert row.cells == {
        "id": 1,
        "n": Decimal("123456789012345.6700"),
        "f": 0.1,
        "b": True,
        "d": date(2025, 1, 2),
        "ts": datetime(2025, 1, 2, 3, 4, 5),  # noqa: DTZ001 -- as the database has it: without a zone
        "tz": datetime(2025, 1, 2, tzinfo=ZoneInfo("Asia/Shanghai")),
        "t": time(1, 2, 3),
        "i": timedelta(minutes=90),
        "j": '{"a": 12345678901234567890.10}',
        "jb": "[1, 2]",
        "a": '["甲", "乙"]',
        "u": "00000000-0000-0000-0000-000000000001",
        "x": "<a/>",
        "nothing": None,
    }
    assert row.cells["tz"].date() == date(2025, 1, 2)  # type: ignore[union-attr] # compared above
    findings = _findings(shop.open("watermark", watermark="id"))
    assert findings["table"].message == "rows: 15 columns; binary, left out: raw"


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamptz"])
def test_a_moment_that_python_has_not_stops_no_other_row(postgres_shop: Shop, kind: str) -> None:
    postgres_shop.create(f"id integer PRIMARY KEY, day {kind}")
    postgres_shop.run("INSERT INTO rows VALUES (1, '2025-01-02'), (2, 'infinity'), (3, '2025-01-03')")
    rows = list(postgres_shop.open("watermark", watermark="id").read(None))
    assert [row.cells["day"] for row in rows][1] == "infinity"
    in_order = postgres_shop.open("watermark", watermark="day")
    first = list(in_order.read(None))
    assert [row.row for row in first] == [1, 3, 2]
    assert list(in_order.read(first[-1].position)) == []


_ODD: list[tuple[str, str, Any]] = [
    ("time with time zone", "10:00:00+08", "10:00:00+08:00"),
    ("time with time zone", "24:00:00+00", "24:00:00+00"),
    ("time with time zone", "10:20:30.5-15:59", "10:20:30.500000-15:59"),
    ("time with time zone[]", "{10:00+08}", '["10:00:00+08:00"]'),
    ("time", "24:00:00", "24:00:00"),
    ("timestamptz", "9999-12-31 23:30:00+00", "9999-12-31 23:30:00+00:00"),
    ("timestamptz", "0001-01-01 00:00:00+14", None),
    ("timestamptz", "4713-01-01 BC", None),
    ("timestamptz", "294276-12-31 23:59:59+00", None),
    ("timestamptz", "-infinity", "-infinity"),
    ("timestamp", "294276-12-31 23:59:59", "294276-12-31 23:59:59"),
    ("date", "5874897-12-31", "5874897-12-31"),
    ("interval", "1 mon 3 days", "1 mon 3 days"),
    ("interval", "-178000000 years", "-178000000 years"),
    ("interval", "3 days 04:05:06", timedelta(days=3, hours=4, minutes=5, seconds=6)),
    ("interval[]", "{1 year,01:00:00}", '["1 year", "1:00:00"]'),
    ("numeric", "NaN", None),
    ("numeric", "Infinity", Decimal("Infinity")),
    ("double precision", "-Infinity", float("-inf")),
    ("numeric[]", "{NaN,1.50}", '["NaN", "1.50"]'),
    ("money", "12.50", "$12.50"),
    ("bit(4)", "1010", "1010"),
    ("jsonb", "[1e40]", None),
    ("daterange", "[2025-01-01,infinity)", None),
    ("tstzrange", "[4713-01-01 BC,2025-01-01)", None),
    ("date[]", "{infinity,2025-01-01}", '["infinity", "2025-01-01"]'),
]


def _written(value: str) -> str:
    """Write a text into a statement, where a colon begins a parameter."""
    return "'" + value.replace(":", "\\:") + "'"


@pytest.mark.parametrize("mode", ["staging", "watermark", "compare"])
def test_no_value_of_a_column_stops_a_reading(postgres_shop: Shop, mode: str) -> None:
    shop = postgres_shop
    columns = ", ".join(f"c{place} {kind}" for place, (kind, _, _) in enumerate(_ODD))
    shop.create(f"id integer PRIMARY KEY, state text DEFAULT 'new', {columns}")
    for place, (kind, value, _) in enumerate(_ODD):
        shop.run(f"INSERT INTO rows (id, c{place}) VALUES ({place + 1}, CAST({_written(value)} AS {kind}))")
    settings: dict[str, dict[str, Any]] = {
        "staging": {"status": "state"},
        "watermark": {"watermark": "id"},
        "compare": {"state": "s"},
    }
    source = shop.open(mode, **settings[mode])
    rows = list(source.read(None))
    assert [row.row for row in rows] == list(range(1, len(_ODD) + 1))
    for place, (row, (_, _, expected)) in enumerate(zip(rows, _ODD, strict=True)):
        assert isinstance(row, Row)
        cell = row.cells[f"c{place}"]
        assert cell is not None
        assert expected in (None, cell), f"{_ODD[place]}: {cell!r}"
    assert all(finding.ok for finding in source.check())
    if mode == "staging":
        source.settle(rows[-1].position)
        assert set(shop.column("state")) == {"sent"}


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in _ODD} - {"jsonb", "money"}))
def test_no_value_of_a_watermark_or_a_key_stops_a_reading_with_an_error_of_another_kind(
    postgres_shop: Shop, kind: str
) -> None:
    shop = postgres_shop
    values = [value for its, value, _ in _ODD if its == kind]
    shop.create(f"id integer PRIMARY KEY, odd {kind}")
    for number, value in enumerate(values):
        shop.run(f"INSERT INTO rows VALUES ({number}, CAST({_written(value)} AS {kind}))")
    by_value = shop.open("watermark", watermark="odd", window=0.5)
    rows = list(by_value.read(None))
    assert len(rows) == len(values)
    assert list(by_value.read(rows[-1].position)) == []
    for key in (["odd"], ["odd", "id"]):
        assert len(list(shop.open("compare", state="s", key=key).read(None))) == len(values)
        assert len(list(shop.open("watermark", watermark="id", key=key).read(None))) == len(values)


def test_a_cell_that_becomes_infinite_or_none_is_a_change(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create("id integer PRIMARY KEY, name text DEFAULT 'x', f double precision", {"id": 1})
    for value in ("'NaN'", "'Infinity'", "'-Infinity'", "NULL"):
        source = shop.open("compare", state="s")
        rows = list(source.read({"count": 0, "generation": 0, "pending": ""}))
        assert len(rows) == 1
        source.settle(rows[-1].position)
        shop.run(f"UPDATE rows SET f = {value}")


def test_a_key_of_bytes_is_found_again(shop: Shop) -> None:
    kind = "varbinary(16)" if shop.is_mariadb else "bytea" if shop.url.startswith("postgres") else "blob"
    shop.create(f"id integer PRIMARY KEY, code {kind} NOT NULL, state varchar(9) DEFAULT 'new'")
    for number in (1, 2, 3):
        shop.insert(id=number, code=bytes([0, 255, number]))
    source = shop.open("staging", status="state", key=["code"], fetch_rows=1)
    rows = list(source.read(None))
    source.settle(rows[1].position)
    assert shop.column("state") == ["sent", "sent", "new"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_a_moment_at_the_end_of_the_calendar_passes_as_text(tmp_path: Path, zone: str) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    shop.create("id integer PRIMARY KEY, at_ datetime")
    for number, moment in enumerate(("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+00:00", "2025-01-01T00:00:00Z")):
        shop.insert(id=number, at_=moment)
    last, first, now = (row.cells["at_"] for row in shop.open("watermark", watermark="id", time_zone=zone).read(None))
    assert (last == "9999-12-31 23:59:59+00:00") == (zone == "Asia/Shanghai")
    assert (first == "0001-01-01 00:00:00+00:00") == (zone == "America/New_York")
    assert isinstance(now, datetime)


@pytest.mark.parametrize("mode", ["staging", "watermark", "compare"])
def test_a_text_of_sqlite_that_is_no_utf8_refuses_its_row_alone(tmp_path: Path, mode: str) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    shop.create("id integer PRIMARY KEY, name text, status text", *({"id": n, "status": "new"} for n in (1, 2, 3)))
    shop.run("UPDATE rows SET name = CAST(x'E7A4BAFF' AS text) WHERE id = 2")
    settings: dict[str, dict[str, Any]] = {
        "staging": {"status": "status"},
        "watermark": {"watermark": "id", "window": 10},
        "compare": {"state": "s"},
    }
    rows = list(shop.open(mode, **settings[mode]).read(None))
    assert [(row.row, row.detail if isinstance(row, Defect) else "") for row in rows] == [
        (1, ""),
        (2, "column name is binary"),
        (3, ""),
    ]


@pytest.mark.parametrize("mode", ["staging", "watermark", "compare"])
@pytest.mark.parametrize("name", ["none.db", "none/rows.db", ".", "text.db"])
def test_a_file_of_sqlite_that_is_none_is_named_and_not_made(tmp_path: Path, mode: str, name: str) -> None:
    (tmp_path / "text.db").write_text("id,name\n" * 500, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    settings = {"staging": {"status": "s"}, "watermark": {"watermark": "w"}, "compare": {"state": "state"}}[mode]
    source = Shop("sqlite://", tmp_path).open(mode, url=f"sqlite:///{tmp_path}/{name}", **settings)
    said = "there is no such file" if name.startswith("none") else "is not a database of SQLite"
    assert f"{said}; check the path in settings.url" in _findings(source)["database"].message
    with pytest.raises(SourceError, match=said):
        list(source.read(None))
    assert [one for one in sorted(tmp_path.iterdir()) if one.name != "state"] == before


def test_sqlite_gives_what_it_keeps(tmp_path: Path) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    shop.create("id integer PRIMARY KEY, d date, ts datetime, n numeric, b boolean, j json")
    shop.run("INSERT INTO rows VALUES (1, '2025-01-02', '2025-01-02 00:00:00.000000', 1.5, 1, '{\"a\": 1}')")
    shop.run("INSERT INTO rows VALUES (2, '2 March', 'later', 'many', NULL, 'no json')")
    first, second = shop.open("watermark", watermark="id").read(None)
    midnight = datetime(2025, 1, 2)  # noqa: DTZ001 -- as the database has it
    assert first.cells == {"id": 1, "d": date(2025, 1, 2), "ts": midnight, "n": 1.5, "b": True, "j": '{"a": 1}'}
    assert second.cells == {"id": 2, "d": "2 March", "ts": "later", "n": "many", "b": None, "j": "no json"}


@pytest.mark.parametrize("kind", ["BOOLEAN", "BOOL", "boolean not null"])
def test_sqlite_gives_a_truth_value_for_0_and_1_alone(tmp_path: Path, kind: str) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    kept = ["0", "1", "TRUE", "FALSE", "'1'", "'N'", "'否'", "'false'", "'true'", "''", "2", "0.5", "-1"]
    shop.create(f"id integer PRIMARY KEY, b {kind}")
    shop.run(f"INSERT INTO rows (id, b) VALUES {', '.join(f'({n}, {value})' for n, value in enumerate(kept))}")
    found = [row.cells["b"] for row in shop.open("watermark", watermark="id").read(None) if isinstance(row, Row)]
    expected = [False, True, True, False, True, "N", "否", "false", "true", "", 2, 0.5, -1]
    assert [(value, type(value)) for value in found] == [(value, type(value)) for value in expected]


def test_a_row_is_numbered_by_its_key_where_that_can_be_a_number(postgres_shop: Shop) -> None:
    postgres_shop.create("id bigint PRIMARY KEY, code text UNIQUE NOT NULL")
    postgres_shop.run("INSERT INTO rows VALUES (41, 'b'), (40, 'a'), (4000000000, 'c')")
    by_id = postgres_shop.open("watermark", watermark="id").read(None)
    assert [(row.sheet, row.row) for row in by_id] == [("", 40), ("", 41), ("counted", 3)]
    by_code = postgres_shop.open("watermark", watermark="id", key=["code"]).read(None)
    assert [(row.sheet, row.row) for row in by_code] == [("counted", 1), ("counted", 2), ("counted", 3)]


def test_reading_cannot_write(shop: Shop) -> None:
    shop.create("id integer PRIMARY KEY")
    source = shop.open("watermark", watermark="id")
    with source._database.reading() as connection, pytest.raises(Exception, match=r"(?i)read[- ]?only"):
        connection.execute(sa.insert(sa.table("rows", sa.column("id"))).values(id=1))


def test_check_names_what_is_missing(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create("id integer, changed_at timestamp, state text", {"id": 1})
    assert "has no table" in _findings(shop.open("watermark", watermark="id", table="none"))["database"].message
    no_column = _findings(shop.open("watermark", watermark="none"))["database"].message
    assert "has no column 'none'; it has: id, changed_at, state" in no_column
    findings = _findings(shop.open("watermark", watermark="changed_at"))
    assert "no unique index" in findings["key"].message
    assert not findings["watermark"].ok
    assert "rows without changed_at are never read" in findings["watermark"].message


def test_check_names_a_right_that_is_missing(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create("id integer PRIMARY KEY, state text")
    shop.run("DROP ROLE IF EXISTS reader")
    shop.run("CREATE ROLE reader LOGIN")
    as_reader = Shop(shop.url.replace("owner@", "reader@"), shop.folder)
    assert (
        "permission denied for table rows" in _findings(as_reader.open("watermark", watermark="id"))["database"].message
    )
    shop.run("GRANT SELECT ON rows TO reader")
    assert all(finding.ok for finding in as_reader.open("watermark", watermark="id").check())
    marking = _findings(as_reader.open("staging", status="state"))["mark"]
    assert (marking.ok, "needs UPDATE of state" in marking.message) == (False, True)
    shop.run("GRANT UPDATE (state) ON rows TO reader")
    assert all(finding.ok for finding in as_reader.open("staging", status="state").check())
    shop.run("DROP OWNED BY reader")


def test_discover_lists_tables_and_views(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.create("id integer PRIMARY KEY, name varchar(20)", {"id": 1}, {"id": 2})
    shop.run("COMMENT ON COLUMN rows.name IS '示例名称'")
    shop.run("CREATE OR REPLACE VIEW some_rows AS SELECT id FROM rows WHERE id > 1")
    shop.run("ANALYZE rows")
    source = KIND.open(KIND.settings.model_validate({"url": shop.url}))
    tables = {table.name: table for table in source.discover()}
    shop.run("DROP VIEW some_rows")
    assert set(tables) == {"rows", "some_rows"}
    assert [(column.name, column.title) for column in tables["rows"].columns] == [("id", ""), ("name", "示例名称")]
    assert tables["rows"].details == {"types": "id integer, name varchar(20)", "rows": "about 2"}
    assert "rows" not in tables["some_rows"].details
    with pytest.raises(SourceError, match="discover"):
        list(source.read(None))


def test_a_slow_statement_ends(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.run("DROP TABLE IF EXISTS rows")
    shop.run("CREATE VIEW rows AS SELECT 1 AS id FROM pg_sleep(60)")
    with pytest.raises(SourceError, match="statement timeout"):
        list(shop.open("watermark", watermark="id", statement_seconds=1).read(None))
    shop.run("DROP VIEW rows")


def test_a_password_comes_from_outside_and_stays_there(
    postgres_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = postgres_shop
    shop.create("id integer PRIMARY KEY")
    monkeypatch.setenv("EXAMPLE_PASSWORD", _SECRET)
    (tmp_path / "secret").write_text(f"{_SECRET}\n", encoding="utf-8")
    for password in ({"env": "EXAMPLE_PASSWORD"}, {"file": "secret"}):
        source = shop.open("watermark", watermark="id", password=password)
        assert list(source.read(None)) == []
        assert _SECRET not in repr(source._settings) + str(source.check())
        broken = shop.open("watermark", watermark="id", password=password, url="postgresql+psycopg://a@127.0.0.1:1/b")
        with pytest.raises(SourceError) as error:
            list(broken.read(None))
        assert _SECRET not in str(error.value)
        assert "postgresql+psycopg://a@127.0.0.1:1/b" in str(error.value)
    monkeypatch.delenv("EXAMPLE_PASSWORD")
    with pytest.raises(ConfigurationError, match="EXAMPLE_PASSWORD: is not set"):
        list(shop.open("watermark", watermark="id", password={"env": "EXAMPLE_PASSWORD"}).read(None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "postgresql://a:" + "b@c/d"}, "take it out"),
        ({"url": "nonsense"}, "not a database URL"),
        ({"mode": None}, "mode is missing"),
        ({"key": []}, "key is missing"),
        ({"watermark": None}, "watermark is missing"),
        ({"status": "s"}, "status belongs to mode staging"),
        ({"time_zone": "Mars/North"}, "not known"),
        ({"password": {}}, "give one of"),
    ],
)
def test_settings_that_do_not_fit_are_named(changes: dict[str, Any], message: str) -> None:
    raw = {"url": "sqlite:///a.db", "table": "t", "key": ["id"], "mode": "watermark", "watermark": "w", **changes}
    with pytest.raises(ValidationError, match=message) as error:
        KIND.settings.model_validate(raw)
    assert all("input" not in one for one in error.value.errors(include_input=False))


def test_a_database_whose_driver_is_missing_says_so() -> None:
    settings = {"url": "oracle+oracledb://a@b/c", "table": "t", "key": ["id"], "mode": "watermark", "watermark": "w"}
    with pytest.raises(SourceError, match="driver is not installed"):
        list(KIND.open(KIND.settings.model_validate(settings)).read(None))


def test_moments_are_utc_aware_for_the_horizon(postgres_shop: Shop) -> None:
    postgres_shop.create("id integer PRIMARY KEY")
    source = postgres_shop.open("watermark", watermark="id")
    with source._database.reading() as connection:
        assert abs(source._database.now(connection) - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_server_that_speaks_as_postgresql_and_calls_itself_otherwise_is_read(postgres: str, tmp_path: Path) -> None:
    """As KingbaseES does."""
    name = "kes"
    owner = sa.create_engine(postgres, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    shop = Shop(postgres.replace("/postgres?", f"/{name}?"), tmp_path)
    shop.create("id integer PRIMARY KEY, name text", {"id": 1, "name": "示例"})
    said = "SELECT 'KingbaseES V008R006C008B0014 on x86_64'::text"
    shop.run(f"CREATE OR REPLACE FUNCTION pg_catalog.version() RETURNS text LANGUAGE sql STABLE AS $$ {said} $$")
    [row] = shop.open("watermark", watermark="id").read(None)
    assert row.cells == {"id": 1, "name": "示例"}
    with owner.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name}"))
