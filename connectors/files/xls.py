"""Workbooks of the old format (xls), read by python-calamine in a process of its own.

The format cannot be streamed, and a damaged or hostile one can ask for any amount of memory, upon which calamine's
process ends. So it gets one, with bounded memory, and hands over row by row.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import IO, Any

from creditbus.connectors.contract import Cell
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.xlsx_sheet import SheetRow

__all__ = ["open_xls"]

_MOST_BYTES = 256 * 1_048_576
"""An xls of this size is past what the format holds in rows."""
_CHILD = "creditbus.connectors.files.xls_child"
_READ = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


class XlsSheets:
    """The sheets of one workbook."""

    def __init__(self, path: str, place: str, limit: int) -> None:
        self._path = path
        self._place = place
        self._limit = limit
        self.names: Sequence[str] = []
        for line in self._lines("names"):
            self.names = line

    def rows(self, name: str) -> Iterator[SheetRow]:
        """Give the rows of a sheet that have cells."""
        for number, cells in self._lines("rows", name):
            read = [_cell(cell) for cell in cells]
            long = sum(len(cell) for cell in read if isinstance(cell, str)) > self._limit
            yield SheetRow(number, [] if long else read, "the row is longer than settings.row_bytes" if long else "")

    def _lines(self, *arguments: str) -> Iterator[Any]:
        command = [sys.executable, "-m", _CHILD, self._path, *arguments]
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603 -- our own module
            assert process.stdout is not None  # noqa: S101 -- for the type checker: it is a pipe
            try:
                with process.stdout as lines:
                    for line in lines:
                        yield json.loads(line)
                if process.wait() != 0:
                    raise self._unreadable(errors)
            finally:
                process.kill()
                process.wait()

    def _unreadable(self, errors: IO[bytes]) -> SourceError:
        errors.seek(0)
        said = errors.read(65_536).decode("utf-8", "replace").strip().splitlines()
        detail = said[-1][:200] if said else "it needs more memory than a sound one"
        return SourceError(self._place, f"is no readable xls workbook: {detail}", "save it as .xlsx")


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
    with blob.open_at_random(min(unpacked, _MOST_BYTES)) as stream, tempfile.NamedTemporaryFile() as copy:
        shutil.copyfileobj(stream, copy)
        copy.flush()
        if copy.tell() > _MOST_BYTES:
            raise SourceError(blob.place, f"is longer than {_MOST_BYTES:,} bytes, as no xls is", "save it as .xlsx")
        yield XlsSheets(copy.name, blob.place, limit)


def _cell(cell: Any) -> Cell:
    if isinstance(cell, dict):
        [(kind, text)] = cell.items()
        found: Cell = _READ[kind](text)
        return found
    return None if cell == "" else cell
