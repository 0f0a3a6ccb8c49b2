"""A database of its own for each test of a copy."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.harness.copied import Copied, CopiedTables
from tests.harness.copied_folder import CopiedFolder

_SERVERS = [pytest.param(name, marks=pytest.mark.integration) for name in ("postgresql", "mariadb")]


@pytest.fixture(params=["sqlite", *_SERVERS])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> CopiedTables:
    """An empty database of each kind."""
    return tables_of(request, request.param, tmp_path)


def tables_of(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> CopiedTables:
    if kind == "sqlite":
        return CopiedTables(f"sqlite:///{tmp_path}/copy.db")
    server: str = request.getfixturevalue("mariadb" if kind == "mariadb" else "postgres")
    name = f"copy_{uuid.uuid4().hex[:8]}"
    # what a careless administrator makes: capital and small letters alike, and no Chinese
    charset = "CHARACTER SET latin1" if kind == "mariadb" else ""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} {charset}"))
    url = sa.make_url(server).set(database=name)
    return CopiedTables(url.render_as_string(hide_password=False))


@pytest.fixture(params=["csv", "parquet", "sqlite", *_SERVERS])
def copied(request: pytest.FixtureRequest, tmp_path: Path) -> Copied:
    """An empty place of each kind that keeps the newest record of each key."""
    if request.param in {"csv", "parquet"}:
        return CopiedFolder(tmp_path / "copy", request.param)
    return tables_of(request, request.param, tmp_path)
