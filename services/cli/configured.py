"""What the commands of `creditbus connector` share: their common options, and a connector by its id."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.messages import connector as messages
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.setup.configuration import Connector

__all__ = [
    "FOLDER",
    "Folder",
    "Json",
    "Name",
    "connector_named",
    "departments",
    "known_department",
    "known_subscriber",
    "subscribers",
]

FOLDER = Path("connectors.d")

Json = Annotated[bool, typer.Option("--json")]
Folder = Annotated[Path, typer.Option("--folder", "-d")]


def connector_named(name: str, folder: Path) -> Connector:
    """Return a connector by its id, or by the path of its configuration.

    Raises:
        ConfigurationError: there is no such connector, or its configuration is wrong.
    """
    from creditbus.connectors.setup.configuration import configured, load_connector

    if name.endswith((".yaml", ".yml")):
        return load_connector(Path(name))
    known = {file.stem: file for file in configured(folder)}
    if name not in known:
        fix = messages.CONNECTORS_THERE(known=", ".join(known)) if known else messages.NO_CONNECTORS_YET()
        raise ConfigurationError(str(folder), messages.NO_SUCH_CONNECTOR(name=name), fix)
    return load_connector(known[name])


def departments(incomplete: str = "") -> list[str]:
    """Return the ids of the declared departments that begin so; what Tab offers."""
    from creditbus.topics.declarations import declarations

    return [name for name in sorted(declarations().departments) if name.startswith(incomplete)]


def subscribers(incomplete: str = "") -> list[str]:
    """Return the ids of the declared subscribers that begin so; what Tab offers."""
    from creditbus.topics.declarations import declarations

    return [name for name in sorted(declarations().subscribers) if name.startswith(incomplete)]


def known_department(name: str, party: str = "department") -> str:
    """Return the id of a department; `party` is what an error calls it.

    Raises:
        ConfigurationError: it is not declared.
    """
    return _known(party, name, departments())


def known_subscriber(name: str) -> str:
    """Return the id of a subscriber.

    Raises:
        ConfigurationError: it is not declared.
    """
    return _known("subscriber", name, subscribers())


def _known(party: str, name: str, known: list[str]) -> str:
    if name not in known:
        raise ConfigurationError(party, messages.NOT_DECLARED(name=name), messages.ONE_OF(known=", ".join(known)))
    return name


def _names(incomplete: str) -> list[str]:
    from creditbus.connectors.setup.configuration import configured

    return [file.stem for file in configured(FOLDER) if file.stem.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(metavar="CONNECTOR", autocompletion=_names),
]
