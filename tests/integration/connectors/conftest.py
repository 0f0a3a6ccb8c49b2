"""Each test looks at what was published since it began."""

import pytest

from tests.harness.published import look_from_now


@pytest.fixture(autouse=True)
def _since_the_test_began() -> None:
    look_from_now()
