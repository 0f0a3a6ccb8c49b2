"""Statements for databases of which no server is at hand: they are words that those take."""

import sys
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, oracle, postgresql

from creditbus.connectors.errors import SourceError
from creditbus.connectors.sql.database import Database
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.table import Relation, behind, locked, never

_MODULES: dict[str, Any] = {"mssql": mssql, "oracle": oracle, "postgresql": postgresql}
_DIALECTS: dict[str, Any] = {name: module.dialect() for name, module in _MODULES.items()}


def _relation() -> Relation:
    table = sa.Table(
        "rows",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40)),
        sa.Column("state", sa.String(9)),
    )
    settings = SqlSettings(url="sqlite://", table="rows", key=("id",), mode="staging", status="state")
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        table.create(connection)
        found = Relation.find(connection, Database(settings), settings)
    engine.dispose()
    return found


def _text(statement: sa.sql.ClauseElement, dialect: str) -> str:
    return " ".join(str(statement.compile(dialect=_DIALECTS[dialect])).split())


@pytest.mark.parametrize(
    ("dialect", "words"), [("mssql", "WITH (UPDLOCK)"), ("oracle", "FOR UPDATE"), ("postgresql", "FOR UPDATE")]
)
def test_rows_that_are_to_be_marked_are_held(dialect: str, words: str) -> None:
    relation = _relation()
    assert words in _text(locked(relation.select(), relation), dialect)


@pytest.mark.parametrize(("dialect", "words"), [("mssql", "SELECT TOP"), ("oracle", "FETCH FIRST")])
def test_a_page_begins_after_a_row_and_has_an_end(dialect: str, words: str) -> None:
    relation = _relation()
    page = relation.select().where(behind(relation.key, (5,))).order_by(*relation.key).limit(7)
    assert words in _text(page, dialect)
    assert " > " in _text(page, dialect)


@pytest.mark.parametrize("dialect", _DIALECTS)
def test_the_condition_that_no_row_fulfils_is_one_everywhere(dialect: str) -> None:
    assert _text(sa.update(_relation().table).values(state="x").where(never()), dialect).endswith("WHERE 0 = 1")


def test_a_driver_that_lacks_a_library_of_the_system_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ModuleType("pyodbc")

    def missing(name: str) -> object:
        raise ImportError(f"libodbc.so.2: cannot open shared object file ({name})")

    broken.__getattr__ = missing  # type: ignore[method-assign] # as a module that fails when it is used
    monkeypatch.setitem(sys.modules, "pyodbc", broken)
    settings = SqlSettings(url="mssql+pyodbc://reader@host/credit?driver=x")
    with pytest.raises(SourceError, match=r"libodbc\.so\.2.*pip install pyodbc"), Database(settings).reading():
        pass
