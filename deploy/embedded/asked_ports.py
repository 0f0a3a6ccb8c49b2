"""Which port of which server is asked for: from a base, or server by server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from creditbus.deploy.embedded import messages
from creditbus.deploy.embedded.server import Server
from creditbus.deploy.embedded.wanted import Wanted
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import HIGHEST_PORT, AskedPort

__all__ = ["PortKey", "spread", "together"]

#: A server's name, and one of its port names.
PortKey = tuple[str, str]

_CLIENT = "client"


def spread(wanted: Wanted, servers: Sequence[Server]) -> Mapping[PortKey, AskedPort]:
    """Give the ports that are asked for to the servers of a home.

    From the base on, each server has one port for its clients, in the order of the servers; the brokers' controllers,
    which no client calls, come after these. What is asked for one server goes before that. Of several brokers the n-th
    has the n-th port from that of `kafka` on.

    Raises:
        ConfigurationError: two servers would have the same port, or one a port that does not exist.
    """
    found: dict[PortKey, AskedPort] = {}
    if (base := wanted.base) is not None:
        keys = [(server.name, _CLIENT) for server in servers]
        keys += [(server.name, name) for server in servers for name in server.port_names if name != _CLIENT]
        found = {key: AskedPort(base.port + number, base.place) for number, key in enumerate(keys)}
    brokers = [server.name for server in servers if server.name.startswith("kafka")]
    for server, asked in wanted.ports.items():
        names = brokers if server == "kafka" else [server]
        for number, name in enumerate(names):
            found[name, _CLIENT] = AskedPort(asked.port + number, asked.place)
    _check(found)
    return found


def together(earlier: Mapping[PortKey, AskedPort], now: Mapping[PortKey, AskedPort]) -> Mapping[PortKey, AskedPort]:
    """Return what is asked for now, and for other servers what was asked for earlier.

    Raises:
        ConfigurationError: two servers would have the same port.
    """
    found = {**earlier, **now}
    _check(found)
    return found


def _check(found: Mapping[PortKey, AskedPort]) -> None:
    by_port: dict[int, str] = {}
    for (server, _), asked in found.items():
        if asked.port > HIGHEST_PORT:
            problem = messages.PORT_TOO_HIGH(server=server, port=asked.port)
            raise ConfigurationError(asked.place, problem, messages.LOWER_PORT(highest=HIGHEST_PORT))
        if asked.port in by_port:
            problem = messages.PORT_OF_TWO(port=asked.port, server=by_port[asked.port], other=server)
            raise ConfigurationError(asked.place, problem, messages.OTHER_PORTS())
        by_port[asked.port] = server
