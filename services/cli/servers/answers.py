"""Whether Kafka, the registry and Redis answer at the addresses that commands and workers use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from creditbus.services.cli.messages import servers as messages
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UserError
from creditbus.topics.registry import SchemaRegistry

__all__ = ["Answer", "ask"]

_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one question.

    Attributes:
        name: the address as the endpoints file names it.
        server: its name for people, with the address, without a password.
        problem: why the server cannot be used; empty when it can.
        topics: of Kafka, the number of topics that are not its own; None for others, and when it does not answer.
    """

    name: str
    server: str
    problem: str
    topics: int | None = None


def ask(connection: Connection) -> Sequence[Answer]:
    """Put one question to each server whose address is set. Never raises; may take some seconds for each."""
    answers = [_kafka(connection), _registry(connection.registry_url)]
    return [*answers, _redis(connection.redis_url)] if connection.redis_url else answers


def _kafka(connection: Connection) -> Answer:
    name, server = "bootstrap_servers", messages.KAFKA_AT(address=connection.bootstrap_servers)
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            with admin(connection) as kafka:
                return Answer(name, server, "", sum(not topic.startswith("_") for topic in kafka.list_topics()))
        except UserError as error:
            # The question may have gone to a broker that has died and that the others still name; they answer.
            if time.monotonic() > deadline:
                return Answer(name, server, error.problem)
            time.sleep(_PAUSE_SECONDS)


def _registry(url: str) -> Answer:
    name, server = "registry_url", messages.REGISTRY_AT(address=_shown(url))
    try:
        SchemaRegistry(url, _SECONDS).subjects()
    except UserError as error:
        return Answer(name, server, error.problem)
    return Answer(name, server, "")


def _redis(url: str) -> Answer:
    name, server = "redis_url", messages.REDIS_AT(address=_shown(url))
    try:
        with redis.Redis.from_url(
            url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.ping()
    except (redis.AuthenticationError, redis.BusyLoadingError, redis.ResponseError) as error:
        return Answer(name, server, messages.REFUSES(error=error))
    except (redis.RedisError, OSError):
        return Answer(name, server, messages.DOES_NOT_ANSWER())
    except ValueError:
        return Answer(name, server, messages.NOT_A_REDIS_ADDRESS())
    return Answer(name, server, "")


def _shown(url: str) -> str:
    """The address without its user and password."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
