"""Options of `creditbus up` that say where the servers are to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creditbus.services.cli.messages import servers as messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.server_ports import AskedPort, ServerPorts, server_ports

if TYPE_CHECKING:
    from creditbus.deploy.embedded import Listening, Wanted

__all__ = ["wanted"]


def wanted(
    ports: Sequence[str], base: int | None, listen: str | None, advertise: str | None, city: ServerPorts
) -> Wanted:
    """Put together what options and a city's file ask for; an option goes before the file.

    Args:
        ports: `SERVER=PORT`, each given by --port.
        base: --port-base.
        listen: --listen.
        advertise: --advertise.
        city: ports of a city's file.

    Raises:
        ConfigurationError: an option is wrong.
    """
    from creditbus.deploy.embedded import Wanted

    given = server_ports(dict(map(_server_and_port, ports)), _wrong)
    # A base is for every server, so that it leaves nothing of the file.
    of_city = {} if base is not None else city
    return Wanted(
        {**of_city, **given}, None if base is None else AskedPort(base, "--port-base"), _listening(listen, advertise)
    )


def _wrong(server: str, problem: str, fix: str) -> ConfigurationError:
    return ConfigurationError(f"--port {server}", problem, fix)


def _server_and_port(option: str) -> tuple[str, object]:
    server, sign, port = option.partition("=")
    if not sign:
        raise ConfigurationError(
            "--port", messages.NOT_SERVER_AND_PORT(option=option), messages.WRITE_SERVER_AND_PORT()
        )
    return server, int(port) if port.isascii() and port.isdecimal() else port


def _listening(listen: str | None, advertise: str | None) -> Listening | None:
    from creditbus.deploy.embedded import listening

    if listen is not None:
        return listening(listen, advertise)
    if advertise is not None:
        raise ConfigurationError("--advertise", messages.LISTENS_NOWHERE(), messages.LISTEN_TOO())
    return None
