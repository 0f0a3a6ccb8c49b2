"""A broker whose name leads to another address, as after a move: each connection asks for the address again."""

import asyncio
import contextlib
import socket
from typing import Any

import pytest
from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError

NAME = "broker.creditbus.test"
BEFORE, AFTER = "127.0.0.1", "127.0.0.2"


class Answers:
    """What the name leads to, by the resolver that asyncio asks."""

    def __init__(self, resolve: Any) -> None:
        self.address = BEFORE
        self._resolve = resolve

    def __call__(self, host: Any, *arguments: Any, **options: Any) -> Any:
        return self._resolve(self.address if host == NAME else host, *arguments, **options)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Answers:
    answers = Answers(socket.getaddrinfo)
    monkeypatch.setattr(socket, "getaddrinfo", answers)
    return answers


async def reached(resolver: Answers, address: str, port: int) -> None:
    """Connect by the name once it leads to an address; a server that takes the connection ends it."""
    resolver.address = address
    with contextlib.suppress(KafkaError, OSError):
        connection = await create_conn(NAME, port, request_timeout_ms=2000)
        connection.close()


def test_each_connection_resolves_the_broker_s_name(resolver: Answers) -> None:
    async def scenario() -> None:
        taken: list[str] = []

        def server_at(address: str, port: int) -> Any:
            async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                taken.append(address)
                writer.close()
                await writer.wait_closed()

            return asyncio.start_server(take, address, port)

        async with await server_at(BEFORE, 0) as first:
            port = first.sockets[0].getsockname()[1]
            async with await server_at(AFTER, port):
                for address in (BEFORE, BEFORE, AFTER, AFTER, BEFORE):
                    await reached(resolver, address, port)
        assert taken == [BEFORE, BEFORE, AFTER, AFTER, BEFORE]

    asyncio.run(scenario())
