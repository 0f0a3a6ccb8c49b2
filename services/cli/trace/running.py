"""Sends one row through the stages in memory, and gives the facts of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.run.outgoing import outgoing
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.cli.trace.hop_facts import connector_hop, stage_hop
from creditbus.services.cli.trace.registrations import MadeRegistration, made_for, publish
from creditbus.services.domain.ledger import Outcome
from creditbus.services.local.bus import LocalBus
from creditbus.services.local.contents import decode
from creditbus.services.local.stages import LocalStages
from creditbus.services.local.watching import watch
from creditbus.topics.declarations import Declarations, declarations

__all__ = ["traced"]

_RUN = "trace"
#: No city's: the token by which a trace names a person names nobody on a real bus.
_PERSON_KEY = bytes(32)
#: A succession waits for two subjects; nothing waits for more.
_MOST_REGISTRATIONS = 2
_FINAL = (Outcome.APPLIED, Outcome.DUPLICATE, Outcome.STALE, Outcome.REJECTED, Outcome.HELD, Outcome.PARKED)


def traced(connector: Connector, row: Row | Defect, now: int, on: date, *, unregistered: bool) -> dict[str, Any]:
    """Return everything that a trace says of a row.

    Args:
        connector: whose row it is.
        row: as its source gives it.
        now: when the bus receives it, in milliseconds since 1970.
        on: the city's day by which the stages judge.
        unregistered: make up no registration, though the row waits for one.
    """
    declared = declarations()
    lanes = declared.topics[connector.topic].partitions
    stages = LocalStages.build(lanes=lanes, person_key=_PERSON_KEY, subscribers=declared.subscribers.values(), on=on)
    made: list[MadeRegistration] = []
    while True:
        hops = _hops(connector, row, stages, declared, now, made)
        further = [] if unregistered else _made_for(hops)
        if not further or len(made) >= _MOST_REGISTRATIONS:
            return _of_row(connector, row, lanes) | {
                "registered": [asdict(one) for one in made],
                "hops": hops,
                "outcomes": _outcomes(hops),
            }
        made += further


def _of_row(connector: Connector, row: Row | Defect, lanes: int) -> dict[str, Any]:
    return {
        "connector": connector.id,
        "department": connector.department,
        "item": connector.item.id,
        "file": row.file,
        "sheet": row.sheet,
        "row": row.row,
        "readable": isinstance(row, Row),
        "partitions": lanes,
    }


def _hops(
    connector: Connector,
    row: Row | Defect,
    stages: LocalStages,
    declared: Declarations,
    now: int,
    made: Sequence[MadeRegistration],
) -> list[dict[str, Any]]:
    bus = LocalBus(stages, now)
    for one in made:
        publish(bus, one)
    message, mapped = outgoing(connector, Encoder(connector.item.id, stages.registry), row, _RUN)
    published = bus.publish_bytes(connector.department, message.key, message.value)
    first = connector_hop(published, decode(stages, published.value))
    first["withheld"] = mapped is not None and mapped.withheld
    # as they come: the facts of a hop are those of the bus when the hop is over
    return [first, *(stage_hop(bus, hop, declared.subscribers.values()) for hop in watch(bus))]


def _made_for(hops: Sequence[dict[str, Any]]) -> list[MadeRegistration]:
    waiting = [hop["waits"] for hop in hops if "waits" in hop]
    return [one for wait in waiting if (one := made_for(wait["code"], wait["name"])) is not None]


def _outcomes(hops: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return how the row ended; one outcome, but for a row that the ledger counts nowhere."""
    return [{"outcome": booking["outcome"], "reason": booking["reason"]} for hop in hops for booking in _final(hop)]


def _final(hop: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (one for one in hop.get("booked", ()) if one["outcome"] in _FINAL and one["count"] > 0)
