"""Everything that a fault can reach."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from faults.city import City
from faults.connectors import Connectors
from faults.copies import Copy
from faults.fleet import Crew
from faults.operator import Operator
from faults.outlet import Mark, Outlet
from faults.pace import Pace

from creditbus.deploy.embedded import Cluster
from creditbus.topics.connection import Connection
from tests.harness.waiting import until

__all__ = ["Scene"]


@dataclass(slots=True)
class Scene:
    """One cluster with its workers, sources and observer, under load."""

    cluster: Cluster
    bus: Connection
    crew: Crew
    guests: list[Crew]
    connectors: Connectors
    city: City
    copies: list[Copy]
    operator: Operator
    outlet: Outlet
    pace: Pace
    random: Random
    folder: Path

    @property
    def brokers(self) -> list[str]:
        """Names of the brokers."""
        return [name for name in self.cluster.names if name.startswith("kafka")]

    def watch(self, mark: Mark) -> Mark:
        """Note what comes after this fault."""
        return self.outlet.watch(mark)

    def everywhere(self) -> Mark:
        """Mark a fault that touches all lanes."""
        return self.watch(Mark(self.outlet.lanes))

    def stop_workers(self) -> None:
        """End all workers."""
        for crew in (*self.guests, self.crew):
            crew.stop()

    def away(self, shortest: float, longest: float) -> None:
        """Leave something broken for a while, drawn between two numbers of seconds."""
        time.sleep(self.random.uniform(shortest, longest))

    def until(self, probe: Callable[[], object], what: str, seconds: float = 120.0) -> None:
        """Wait for a fact."""
        until(probe, what, seconds)
