"""Stands between clients and a broker, and does to requests of one client what a bad moment does.

The answer to a record is lost, or the broker wants to take it later. Everything else goes through as it is.
"""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Self

__all__ = ["Fate", "Meddler"]

_PRODUCE = 0
_NOT_ENOUGH_REPLICAS = 19
#: Where a record batch of the second format has it, the first number after it.
_EPOCH = 51
_LENGTH = struct.Struct(">i")


class Fate(Enum):
    """What becomes of a request."""

    THROUGH = "through"
    ANSWER_LOST = "answer lost"
    """The broker gets it, and the connection is cut before its answer."""
    LATER = "later"
    """The broker does not get it, and the client is asked to try again: replicas are missing."""


class Meddler:
    """Listens on a port of its own; a broker advertises that one.

    Args:
        victim: client id of the one whose requests it meddles with.
        fate: of a request to produce, by its topic, its epoch and the number of its first record; asked for each.

    Attributes:
        port: that it listens on.
        target: port of the broker, to be set before the first client comes.

    """

    def __init__(self, victim: str, fate: Callable[[str, int, int], Fate]) -> None:
        self._victim = victim.encode()
        self._fate = fate
        self.target = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        threading.Thread(target=self._accept, name="meddler", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # wakes up the thread that accepts
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(("127.0.0.1", self.target)) as broker:
            while request := _frame(client):
                key, version = struct.unpack_from(">hh", request)
                fate, topic, partition = Fate.THROUGH, "", 0
                if key == _PRODUCE and _client(request) == self._victim:
                    topic, partition, epoch, sequence = _target(request)
                    fate = self._fate(topic, epoch, sequence)
                if fate is Fate.LATER:
                    client.sendall(_refusal(request, version, topic, partition))
                    continue
                broker.sendall(_LENGTH.pack(len(request)) + request)
                answer = _frame(broker)
                if not answer or fate is Fate.ANSWER_LOST:
                    return
                client.sendall(_LENGTH.pack(len(answer)) + answer)


def _frame(connection: socket.socket) -> bytes:
    """Return the next message, empty at the end."""
    head = _exactly(connection, _LENGTH.size)
    return _exactly(connection, _LENGTH.unpack(head)[0]) if head else b""


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(size - len(parts))
        if not part:
            return b""
        parts += part
    return bytes(parts)


def _client(request: bytes) -> bytes:
    """Return the client id of a request."""
    (size,) = struct.unpack_from(">h", request, 8)
    return request[10 : 10 + max(0, size)]


def _target(request: bytes) -> tuple[str, int, int, int]:
    """Return topic, partition, epoch and first number of a request to produce to one partition, version 9 to 12."""
    at = 10 + len(_client(request)) + 1  # no tags
    transactional, at = _number(request, at)
    at += max(0, transactional - 1) + 2 + 4  # acknowledgements, time-out
    _, at = _number(request, at)
    size, at = _number(request, at)
    topic = request[at : at + size - 1].decode()
    _, at = _number(request, at + size - 1)
    (partition,) = struct.unpack_from(">i", request, at)
    _, at = _number(request, at + 4)
    epoch, sequence = struct.unpack_from(">hi", request, at + _EPOCH)
    return topic, partition, epoch, sequence


def _number(data: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned number of variable length, and the place after it."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        if data[at] < 0x80:
            return value, at + 1
        at, shift = at + 1, shift + 7


def _refusal(request: bytes, version: int, topic: str, partition: int) -> bytes:
    assert version >= 9, "an answer of another form"
    name = topic.encode()
    row = struct.pack(">ihqqq", partition, _NOT_ENOUGH_REPLICAS, -1, -1, -1) + b"\x01\x00\x00"
    body = b"\x02" + bytes([len(name) + 1]) + name + b"\x02" + row + b"\x00" + bytes(4) + b"\x00"
    answer = request[4:8] + b"\x00" + body
    return _LENGTH.pack(len(answer)) + answer
