"""Connections to servers: answers come in their order, late, or never, though the request was done."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.clock import WORLD, VirtualLoop

__all__ = ["Server", "Wire"]


class Server:
    """What is at the other end of wires, be it Kafka or Redis.

    Attributes:
        up: whether it takes requests.
        lives: how often it was started; what waits for an answer of an earlier life waits in vain.
        slow: seconds that each answer takes longer.
        loses: chance that a request, and that an answer, gets lost together with its connection.

    """

    def __init__(self, loop: VirtualLoop, random: Random, error: Callable[[], Exception]) -> None:
        self.loop = loop
        self.random = random
        self.error = error
        self.up = True
        self.lives = 1
        self.slow = 0.0
        self.spikes = 0.0
        self.loses = 0.0

    def stop(self) -> None:
        self.up = False
        self.lives += 1

    def start(self) -> None:
        self.up = True

    def heal(self) -> None:
        """Have no more faults."""
        self.slow = self.spikes = self.loses = 0.0
        self.up = True

    def delay(self) -> float:
        """Return how long one way takes."""
        if self.spikes and self.random.random() < self.spikes:
            return self.random.uniform(0.02, 0.7)
        return self.slow + 0.0002 + 0.0028 * self.random.random()


class Wire:
    """One connection; another one has an order of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.arrives = self.answers = 0.0

    async def ask(self, serve: Callable[[], Any], timeout: float) -> Any:  # noqa: ASYNC109 -- a request's own
        """Have something done at the server and return its answer.

        Raises:
            Exception: the server's error: refused, or the connection broke; it may have been done.
            TimeoutError: no answer.

        """
        return await _Question(self, serve, timeout).answer


class _Question:
    """A request on its way there and back."""

    __slots__ = ("_deadline", "_lives", "_roll", "_serve", "_server", "_wire", "answer")

    def __init__(self, wire: Wire, serve: Callable[[], Any], timeout: float) -> None:
        server = self._server = wire.server
        loop = server.loop
        now = loop.time()
        self.answer: asyncio.Future[Any] = loop.create_future()
        self._wire = wire
        self._serve = serve
        self._lives, self._deadline = server.lives, now + timeout
        self._roll = server.random.random() if server.loses else 1.0
        wire.arrives = max(wire.arrives, now + server.delay())
        if wire.arrives > self._deadline:
            self._give_up_in_time()
        loop.call_at(wire.arrives, self._arrive, context=WORLD.context)

    def _give_up_in_time(self) -> None:
        """Set a timer for the few that are late, in place of one for each request."""
        self._server.loop.call_at(self._deadline, self._fail, TimeoutError(), context=WORLD.context)

    def _fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def _arrive(self) -> None:
        server = self._server
        if not server.up or server.lives != self._lives or self._roll < server.loses:
            self._fail(server.error())
            return
        done = self._serve()
        if not isinstance(done, asyncio.Future):
            self._reply(done)
        elif done.done():
            self._reply(done.result())
        else:
            self._give_up_in_time()
            done.add_done_callback(lambda ready: self._reply(ready.result()), context=WORLD.context)

    def _reply(self, value: Any) -> None:
        wire, server = self._wire, self._server
        wire.answers = max(wire.answers, server.loop.time() + server.delay())
        if wire.answers > self._deadline:
            self._give_up_in_time()
        else:
            server.loop.call_at(wire.answers, self._deliver, value, context=WORLD.context)

    def _deliver(self, value: Any) -> None:
        if self._server.lives != self._lives or self._roll < 2 * self._server.loses:
            # it was done, and nobody learns of it
            self._fail(self._server.error())
        elif not self.answer.done():
            self.answer.set_result(value)
