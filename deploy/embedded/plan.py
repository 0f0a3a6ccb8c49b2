"""What a home is: how many brokers, which Kafka cluster, where it listened last. Kept in `cluster.json`."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.asked_ports import PortKey
from creditbus.deploy.embedded.files import replace_text
from creditbus.deploy.embedded.listening import Listening
from creditbus.deploy.embedded.ports import HOST, choose, holder, is_free
from creditbus.deploy.embedded.server import Server
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import AskedPort

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
        ports: of the last run, by server and port name; taken again in the next one, so that addresses stay.
        asked: those of them that an option has asked for: these are taken or nothing is started.
        listen: IPv4 address that the servers of the last run were bound to.
        advertise: name or address that clients were given.
    """

    brokers: int
    cluster_id: str
    ports: dict[str, dict[str, int]] = field(default_factory=dict)
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    listen: str = HOST
    advertise: str = HOST

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

    @property
    def listening(self) -> Listening:
        """Where the servers of the last run listened."""
        return Listening(self.listen, self.advertise)

    def remember(self, asked: Mapping[PortKey, AskedPort], listening: Listening) -> None:
        """Keep what options have asked for, for this run and those after it."""
        for (server, name), one in asked.items():
            self.asked.setdefault(server, {})[name] = one.port
        self.listen, self.advertise = listening.address, listening.advertised

    def recall_asked(self, home: Path) -> Mapping[PortKey, AskedPort]:
        """The ports that options of earlier runs have asked for."""
        place = str(home / _FILE)
        return {
            (server, name): AskedPort(port, place) for server, of in self.asked.items() for name, port in of.items()
        }

    def assign_ports(
        self,
        servers: Iterable[Server],
        asked: Mapping[PortKey, AskedPort],
        *,
        customary: bool,
        notice: Callable[[str], None],
    ) -> None:
        """Give each server its ports: those asked for, else those of the last run, else the usual ones, else free ones.

        Args:
            servers: of the home.
            asked: ports that a server has to have.
            customary: whether the usual ones are tried.
            notice: is called where somebody else has the port of the last run, or the usual one.

        Raises:
            ConfigurationError: somebody else has a port that is asked for.
        """
        order = list(servers)
        for server in order:
            for name in server.port_names:
                if (wanted := asked.get((server.name, name))) is not None:
                    _refuse_taken(server, name, wanted)
                    server.ports[name] = wanted.port
        taken = {one.port for one in asked.values()}
        for server in order:
            for name, usual in server.port_names.items():
                if (server.name, name) not in asked:
                    last = self.ports.get(server.name, {}).get(name)
                    preferred = last if last is not None else usual if customary else None
                    server.ports[name] = _chosen(server, name, preferred, taken, notice)
                    taken.add(server.ports[name])
            self.ports[server.name] = dict(server.ports)

    def recall_ports(self, servers: Iterable[Server]) -> None:
        """Give each server the ports of the last run, whoever has them now."""
        for server in servers:
            server.ports = dict(self.ports.get(server.name, {}))


def _refuse_taken(server: Server, name: str, wanted: AskedPort) -> None:
    if not is_free(wanted.port, server.host_of(name)):
        problem = messages.PORT_TAKEN(port=wanted.port, server=server.name, holder=holder(wanted.port))
        raise ConfigurationError(wanted.place, problem, messages.CHOOSE_A_PORT(option=_option(server)))


def _chosen(
    server: Server, name: str, preferred: int | None, taken: Collection[int], notice: Callable[[str], None]
) -> int:
    host = server.host_of(name)
    port = choose([] if preferred is None else [preferred], taken, host)
    if preferred not in (None, port) and preferred not in taken and name not in server.internal_ports:
        given = {"port": preferred, "server": server.name, "holder": holder(preferred), "other": port}
        notice(messages.OTHER_PORT_INSTEAD(**given, option=_option(server)))
    return port


def _option(server: Server) -> str:
    """The option that gives a server another port."""
    return f"--port {server.name.partition('-')[0]}="


def _cluster_id() -> str:
    """A new name in Kafka's form: 16 bytes in base64, and never one that its tools would take for an option."""
    while True:
        identifier = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not identifier.startswith("-"):
            return identifier
