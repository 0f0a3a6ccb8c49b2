"""Large Redis commands, packed at once.

redis-py packs a command argument by argument, with a look at the type of each; a batch has some ten
thousand, all bytes. Connections, answers, time-outs and errors stay redis-py's.
Source of the form: Redis serialization protocol specification, "Arrays" and "Bulk strings".
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import redis.asyncio as redis

__all__ = ["Exchange", "exchange", "pack", "pack_pairs"]


def pack(name: bytes, first: Sequence[bytes], prefix: bytes = b"", rest: Sequence[bytes] = ()) -> bytes:
    """Return a command; `prefix` is put in front of each argument of `rest`."""
    size = len(prefix)
    parts = [b"*%d\r\n$%d\r\n%b\r\n" % (1 + len(first) + len(rest), len(name), name)]
    parts += [b"$%d\r\n%b\r\n" % (len(part), part) for part in first]
    parts += [b"$%d\r\n%b%b\r\n" % (size + len(part), prefix, part) for part in rest]
    return b"".join(parts)


def pack_pairs(name: bytes, prefix: bytes, pairs: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return a command whose arguments are keys, each behind `prefix`, and their values in turn."""
    size = len(prefix)
    parts = [b"*%d\r\n$%d\r\n%b\r\n" % (1 + 2 * len(pairs), len(name), name)]
    parts += [
        b"$%d\r\n%b%b\r\n$%d\r\n%b\r\n" % (size + len(key), prefix, key, len(value), value) for key, value in pairs
    ]
    return b"".join(parts)


class Exchange:
    """Commands and answers on one connection, in turn."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def call(self, commands: Iterable[bytes]) -> list[Any]:
        """Send packed commands in one piece and return the answer to each; errors are redis-py's."""
        sent = list(commands)
        await self._connection.send_packed_command(sent)
        return [await self._connection.read_response() for _ in sent]


@asynccontextmanager
async def exchange(client: redis.Redis) -> AsyncIterator[Exchange]:
    """Lend a connection of the client's pool; one that was left by an error is not used again."""
    pool = client.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        yield Exchange(connection)
    except BaseException:
        # an answer may still be on its way, or a key watched
        await connection.disconnect(nowait=True)
        raise
    finally:
        await pool.release(connection)
