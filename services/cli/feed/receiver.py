"""The target of `creditbus feed sync` that is a receiver over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.durations import seconds_of
from creditbus.services.cli.language import spoken
from creditbus.topics.connection import Connection
from creditbus.topics.text import Text

if TYPE_CHECKING:
    from creditbus.services.subscriber.webhook.webhook_copy import WebhookCopy

__all__ = ["receiver_copy"]

_LEAST_SECONDS: Final = 1


def receiver_copy(
    connection: Connection, to: str, topic: str, secret_file: Path | None, position_file: Path | None, retry_for: str
) -> WebhookCopy:
    """Return the copy of a feed at a receiver.

    Raises:
        ConfigurationError: the address, the secret or the time will not do.

    """
    from creditbus.services.subscriber.webhook.address import place_of, position_path, receiver_url, secrets_in
    from creditbus.services.subscriber.webhook.receiver import Receiver
    from creditbus.services.subscriber.webhook.webhook_copy import WebhookCopy

    patience = seconds_of(retry_for, "--retry-for", _LEAST_SECONDS)
    url = receiver_url(to)
    place, path = place_of(url), position_file or position_path(connection.home, topic, url)
    return WebhookCopy(Receiver(url, place, secrets_in(secret_file), patience, _tell), place, path, topic)


def _tell(what: Text) -> None:
    ERRORS.print(spoken(what), markup=False)
