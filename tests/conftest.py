"""Fixtures of every suite: the shared data, and how hypothesis searches."""

import os
from pathlib import Path

import hypothesis
import pytest

# Comparisons in these helpers explain themselves as those in a test do. Here, because the first suite imports them.
pytest.register_assert_rewrite("tests.scenarios.story", "tests.step_harness", "tests.harness")

ROOT = Path(__file__).resolve().parent.parent

# Databases and deadlines make a run depend on the machine and on the run before it.
hypothesis.settings.register_profile("local", deadline=None, database=None)
hypothesis.settings.register_profile("ci", deadline=None, database=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English here, whatever the machine does."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the shared department files with their true outcomes; the test is skipped without it."""
    folder = Path(os.environ.get("CREDITBUS_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "expected.json").is_file():
        pytest.skip(f"no shared data in {folder}: set CREDITBUS_SHARED_DATA to the folder that holds expected.json")
    return folder
