"""Which tests may run side by side, and in which order: `make test ARGS=--numprocesses=3` runs three tracks at a time.

Suites on real servers wait most of the time, for time-outs and for each other; tests without servers compute. One
process runs a track from its first test to its last, so that its servers are started once.
"""

from collections.abc import Mapping

__all__ = ["rank", "track"]

#: Folders and files whose tests are one track, the longest tracks first. Every other file is a track of its own.
_TRACKS: Mapping[str, str] = {
    "tests/faults/": "faults",
    "tests/integration/bus/": "bus",
    "tests/integration/": "integration",
}
#: Files that take minutes are begun before the others.
_LONG = ("tests/simulation/", "tests/oracle/", "tests/contracts/test_compiled.py")


def track(test: str) -> str:
    """Return the track of a test by its id, `tests/unit/…/test_x.py::test_y`."""
    path = test.split("::", 1)[0]
    return next((name for start, name in _TRACKS.items() if path.startswith(start)), path)


def rank(test: str) -> int:
    """Return the place of a test's track among all; tracks of the same place stay in the order of their names."""
    starts = (*_TRACKS, *_LONG)
    return next((place for place, start in enumerate(starts) if test.startswith(start)), len(starts))
