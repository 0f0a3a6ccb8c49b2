"""Which tests may run side by side, in which order and process: `make test` has three at work.

A track is run by one process from its first test to its last, so that servers which its tests share are started once.
Tests whose servers are their own are a track apart, which whoever is through with the others can take. Tests on servers
compute for two thirds of their time and wait for the rest; tests without servers compute all the time, and would take
the processor from time-outs that are real. So the last process takes those, at a lower priority, and uses what the
others leave; each takes of the other kind when its own has run out.
"""

import os
from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

__all__ = ["Tracks", "on_servers", "rank", "step_back", "track"]

#: Folders and files whose tests are one track, the most special first. Every other file is a track of its own.
_ON_SERVERS: Mapping[str, str] = {
    "tests/faults/test_intervals.py": "intervals",
    "tests/faults/test_three_brokers.py": "own servers",
    "tests/faults/": "faults",
    "tests/integration/bus/": "bus",
    "tests/integration/connectors/": "connectors",
    "tests/integration/servers/test_addresses.py": "own servers",
    "tests/integration/servers/test_commands.py": "own servers",
    "tests/integration/test_demo.py": "own servers",
    "tests/integration/": "integration",
}
_TOGETHER: Mapping[str, str] = {
    **_ON_SERVERS,
    "tests/contracts/connectors/": "databases",
    "tests/contracts/copies/": "databases",
}
#: The order in which tracks are begun: the longest first, so that no process ends long after the others; but the
#: intervals, which mostly wait, while others compute.
_ORDER = (
    *("bus", "faults", "intervals", "own servers", "connectors", "integration"),
    *("tests/contracts/test_compiled.py", "tests/simulation/"),
)
#: Of nineteen: enough to give way, and few enough that a program that they wait for still starts in time.
_STEPS_BACK = 5


def track(test: str) -> str:
    """Return the track of a test by its id, `tests/unit/…/test_x.py::test_y`."""
    path = test.split("::", 1)[0]
    return next((name for start, name in _TOGETHER.items() if path.startswith(start)), path)


def rank(test: str) -> int:
    """Return the place of a test's track among all; tracks of the same place stay in the order of their names."""
    name = track(test)
    return next((place for place, start in enumerate(_ORDER) if name.startswith(start)), len(_ORDER))


def on_servers(name: str) -> bool:
    """Whether the tests of a track have Kafka to wait for."""
    return name in _ON_SERVERS.values()


class Tracks(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives each process whole tracks, of its own kind as long as there are any."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return track(nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        serves = not _stands_back(node.gateway.id, self.numnodes)
        suited = (name for name in self.workqueue if on_servers(name) == serves)
        self.workqueue.move_to_end(next(suited, next(iter(self.workqueue))), last=False)
        super()._assign_work_unit(node)


def step_back(config: pytest.Config) -> None:
    """Lower the priority of this process where it is the one for tests without servers."""
    given: Mapping[str, Any] = getattr(config, "workerinput", {})
    if given and _stands_back(given["workerid"], given["workercount"]):
        os.nice(_STEPS_BACK)


def _stands_back(process: str, count: int) -> bool:
    """Whether a process, `gw0` to `gw<count - 1>` or one in place of a dead one, is not for servers."""
    return count > 1 and int(process.removeprefix("gw")) >= min(count - 1, len(set(_ON_SERVERS.values())))
