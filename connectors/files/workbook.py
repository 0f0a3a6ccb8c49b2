"""Sheets of xlsx workbooks.

Read by openpyxl in its streaming mode. python-calamine is ten times as fast but holds the whole sheet in memory, and an
xlsx of the kind that departments send (100,000 rows of 28 columns) is past what their machines should give for it.
"""

import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import header
from creditbus.connectors.files.origin import content_version, file_finding, reading
from creditbus.connectors.files.settings import WorkbookSettings
from creditbus.services.domain import normalise

__all__ = ["WorkbookSource"]


class _Header(NamedTuple):
    last_row: int
    columns: tuple[Column, ...]


class WorkbookSource:
    """One sheet; rows are numbered by sheet row, and so are positions."""

    def __init__(self, settings: WorkbookSettings) -> None:
        self._settings = settings
        self._path = settings.path

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        found = file_finding(self._path)
        if not found.ok:
            return [found]
        try:
            with self._opened() as book:
                name, rows = self._sheet(book)
                head = self._header(rows)
        except SourceError as error:
            return [found, Finding("sheet", ok=False, message=str(error))]
        words = f"{name}: header ends in row {head.last_row}, {len(head.columns)} columns"
        return [found, Finding("sheet", ok=True, message=words)]

    def discover(self) -> Sequence[Table]:
        """Describe every sheet that has a header."""
        tables = []
        with self._opened() as book:
            for name in book.sheetnames:
                _, rows = self._sheet(book, name)
                try:
                    head = self._header(rows)
                except SourceError:
                    continue
                tables.append(Table(name, head.columns, details={"header_ends": str(head.last_row)}))
        return tables

    def version(self) -> str:
        """See the contract."""
        return content_version(self._path)

    def size(self) -> int | None:
        """Tell nothing: a workbook states its number of rows unreliably, and counting them is reading them."""
        return None

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        done = position if isinstance(position, int) else 0
        with self._opened() as book:
            name, rows = self._sheet(book)
            head = self._header(rows)
            _, rows = self._sheet(book, name)
            start = max(head.last_row, done)
            names = [column.name for column in head.columns]
            for number, cells in enumerate(islice(rows, start, None), start=start + 1):
                if not header.is_blank(cells) and not self._is_note(cells[0]):
                    yield self._row(names, cells, name, number)

    def _row(self, names: Sequence[str], cells: tuple[Cell, ...], sheet: str, number: int) -> Row | Defect:
        width, file = len(names), self._path.name
        if len(cells) < width:
            cells += (None,) * (width - len(cells))
        elif not header.is_blank(cells[width:]):
            last = max(place for place, cell in enumerate(cells, start=1) if cell is not None)
            original = json.dumps(cells[:last], ensure_ascii=False, default=str).encode()
            detail = f"{last} cells, the header has {width}"
            cut = original[: self._settings.row_bytes]
            return Defect(DefectReason.COLUMN_COUNT, detail, cut, file, sheet, number, number)
        return Row(dict(zip(names, cells, strict=False)), file, sheet, number, number)

    def _is_note(self, cell: Cell) -> bool:
        return isinstance(cell, str) and normalise.trim(cell).startswith(self._settings.note_prefixes)

    @contextmanager
    def _opened(self) -> Iterator[Workbook]:
        try:
            with reading(self._path), warnings.catch_warnings():
                # openpyxl remarks on styles that a reader of values does not need
                warnings.simplefilter("ignore", UserWarning)
                book = openpyxl.load_workbook(self._path, read_only=True, data_only=True)
        except (BadZipFile, InvalidFileException, KeyError, ValueError, ParseError) as error:
            raise SourceError(str(self._path), f"is no readable xlsx workbook: {error}", "save it as .xlsx") from error
        try:
            yield book
        except (BadZipFile, ParseError, EOFError) as error:
            raise SourceError(str(self._path), f"is damaged: {error}", "save it anew") from error
        finally:
            book.close()

    def _sheet(self, book: Workbook, name: str | None = None) -> tuple[str, Iterator[tuple[Cell, ...]]]:
        wanted: str | int = self._settings.sheet if name is None else name
        names = book.sheetnames
        if isinstance(wanted, int) and wanted < len(names):
            wanted = names[wanted]
        if wanted not in names:
            fix = f"settings.sheet is one of: {', '.join(names)}"
            raise SourceError(str(self._path), f"has no sheet {wanted!r}", fix)
        sheet = book[str(wanted)]
        # Writers state wrong dimensions, and openpyxl would cut columns to them.
        sheet.reset_dimensions()
        rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
        return str(wanted), rows

    def _header(self, rows: Iterator[tuple[Cell, ...]]) -> _Header:
        settings = self._settings
        wanted = settings.header_row
        head = list(islice(rows, (wanted or header.SEARCHED_ROWS) + 1))
        for place, cells in enumerate(head):
            if place + 1 == wanted or (wanted is None and header.is_header(cells)):
                codes = head[place + 1] if place + 1 < len(head) else ()
                two = settings.header_rows == 2 or (settings.header_rows == "auto" and header.is_code_row(codes))  # noqa: PLR2004 -- the setting's own value
                return _Header(place + 1 + two, header.columns(cells, codes if two else ()))
        raise header.missing(self._path, wanted)
