"""Free TCP ports of the loopback interface."""

from __future__ import annotations

import random
import socket
from collections.abc import Collection

__all__ = ["HOST", "choose", "is_free"]

HOST = "127.0.0.1"

# Below the range from which systems take the ports of outgoing connections: there, a client that keeps trying
# a server that is down could be given the server's own port, connect to itself and keep the server out.
_LOWEST, _HIGHEST = 20_000, 32_000


def choose(preferred: Collection[int], taken: Collection[int]) -> int:
    """The first of `preferred` that is free and not in `taken`, else any such port."""
    for port in preferred:
        if port not in taken and is_free(port):
            return port
    while True:
        port = random.randrange(_LOWEST, _HIGHEST)  # noqa: S311 - not a secret
        if port not in taken and is_free(port):
            return port


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as client:
        # Some systems let one bind an address next to a server that listens on all addresses.
        client.settimeout(1.0)
        if client.connect_ex((HOST, port)) == 0:
            return False
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: connections of an earlier run that linger in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
