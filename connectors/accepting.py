"""Writes down that somebody knows of a loss, so that the ledger balances again and the next loss shows."""

from creditbus.connectors.publisher import Beside, Publisher
from creditbus.services.domain.statements import STATEMENTS_TOPIC, Acceptance
from creditbus.topics.connection import Connection

__all__ = ["accept_loss"]


def accept_loss(connection: Connection, acceptance: Acceptance) -> None:
    """Accept what a topic has lost up to now; a later acceptance of the same topic replaces it.

    Raises:
        PublishError: no broker answers.
        RegistrationError: there is no such topic.
    """
    with Publisher(connection.bootstrap_servers, "losses", acceptance.topic) as publisher:
        publisher.fence()
        publisher.commit([], [Beside(STATEMENTS_TOPIC, acceptance.key, acceptance.encode())])
