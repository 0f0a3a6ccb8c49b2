"""Large Redis commands, packed at once.

redis-py packs a command argument by argument, with a look at the type of each; a batch has some ten
thousand, all bytes. Connections, answers, time-outs and errors stay redis-py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import redis.asyncio as redis

__all__ = ["call", "pack"]


def pack(*groups: tuple[bytes, Iterable[bytes]]) -> bytes:
    """Return a command in RESP: for each group its arguments, with the group's prefix in front of each.

    The first argument of the first group is the command's name. Source: Redis serialization protocol
    specification, "Arrays" and "Bulk strings".
    """
    arguments: list[bytes] = []
    for prefix, parts in groups:
        size = len(prefix)
        if size:
            arguments += [b"$%d\r\n%b%b\r\n" % (size + len(part), prefix, part) for part in parts]
        else:
            arguments += [b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]
    return b"*%d\r\n%b" % (len(arguments), b"".join(arguments))


async def call(client: redis.Redis, command: bytes) -> Any:
    """Send a packed command and return its answer; errors are redis-py's."""
    pool = client.connection_pool
    connection = await pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        await connection.send_packed_command(command)
        return await connection.read_response()
    finally:
        await pool.release(connection)
