"""Workbooks of the old format (xls), read by python-calamine in a process of its own.

The format cannot be streamed, and a damaged or hostile one can ask for any amount of memory, upon which calamine's
process ends. So it gets one, with bounded memory, which writes the rows to a file.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from creditbus.connectors.contract import Cell
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.xlsx_sheet import SheetRow

__all__ = ["XlsSheets", "open_xls"]

_MOST_BYTES = 256 * 1_048_576
"""An xls of this size is past what the format holds in rows."""
_SECONDS = 300
_CHILD = "creditbus.connectors.files.xls_child"
_READ: Mapping[str, Callable[[Any], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


class XlsSheets:
    """The sheets of one workbook, as the child wrote them."""

    def __init__(self, written: IO[bytes], limit: int) -> None:
        self._written = written
        self._limit = limit
        written.seek(0)
        self.names: Sequence[str] = json.loads(written.readline())
        self._start = written.tell()

    def rows(self, name: str) -> Iterator[SheetRow]:
        """Give the rows of a sheet that have cells."""
        wanted, place = self.names.index(name), self._start
        while True:
            self._written.seek(place)
            line = self._written.readline()
            place = self._written.tell()
            if not line:
                return
            sheet, number, cells = json.loads(line)
            if sheet == wanted:
                yield self._row(number, [_cell(cell) for cell in cells])

    def _row(self, number: int, cells: list[Cell]) -> SheetRow:
        if sum(len(cell) for cell in cells if isinstance(cell, str)) > self._limit:
            return SheetRow(number, [], "the row is longer than settings.row_bytes")
        return SheetRow(number, cells, "")


@contextmanager
def open_xls(blob: Blob, unpacked: int, limit: int) -> Iterator[XlsSheets]:
    """Open a workbook.

    Args:
        blob: The file.
        unpacked: Most bytes of a file that comes out of an archive.
        limit: Most characters of a row.

    Raises:
        SourceError: it cannot be read.
    """
    with tempfile.NamedTemporaryFile() as copy, tempfile.TemporaryFile() as written:
        with blob.open_at_random(min(unpacked, _MOST_BYTES)) as stream:
            shutil.copyfileobj(stream, copy)
        copy.flush()
        if copy.tell() > _MOST_BYTES:
            raise SourceError(blob.place, f"is longer than {_MOST_BYTES:,} bytes, as no xls is", "save it as .xlsx")
        _read(copy.name, blob.place, written)
        yield XlsSheets(written, limit)


def _read(path: str, place: str, written: IO[bytes]) -> None:
    fix = "save it as .xlsx"
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", _CHILD, path]
        try:
            done = subprocess.run(command, stdout=written, stderr=errors, timeout=_SECONDS, check=False)  # noqa: S603 -- our own module
        except subprocess.TimeoutExpired as error:
            raise SourceError(place, f"was not read in {_SECONDS} seconds", fix) from error
        if done.returncode:
            errors.seek(0)
            said = errors.read(65_536).decode("utf-8", "replace").strip().splitlines()
            detail = said[-1][:200] if said else "it needs more memory than a sound one"
            raise SourceError(place, f"is no readable xls workbook: {detail}", fix)


def _cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        [(kind, text)] = cell.items()
        return _READ[kind](text)
    return None if cell == "" else cell
