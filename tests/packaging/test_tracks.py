"""Suites that need servers are run by one process each, before the rest."""

from pathlib import Path

from tests.tracks import rank, track


def test_a_suite_on_servers_is_one_track(root: Path) -> None:
    tests = root / "tests"
    for folder, tracks in (("faults", {"faults"}), ("integration", {"bus", "integration"})):
        assert {track(f"{test.relative_to(root)}::test") for test in (tests / folder).rglob("test_*.py")} == tracks


def test_another_file_is_a_track_of_its_own() -> None:
    assert track("tests/unit/query/test_state.py::test[a::b]") == "tests/unit/query/test_state.py"


def test_long_tracks_begin_first() -> None:
    names = ["tests/unit/a.py::x", "tests/oracle/a.py::x", "tests/integration/a.py::x", "tests/faults/a.py::x"]
    assert sorted(names, key=rank) == names[::-1]
