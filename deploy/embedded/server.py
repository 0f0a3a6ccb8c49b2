"""What every local server has in common, written once: where its files are, how it is started, when it is healthy."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from creditbus.deploy.embedded.listening import LOCAL, Listening
from creditbus.deploy.embedded.ports import HOST
from creditbus.deploy.embedded.process import ServerProcess
from creditbus.deploy.embedded.programs import Programs

__all__ = ["Server"]


class Server(ABC):
    """One server of a cluster.

    The cluster calls `prepare`, then `command`, then `started` until it is True. Ports are chosen by the cluster,
    by the names in `port_names`; preferred ones stand first.
    """

    port_names: ClassVar[Mapping[str, int]]
    """Each port that the server listens on, with the number it has by custom."""

    internal_ports: ClassVar[frozenset[str]] = frozenset()
    """Those of them that only servers of the same home call; they stay on the loopback interface."""

    stop_seconds: float = 20.0
    """How long a clean shutdown may take before the process is killed."""

    def __init__(self, name: str, home: Path) -> None:
        self.name = name
        self.data = home / "data" / name
        self.config = home / "config"
        self.process = ServerProcess(home / "run" / f"{name}.json", home / "logs" / f"{name}.log")
        self.ports: dict[str, int] = {}
        self.listening: Listening = LOCAL

    def host_of(self, port_name: str) -> str:
        """The address that one of its ports is bound to."""
        return HOST if port_name in self.internal_ports else self.listening.address

    @abstractmethod
    def prepare(self, programs: Programs) -> None:
        """Write the configuration and format the storage, again at each start: ports may differ from the last run's."""

    @abstractmethod
    def command(self, programs: Programs) -> Sequence[str]:
        """The program and its arguments."""

    @abstractmethod
    def healthy(self) -> bool:
        """Whether the server answers a real request of its protocol. Never raises, never waits longer than a second."""

    def started(self) -> bool:
        """Whether the start is complete; more than `healthy` for a server that has peers to find. Never raises."""
        return self.healthy()

    @property
    @abstractmethod
    def address(self) -> str:
        """What a client needs to reach it, from another machine where it listens to others."""
