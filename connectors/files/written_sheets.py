"""Sheets of formats that cannot be streamed: written to a file first (:mod:`.sheet_writer`), then given row by row."""

import io
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from typing import IO, Any

from creditbus.connectors.contract import Cell
from creditbus.connectors.files import messages
from creditbus.connectors.files.number_format import number_format
from creditbus.connectors.files.sheet_cells import FaultyCell
from creditbus.connectors.files.sheet_row import Merge, SheetRow
from creditbus.connectors.files.sheet_writer import SheetWriter
from creditbus.services.domain.reasons import Reason
from creditbus.topics.text import said_by

__all__ = ["WrittenSheets", "written_sheets"]

_ROW = b'["row"'


@contextmanager
def written_sheets(write: Callable[[SheetWriter], None], limit: int) -> Iterator["WrittenSheets"]:
    """Have sheets written to a temporary file, and give them.

    Args:
        write: Writes them; its errors pass.
        limit: Most characters of a row.
    """
    with tempfile.TemporaryFile() as file:
        text = io.TextIOWrapper(file, encoding="utf-8", write_through=False)
        write(SheetWriter(text))
        text.flush()
        yield WrittenSheets(file, limit)
        text.detach()


class WrittenSheets:
    """What a :class:`~.sheet_writer.SheetWriter` wrote.

    Args:
        written: The file.
        limit: Most characters of a row; one with more has a fault.
    """

    def __init__(self, written: IO[bytes], limit: int) -> None:
        self._written = written
        self._limit = limit
        self._formats = [number_format(0)]
        self._from_1904 = False
        self._starts: dict[str, int] = {}
        self._visible: dict[str, bool] = {}
        self._merges: dict[str, list[Merge]] = {}
        self._look_through()

    @property
    def names(self) -> Sequence[str]:
        """See the protocol."""
        return list(self._starts)

    @property
    def from_1904(self) -> bool:
        """See the protocol."""
        return self._from_1904

    def is_visible(self, name: str) -> bool:
        """See the protocol."""
        return self._visible[name]

    def merges(self, name: str) -> Sequence[Merge]:
        """See the protocol."""
        return self._merges.get(name, [])

    def rows(self, name: str) -> Iterator[SheetRow]:
        """See the protocol."""
        place = self._starts[name]
        while True:
            self._written.seek(place)  # two readings may take turns
            line = self._written.readline()
            place = self._written.tell()
            if not line.startswith(_ROW):
                return
            _, number, cells = json.loads(line)
            yield self._row(number, cells)

    def _look_through(self) -> None:
        self._written.seek(0)
        name = ""
        while line := self._written.readline():
            if line.startswith(_ROW):
                continue
            kind, *said = json.loads(line)
            if kind == "formats":
                self._formats = [number_format(identity, code) for identity, code in said[0]] or self._formats
                self._from_1904 = said[1]
            elif kind == "sheet":
                name = said[0]
                self._starts[name], self._visible[name] = self._written.tell(), True
            else:
                self._merges[name], self._visible[name] = [Merge(*merge) for merge in said[0]], said[1]

    def _row(self, number: int, given: list[Any]) -> SheetRow:
        try:
            cells = [self._cell(cell) for cell in given]
        except ValueError as error:
            return SheetRow(number, [], messages.A_CELL(fault=said_by(error)))
        if sum(len(cell) for cell in cells if isinstance(cell, str)) > self._limit:
            return SheetRow(number, [], messages.ROW_TOO_LONG())
        return SheetRow(number, cells, "")

    def _cell(self, cell: Any) -> Cell:
        if not isinstance(cell, dict):
            return None if cell == "" else cell
        [(kind, value)] = cell.items()
        if kind in "nt":
            said, place = value
            form = self._formats[place] if place < len(self._formats) else self._formats[0]
            return form.cell(said, from_1904=self._from_1904) if kind == "n" else form.text(said)
        if kind == "e" and "\ufffd" in value:
            raise ValueError(messages.OTHER_BYTES())
        if kind == "e":
            return FaultyCell(value, Reason.CELL_ERROR)
        found = datetime.fromisoformat(value)  # ValueError: the row's fault
        return found if found.time() != time.min else found.date()
