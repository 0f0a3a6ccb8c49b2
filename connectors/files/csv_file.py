"""A small csv file as a whole, where one bad line stops the work: corrected rows, tables to look values up in."""

from collections.abc import Iterator
from importlib.resources.abc import Traversable
from itertools import islice

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.blob import blob_of
from creditbus.connectors.files.disguise import Content, require_text
from creditbus.connectors.files.encodings import find_encoding, text_stream
from creditbus.connectors.files.lines import bounded_lines
from creditbus.connectors.files.quoting import Record, quoted_records
from creditbus.services.domain import normalise

__all__ = ["csv_rows"]

_SEARCHED_ROWS = 50
_ROW_BYTES = 524_288
_ANY_WIDTH = 1 << 20
_DELIMITER = ","


def csv_rows(path: Traversable, title: str) -> list[list[str]]:
    """Return all rows of a comma separated file, those above the header too.

    Args:
        path: The file; UTF-8, GB18030 or UTF-16.
        title: A column of the header, by which it is known.

    Raises:
        SourceError: the file cannot be read, or a line of it cannot: a stray quotation mark would swallow others.
    """
    blob = blob_of(path)
    require_text(blob, Content.EMPTY)  # who asks says what it lacks
    encoding = find_encoding(blob)
    with text_stream(blob, encoding) as (stream, now):
        lines = list(bounded_lines(stream, _ROW_BYTES))

    def records(width: int, first: int) -> Iterator[Record]:
        return quoted_records(iter(lines[first - 1 :]), now, encoding, _DELIMITER, width, first)

    above: list[list[str]] = []
    for record in islice(records(_ANY_WIDTH, 1), _SEARCHED_ROWS):
        above.append(record.cells)
        if title in map(normalise.trim, record.cells):
            rows = list(records(len(record.cells), record.last + 1))
            if fault := next((row.fault for row in rows if row.fault), ""):
                raise SourceError(blob.place, messages.NOT_CSV(fault=fault))
            return above + [row.cells for row in rows]
    return above
