"""`creditbus connector state`, `vanished`, `withdraw`: what a connector remembers, and how to correct it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditbus.services.cli.configured import FOLDER, Folder, Json, Name, connector_named
from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import counted, told
from creditbus.services.cli.withdrawals import compares, show_gone, withdraw_gone
from creditbus.services.domain.city_time import city_day
from creditbus.topics.connection import Connection
from creditbus.topics.errors import ConfigurationError

if TYPE_CHECKING:
    from creditbus.connectors.configuration import Connector
    from creditbus.connectors.withdrawal import Proposal

__all__ = ["register"]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
state = typer.Typer(help="How far a connector has come.", no_args_is_help=True)


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
        OUTPUT.print(told("尚未运行", "has not run yet"), markup=False)
        return
    totals = progress.totals
    lines = [
        (told("批次", "run"), progress.run),
        (told("位置", "position"), str(progress.position)),
        (told("版本", "version"), progress.version or told("（持续增长）", "(grows for ever)")),
        (told("已完成", "complete"), told("是", "yes") if progress.complete else told("否", "no")),
        (told("行数", "rows"), f"{totals.rows:,}"),
        (told("已发布", "published"), f"{totals.published:,}"),
        (told("不可读", "unreadable"), f"{totals.unreadable:,}"),
        (told("自然人", "withheld"), f"{totals.withheld:,}"),
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
        told(
            f"清除 {connector.id} 的位置？下次运行将全部重发",
            f"Forget how far {connector.id} came? Its next run sends all",
        ),
    ):
        raise typer.Exit(1)
    with Publisher(connection.bootstrap_servers, connector.id, connector.topic) as publisher:
        before = publisher.fence()
        publisher.forget()
    if json:
        print_json({"connector": connector.id, "forgotten": None if before is None else asdict(before)})
    else:
        OUTPUT.print(
            told(f"下一步：creditbus connector run {connector.id}", f"next: creditbus connector run {connector.id}")
        )


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
        remark = (
            told("   同一文书仍在，仅代码不同", "   same document still there under another code")
            if one.recoded
            else ""
        )
        OUTPUT.print(
            f"{one.key[:12]}  {one.document_no}  {one.subject_name}  {one.authority}  {place}{remark}",
            markup=False,
            soft_wrap=True,
        )
    OUTPUT.print(told(f"{len(found):,} 条已从来源消失", f"{len(found):,} vanished from the source"), markup=False)
    if found:
        line = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:12]}"
        OUTPUT.print(told(f"撤销：{line}（或 --all）", f"to withdraw: {line} (or --all)"), markup=False, soft_wrap=True)


def withdraw_command(
    name: Name,
    *,
    keys: Annotated[
        list[str] | None, typer.Option("--keys", help="First characters of a key; may be repeated.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All that are proposed, but for those under another code.")
    ] = False,
    many: Annotated[
        bool, typer.Option("--many", help="With --all: even more than a tenth of what was compared.")
    ] = False,
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
        raise ConfigurationError(
            "--keys", "or --all is needed, one of both", "`creditbus connector vanished` lists them"
        )
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
    if (
        chosen
        and not yes
        and not typer.confirm(told(f"撤销 {len(chosen):,} 条记录？", f"Withdraw {counted(len(chosen), 'record')}?"))
    ):
        raise typer.Exit(1)
    run = withdraw(connector, connection, chosen) if chosen else ""
    if json:
        print_json({"run": run, "withdrawn": [_facts(one) for one in chosen]})
    else:
        OUTPUT.print(
            told(
                f"已发送 {len(chosen):,} 条撤销   批次 {run or '-'}",
                f"{counted(len(chosen), 'withdrawal')} sent   run {run or '-'}",
            ),
            markup=False,
            soft_wrap=True,
        )


def _refuse_blind(connector: Connector) -> None:
    """Say of a source that cannot notice deletions that it cannot: an empty list would say that nothing is gone."""
    from creditbus.connectors.contract import Incremental

    source, fix = connector.open(), "withdraw by a row of its own; of a table, mode compare notices it"
    if isinstance(source, Incremental):
        raise ConfigurationError(connector.id, f"cannot notice what is gone: {source.incremental()}", fix)
    if connector.vanished == "never":
        fix = "let it say file or connector, if the source holds all records"
        raise ConfigurationError(str(connector.file), "says `vanished: never`, so nothing is compared", fix)


def _proposals(connector: Any, connection: Connection) -> list[Proposal]:
    from creditbus.connectors.withdrawal import proposals

    return proposals(connector, connection, city_day(int(datetime.now(UTC).timestamp() * 1000)))


def _facts(one: Proposal) -> dict[str, Any]:
    return {name: value for name, value in asdict(one).items() if name != "event"}
