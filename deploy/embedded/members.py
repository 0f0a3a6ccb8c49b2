"""Asks one Kafka broker, and no other, who belongs to its cluster."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping
from typing import Final

from kafka.protocol.admin import DescribeClusterRequest, DescribeClusterResponse

from creditbus.deploy.embedded.ports import HOST

__all__ = ["members"]

_VERSION: Final = 2
"""Of the request: the first that names fenced brokers; Kafka has it since 4.0."""

_SECONDS: Final = 1.0
_LARGEST_BYTES: Final = 1 << 20


def members(port: int, host: str = HOST) -> Mapping[int, bool]:
    """The brokers that the one at this port knows, and whether each is fenced; waits a second at most.

    A client of a library takes the brokers' addresses from the first answer and puts its question to any of them. For
    as long as the others still name a broker that died, that one may be it, and then a living broker seems ill.

    Empty when the broker does not answer, or knows no broker that serves.
    """
    request = DescribeClusterRequest(include_fenced_brokers=True)
    request.with_header()
    deadline = time.monotonic() + _SECONDS
    try:
        with socket.create_connection((host, port), timeout=_SECONDS) as connection:
            connection.sendall(request.encode(version=_VERSION, header=True, framed=True))
            size = int.from_bytes(_read(connection, 4, deadline), "big")
            if size > _LARGEST_BYTES:
                return {}
            answer = DescribeClusterResponse.decode(_read(connection, size, deadline), version=_VERSION, header=True)
    except (
        OSError,
        ValueError,
        IndexError,
        struct.error,
    ):  # the last three: it is not a broker, or one of another version
        return {}
    if answer.error_code or answer.controller_id < 0:
        return {}
    return {broker.broker_id: broker.is_fenced for broker in answer.brokers}


def _read(connection: socket.socket, size: int, deadline: float) -> bytes:
    read = bytearray()
    while len(read) < size:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        more = connection.recv(size - len(read))
        if not more:
            raise ConnectionResetError
        read += more
    return bytes(read)
