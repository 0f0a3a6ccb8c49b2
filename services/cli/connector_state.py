"""`creditbus connector state`, `vanished`, `withdraw`: what a connector remembers, and how to correct it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.cli.withdrawals import compares, show_gone, withdraw_gone
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.configuration import Connector
    from creditbus.connectors.withdrawal import Proposal

__all__ = ["register"]

Yes = Annotated[bool, typer.Option("--yes", "-y")]
state = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(state, name="state")
    app.command("vanished")(vanished_command)
    app.command("withdraw")(withdraw_command)


@state.command("show")
def show_command(name: Name, folder: Folder = FOLDER, json: Json = False) -> None:
    """Show position, run and totals as the bus holds them."""
    from creditbus.connectors.publisher import last_progress

    connector = connector_named(name, folder)
    progress = last_progress(Connection.from_environment(store=False).bootstrap_servers, connector.id)
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
    from creditbus.connectors.publisher import Publisher

    connector = connector_named(name, folder)
    connection = Connection.from_environment(store=False)
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


def vanished_command(name: Name, folder: Folder = FOLDER, json: Json = False) -> None:
    """List records that the last complete run did not hold any more: proposed for withdrawal, not withdrawn."""
    connector = connector_named(name, folder)
    _refuse_blind(connector)
    if compares(connector):
        show_gone(connector, json=json)
        return
    found = _proposals(connector, Connection.from_environment(store=False))
    if json:
        print_json([_facts(one) for one in found])
        return
    for one in found:
        place = "  ".join(part for part in (one.file, one.sheet, str(one.row)) if part)
        remark = spoken(messages.RECODED) if one.recoded else ""
        OUTPUT.print(
            f"{one.key[:12]}  {one.document_no}  {one.subject_name}  {one.authority}  {place}{remark}",
            markup=False,
            soft_wrap=True,
        )
    OUTPUT.print(spoken(messages.VANISHED, count=len(found)), markup=False)
    if found:
        line = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:12]}"
        OUTPUT.print(spoken(messages.TO_WITHDRAW, line=line), markup=False, soft_wrap=True)


def withdraw_command(
    name: Name,
    *,
    keys: Annotated[list[str] | None, typer.Option("--keys")] = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    many: Annotated[bool, typer.Option("--many")] = False,
    folder: Folder = FOLDER,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Withdraw records that have vanished from the source: subscribers are told to stop showing them."""
    from creditbus.connectors.brake import brake
    from creditbus.connectors.choosing import chosen_of
    from creditbus.connectors.memory import Memory
    from creditbus.connectors.withdrawal import withdraw

    connector = connector_named(name, folder)
    if bool(keys) == every:
        raise ConfigurationError("--keys", messages.KEYS_OR_ALL(), messages.SEE_VANISHED())
    _refuse_blind(connector)
    if compares(connector):
        withdraw_gone(connector, keys, many=many, yes=yes, json=json)
        return
    connection = Connection.from_environment(store=False)
    found = _proposals(connector, connection)
    chosen = [one for one in found if not one.recoded] if every else chosen_of(found, keys or ())
    if every and not many:
        with Memory(connection.home, connector.id) as memory:
            brake(len(chosen), memory.known(connector.vanished))
    if chosen and not yes and not typer.confirm(spoken(messages.WITHDRAW_RECORDS, count=len(chosen))):
        raise typer.Exit(1)
    run = withdraw(connector, connection, chosen) if chosen else ""
    if json:
        print_json({"run": run, "withdrawn": [_facts(one) for one in chosen]})
    else:
        OUTPUT.print(
            spoken(messages.WITHDRAWALS_SENT, count=len(chosen), run=run or "-"),
            markup=False,
            soft_wrap=True,
        )


def _refuse_blind(connector: Connector) -> None:
    """Say of a source that cannot notice deletions that it cannot: an empty list would say that nothing is gone."""
    from creditbus.connectors.contract import Incremental

    source, fix = connector.open(), "withdraw by a row of its own; of a table, mode compare notices it"
    if isinstance(source, Incremental):
        raise ConfigurationError(connector.id, messages.CANNOT_NOTICE(incremental=source.incremental()), fix)
    if connector.vanished == "never":
        fix = messages.SAY_FILE_OR_CONNECTOR()
        raise ConfigurationError(str(connector.file), messages.NEVER_COMPARED(), fix)


def _proposals(connector: Any, connection: Connection) -> list[Proposal]:
    from creditbus.connectors.withdrawal import proposals

    return proposals(connector, connection, city_day(int(datetime.now(UTC).timestamp() * 1000)))


def _facts(one: Proposal) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "event"}
