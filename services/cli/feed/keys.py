"""`creditbus feed keys`: the key that signs manifests, and the one that verifies them."""

from __future__ import annotations

from typing import Annotated

import typer

from creditbus.services.cli.configured import Json
from creditbus.services.cli.console import ERRORS, OUTPUT, print_json
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import feed as messages
from creditbus.topics.connection import home_directory

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("keys")(keys)


def keys(
    create: Annotated[str | None, typer.Option("--create", metavar="NAME")] = None,
    suite: Annotated[str, typer.Option("--suite")] = "ed25519",
    json: Json = False,
) -> None:
    """Show the public key of this machine; with `--create`, make the key first."""
    from creditbus.services.evidence.keys import create_key, key_path, load_key

    home = home_directory()
    key = load_key(home) if create is None else create_key(home, create, suite)
    if json:
        print_json({"public": key.public.text(), "suite": key.suite.name, "file": str(key_path(home))})
        return
    OUTPUT.print(key.public.text(), soft_wrap=True, markup=False)
    if create is not None:
        ERRORS.print(spoken(messages.KEY_MADE, path=key_path(home)), markup=False)
