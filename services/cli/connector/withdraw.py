"""`creditbus connector vanished` and `withdraw`: what a source does not hold any more, and a person's word on it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.declared import connected
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.setup.configuration import Connector
    from creditbus.connectors.withdraw.proposals import Proposal

__all__ = ["register"]

_SHOWN = 12
"""Characters of a key that are shown: enough to tell records apart."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("vanished")(vanished_command)
    app.command("withdraw")(withdraw_command)


def vanished_command(name: Name, folder: Folder = FOLDER, json: Json = False) -> None:
    """List records that were published and that the source does not hold any more: proposed, not withdrawn."""
    connection = connected()
    connector = connector_named(name, folder)
    _refuse_blind(connector)
    found = _proposals(connector, connection)
    if json:
        print_json([one.as_json() for one in found])
        return
    for one in found:
        OUTPUT.print(_line(one), markup=False, soft_wrap=True)
    OUTPUT.print(spoken(messages.VANISHED, count=len(found)), markup=False)
    if found:
        line = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:_SHOWN]}"
        OUTPUT.print(spoken(messages.TO_WITHDRAW, line=line), markup=False, soft_wrap=True)


def withdraw_command(
    name: Name,
    *,
    keys: Annotated[list[str] | None, typer.Option("--keys")] = None,
    every: Annotated[bool, typer.Option("--all")] = False,
    many: Annotated[bool, typer.Option("--many")] = False,
    folder: Folder = FOLDER,
    yes: Annotated[bool, typer.Option("--yes", "-y")] = False,
    json: Json = False,
) -> None:
    """Withdraw records that have vanished from the source: subscribers receive the order to stop showing them."""
    from creditbus.connectors.withdraw.brake import brake
    from creditbus.connectors.withdraw.proposals import count_of_known
    from creditbus.connectors.withdraw.selection import chosen_of
    from creditbus.connectors.withdraw.withdrawals import withdraw

    connection = connected()
    connector = connector_named(name, folder)
    if bool(keys) == every:
        raise ConfigurationError("--keys", messages.KEYS_OR_ALL(), messages.SEE_VANISHED())
    _refuse_blind(connector)
    found = [one for one in _proposals(connector, connection) if one.event is not None]
    chosen = [one for one in found if not one.recoded] if every else chosen_of(found, keys or ())
    if every and not many:
        brake(len(chosen), count_of_known(connector, connection))
    if chosen and not yes and not typer.confirm(spoken(messages.WITHDRAW_RECORDS, count=len(chosen))):
        raise typer.Exit(1)
    done = withdraw(connector, connection, [one.key for one in chosen])
    if json:
        print_json(done.as_json())
        return
    words = spoken(messages.WITHDRAWALS_SENT, count=len(done.records), run=done.run_id or "-")
    OUTPUT.print(words, markup=False, soft_wrap=True)


def _refuse_blind(connector: Connector) -> None:
    """Say of a source that cannot notice deletions that it cannot: an empty list would say that nothing is gone."""
    from creditbus.connectors.contract import Incremental

    source, fix = connector.open(), messages.WITHDRAW_BY_ROW()
    if isinstance(source, Incremental):
        raise ConfigurationError(connector.id, messages.CANNOT_NOTICE(incremental=source.incremental()), fix)
    if connector.vanished == "never":
        raise ConfigurationError(str(connector.file), messages.NEVER_COMPARED(), messages.SAY_FILE_OR_CONNECTOR())


def _proposals(connector: Connector, connection: Connection) -> list[Proposal]:
    from creditbus.connectors.withdraw.proposals import proposals

    return proposals(connector, connection, city_day(int(time.time() * 1000)))


def _line(one: Proposal) -> str:
    place = "  ".join(part for part in (one.file, one.sheet, str(one.row) if one.row else "") if part)
    remark = ""
    if one.event is None:
        remark = spoken(messages.ROW_NOT_KEPT)
    elif one.recoded:
        remark = spoken(messages.RECODED)
    parts = (one.key[:_SHOWN], one.document_no, one.subject_name, one.authority, place)
    return "  ".join(filter(None, parts)) + remark
