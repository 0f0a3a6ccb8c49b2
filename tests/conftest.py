"""Fixtures of every suite: the shared data, and how hypothesis searches."""

import gc
import json
import os
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from creditbus.services.cli.chosen_city import CITY_VARIABLE
from creditbus.services.cli.language import choose
from creditbus.services.worker.city_day import DAY_VARIABLE
from tests.effort import share
from tests.product import ROOT
from tests.tracks import Tracks, rank, step_back

# Comparisons in these helpers explain themselves as those in a test do. Here, because the first suite imports them.
pytest.register_assert_rewrite("tests.scenarios.story", "tests.step_harness", "tests.harness")

# A suite that a script starts in its background ignores ^C, and every command that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The processes of a suite that runs in several find a terminal's width in their environment: tables would be folded.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COLUMNS", None)

# Kafka lives for minutes here, in which Java's optimising compiler takes more of the processor than it gives back; and
# the proof that thousands of classes are well-formed is a quarter of each start.
os.environ.setdefault(
    "JDK_JAVA_OPTIONS",
    "-XX:TieredStopAtLevel=1 -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
)


# The records that tests make are of 2018 and before: workers judge on a day of then, but where a test lets days pass.
os.environ[DAY_VARIABLE] = "2019-12-31"


#: What makes a test one that `make quick` leaves out: the folder of tests/ that it is in, or a fixture that it uses.
#: Nothing else decides that, except for a parameter that stands for a server, which has the marker where it is written.
_MARKED_FOLDERS = {"faults": "integration", "integration": "integration", "simulation": "long"}
_MARKED_FIXTURES = {
    "cluster": "integration",
    "mariadb": "integration",
    "postgres": "integration",
    "server": "integration",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(ROOT / "tests").parts[0]
        fixtures: list[str] = getattr(item, "fixturenames", [])
        for marker in {_MARKED_FOLDERS.get(folder), *map(_MARKED_FIXTURES.get, fixtures)} - {None}:
            item.add_marker(str(marker))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each process whole tracks; a run in one process asks for no scheduler."""
    return Tracks(config, log)


def pytest_configure(config: pytest.Config) -> None:
    step_back(config)


def pytest_collection_finish() -> None:
    """Thousands of tests stay for good: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionstart() -> None:
    """Refuse to test compiled modules that are older than their sources."""
    built = ROOT / "build" / "native" / "sources.json"
    if os.environ.get("CREDITBUS_INTERPRETED") or not any((ROOT / "services").rglob("*.so")):
        return
    for file, digest in json.loads(built.read_text("ascii")).items():
        if sha256((ROOT / file).read_bytes()).hexdigest() != digest:
            pytest.exit(f"{file} has changed since it was compiled: run `make check`, or `make quick`", 2)


# Databases and deadlines make a run depend on the machine and on the run before it.
_EXAMPLES = share(100)
hypothesis.settings.register_profile("local", deadline=None, database=None, max_examples=_EXAMPLES)
hypothesis.settings.register_profile("ci", deadline=None, database=None, max_examples=_EXAMPLES, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(autouse=True)
def _no_city_is_left_chosen() -> Iterator[None]:
    """A command that a test runs with `--city` chooses that for the whole process, and so for the tests after it."""
    before = os.environ.get(CITY_VARIABLE)
    yield
    os.environ.pop(CITY_VARIABLE, None)
    if before is not None:
        os.environ[CITY_VARIABLE] = before


@pytest.fixture(autouse=True)
def _language_of_the_environment() -> None:
    """A command that a test before ran in another language has chosen that for the whole process."""
    choose(None)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak English here and take their output for a pipe, whatever the machine or pytest-xdist say."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("COLUMNS", raising=False)


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
