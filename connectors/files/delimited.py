"""Comma, tab and otherwise separated files: quoting.py makes records of lines, widths.py rows of records."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from creditbus.connectors.contract import Column, Defect, DefectReason, Row, Table
from creditbus.connectors.files import header, messages
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.disguise import require_text
from creditbus.connectors.files.encodings import TextEncoding, find_encoding, text_stream
from creditbus.connectors.files.header_search import find_header
from creditbus.connectors.files.lines import Line, bounded_lines, count_lines
from creditbus.connectors.files.quoting import quoted_records, scan
from creditbus.connectors.files.reader import PassedOver
from creditbus.connectors.files.settings import DelimitedOptions
from creditbus.connectors.files.widths import RecordKind, judged
from creditbus.services.domain import normalise

__all__ = ["DelimitedReader"]

_DELIMITERS = ",\t;|"
_DEFAULT_DELIMITER = ","
_HEADER_LINES = 16
"""Lines that a header may stand in; after them, a quotation mark in it was never closed."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: TextEncoding
    delimiter: str
    header_line: int
    header_end: int
    """Its last line: titles may hold line ends."""
    columns: tuple[Column, ...]
    above: tuple[tuple[int, str], ...] = ()


class DelimitedReader:
    """One csv or tsv file; rows are numbered by data record, and so are positions."""

    def __init__(self, blob: Blob, settings: DelimitedOptions) -> None:
        self._blob = blob
        self._settings = settings
        self.passed_over = PassedOver()

    def found(self) -> str:
        """See the protocol."""
        dialect = self._dialect()
        return messages.DELIMITED(
            line=dialect.header_line,
            columns=len(dialect.columns),
            encoding=dialect.encoding,
            delimiter=dialect.delimiter,
        )

    def tables(self) -> Sequence[Table]:
        """See the protocol."""
        dialect = self._dialect()
        details = {
            "encoding": dialect.encoding,
            "delimiter": dialect.delimiter,
            "header_row": str(dialect.header_line),
        }
        return [Table(self._blob.name, dialect.columns, details=details, above=dialect.above)]

    def size(self) -> int | None:
        """Count the lines: quoted line ends make it an upper bound, which a progress bar forgives."""
        dialect = self._dialect()
        with text_stream(self._blob, dialect.encoding) as (stream, _):
            return max(count_lines(stream) + 1 - dialect.header_end, 0)

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        dialect = self._dialect()
        self.passed_over = PassedOver()
        with text_stream(self._blob, dialect.encoding) as (stream, encoding):
            lines = bounded_lines(stream, self._settings.row_bytes)
            for _ in islice(lines, dialect.header_end):
                pass
            yield from self._rows(lines, dialect, encoding, done)

    def _rows(self, lines: Iterator[Line], dialect: _Dialect, encoding: str, done: int) -> Iterator[Row | Defect]:
        names = [column.name for column in dialect.columns]
        delimiter, width, file, notes = dialect.delimiter, len(names), self._blob.name, self._settings.note_prefixes
        following = dialect.header_end + 1
        records = quoted_records(lines, encoding, dialect.encoding, delimiter, width, following)
        is_note: Callable[[str], bool] = lambda cell: normalise.trim(cell).startswith(notes)  # noqa: E731 -- short
        for number, (record, kind, detail) in enumerate(judged(records, delimiter, width, is_note), start=1):
            if record.first != following:
                raise AssertionError(f"line {following} of {file} is in no record")
            following = record.last + 1
            if kind is RecordKind.ROW:
                if number > done:
                    yield Row(dict(zip(names, record.cells, strict=True)), file, "", number, number)
            elif isinstance(kind, DefectReason):
                if number > done:
                    yield Defect(kind, detail, self._quote(record.raw), file, "", number, number)
            else:
                self.passed_over.add(number, is_note=kind is RecordKind.NOTE)

    def _quote(self, raw: bytes) -> bytes:
        return raw[: self._settings.row_bytes].rstrip(b"\r\n")

    def _dialect(self) -> _Dialect:
        settings = self._settings
        require_text(self._blob)
        encoding = find_encoding(self._blob) if settings.encoding == "auto" else settings.encoding
        with text_stream(self._blob, encoding) as (stream, now):
            most = (settings.header_row or 0) + header.SEARCHED_ROWS
            head = [line.raw.decode(now, "replace") for line in islice(bounded_lines(stream, settings.row_bytes), most)]
        if settings.header_row is not None:
            return self._declared(head, settings.header_row, encoding)
        read = dict(self._records(head))
        cells = {number: record[0] for number, record in read.items()}
        found = find_header(cells, settings.titles)
        if found is None:
            raise header.missing(self._blob.place, None)
        _, delimiter, end = read[found.last]
        above = header.above(cells, found.first)
        return _Dialect(encoding, delimiter, found.first, found.last + end, found.columns, above)

    def _declared(self, head: Sequence[str], number: int, encoding: TextEncoding) -> _Dialect:
        cells, delimiter, end = self._cells(head[number - 1 :]) if number <= len(head) else ([], "", 0)
        columns = header.columns(cells)
        if not columns:
            raise header.missing(self._blob.place, number)
        return _Dialect(encoding, delimiter, number, number + end, columns)

    def _records(self, head: Sequence[str]) -> Iterator[tuple[int, tuple[list[str], str, int]]]:
        """Give the first records by the number of their first line, with delimiter and further lines of each."""
        number = 1
        while number <= min(len(head), header.SEARCHED_ROWS):
            cells, delimiter, end = self._cells(head[number - 1 :])
            yield number, (cells, delimiter, end)
            number += end + 1

    def _cells(self, lines: Sequence[str]) -> tuple[list[str], str, int]:
        """Read what may be a header, which may hold line ends in its cells; tell how many lines it goes on for."""
        delimiter = self._settings.delimiter or _likeliest_delimiter(lines[0])
        for end in range(min(len(lines), _HEADER_LINES)):
            found = scan("".join(lines[: end + 1]).rstrip("\r\n"), delimiter)
            if not found.is_open:
                return found.cells, delimiter, end
        return lines[0].rstrip("\r\n").split(delimiter), delimiter, 0


def _likeliest_delimiter(line: str) -> str:
    best = max(_DELIMITERS, key=line.count)
    return best if best in line else _DEFAULT_DELIMITER
