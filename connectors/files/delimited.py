"""Comma and tab separated files."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from creditbus.connectors.contract import Column, Defect, DefectReason, Row, Table
from creditbus.connectors.files import header
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.encodings import TextEncoding, find_encoding, text_stream
from creditbus.connectors.files.lines import Line, bounded_lines, count_lines
from creditbus.connectors.files.settings import DelimitedOptions
from creditbus.services.domain import normalise

__all__ = ["DelimitedReader"]

_DELIMITERS = ",\t;|"
_DEFAULT_DELIMITER = ","
_RECORD_BYTES = 1_048_576
"""A record of more than that, in however many lines, has a quote that nobody closed."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: TextEncoding
    delimiter: str
    header_line: int
    columns: tuple[Column, ...]


class _EndlessRecordError(Exception):
    pass


class _Feed:
    """Gives ``csv.reader`` its lines and keeps the raw bytes of the record in hand, for a defect to quote."""

    def __init__(self, lines: Iterator[Line], encoding: str, written: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self._written = written
        self.raw: list[bytes] = []
        self.problem = ""

    def __iter__(self) -> Iterator[str]:
        encoding, raw, size = self._encoding, self.raw, 0
        for line, whole in self._lines:
            size = size + len(line) if raw else len(line)
            raw.append(line)
            if size > _RECORD_BYTES:
                raise _EndlessRecordError
            if not whole:
                self.problem = "the line is longer than settings.row_bytes"
            elif b"\0" in line:
                self.problem = "the line holds a NUL byte"
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError as error:
                self.problem = self.problem or f"not {self._written} at byte {error.start + 1} of the line"
                text = line.decode(encoding, "replace")
            yield text


class DelimitedReader:
    """One csv or tsv file; rows are numbered by data record, and so are positions."""

    def __init__(self, blob: Blob, settings: DelimitedOptions) -> None:
        self._blob = blob
        self._settings = settings

    def found(self) -> str:
        """See the protocol."""
        dialect = self._dialect()
        words = f"header in line {dialect.header_line}, {len(dialect.columns)} columns, {dialect.encoding}"
        return f"{words}, delimiter {dialect.delimiter!r}"

    def tables(self) -> Sequence[Table]:
        """See the protocol."""
        dialect = self._dialect()
        details = {
            "encoding": dialect.encoding,
            "delimiter": dialect.delimiter,
            "header_row": str(dialect.header_line),
        }
        return [Table(self._blob.name, dialect.columns, details=details)]

    def size(self) -> int | None:
        """Count the lines: quoted line ends make it an upper bound, which a progress bar forgives."""
        dialect = self._dialect()
        with text_stream(self._blob, dialect.encoding) as (stream, _):
            return max(count_lines(stream) + 1 - dialect.header_line, 0)

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        dialect = self._dialect()
        with text_stream(self._blob, dialect.encoding) as (stream, encoding):
            lines = bounded_lines(stream, self._settings.row_bytes)
            for _ in islice(lines, dialect.header_line):
                pass
            for row in self._rows(lines, dialect, encoding):
                if row.row > done:
                    yield row

    def _rows(self, lines: Iterator[Line], dialect: _Dialect, encoding: str) -> Iterator[Row | Defect]:
        feed = _Feed(lines, encoding, dialect.encoding)
        names = [column.name for column in dialect.columns]
        width, file, notes = len(names), self._blob.name, self._settings.note_prefixes
        reader = csv.reader(feed, delimiter=dialect.delimiter)
        number, raw = 0, feed.raw
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                cells, feed.problem = [], feed.problem or f"not readable as delimited text: {error}"
            except _EndlessRecordError:
                cells, feed.problem = [], feed.problem or "a quote is never closed"
                reader = csv.reader(feed, delimiter=dialect.delimiter)
            if cells is None:
                return
            number += 1
            first = normalise.trim(cells[0]) if cells else ""
            if feed.problem:
                yield Defect(DefectReason.UNPARSABLE, feed.problem, self._quote(raw), file, "", number, number)
                feed.problem = ""
            elif len(cells) == width and first and not first.startswith(notes):
                yield Row(dict(zip(names, cells, strict=True)), file, "", number, number)
            elif first.startswith(notes) or header.is_blank(cells):
                pass
            elif len(cells) != width:
                detail = f"{len(cells)} cells, the header has {width}"
                yield Defect(DefectReason.COLUMN_COUNT, detail, self._quote(raw), file, "", number, number)
            else:
                yield Row(dict(zip(names, cells, strict=True)), file, "", number, number)
            raw.clear()

    def _quote(self, raw: list[bytes]) -> bytes:
        return b"".join(raw)[: self._settings.row_bytes].rstrip(b"\r\n")

    def _dialect(self) -> _Dialect:
        settings = self._settings
        encoding = find_encoding(self._blob) if settings.encoding == "auto" else settings.encoding
        with text_stream(self._blob, encoding) as (stream, now):
            head = list(islice(bounded_lines(stream, settings.row_bytes), settings.header_row or header.SEARCHED_ROWS))
        wanted = settings.header_row
        for number, line in enumerate(head, start=1):
            if wanted is not None and number != wanted:
                continue
            cells, delimiter = self._cells(line.raw.decode(now, "replace"))
            if wanted is not None or header.is_header(cells):
                return _Dialect(encoding, delimiter, number, header.columns(cells))
        raise header.missing(self._blob.place, wanted)

    def _cells(self, text: str) -> tuple[list[str], str]:
        delimiter = self._settings.delimiter or _likeliest_delimiter(text)
        try:
            return next(csv.reader([text], delimiter=delimiter), []), delimiter
        except csv.Error:
            return [], delimiter


def _likeliest_delimiter(line: str) -> str:
    best = max(_DELIMITERS, key=line.count)
    return best if best in line else _DEFAULT_DELIMITER
