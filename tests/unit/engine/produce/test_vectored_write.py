"""A request in pieces, against the same request as aiokafka's own connection sends it."""

import asyncio
from typing import Any

import pytest
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError

from creditbus.services.engine.produce.messages import NO_TAGS, ProduceRequest
from creditbus.services.engine.produce.vectored_write import write_in_pieces

VERSIONS = {ProduceRequest.API_KEY: (0, ProduceRequest.API_VERSION)}


class Writer:
    def __init__(self) -> None:
        self.written: list[bytes | memoryview] = []

    def write(self, data: bytes | memoryview) -> None:
        self.written.append(data)

    @property
    def all(self) -> bytes:
        return b"".join(self.written)


def connected(writer: Writer | None, timeout_ms: int = 1000) -> Any:
    connection = AIOKafkaConnection("127.0.0.1", 1, client_id="lane-3", request_timeout_ms=timeout_ms)
    connection._writer = writer
    connection._versions = VERSIONS
    return connection


def produced(*sizes: int) -> ProduceRequest:
    topics = [(f"feed.{size}", [(3, bytearray(b"r" * size), NO_TAGS), (4, b"s", NO_TAGS)], NO_TAGS) for size in sizes]
    return ProduceRequest("lane-3", -1, 1000, topics, NO_TAGS)


@pytest.mark.parametrize("sizes", [(), (10,), (70_000,), (10, 70_000, 200_000, 20)])
def test_the_bytes_are_those_that_the_connection_itself_sends(sizes: tuple[int, ...]) -> None:
    async def scenario() -> None:
        whole, pieces = Writer(), Writer()
        theirs = connected(whole)
        asked = theirs.send(produced(*sizes))
        ours = connected(pieces)
        answer = asyncio.ensure_future(write_in_pieces(ours, produced(*sizes)))
        await asyncio.sleep(0)
        assert pieces.all == whole.all
        assert [place[0] for place in ours._requests] == [place[0] for place in theirs._requests]
        ours._requests[0][2].set_result("answer")
        assert await answer == "answer"
        asked.close()

    asyncio.run(scenario())


def test_a_large_piece_is_not_copied() -> None:
    async def scenario() -> None:
        writer, request = Writer(), produced(70_000)
        with pytest.raises(TimeoutError):
            await write_in_pieces(connected(writer, timeout_ms=1), request)
        (view,) = (piece for piece in writer.written if isinstance(piece, memoryview))
        assert view.obj is request.topics[0][1][0][1]

    asyncio.run(scenario())


def test_without_a_connection_it_says_so() -> None:
    async def scenario() -> None:
        with pytest.raises(KafkaConnectionError):
            await write_in_pieces(connected(None), produced(1))

    asyncio.run(scenario())
