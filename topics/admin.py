"""kafka-python's administration client, with its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.errors import RetriableError, UnknownBrokerIdError

from creditbus.topics import messages
from creditbus.topics.connection import APPLICATION, Connection
from creditbus.topics.errors import UnavailableError, UnsettledError
from creditbus.topics.kafka_clients import opened

__all__ = ["admin"]

_BOOTSTRAP_TIMEOUT_MS = 5_000
_REQUEST_TIMEOUT_MS = 30_000


@contextmanager
def admin(connection: Connection) -> Iterator[KafkaAdminClient]:
    """A client for as long as the block lasts.

    Raises:
        UnavailableError: no broker answers, at the start or within the block.
        UnsettledError: a broker named another that it had not listed when the client connected.
    """
    try:
        client = opened(
            KafkaAdminClient,
            bootstrap_servers=connection.bootstrap_servers.split(","),
            client_id=f"{APPLICATION}-admin",
            bootstrap_timeout_ms=_BOOTSTRAP_TIMEOUT_MS,
            request_timeout_ms=_REQUEST_TIMEOUT_MS,
        )
        try:
            yield client
        finally:
            client.close()
    except RetriableError as error:
        fix = messages.IS_IT_RUNNING()
        raise UnavailableError(
            messages.AT_KAFKA(servers=connection.bootstrap_servers), messages.DOES_NOT_ANSWER(), fix
        ) from error
    except UnknownBrokerIdError as error:
        # The client learns of the brokers once, when it connects; one of them named a broker that joined since.
        fix = messages.HAS_JUST_JOINED()
        raise UnsettledError(messages.BROKER(node=error.args[0]), messages.NOT_KNOWN_TO_ALL(), fix) from error
