"""Writes down that somebody knows of a loss, so that the ledger balances again and the next loss shows."""

from creditbus.connectors.publish.publisher import Beside, Publisher
from creditbus.services.domain.statements import Acceptance
from creditbus.topics.connection import Connection
from creditbus.topics.names import STATEMENTS

__all__ = ["accept_loss"]


def accept_loss(connection: Connection, acceptance: Acceptance) -> None:
    """Accept what a topic has lost up to now; a later acceptance of the same topic replaces it.

    Raises:
        PublishError: no broker answers.
        RegistrationError: there is no such topic.
    """
    with Publisher(connection.bootstrap_servers, "losses", acceptance.topic) as publisher:
        publisher.fence()
        publisher.commit([], [Beside(STATEMENTS, acceptance.key, acceptance.encode())])
