"""What the city declares, for a machine that has addresses alone: read from the bus, and kept for when it is away."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from creditbus.services.cli.chosen_city import chosen_folder
from creditbus.topics.connection import Connection
from creditbus.topics.errors import UnavailableError, UserError

__all__ = ["connected", "recall_city"]

_PATIENCE_MS = 1000
_FOLDER = "declarations"


def connected(*, store: bool = False) -> Connection:
    """Return the bus's addresses, and work from now on with what its city has published.

    A folder that was chosen stands before that. Where Kafka does not answer, the city is the one that was last seen;
    what the command does next says so.

    Raises:
        ConfigurationError: an address is missing or is not one, or a newer creditbus has published.

    """
    connection = Connection.from_environment(store=store)
    if chosen_folder() is None:
        _take(connection)
    return connection


def recall_city(arguments: Sequence[str]) -> None:
    """Work with the city as this machine last saw it on its bus, where there is one and no folder is chosen."""
    if chosen_folder() is not None or not arguments or "--help" in arguments:
        return
    try:
        kept = _kept(Connection.from_environment(store=False))
    except UserError:
        return
    if kept.is_file():
        from creditbus.topics.city import use_city
        from creditbus.topics.city.published import PublishedCity

        found = PublishedCity.decode(b"version/", kept.read_bytes())
        if found is not None:
            use_city(found.city())


def _take(connection: Connection) -> None:
    from creditbus.topics.city import current_city, example_city, use_city
    from creditbus.topics.city.published import files_of
    from creditbus.topics.city.publishing import newest_version

    try:
        found = newest_version(connection, _PATIENCE_MS)
    except UnavailableError:
        return
    used = current_city()
    # the number alone says too little: topics that are made again count from 1 again
    if found is None or (found.version, found.digest) == (used.version, used.digest):
        return
    if found.files == files_of(example_city()):
        use_city(example_city())
        _kept(connection).unlink(missing_ok=True)
        return
    use_city(found.city())
    kept = _kept(connection)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(found.encode()[1])


def _kept(connection: Connection) -> Path:
    name = sha256(connection.bootstrap_servers.encode()).hexdigest()[:16]
    return connection.home / _FOLDER / f"{name}.json.gz"
