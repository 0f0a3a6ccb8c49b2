from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.tables import Shop
from tests.harness.web import Web, running_web


@pytest.fixture
def mariadb_shop(mariadb: str, tmp_path: Path) -> Shop:
    return Shop(mariadb, tmp_path)


@pytest.fixture
def postgres_shop(postgres: str, tmp_path: Path) -> Shop:
    return Shop(postgres, tmp_path)


_SERVERS = [pytest.param(name, marks=pytest.mark.integration) for name in ("postgresql", "mariadb")]


@pytest.fixture(params=["sqlite", *_SERVERS])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A table on each database."""
    if request.param == "sqlite":
        return Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    found: Shop = request.getfixturevalue("mariadb_shop" if request.param == "mariadb" else "postgres_shop")
    return found


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as server:
        yield server


@pytest.fixture
def pauses() -> list[float]:
    """The pauses that were made, in seconds."""
    return []
