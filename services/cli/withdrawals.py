"""What a source that compares says of the rows that are gone from it, and a person's word on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from creditbus.services.cli.console import OUTPUT, print_json
from creditbus.services.cli.language import spoken
from creditbus.services.cli.messages import connector as messages
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
        kept = spoken(messages.ROW_NOT_KEPT)
        words = f"{one.key[:_SHOWN]}  {one.document_no}  {one.authority}{'' if one.possible else kept}"
        OUTPUT.print(words, markup=False, soft_wrap=True)
    OUTPUT.print(spoken(messages.VANISHED_STILL_PUBLISHED, count=len(found)), markup=False)
    if found:
        line = f"creditbus connector withdraw {connector.id} --keys {found[0].key[:_SHOWN]}"
        OUTPUT.print(spoken(messages.TO_WITHDRAW, line=line), markup=False, soft_wrap=True)


def withdraw_gone(connector: Connector, keys: Sequence[str] | None, *, many: bool, yes: bool, json: bool) -> None:
    """Withdraw records whose rows are gone, those that keys name or all (None); of all many only where many is said."""
    from creditbus.connectors.brake import brake
    from creditbus.connectors.choosing import chosen_of
    from creditbus.connectors.gone import known, proposals, withdraw

    found = [one for one in proposals(connector) if one.possible]
    chosen = found if keys is None else chosen_of(found, keys)
    if keys is None and not many:
        brake(len(chosen), known(connector))
    question = spoken(messages.WITHDRAW_RECORDS, count=len(chosen))
    if chosen and not yes and not typer.confirm(question):
        raise typer.Exit(1)
    done = withdraw(connector, Connection.from_environment(store=False), [one.key for one in chosen])
    if json:
        print_json(asdict(done))
        return
    withheld = spoken(messages.WITHHELD_NEVER_PUBLISHED, withheld=done.withheld)
    line = spoken(messages.WITHDRAWN, published=done.published) + (withheld if done.withheld else "")
    OUTPUT.print(line + spoken(messages.RUN_AFTER, run_id=done.run_id), markup=False, soft_wrap=True)
