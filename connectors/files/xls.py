"""Workbooks of the old format (xls), read by xlrd in a process of its own.

The format cannot be streamed, and a damaged or hostile one can ask for any amount of memory and time. So it gets a
process with bounded ones, which writes the rows to a file. python-calamine tells values alone, so a
key that is shown as `0012` came out as 12 (docs/adr/0025).
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages, xls_child
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.written_sheets import WrittenSheets
from creditbus.topics.text import Text

__all__ = ["open_xls"]

_MOST_BYTES = 256 * 1_048_576
"""An xls of this size is past what the format holds in rows."""
_SECONDS = 300
_CHILD = "creditbus.connectors.files.xls_child"
_MOST_SAID = 200


@contextmanager
def open_xls(blob: Blob, unpacked: int, limit: int) -> Iterator[WrittenSheets]:
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
            raise SourceError(blob.place, messages.XLS_TOO_LONG(most_bytes=_MOST_BYTES), messages.SAVE_AS_XLSX())
        _read(copy.name, blob.place, written)
        yield WrittenSheets(written, limit)


def _read(path: str, place: str, written: IO[bytes]) -> None:
    fix = messages.SAVE_AS_XLSX()
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", _CHILD, path]
        try:
            done = subprocess.run(command, stdout=written, stderr=errors, timeout=_SECONDS, check=False)  # noqa: S603 -- our own module
        except subprocess.TimeoutExpired as error:
            raise SourceError(place, messages.TOO_SLOW(seconds=_SECONDS), fix) from error
        if done.returncode:
            errors.seek(0)
            lines = errors.read(65_536).decode("utf-8", "replace").strip().splitlines()
            raise SourceError(place, *_said(lines[-1] if lines else ""))


def _said(line: str) -> tuple[Text, Text]:
    """Put into words what the child said last, and what to do; nothing: it was ended while it asked for memory."""
    code, _, said = line.partition("\t")
    match code:
        case "":
            return messages.XLS_CHILD_FAILED(), messages.SAVE_AS_XLSX()
        case xls_child.LOCKED:
            return messages.XLS_LOCKED(), messages.SAVE_WITHOUT_PASSWORD()
        case xls_child.WORD:
            return messages.XLS_IS_WORD(), messages.SAVE_ITS_TABLE()
        case xls_child.SLIDES:
            return messages.XLS_IS_SLIDES(), messages.SAVE_ITS_TABLE()
        case xls_child.MAIL:
            return messages.XLS_IS_MAIL(), messages.HAND_IN_ATTACHMENT()
    return messages.XLS_UNREADABLE(said=(said or code)[:_MOST_SAID]), messages.SAVE_AS_XLSX()
