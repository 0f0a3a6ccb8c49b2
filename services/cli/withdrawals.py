"""`creditbus connector vanished` and `withdraw`: rows that are gone from their source, and a person's word on them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from creditbus.services.cli.connector import Folder, Json, Name
from creditbus.services.cli.connector import _connector as connector_named
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

__all__ = ["register"]

_FOLDER = Path("connectors.d")
_SHOWN = 12
"""Characters of a key that are shown: enough to tell rows apart."""


def register(app: typer.Typer) -> None:
    """Add the commands to `creditbus connector`."""
    app.command("vanished")(vanished_command)
    app.command("withdraw")(withdraw_command)


def vanished_command(name: Name, folder: Folder = _FOLDER, json: Json = False) -> None:
    """Show the published rows that are gone from their source. Nothing is sent."""
    from creditbus.connectors.gone import proposals

    connector = connector_named(name, folder)
    found = proposals(connector)
    if json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        remark = "" if one.possible else "   its row was not kept: withdraw it by a row of its own"
        words = f"{one.key[:_SHOWN]}  {one.document_no}  {one.authority}{remark}"
        OUTPUT.print(words, markup=False, soft_wrap=True)
    OUTPUT.print(f"{len(found):,} vanished, and still published", markup=False)
    if found:
        what_next = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:_SHOWN]}"
        OUTPUT.print(f"to withdraw: {what_next} (or --all)", markup=False, soft_wrap=True)


def withdraw_command(
    name: Name,
    *,
    keys: Annotated[list[str] | None, typer.Option(help="First characters of a key; may be repeated.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that are proposed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    folder: Folder = _FOLDER,
    json: Json = False,
) -> None:
    """Withdraw records whose rows are gone from their source: subscribers are told to stop showing them."""
    from creditbus.connectors.gone import chosen_of, proposals, withdraw

    if bool(keys) == every:
        raise ConfigurationError("--keys", "or --all is needed, one of both", "see `creditbus connector vanished`")
    connector = connector_named(name, folder)
    found = [one for one in proposals(connector) if one.possible]
    chosen = found if every else chosen_of(found, keys or ())
    if chosen and not yes and not typer.confirm(f"Withdraw {len(chosen):,} records?"):
        raise typer.Exit(1)
    done = withdraw(connector, Connection.from_environment(store=False), [one.key for one in chosen])
    if json:
        print_json(asdict(done))
        return
    withheld = f" · {done.withheld:,} about natural persons, never published" if done.withheld else ""
    OUTPUT.print(f"{done.published:,} withdrawn{withheld}   run {done.run_id}", markup=False, soft_wrap=True)
