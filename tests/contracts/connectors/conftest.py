from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.postgres import running_postgres
from tests.harness.tables import Shop


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL."""
    with running_postgres() as url:
        yield url


@pytest.fixture
def postgres_shop(postgres: str, tmp_path: Path) -> Shop:
    return Shop(postgres, tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A table on each database."""
    if request.param == "sqlite":
        return Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    found: Shop = request.getfixturevalue("postgres_shop")
    return found
