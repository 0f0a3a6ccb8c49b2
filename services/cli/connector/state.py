"""`creditbus connector state`: how far a connector has come, and how to begin again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages

__all__ = ["register"]

Yes = Annotated[bool, typer.Option("--yes", "-y")]
state = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(state, name="state")


@state.command("show")
def show_command(name: Name, folder: Folder = FOLDER, json: Json = False) -> None:
    """Show position, run and totals as the bus holds them."""
    from creditbus.connectors.publish.latest import last_progress

    connection = connected()
    connector = connector_named(name, folder)
    progress = last_progress(connection.bootstrap_servers, connector.id)
    if json:
        print_json({"connector": connector.id, "progress": None if progress is None else asdict(progress)})
        return
    if progress is None:
        OUTPUT.print(spoken(messages.NOT_RUN_YET), markup=False)
        return
    totals = progress.totals
    lines = [
        (spoken(messages.RUN), progress.run),
        (spoken(messages.POSITION), str(progress.position)),
        (spoken(messages.VERSION), progress.version or spoken(messages.GROWS)),
        (spoken(messages.COMPLETE), spoken(messages.YES) if progress.complete else spoken(messages.NO)),
        (spoken(messages.ROWS), f"{totals.rows:,}"),
        (spoken(messages.PUBLISHED_ROWS), f"{totals.published:,}"),
        (spoken(messages.UNREADABLE), f"{totals.unreadable:,}"),
        (spoken(messages.WITHHELD), f"{totals.withheld:,}"),
    ]
    for label, value in lines:
        OUTPUT.print(f"{label:12} {value}", markup=False, soft_wrap=True)


@state.command("reset")
def reset_command(name: Name, folder: Folder = FOLDER, yes: Yes = False, json: Json = False) -> None:
    """Forget how far a connector came: its next run publishes the whole source, and the bus drops what it knows."""
    from creditbus.connectors.publish.publisher import Publisher

    connection = connected()
    connector = connector_named(name, folder)
    if not yes and not typer.confirm(
        spoken(messages.FORGET, id=connector.id),
    ):
        raise typer.Exit(1)
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        before = publisher.fence()
        publisher.forget()
    if json:
        print_json({"connector": connector.id, "forgotten": None if before is None else asdict(before)})
    else:
        OUTPUT.print(spoken(messages.NEXT_RUN, id=connector.id))
