"""What a department says about its own rows, in addition to the events.

Corrections that it sent, files that it read whole, refused rows that it closed, counts that it declares, how much each
run published: JSON on one compacted topic, written by connectors, read by `query`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

__all__ = [
    "Acceptance",
    "ClosedRow",
    "Closing",
    "CompleteReading",
    "Declaration",
    "Place",
    "Publication",
    "Redrive",
    "Statement",
    "connector_of",
    "decode_statement",
    "first_run",
    "redrive_run",
]

#: Between the id of a run and what names a correction of its rows.
_MARK: Final = "~"


def redrive_run(run: str, token: str) -> str:
    """Name the run that sends corrected rows of a run: who reads the ledger sees which one it corrects."""
    return f"{first_run(run)}{_MARK}{token}"


def first_run(run: str) -> str:
    """Return the run that read the row from its source; of a run that corrects nothing it is that run itself."""
    return run.partition(_MARK)[0]


def connector_of(run: str) -> str:
    """Return the id of the connector that a run was made by: what stands before its moment and its random end."""
    return first_run(run).rsplit("-", 2)[0]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row as its department finds it, in the run that read it from its source."""

    run: str
    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Redrive:
    """A refused row that was corrected and sent again; the last one of its place counts.

    Attributes:
        department: who sent it.
        place: the row.
        sent_as: run of the corrected event.
        content: digest of what was sent, so that the same correction is sent once.
        rejected_at: when the bus received the event that it refused first; milliseconds since 1970 UTC.
        sent_at: when the correction was sent; milliseconds since 1970 UTC.
    """

    department: str
    place: Place
    sent_as: str
    content: str
    rejected_at: int
    sent_at: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        place = self.place
        return _dump(["redrive", self.department, place.run, place.file, place.sheet, place.row])

    @property
    def seconds_to_fix(self) -> float:
        """Seconds from the refusal to the correction."""
        return max(self.sent_at - self.rejected_at, 0) / 1000

    def encode(self) -> bytes:
        """Return the value on the topic."""
        return _dump({"kind": "redrive"} | asdict(self))


@dataclass(frozen=True, slots=True)
class CompleteReading:
    """A file that a run of a connector read and published whole: what earlier runs said of its rows is outdated.

    Attributes:
        department: whose file it is.
        connector: who read it.
        file: as origins name it.
        run: the run.
        completed_at: when it had been published; milliseconds since 1970 UTC.
    """

    department: str
    connector: str
    file: str
    run: str
    completed_at: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        return _dump(["reading", self.department, self.connector, self.file])

    def encode(self) -> bytes:
        """Return the value on the topic."""
        return _dump({"kind": "reading"} | asdict(self))

    def replaces(self, run: str, received_at: int) -> bool:
        """Tell whether what another run published at some moment is outdated."""
        return first_run(run) != self.run and received_at < self.completed_at


@dataclass(frozen=True, slots=True)
class Declaration:
    """How many records of an item a department says that it produced in a period; the last one counts.

    Attributes:
        department: who says so.
        item: catalogue item.
        first_day: of the period.
        last_day: of the period.
        count: records decided in it.
        declared_at: when it was said; milliseconds since 1970 UTC.
    """

    department: str
    item: str
    first_day: date
    last_day: date
    count: int
    declared_at: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        return _dump(["declaration", self.department, self.item, self.first_day.isoformat(), self.last_day.isoformat()])

    def encode(self) -> bytes:
        """Return the value on the topic."""
        days = {"first_day": self.first_day.isoformat(), "last_day": self.last_day.isoformat()}
        return _dump({"kind": "declaration"} | asdict(self) | days)


@dataclass(frozen=True, slots=True)
class Publication:
    """How many messages a run has published so far; written with each of them, so that it is never more or less.

    Attributes:
        department: who publishes.
        run: the run that origins name.
        published: messages; the ledger counts as many as received when all of them are.
    """

    department: str
    run: str
    published: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        return _dump(["publication", self.department, self.run])

    def encode(self) -> bytes:
        """Return the value on the topic."""
        return _dump({"kind": "publication"} | asdict(self))


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What was lost of a topic, with the word of somebody who has dealt with it; the last one of a topic counts.

    Attributes:
        department: whose topic it is; empty where all departments' events pass.
        topic: that lost it.
        offsets: cut before they were read, up to that moment.
        recreated: partitions created again, up to that moment.
        reason: what was done about it.
        accepted_at: milliseconds since 1970 UTC.
    """

    department: str
    topic: str
    offsets: int
    recreated: int
    reason: str
    accepted_at: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        return _dump(["acceptance", self.topic])

    def encode(self) -> bytes:
        """Return the value on the topic."""
        return _dump({"kind": "acceptance"} | asdict(self))

    def covers(self, offsets: int, recreated: int) -> bool:
        """Tell whether nothing was lost since."""
        return offsets <= self.offsets and recreated <= self.recreated


@dataclass(frozen=True, slots=True)
class ClosedRow:
    """What tells a refused row that its department closed from others, also where it is read and refused again.

    Attributes:
        connector: who sent it; empty where no connector did.
        file: as origins name it; of what no connector sent, topic and partition.
        sheet: as origins name it.
        content: digest of what the row said. Empty where nothing of it was kept (a natural person's) or its bytes
            say nothing; then `run` and `row` name it, and it is closed for this one reading.
        run: run that read it; empty where `content` names it.
        row: its number, of what no connector sent its offset; 0 where `content` names it.
    """

    connector: str
    file: str
    sheet: str
    content: str = ""
    run: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """A refused row that its department will not correct, and why: a sum, a note, a person, a record sent otherwise.

    Attributes:
        department: who says so.
        closed: the row.
        reason: why, in its words.
        closed_at: when it was said; milliseconds since 1970 UTC.
    """

    department: str
    closed: ClosedRow
    reason: str
    closed_at: int

    @property
    def key(self) -> bytes:
        """Key on the topic."""
        return _dump(["closing", self.department, *asdict(self.closed).values()])

    def encode(self) -> bytes:
        """Return the value on the topic."""
        return _dump({"kind": "closing"} | asdict(self))


Statement = Redrive | CompleteReading | Closing | Declaration | Publication | Acceptance


def decode_statement(value: bytes) -> Statement:
    """Read a value of the topic.

    Raises:
        ValueError: it was written by something else.
    """
    raw = json.loads(value)
    try:
        kind = raw.pop("kind")
        if kind == "redrive":
            return Redrive(**{**raw, "place": Place(**raw["place"])})
        if kind == "reading":
            return CompleteReading(**raw)
        if kind == "closing":
            return Closing(**{**raw, "closed": ClosedRow(**raw["closed"])})
        if kind == "publication":
            return Publication(**raw)
        if kind == "acceptance":
            return Acceptance(**raw)
        days = {name: date.fromisoformat(raw[name]) for name in ("first_day", "last_day")}
        return Declaration(**{**raw, **days})
    except (AttributeError, TypeError, KeyError) as error:
        raise ValueError("no statement of a department") from error


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
