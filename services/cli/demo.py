"""`creditbus demo`: the whole bus once, on this machine."""

from pathlib import Path
from typing import Annotated

import typer

from creditbus.services.cli.console import OUTPUT, progress
from creditbus.services.cli.messages import common as messages
from creditbus.topics.connection import home_directory
from creditbus.topics.errors import ConfigurationError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command()(demo)


def demo(
    data: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Start everything, publish the departments' files, show what became of them, stop everything.

    Exit code 1 when the ledger does not balance or, on generated files, does not say what is true.
    """
    if data is not None and not data.is_dir():
        raise ConfigurationError("--data", messages.NOT_A_FOLDER(data=data), messages.GIVE_THE_FILES())
    try:
        from creditbus.deploy.demo.run import run
    except ModuleNotFoundError as error:
        fix = messages.INSTALL_PACKAGE()
        raise ConfigurationError(error.name or "", messages.PACKAGE_MISSING(), fix) from error
    if not run(home_directory() / "demo", data, OUTPUT, progress):
        raise typer.Exit(1)
