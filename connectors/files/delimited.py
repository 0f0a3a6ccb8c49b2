"""Comma and tab separated files."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from creditbus.connectors.contract import Column, Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import header
from creditbus.connectors.files.lines import Line, bounded_lines, sniff_encoding
from creditbus.connectors.files.origin import content_version, file_finding, reading
from creditbus.connectors.files.settings import DelimitedSettings
from creditbus.services.domain import normalise

__all__ = ["DelimitedSource"]

_DELIMITERS = ",\t;|"
_DEFAULT_DELIMITER = ","


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: str
    delimiter: str
    header_line: int
    columns: tuple[Column, ...]


class _Feed:
    """Gives ``csv.reader`` its lines and keeps the raw bytes of the record in hand, for a defect to quote."""

    def __init__(self, lines: Iterator[Line], encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self.raw: list[bytes] = []
        self.problem = ""

    def __iter__(self) -> Iterator[str]:
        encoding, raw = self._encoding, self.raw
        for line in self._lines:
            raw.append(line.raw)
            if not line.whole:
                self.problem = "the line is longer than settings.row_bytes"
            try:
                yield line.raw.decode(encoding)
            except UnicodeDecodeError as error:
                self.problem = f"not {encoding} at byte {error.start + 1} of the line"
                yield line.raw.decode(encoding, "replace")


class DelimitedSource:
    """One csv or tsv file; rows are numbered by data record, and so are positions."""

    def __init__(self, settings: DelimitedSettings) -> None:
        self._settings = settings
        self._path = settings.path

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        found = file_finding(self._path)
        if not found.ok:
            return [found]
        try:
            dialect = self._dialect()
        except SourceError as error:
            return [found, Finding("header", ok=False, message=str(error))]
        words = f"line {dialect.header_line}, {len(dialect.columns)} columns, {dialect.encoding}"
        return [found, Finding("header", ok=True, message=f"{words}, delimiter {dialect.delimiter!r}")]

    def discover(self) -> Sequence[Table]:
        """See the contract."""
        dialect = self._dialect()
        details = {
            "encoding": dialect.encoding,
            "delimiter": dialect.delimiter,
            "header_row": str(dialect.header_line),
        }
        return [Table(self._path.name, dialect.columns, details=details)]

    def version(self) -> str:
        """See the contract."""
        return content_version(self._path)

    def size(self) -> int | None:
        """Count the lines: quoted line ends make it an upper bound, which a progress bar forgives."""
        with reading(self._path), self._path.open("rb") as stream:
            lines = sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))
        return max(lines - self._dialect().header_line, 0)

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        done = position if isinstance(position, int) else 0
        dialect = self._dialect()
        with reading(self._path), self._path.open("rb") as stream:
            lines = bounded_lines(stream, self._settings.row_bytes)
            for _ in islice(lines, dialect.header_line):
                pass
            for row in self._rows(lines, dialect):
                if row.row > done:
                    yield row

    def _rows(self, lines: Iterator[Line], dialect: _Dialect) -> Iterator[Row | Defect]:
        feed = _Feed(lines, dialect.encoding)
        names = [column.name for column in dialect.columns]
        width, file, notes = len(names), self._path.name, self._settings.note_prefixes
        reader = csv.reader(feed, delimiter=dialect.delimiter)
        number, raw = 0, feed.raw
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                cells, feed.problem = [], feed.problem or f"not readable as delimited text: {error}"
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
        with reading(self._path), self._path.open("rb") as stream:
            encoding = sniff_encoding(stream) if settings.encoding == "auto" else settings.encoding
            stream.seek(0)
            head = list(islice(bounded_lines(stream, settings.row_bytes), settings.header_row or header.SEARCHED_ROWS))
        wanted = settings.header_row
        for number, line in enumerate(head, start=1):
            if wanted is not None and number != wanted:
                continue
            text = line.raw.decode(encoding, "replace")
            delimiter = settings.delimiter or _likeliest_delimiter(text)
            cells = next(csv.reader([text], delimiter=delimiter), [])
            if wanted is not None or header.is_header(cells):
                return _Dialect(encoding, delimiter, number, header.columns(cells))
        raise header.missing(self._path, wanted)


def _likeliest_delimiter(line: str) -> str:
    best = max(_DELIMITERS, key=line.count)
    return best if best in line else _DEFAULT_DELIMITER
