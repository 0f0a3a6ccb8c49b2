"""Ports that are asked for, for the local servers: by `ports:` of a city's file, or by an option."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from creditbus.topics import messages
from creditbus.topics.document import Section
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import suggestion

__all__ = [
    "HIGHEST_PORT",
    "LOWEST_PORT",
    "PORTS_SCHEMA",
    "AskedPort",
    "ServerPorts",
    "read_server_ports",
    "server_ports",
]

#: Below it, a port is for the system's own services, and only its administrator may open one.
LOWEST_PORT: Final = 1024
HIGHEST_PORT: Final = 65535


def _port(description: str) -> Mapping[str, Any]:
    return {
        "type": ["integer", "null"],
        "minimum": LOWEST_PORT,
        "maximum": HIGHEST_PORT,
        "default": None,
        "description": description,
    }


#: JSON Schema of the section `ports`.
PORTS_SCHEMA: Final[Mapping[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "kafka": _port(description="Port of the Kafka broker; of several brokers the first, the others follow it."),
        "registry": _port(description="Port of the schema registry."),
        "redis": _port(description="Port of Redis, the profile store."),
    },
}

#: Names of the servers whose ports can be asked for.
SERVERS: Final = tuple(PORTS_SCHEMA["properties"])


@dataclass(frozen=True, slots=True)
class AskedPort:
    """A port that a server is to have, and no other.

    Attributes:
        port: from LOWEST_PORT to HIGHEST_PORT.
        place: the option, or file and key, that asks for it; errors name it.
    """

    port: int
    place: str


#: By server: `kafka` (the first broker), `registry`, `redis`. A server that is not in it takes a port that is free.
ServerPorts = Mapping[str, AskedPort]


def read_server_ports(section: Section) -> ServerPorts:
    """Read the section `ports` of a city's file; errors as of `server_ports`, with file, line and key."""
    known = {server: section.optional_number(server, LOWEST_PORT) for server in SERVERS if server in section}
    return server_ports({**known, **{server: None for server in section if server not in SERVERS}}, section.wrong)


def server_ports(given: Mapping[str, object], wrong: Callable[[str, str, str], ConfigurationError]) -> ServerPorts:
    """Check ports by server; None asks for none.

    Args:
        given: the section as it was read.
        wrong: makes the error about a key, of a problem and its fix; its place is that of the port, too.

    Raises:
        ConfigurationError: there is no such server, no such port, or two servers would have the same one.
    """
    asked: dict[str, AskedPort] = {}
    for server, port in given.items():
        if server not in SERVERS:
            raise wrong(server, messages.NO_SUCH_SERVER(server=server), suggestion(server, SERVERS))
        if port is None:
            continue
        if not isinstance(port, int) or isinstance(port, bool) or not LOWEST_PORT <= port <= HIGHEST_PORT:
            fix = messages.GIVE_A_PORT(lowest=LOWEST_PORT, highest=HIGHEST_PORT)
            raise wrong(server, messages.NOT_A_PORT(port=port), fix)
        same = next((other for other, one in asked.items() if one.port == port), None)
        if same is not None:
            raise wrong(server, messages.SAME_PORT(port=port, server=same), messages.PORT_FOR_EACH())
        asked[server] = AskedPort(port, wrong(server, "", "").place)
    return asked
