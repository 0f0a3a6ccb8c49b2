from pathlib import Path

import pytest

from tests.harness.tables import Shop


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
