"""Stands between a client and a server, and breaks their connection when a test says so."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread

__all__ = ["Relay", "running_relay"]

_BLOCK = 4096


@dataclass
class Relay:
    """The running relay.

    Attributes:
        port: where it listens.
        cuts: for each connection to come, after how many bytes of the server it is broken; those after them are not.
        connections: number of connections so far.
    """

    port: int
    cuts: list[int] = field(default_factory=list)
    connections: int = 0
    lock: Lock = field(default_factory=Lock)


@contextmanager
def running_relay(target: int) -> Iterator[Relay]:
    """Give a relay to a port of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))
    relay = Relay(listening.getsockname()[1])
    sockets: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", target))
                with relay.lock:
                    relay.connections += 1
                    left = relay.cuts.pop(0) if relay.cuts else None
                    sockets.extend((client, server))
                Thread(target=_pass, args=(client, server, None), daemon=True).start()
                Thread(target=_pass, args=(server, client, left), daemon=True).start()

    Thread(target=accept, daemon=True).start()
    try:
        yield relay
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for one in sockets:
            one.close()


def _pass(source: socket.socket, target: socket.socket, left: int | None) -> None:
    with suppress(OSError):
        while block := source.recv(_BLOCK):
            if left is not None and len(block) >= left:
                target.sendall(block[:left])
                break
            left = None if left is None else left - len(block)
            target.sendall(block)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
