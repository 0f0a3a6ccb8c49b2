"""Free TCP ports of this machine, and what has one that is not free."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection
from contextlib import suppress

import psutil

from creditbus.deploy.embedded import messages
from creditbus.topics.text import Text

__all__ = ["HOST", "choose", "holder", "is_free"]

HOST = "127.0.0.1"

# Below the range from which systems take the ports of outgoing connections: there, a client that keeps trying
# a server that is down could be given the server's own port, connect to itself and keep the server out.
_LOWEST, _HIGHEST = 20_000, 32_000


def choose(preferred: Collection[int], taken: Collection[int], host: str = HOST) -> int:
    """The first of `preferred` that is free and not in `taken`, else any such port."""
    for port in preferred:
        if port not in taken and is_free(port, host):
            return port
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311 - not a secret
        if port not in taken and is_free(port, host):
            return port


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen on the port of this address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        # Some systems let one bind an address next to a server that listens on all addresses.
        client.settimeout(1.0)
        if client.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of an earlier run that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def holder(port: int) -> Text:
    """Return what listens on a port, for a person: program, process id and folder, as far as the system says."""
    with suppress(psutil.Error):
        for one in psutil.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port and one.pid is not None:
                process = psutil.Process(one.pid)
                # A server of another bus runs in that bus's home.
                folder = process.as_dict(["cwd"], ad_value="?")["cwd"]
                return messages.HELD_BY(program=process.name(), pid=one.pid, folder=folder)
    return messages.HELD_BY_SOMEBODY()
