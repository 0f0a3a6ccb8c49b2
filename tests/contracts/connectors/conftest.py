from collections.abc import Iterator

import pytest

from tests.harness.postgres import running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running PostgreSQL."""
    with running_postgres() as url:
        yield url
