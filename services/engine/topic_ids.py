"""The ids that Kafka gives to topics: one of the same name that was created again has another."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from creditbus.services.engine.topic_facts import topic_facts

__all__ = ["TopicIds"]


class TopicIds:
    """What is known of them; asked again when there is a doubt.

    Args:
        bootstrap_servers: addresses of brokers.
        known: id by topic, as it was a while ago.

    """

    def __init__(self, bootstrap_servers: str, known: Mapping[str, str]) -> None:
        self._servers = bootstrap_servers
        self._known = known

    def of(self, topic: str) -> str:
        """Return the id of a topic; empty where there is none of that name."""
        return self._known.get(topic, "")

    async def ask(self) -> None:
        """Ask Kafka for them now.

        Raises:
            DependencyDownError: no broker answers.

        """
        self._known = (await asyncio.to_thread(topic_facts, self._servers)).ids
