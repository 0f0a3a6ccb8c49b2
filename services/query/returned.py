"""Refused rows together with what their department did about them: the last word on each row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final, Literal

from creditbus.services.domain.statements import (
    ClosedRow,
    Closing,
    CompleteReading,
    Place,
    Redrive,
    connector_of,
    first_run,
)
from creditbus.services.query.rejects import RejectedEvent, read_rejects
from creditbus.services.query.statements import Statements, read_statements
from creditbus.topics.connection import Connection

__all__ = ["ReturnedRow", "Status", "closed_row", "place_of", "read_returned", "returned_rows"]

Status = Literal["open", "fixed", "replaced", "closed"]
"""fixed: a correction was sent that the bus did not refuse. replaced: the row, or its whole file, was published again
since, so that it is either accepted now, or stands here once more under the later run. closed: its department will not
correct it, and said why."""

_KEY_BYTES: Final = 6


@dataclass(frozen=True, slots=True, repr=False)
class ReturnedRow:
    """One refused row: its last refusal, the runs of all of them, and when it was refused first.

    A correction that was refused itself is a further refusal of the row, under the same place. Moments are milliseconds
    since 1970 UTC.
    """

    event: RejectedEvent
    runs: tuple[str, ...]
    rejected_at: int
    redrive: Redrive | None = None
    reading: CompleteReading | None = None
    closing: Closing | None = None

    @property
    def key(self) -> str:
        """Hexadecimal; names the row for `creditbus rejects close`."""
        fields = self.event.fields
        place = place_of(self.event) if fields["row"] else (fields["topic"], fields["partition"], fields["offset"])
        return blake2b(repr(place).encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).hexdigest()

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.redrive is not None and self.redrive.sent_as != self.event.fields["run"]:
            # a run of the source itself tells that the row came again, not what became of it
            return "replaced" if first_run(self.redrive.sent_as) == self.redrive.sent_as else "fixed"
        if self.reading is not None and self.reading.replaces(self.event.fields["run"], self.rejected_at):
            return "replaced"
        return "open" if self.closing is None else "closed"

    @property
    def seconds_to_fix(self) -> float | None:
        """Seconds from the first refusal to the correction; None where none was accepted."""
        return self.redrive.seconds_to_fix if self.redrive is not None and self.status == "fixed" else None

    def as_json(self) -> dict[str, Any]:
        """Return what `creditbus rejects list --json` prints."""
        return self.event.as_json() | {
            "key": self.key,
            "status": self.status,
            "closed_because": self.closing.reason if self.closing is not None and self.status == "closed" else None,
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
    events = [event async for event in read_rejects(connection, department, "")]
    statements = Statements.of(department, await read_statements(connection))
    return returned_rows((event for event in events if _is_of(event, run)), statements)


def returned_rows(events: Iterable[RejectedEvent], statements: Statements) -> list[ReturnedRow]:
    """Put the refusals of each row together with what was said of it."""
    by_place: dict[object, list[RejectedEvent]] = {}
    for event in events:
        fields = event.fields
        # what no connector sent names no row: each stands for itself
        nowhere = (fields["topic"], fields["partition"], fields["offset"])
        by_place.setdefault(place_of(event) if fields["row"] else nowhere, []).append(event)
    rows = []
    for refusals in by_place.values():
        refusals.sort(key=_rejected_at)
        last, place = refusals[-1], place_of(refusals[-1])
        rows.append(
            ReturnedRow(
                last,
                tuple(event.fields["run"] for event in refusals),
                _rejected_at(refusals[0]),
                statements.redrives.get(place),
                statements.readings.get((connector_of(place.run), place.file)),
                statements.closings.get(closed_row(last)),
            )
        )
    return sorted(rows, key=lambda row: tuple(row.event.fields[name] for name in ("file", "sheet", "row", "run")))


def closed_row(event: RejectedEvent) -> ClosedRow:
    """Return by what a row is known again that its department closes."""
    fields = event.fields
    if not fields["row"]:
        return ClosedRow("", f"{fields['topic']}/{fields['partition']}", "", row=fields["offset"])
    file, sheet = fields["file"], fields["sheet"]
    if event.content:
        return ClosedRow(event.connector, file, sheet, event.content)
    return ClosedRow(event.connector, file, sheet, run=first_run(fields["run"]), row=fields["row"])


def place_of(event: RejectedEvent) -> Place:
    """Return the row that an event came from."""
    fields = event.fields
    return Place(first_run(fields["run"]), fields["file"], fields["sheet"], fields["row"])


def _is_of(event: RejectedEvent, run: str) -> bool:
    return run in {"", event.fields["run"], first_run(event.fields["run"])}


def _rejected_at(event: RejectedEvent) -> int:
    moment = event.fields["received_at"]
    return int(moment.timestamp() * 1000) if isinstance(moment, datetime) else int(moment)
