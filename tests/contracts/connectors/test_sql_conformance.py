"""The kind sql keeps the contract, in each mode, on each database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from creditbus.connectors.conformance import CASES, KIND_CASES
from creditbus.connectors.contract import Defect, Kind, Row, Source
from creditbus.connectors.sql.kind import KIND

_ROWS = 60
_MODES: dict[str, dict[str, Any]] = {
    "staging": {"status": "state"},
    "watermark": {"watermark": "changed_at", "window": 900},
    "compare": {"state": "rows.state"},
}


_SERVERS = [pytest.param(name, marks=pytest.mark.integration) for name in ("postgres", "mariadb")]


@pytest.fixture(params=["sqlite", *_SERVERS])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/rows.db" if request.param == "sqlite" else request.getfixturevalue(request.param)


def _fill(url: str) -> None:
    engine = sa.create_engine(url)
    moment = "2025-01-01 08:{:02}:00"
    rows = engine.dialect.identifier_preparer.quote("rows")  # a word of MariaDB's own
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP TABLE IF EXISTS {rows}"))
        connection.execute(
            sa.text(
                f"CREATE TABLE {rows} (office varchar(20), number int, name text, amount numeric(12, 2), day date, "
                "changed_at timestamp, state text DEFAULT 'new', PRIMARY KEY (office, number))"
            )
        )
        for number in range(1, _ROWS + 1):
            connection.execute(
                sa.text(
                    f"INSERT INTO {rows} (office, number, name, amount, day, changed_at) "
                    "VALUES (:office, :number, :name, 12.30, '2025-01-01', :moment)"
                ),
                {
                    "office": "示例东局" if number % 2 else "示例西局",
                    "number": number,
                    "name": f"示例企业{number}",
                    "moment": moment.format(number // 2),
                },
            )
        if connection.dialect.name == "sqlite":
            connection.execute(sa.text("UPDATE rows SET name = X'00FF' WHERE number IN (7, 20)"))
    engine.dispose()


@pytest.fixture(params=_MODES)
def source(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Source:
    _fill(url)
    settings = KIND.settings.model_validate(
        {
            "url": url,
            "table": "rows",
            "key": ["office", "number"],
            "mode": request.param,
            "fetch_rows": 7 if url.startswith("sqlite") else 25,  # a page of staging is a connection
            **_MODES[request.param],
        },
        context={"folder": tmp_path},
    )
    return KIND.open(settings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_source_keeps_the_contract(case: Callable[[Source], None], source: Source) -> None:
    case(source)


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_kind_keeps_the_contract(case: Callable[[Kind], None]) -> None:
    case(KIND)


def test_every_row_is_read_and_a_binary_cell_is_a_defect(source: Source, url: str) -> None:
    rows = list(source.read(None))
    assert len(rows) == _ROWS
    defects = [row for row in rows if isinstance(row, Defect)]
    assert len(defects) == (2 if url.startswith("sqlite") else 0)
    assert all("binary" in defect.detail for defect in defects)
    assert sum(isinstance(row, Row) for row in rows) == _ROWS - len(defects)
