"""What the city declares, for a machine that has addresses alone: read from the bus, and kept for when it is away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from creditbus.services.cli.chosen_city import chosen_folder
from creditbus.services.cli.console import ERRORS
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import common as messages
from creditbus.topics.connection import Connection, MissingAddressError
from creditbus.topics.errors import UnavailableError, UserError

__all__ = ["connected", "learn_city", "recall_city"]

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
        # nothing is said here: the command needs the server that is away, and names it
        with suppress(UnavailableError):
            _take(connection)
    return connection


def learn_city() -> None:
    """Work from now on with what the bus's city has published; for a command that works without the bus, too.

    A folder that was chosen stands before that. Where no bus is named, nothing is looked for. Where the one that is
    named cannot be asked, or nothing was published on it, one line on standard error says why, and by which city the
    command goes: the one that was last seen, else the example.

    Raises:
        ConfigurationError: a newer creditbus has published, or Kafka refuses to say what was.

    """
    if chosen_folder() is not None:
        return
    try:
        connection = Connection.from_environment(store=False, registry=False)
    except MissingAddressError:
        return
    except UserError as error:
        _say_by_which(error.text())
        return
    try:
        if not _take(connection):
            _say_by_which(messages.NOTHING_PUBLISHED(servers=connection.bootstrap_servers))
    except UnavailableError as error:
        _say_by_which(error.text())


def recall_city(arguments: Sequence[str]) -> None:
    """Work with the city as this machine last saw it on its bus, where there is one and no folder is chosen."""
    if chosen_folder() is not None or not arguments or "--help" in arguments:
        return
    try:
        kept = _kept(Connection.from_environment(store=False, registry=False))
    except UserError:
        return
    if kept.is_file():
        from creditbus.topics.city import use_city
        from creditbus.topics.city.published import PublishedCity

        found = PublishedCity.decode(b"version/", kept.read_bytes())
        if found is not None:
            use_city(found.city())


def _take(connection: Connection) -> bool:
    """Work with the version in force; False where the bus has none.

    Raises:
        UnavailableError: no broker answers.
        ConfigurationError: a newer creditbus has published, or Kafka refuses.

    """
    from creditbus.topics.city import current_city, example_city, use_city
    from creditbus.topics.city.published import files_of
    from creditbus.topics.city.publishing import newest_version

    found = newest_version(connection, _PATIENCE_MS)
    if found is None:
        return False
    used = current_city()
    # the number alone says too little: topics that are made again count from 1 again
    if (found.version, found.digest) == (used.version, used.digest):
        return True
    kept = _kept(connection)
    if found.files == files_of(example_city()):
        use_city(example_city())
        with suppress(OSError):
            kept.unlink(missing_ok=True)
        return True
    use_city(found.city())
    # what cannot be kept is read again next time, and a command that finds the bus away then says so
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(found.encode()[1])
    return True


def _say_by_which(why: str) -> None:
    from creditbus.topics.city import current_city

    used = current_city()
    by = messages.LAST_SEEN_CITY(version=used.version) if used.version else messages.EXAMPLE_CITY()
    ERRORS.print(spoken(messages.GOES_BY, why=why, by=by), markup=False)


def _kept(connection: Connection) -> Path:
    name = sha256(connection.bootstrap_servers.encode()).hexdigest()[:16]
    return connection.home / _FOLDER / f"{name}.json.gz"
