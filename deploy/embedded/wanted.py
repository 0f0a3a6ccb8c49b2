"""Where the servers of a home are asked to be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from creditbus.deploy.embedded.listening import Listening
from creditbus.topics.server_ports import AskedPort, ServerPorts

__all__ = ["NOTHING_WANTED", "Wanted"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What options and a city's file ask for; a home remembers it.

    Attributes:
        ports: by server.
        base: the first of consecutive ports for all servers that `ports` does not name.
        listening: the interface; None: as in the last run, at first this machine alone.
    """

    ports: ServerPorts = field(default_factory=dict)
    base: AskedPort | None = None
    listening: Listening | None = None


NOTHING_WANTED: Final = Wanted()
