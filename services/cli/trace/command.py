"""The command and its options."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import print_json
from creditbus.services.cli.declared import learn_city
from creditbus.services.worker.city_day import city_today

__all__ = ["register"]

#: Noon in the city, by UTC: the day is the same in both.
_NOON = 4


def register(app: typer.Typer) -> None:
    """Add the command to the top level."""
    app.command("trace")(trace)


def trace(
    name: Name,
    *,
    row: Annotated[int, typer.Option("--row", min=1)],
    file: Annotated[str | None, typer.Option("--file")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet")] = None,
    folder: Folder = FOLDER,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None,
    unregistered: Annotated[bool, typer.Option("--unregistered")] = False,
    json: Json = False,
) -> None:
    """Show each step of one row from its source to the feeds. Nothing is sent."""
    from creditbus.services.cli.trace.rows import row_named
    from creditbus.services.cli.trace.running import traced
    from creditbus.services.cli.trace.text import show

    learn_city()
    connector = connector_named(name, folder)
    moment = datetime.now(UTC) if today is None else today.replace(hour=_NOON, tzinfo=UTC)
    found = row_named(connector, row, file, sheet)
    on = city_today() if today is None else today.date()
    facts = traced(connector, found, int(moment.timestamp() * 1000), on, unregistered=unregistered)
    if json:
        print_json(facts)
    else:
        show(facts)
