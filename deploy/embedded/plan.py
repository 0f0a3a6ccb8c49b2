"""What a home is: how many brokers, which Kafka cluster, the ports of the last run. Kept in `cluster.json`."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.files import replace_text
from creditbus.deploy.embedded.ports import choose
from creditbus.deploy.embedded.server import Server
from creditbus.topics.errors import ConfigurationError

__all__ = ["HomePlan"]

_FILE = "cluster.json"
# Each would be read as syntax by a configuration file or an address that names the directory.
_UNSAFE = frozenset('",;\\\n')


@dataclass(slots=True)
class HomePlan:
    """Facts about a home that outlive its servers.

    Attributes:
        brokers: Kafka brokers, fixed once the storage is formatted.
        cluster_id: Kafka's name of the cluster.
        ports: of the last run, by server and port name; tried first in the next one, so that addresses stay.
    """

    brokers: int
    cluster_id: str
    ports: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def load(cls, home: Path, brokers: int | None) -> HomePlan:
        """Read the plan of `home`, or make one with `brokers` (1 when None) for a new home.

        Raises:
            ConfigurationError: the home was made with another number of brokers, or cannot be a home.
        """
        if unsafe := _UNSAFE.intersection(str(home)):
            raise ConfigurationError(
                "CREDITBUS_HOME", messages.UNSAFE_PATH(unsafe=min(unsafe)), messages.ANOTHER_DIRECTORY()
            )
        path = home / _FILE
        if not path.exists():
            return cls(brokers or 1, _cluster_id())
        try:
            plan = cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            fix = messages.BEGIN_ANEW(home=home)
            raise ConfigurationError(str(path), messages.UNREADABLE(), fix) from error
        if brokers not in (None, plan.brokers):
            fix = messages.LEAVE_OPTION_OUT()
            raise ConfigurationError("--brokers", messages.OTHER_BROKERS(home=home, brokers=plan.brokers), fix)
        return plan

    def save(self, home: Path) -> None:
        """Write the plan into `home`."""
        replace_text(home / _FILE, json.dumps(asdict(self), indent=2))

    def assign_ports(self, servers: Iterable[Server], *, customary: bool) -> None:
        """Give each server its ports: those of the last run, else (when `customary`) the usual ones, else free ones."""
        taken: set[int] = set()
        for server in servers:
            last = self.ports.get(server.name, {})
            for name, usual in server.port_names.items():
                preferred = [last[name]] if name in last else []
                preferred += [usual] if customary else []
                server.ports[name] = choose(preferred, taken)
                taken.add(server.ports[name])
            self.ports[server.name] = dict(server.ports)

    def recall_ports(self, servers: Iterable[Server]) -> None:
        """Give each server the ports of the last run, whoever has them now."""
        for server in servers:
            server.ports = dict(self.ports.get(server.name, {}))


def _cluster_id() -> str:
    """A new name in Kafka's form: 16 bytes in base64, and never one that its tools would take for an option."""
    while True:
        identifier = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not identifier.startswith("-"):
            return identifier
