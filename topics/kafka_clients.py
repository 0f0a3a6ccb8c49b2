"""Makes clients of kafka-python so that one which finds no broker leaves nothing behind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

from kafka.net.compat import KafkaNetClient

__all__ = ["opened"]

_JOIN_MS = 1000
#: kafka-python lets this pass between two questions for metadata, and there is no setting for it: with its own 100 ms
#: every command that reads a topic waited as long after its first question, which is for the brokers.
_RETRY_MS = 20
_Client = TypeVar("_Client")


def opened(kind: Callable[..., _Client], client: type[KafkaNetClient] = KafkaNetClient, **settings: Any) -> _Client:
    """Make an admin client, a producer or a consumer; its errors are its own.

    kafka-python 3.0 starts a thread before it looks for a broker, and forgets it when there is none: whoever asks again
    and again while Kafka is away would end without threads, or without files to open.
    """
    made: list[Any] = []

    def network(**given: Any) -> Any:
        made.append(client(**given))
        made[-1].cluster.config["retry_backoff_ms"] = _RETRY_MS
        return made[-1]

    try:
        return kind(kafka_client=network, **settings)
    except BaseException:
        for one in made:
            with contextlib.suppress(Exception):  # the error that made it useless is the one to tell
                one._manager._net.stop(_JOIN_MS)  # noqa: SLF001 -- there is no other way to its thread
                one.close()
        raise
