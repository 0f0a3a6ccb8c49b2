"""The contract that every kind of source keeps, ours and a third party's.

Call order: the settings model is validated, ``open`` gives a source, then any of ``check``, ``discover``, ``version``
and ``read``. A source holds nothing open between calls; ``read`` may be abandoned at any row and closes what it opened.

What is an error and what is a value: a row that cannot be read is a :class:`Defect`, so that its department hears of it
and the rows after it still flow. Only a source that cannot be read at all raises
:class:`~creditbus.connectors.errors.SourceError`.

Exactly once rests on two promises of ``read``:

- *determinism*: while ``version()`` stays the same, two readings from one position give the same rows, in one order;
- *resumption*: ``read(row.position)`` gives exactly the rows after ``row``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from pydantic import BaseModel

__all__ = [
    "Cell",
    "Column",
    "Comparing",
    "Defect",
    "DefectReason",
    "Finding",
    "Incremental",
    "Kind",
    "Position",
    "Refusal",
    "Releasing",
    "Remarking",
    "Repeating",
    "Returning",
    "Row",
    "Settling",
    "Source",
    "Table",
    "Tells",
    "Vanished",
    "tells",
]

Tells: TypeAlias = Literal["state", "news"]
"""What a source tells. state: how things are at present, so its latest reading is the truth, and a value that is set
back is a change. news: what happened, delivery by delivery, so an old one that is sent again changes nothing."""

Cell: TypeAlias = str | int | float | Decimal | bool | date | datetime | time | timedelta | None
"""A cell as the source types it. Text stays untrimmed: trimming belongs to the mapping, which counts it."""

Position: TypeAlias = int | str | Mapping[str, "int | str | None"]
"""Where to resume. JSON, opaque to everything but the kind that made it."""


class Row(NamedTuple):
    """One readable row. ``repr`` shows the place alone: cells may hold personal data."""

    cells: Mapping[str, Cell]
    """By column name: the code row's name where the source has one, else the header's, trimmed and in half width."""
    file: str
    """File, table or address as the department knows it."""
    sheet: str
    """Sheet of a workbook; empty for other sources."""
    row: int
    """Sheet row, line or record number as the department sees it, from 1."""
    position: Position
    key: str = ""
    """Names the row in its source for as long as it is there, and says nothing; empty where nothing does."""

    def __repr__(self) -> str:
        return f"Row(file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


class DefectReason(Enum):
    """Why a row cannot be read; the values are reason codes of the bus."""

    COLUMN_COUNT = "FORMAT_COLUMN_COUNT"
    UNPARSABLE = "FORMAT_UNPARSABLE"


class Defect(NamedTuple):
    """One row that cannot be read. It is published like any other, so that its refusal reaches the department."""

    reason: DefectReason
    detail: str
    """For people: "26 cells, the header has 24". Never quotes the row."""
    original: bytes
    """The row as it stands in the source, cut at the source's own limit."""
    file: str
    sheet: str
    row: int
    position: Position

    def __repr__(self) -> str:
        return f"Defect({self.reason.value}, file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    """The key of its cells in :attr:`Row.cells`."""
    title: str = ""
    """A second name for people, where the source gives two."""


@dataclass(frozen=True, slots=True)
class Table:
    """One readable thing in a source: a file, a sheet, a database table."""

    name: str
    columns: tuple[Column, ...]
    rows: int | None = None
    """Number of rows where the source knows it without reading them all."""
    details: Mapping[str, str] = field(default_factory=dict)
    """What was found out by looking, such as encoding and delimiter."""
    above: tuple[tuple[int, str], ...] = ()
    """Rows above the header, by number: whoever looks at a table of wrong columns sees whether another one is meant."""
    is_read: bool = True
    """The present settings read it; false: one of the others that they could name, such as a further sheet."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of ``check``."""

    subject: str
    """What was tried: "file", "header"."""
    ok: bool
    message: str


class Source(Protocol):
    """An opened source; see the module for call order and promises."""

    def check(self) -> Sequence[Finding]:
        """Try to reach the source. Never raises for what a user can mend: that is a finding with ``ok`` false."""

    def discover(self) -> Sequence[Table]:
        """Say what there is to read.

        Raises:
            SourceError: the source cannot be reached.
        """

    def version(self) -> str:
        """Name the present content: equal versions hold equal rows.

        A source that is never finished (a table that grows) returns an empty text; it is then always read on from the
        last position.

        Raises:
            SourceError: the source cannot be reached.
        """

    def size(self) -> int | None:
        """Number of rows ``read(None)`` will give, for a progress bar; ``None`` where counting would cost a reading."""

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """Give the rows after a position, all of them for ``None``.

        Raises:
            SourceError: the source cannot be read, or not any further.
        """


@runtime_checkable
class Sampling(Protocol):
    """A source that shows rows of a table that its settings do not name yet. Optional, on top of :class:`Source`."""

    def sample(self, table: str, count: int) -> Sequence[Mapping[str, Cell]]:
        """Return the cells of some rows, of which nothing is remembered.

        Args:
            table: Name of one of those that ``discover`` gives.
            count: Maximum number of rows.

        Raises:
            SourceError: the source cannot be reached.
        """


@runtime_checkable
class Settling(Protocol):
    """A source that marks, where it came from, what is on the bus. Optional, in addition to :class:`Source`.

    A run settles the position that it begins at, and every position that it commits, in their order. A process may die
    between the commit and the settling: the next run settles that position again, so settling twice changes nothing.
    """

    def settle(self, position: Position) -> None:
        """Everything up to this position is on the bus.

        Raises:
            SourceError: it cannot be marked.
        """

    def settled(self, position: Position) -> Position:
        """Return a position without what was to be settled up to it, for a run that is at its end.

        As long as a position remembers a row, the same row cannot be distinguished from one that was not settled.
        """

    def remarks(self) -> Sequence[str]:
        """Say what the reading found in addition to its rows, for the person who ran it; called at its end."""


@runtime_checkable
class Remarking(Protocol):
    """A source that finds more than rows. Optional, in addition to :class:`Source`; each :class:`Settling` is one."""

    def remarks(self) -> Sequence[str]:
        """Say what the latest reading found in addition to its rows: what it left out, cannot read, or finds odd.

        Each is one line for the person who ran it, and tells what to do where there is something to do.
        """


class Refusal(NamedTuple):
    """One row that the bus refused. ``repr`` shows its place alone."""

    file: str
    sheet: str
    row: int
    """As the row named them."""
    why: str
    """For people, with the codes of fields and reasons; may propose a correction, which quotes the row."""
    is_of: Callable[[Row | Defect], bool]
    """Whether a row still says what was refused: its department may have corrected it meanwhile."""

    def __repr__(self) -> str:
        return f"Refusal(file={self.file!r}, sheet={self.sheet!r}, row={self.row})"


@runtime_checkable
class Returning(Protocol):
    """A source that marks refused rows where they are. Optional, in addition to :class:`Source` and :class:`Settling`.

    It may be called with the same refusal twice.
    """

    def takes_refusals(self) -> bool:
        """Whether its settings ask for it."""

    def refuse(self, refusals: Sequence[Refusal]) -> int:
        """Mark rows that are settled and still say what was refused, no others; return how many.

        Raises:
            SourceError: they cannot be marked.
        """


class Vanished(NamedTuple):
    """A row that was published and is gone from its source. ``repr`` shows its place alone."""

    key: str
    """The row's :attr:`Row.key`: by it the connector's memory knows what was published of the row."""
    cells: Mapping[str, Cell] | None
    """As it was read last, from a source whose rows have no key; ``None`` from others, of which nobody needs it."""
    file: str
    row: int
    """Number in the list of vanished rows, from 1."""

    def __repr__(self) -> str:
        return f"Vanished(file={self.file!r}, row={self.row})"


@runtime_checkable
class Comparing(Protocol):
    """A source that notices which published rows are gone. Optional, in addition to :class:`Source`.

    It proposes; only a person's word withdraws a record. A record of which another row is still there is not proposed.
    """

    def vanished(self) -> Sequence[Vanished]:
        """Name the published rows that are gone now.

        Raises:
            SourceError: the source cannot be read.
        """

    def known(self) -> int:
        """Return the number of rows that are published and not forgotten, gone or not.

        Raises:
            SourceError: it cannot be found out.
        """

    def forget(self, keys: Sequence[str]) -> None:
        """Their withdrawal is on the bus: propose them no more. Should one come back, it is new."""


@runtime_checkable
class Releasing(Protocol):
    """A comparing source that also knows of a withdrawal before it is sent. Optional, on top of :class:`Comparing`."""

    def release(self, keys: Sequence[str]) -> None:
        """Their withdrawal is about to be sent, and may be on the bus from now on: should one come back, it is new."""


@runtime_checkable
class Incremental(Protocol):
    """A source that gives what is new or changed alone, so that nobody can tell what is gone from it. Optional."""

    def incremental(self) -> str:
        """Say in a few words what it reads, for the person who asks what has vanished."""


class Kind(Protocol):
    """A kind of source: what an entry point of the group ``creditbus.connectors`` names."""

    @property
    def name(self) -> str:
        """Value of ``kind`` in a connector's configuration."""

    @property
    def title(self) -> Mapping[Literal["zh", "en"], str]:
        """What people call it."""

    @property
    def settings(self) -> type[BaseModel]:
        """Model of ``settings`` in the configuration; its JSON Schema is what ``connector spec`` prints.

        Relative paths in it are resolved against the folder given as validation context ``{"folder": Path}``.
        """

    def open(self, settings: BaseModel) -> Source:
        """Make a source of validated settings, without touching what it reads."""


@runtime_checkable
class Repeating(Protocol):
    """A source that leaves out a delivery whose content it gave before. Optional, in addition to :class:`Source`."""

    def repeat(self) -> None:
        """Give it all the same: what it says is the present state again."""


@runtime_checkable
class Telling(Protocol):
    """A kind that says what its sources tell. Optional, in addition to :class:`Kind`; others tell news."""

    @property
    def tells(self) -> Tells:
        """What a source of this kind tells where its connector says nothing else."""


def tells(kind: Kind) -> Tells:
    """Return what a source of a kind tells where its connector says nothing else."""
    return kind.tells if isinstance(kind, Telling) else "news"
