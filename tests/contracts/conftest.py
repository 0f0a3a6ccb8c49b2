"""Databases that are started once for all contracts of a process."""

from collections.abc import Iterator

import pytest

from tests.harness.mariadb import running_mariadb
from tests.harness.postgres import running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL."""
    with running_postgres() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """URL of a running MariaDB."""
    with running_mariadb() as url:
        yield url
