"""Fixtures of every suite: the shared data, and how hypothesis searches."""

import json
import os
from hashlib import sha256
from pathlib import Path

import hypothesis
import pytest

from tests.product import ROOT

# Comparisons in these helpers explain themselves as those in a test do. Here, because the first suite imports them.
pytest.register_assert_rewrite("tests.scenarios.story", "tests.step_harness", "tests.harness")


def pytest_sessionstart() -> None:
    """Refuse to test compiled modules that are older than their sources."""
    built = ROOT / "build" / "native" / "sources.json"
    if os.environ.get("CREDITBUS_INTERPRETED") or not any((ROOT / "services").rglob("*.so")):
        return
    for file, digest in json.loads(built.read_text("ascii")).items():
        if sha256((ROOT / file).read_bytes()).hexdigest() != digest:
            pytest.exit(f"{file} has changed since it was compiled: run `make check`, or CREDITBUS_INTERPRETED=1", 2)


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
