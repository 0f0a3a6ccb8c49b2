"""Suites that need servers are run by one process each; what only computes leaves them the processor."""

import re
from collections import OrderedDict
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.tracks import Tracks, on_servers, rank, step_back, track


def test_tests_that_share_servers_are_one_track(root: Path) -> None:
    tests = root / "tests"
    for folder, name in (("faults", "faults"), ("integration/bus", "bus"), ("integration", "integration")):
        sharing = [
            test.relative_to(root)
            for test in (tests / folder).rglob("test_*.py")
            if re.search(r"\b(cluster|bus|observer|live)\b: (Cluster|Connection|Observer)", test.read_text("utf-8"))
        ]
        if folder == "integration":
            sharing = [test for test in sharing if test.parts[2] not in {"bus", "connectors"}]
        names = {track(f"{test}::test") for test in sharing} - {"intervals"}
        assert names == {name}
        assert on_servers(name)


def test_every_test_on_servers_is_in_a_track_of_such(root: Path) -> None:
    for folder in ("faults", "integration"):
        for test in (root / "tests" / folder).rglob("test_*.py"):
            assert on_servers(track(f"{test.relative_to(root)}::test"))


def test_another_file_is_a_track_of_its_own() -> None:
    name = "tests/unit/query/test_state.py"
    assert track(f"{name}::test[a::b]") == name
    assert not on_servers(name)


def test_tests_that_share_a_database_server_are_one_track() -> None:
    for folder in ("connectors", "copies"):
        assert track(f"tests/contracts/{folder}/test_x.py::x") == "databases"
    assert not on_servers("databases")


def test_long_tracks_begin_first() -> None:
    computing = ["unit/a.py", "simulation/a.py", "contracts/test_compiled.py"]
    served = [
        *("integration/a.py", "integration/connectors/a.py", "integration/test_demo.py"),
        *("faults/test_intervals.py", "faults/a.py", "integration/bus/a.py"),
    ]
    names = [f"tests/{file}::x" for file in computing + served]
    assert sorted(names, key=rank) == names[::-1]


@pytest.mark.parametrize(
    ("process", "count", "expected"),
    [
        ("gw0", 3, "integration"),
        ("gw1", 3, "integration"),
        ("gw2", 3, "tests/unit/a.py"),
        ("gw3", 3, "tests/unit/a.py"),  # in place of one that died
        ("gw0", 1, "integration"),
        ("gw5", 9, "integration"),
        ("gw6", 9, "tests/unit/a.py"),
    ],
)
def test_the_last_processes_take_what_needs_no_server(
    monkeypatch: pytest.MonkeyPatch, process: str, count: int, expected: str
) -> None:
    assert _assigned(monkeypatch, process, count, ["integration", "faults", "tests/unit/a.py"]) == expected


@pytest.mark.parametrize("process", ["gw0", "gw2"])
@pytest.mark.parametrize("left", ["integration", "tests/unit/a.py"])
def test_a_process_takes_of_the_other_kind_when_its_own_has_run_out(
    monkeypatch: pytest.MonkeyPatch, process: str, left: str
) -> None:
    assert _assigned(monkeypatch, process, 3, [left]) == left


def _assigned(monkeypatch: pytest.MonkeyPatch, process: str, count: int, waiting: list[str]) -> str:
    """Return the track that this process is given of those that wait."""
    monkeypatch.setattr("xdist.scheduler.LoadScopeScheduling._assign_work_unit", lambda *_: None)
    scheduling = Tracks.__new__(Tracks)
    scheduling.numnodes = count
    waits: OrderedDict[str, dict[str, bool]] = OrderedDict((name, {}) for name in waiting)
    scheduling.workqueue = waits
    scheduling._assign_work_unit(SimpleNamespace(gateway=SimpleNamespace(id=process)))
    return next(iter(waits))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"workerid": "gw2", "workercount": 3}, [5]),
        ({"workerid": "gw1", "workercount": 3}, []),
        ({"workerid": "gw0", "workercount": 1}, []),
        ({}, []),
    ],
)
def test_only_what_needs_no_server_steps_back(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, object], expected: list[int]
) -> None:
    nice: list[int] = []
    monkeypatch.setattr("os.nice", nice.append)
    step_back(SimpleNamespace(workerinput=given) if given else SimpleNamespace())  # type: ignore[arg-type]
    assert nice == expected
