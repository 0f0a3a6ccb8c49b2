"""A request whose body is large, written to its connection piece by piece.

aiokafka joins header, body and length, and asyncio copies what the socket does not take at once: five copies of some
megabytes a transaction. Here the pieces go to the socket as they are. Everything else is what
`aiokafka.conn.AIOKafkaConnection.send` does; tests hold the bytes equal (docs/adr/0017).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from struct import Struct
from typing import Any, Final, Protocol

from aiokafka.errors import KafkaConnectionError

__all__ = ["InPieces", "Piece", "write_in_pieces"]

_LENGTH: Final = Struct(">i")

#: A smaller piece is joined with its neighbours: a call of the system costs more than the copy.
_LARGE: Final = 1 << 16

Piece = bytes | bytearray | memoryview


class InPieces(Protocol):
    """A request that can give its body in pieces."""

    def prepare(self, versions: dict[int, tuple[int, int]]) -> Any:
        """Return it as it is sent to a broker of these versions."""

    def build_request_header(self, correlation_id: int, client_id: str) -> Any:
        """Return its header."""

    def pieces(self) -> Sequence[Piece]:
        """Return its body."""


async def write_in_pieces(connection: Any, request: InPieces) -> Any:
    """Send a request on a connection of aiokafka and return the answer.

    Raises:
        KafkaConnectionError: the connection is closed, or broke before the answer.
        TimeoutError: no answer in time.

    """
    if connection._writer is None:
        raise KafkaConnectionError(f"No connection to broker at {connection.host}:{connection.port}")
    prepared = request.prepare(connection._versions)
    correlation_id = connection._next_correlation_id()
    header = prepared.build_request_header(correlation_id=correlation_id, client_id=connection._client_id).encode()
    pieces = prepared.pieces()
    held: list[Piece] = [_LENGTH.pack(len(header) + sum(map(len, pieces))), header]
    for piece in pieces:
        if len(piece) < _LARGE:
            held.append(piece)
            continue
        connection._writer.write(b"".join(held))
        held.clear()
        # of a view asyncio keeps the unsent rest without another copy
        connection._writer.write(memoryview(piece))
    connection._writer.write(b"".join(held))
    answer = asyncio.get_running_loop().create_future()
    connection._requests.append((correlation_id, prepared, answer))
    async with asyncio.timeout(connection._request_timeout):
        return await answer
