"""What a source that compares says of the rows that are gone from it, and a person's word on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import counted, told
from creditbus.topics.connection import Connection

if TYPE_CHECKING:
    from creditbus.connectors.configuration import Connector

__all__ = ["compares", "show_gone", "withdraw_gone"]

_SHOWN = 12
"""Characters of a key that are shown: enough to tell rows apart."""


def compares(connector: Connector) -> bool:
    """Whether the connector's source itself notices what is gone; of others the connector's memory tells it."""
    from creditbus.connectors.contract import Comparing

    return isinstance(connector.open(), Comparing)


def show_gone(connector: Connector, *, json: bool) -> None:
    """Show the published rows that are gone from their source. Nothing is sent."""
    from creditbus.connectors.gone import proposals

    found = proposals(connector)
    if json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        kept = told("   原行未保留，请另行报送撤销", "   its row was not kept: withdraw it by a row of its own")
        words = f"{one.key[:_SHOWN]}  {one.document_no}  {one.authority}{'' if one.possible else kept}"
        OUTPUT.print(words, markup=False, soft_wrap=True)
    OUTPUT.print(told(f"{len(found):,} 条已从来源消失", f"{len(found):,} vanished, and still published"), markup=False)
    if found:
        line = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:_SHOWN]}"
        OUTPUT.print(told(f"撤销：{line}（或 --all）", f"to withdraw: {line} (or --all)"), markup=False, soft_wrap=True)


def withdraw_gone(connector: Connector, keys: Sequence[str] | None, *, many: bool, yes: bool, json: bool) -> None:
    """Withdraw records whose rows are gone, those that keys name or all (None); of all many only where many is said."""
    from creditbus.connectors.brake import brake
    from creditbus.connectors.choosing import chosen_of
    from creditbus.connectors.gone import known, proposals, withdraw

    found = [one for one in proposals(connector) if one.possible]
    chosen = found if keys is None else chosen_of(found, keys)
    if keys is None and not many:
        brake(len(chosen), known(connector))
    question = told(f"撤销 {len(chosen):,} 条记录？", f"Withdraw {counted(len(chosen), 'record')}?")
    if chosen and not yes and not typer.confirm(question):
        raise typer.Exit(1)
    done = withdraw(connector, Connection.from_environment(store=False), [one.key for one in chosen])
    if json:
        print_json(asdict(done))
        return
    withheld = told(
        f" · {done.withheld:,} 条涉及自然人，从未发布", f" · {done.withheld:,} about natural persons, never published"
    )
    line = told(f"已撤销 {done.published:,} 条", f"{done.published:,} withdrawn") + (withheld if done.withheld else "")
    OUTPUT.print(line + told(f"   批次 {done.run_id}", f"   run {done.run_id}"), markup=False, soft_wrap=True)
