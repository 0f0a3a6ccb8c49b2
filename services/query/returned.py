"""Refused rows together with what their department did about them: the last word on each row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from creditbus.services.domain.statements import REDRIVES_TOPIC, Place, Redrive, first_run
from creditbus.services.engine.reading import FROM_START, read_partitions
from creditbus.services.engine.topic_facts import topic_facts
from creditbus.services.query.rejects import RejectedEvent, read_rejects
from creditbus.topics.connection import Connection

__all__ = ["ReturnedRow", "place_of", "read_redrives", "read_returned", "returned_rows"]


@dataclass(frozen=True, slots=True, repr=False)
class ReturnedRow:
    """One refused row: its last refusal, the runs of all of them, its correction, and when it was refused first.

    A correction that was refused itself is a further refusal of the row, under the same place. Moments are milliseconds
    since 1970 UTC.
    """

    event: RejectedEvent
    runs: tuple[str, ...]
    redrive: Redrive | None
    rejected_at: int

    @property
    def fixed(self) -> bool:
        """Whether a correction was sent that the bus did not refuse."""
        return self.redrive is not None and self.redrive.sent_as != self.event.fields["run"]

    @property
    def seconds_to_fix(self) -> float | None:
        """Seconds from the first refusal to the correction; None while it is open."""
        return self.redrive.seconds_to_fix if self.redrive is not None and self.fixed else None

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus rejects list --json` prints."""
        return self.event.as_json() | {
            "status": "fixed" if self.fixed else "open",
            "refusals": len(self.runs),
            "rejected_at": self.rejected_at,
            "seconds_to_fix": self.seconds_to_fix,
        }


async def read_returned(connection: Connection, department: str, run: str = "") -> list[ReturnedRow]:
    """Return a department's refused rows, by file, sheet and row; those of one run when `run` names one.

    Raises:
        DependencyDownError: a server does not answer.
        ConfigurationError: there is no such department, or a topic is missing.

    """
    redrives = await read_redrives(connection, department)
    events = [event async for event in read_rejects(connection, department, "")]
    return returned_rows((event for event in events if _is_of(event, run)), redrives)


async def read_redrives(connection: Connection, department: str = "") -> dict[Place, Redrive]:
    """Return the corrections that a department sent, the last one of each row; of all departments for an empty name.

    Errors as of `read_returned`.
    """
    facts = await asyncio.to_thread(topic_facts, connection.bootstrap_servers)
    starts = dict.fromkeys(facts.partitions_of(REDRIVES_TOPIC), FROM_START)
    found: dict[Place, Redrive] = {}
    async for chunk in read_partitions(connection.bootstrap_servers, starts):
        for record in chunk.records:
            if record.value:
                redrive = Redrive.decode(record.value)
                if department in {"", redrive.department}:
                    found[redrive.place] = redrive
    return found


def returned_rows(events: Any, redrives: dict[Place, Redrive]) -> list[ReturnedRow]:
    """Put the refusals of each row together."""
    by_place: dict[Any, list[RejectedEvent]] = {}
    for event in events:
        fields = event.fields
        # what no connector sent names no row: each stands for itself
        nowhere = (fields["topic"], fields["partition"], fields["offset"])
        by_place.setdefault(place_of(event) if fields["row"] else nowhere, []).append(event)
    rows = []
    for place, refusals in by_place.items():
        refusals.sort(key=_rejected_at)
        runs = tuple(event.fields["run"] for event in refusals)
        rows.append(ReturnedRow(refusals[-1], runs, redrives.get(place), _rejected_at(refusals[0])))
    return sorted(rows, key=lambda row: tuple(row.event.fields[name] for name in ("file", "sheet", "row", "run")))


def place_of(event: RejectedEvent) -> Place:
    """Return the row that an event came from."""
    fields = event.fields
    return Place(first_run(fields["run"]), fields["file"], fields["sheet"], fields["row"])


def _is_of(event: RejectedEvent, run: str) -> bool:
    return run in {"", event.fields["run"], first_run(event.fields["run"])}


def _rejected_at(event: RejectedEvent) -> int:
    moment = event.fields["received_at"]
    return int(moment.timestamp() * 1000) if isinstance(moment, datetime) else int(moment)
