"""Sheets of workbooks: xlsx read here as a stream, xls by a process of its own."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import takewhile
from typing import NamedTuple, Protocol

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import header
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.settings import WorkbookOptions
from creditbus.connectors.files.sheet_row import SheetRow
from creditbus.connectors.files.xls import open_xls
from creditbus.connectors.files.xlsx_book import Book, open_book
from creditbus.connectors.files.xlsx_sheet import sheet_rows
from creditbus.connectors.files.xlsx_strings import SharedStrings, shared_strings
from creditbus.services.domain import normalise

__all__ = ["XLS_MAGIC", "WorkbookReader"]

XLS_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class _Header(NamedTuple):
    last_row: int
    columns: tuple[Column, ...]


class _Sheets(Protocol):
    """An opened workbook of either format."""

    @property
    def names(self) -> Sequence[str]: ...

    def rows(self, name: str) -> Iterator[SheetRow]: ...


class WorkbookReader:
    """One sheet; rows are numbered by sheet row, and so are positions."""

    def __init__(self, blob: Blob, settings: WorkbookOptions) -> None:
        self._blob = blob
        self._settings = settings

    def found(self) -> str:
        """See the protocol."""
        with self._opened() as book:
            name = self._name(book)
            head = self._header(book, name)
        return f"{name}: header ends in row {head.last_row}, {len(head.columns)} columns"

    def tables(self) -> Sequence[Table]:
        """Describe every sheet that has a header."""
        tables = []
        with self._opened() as book:
            for name in book.names:
                try:
                    head = self._header(book, name)
                except SourceError:
                    continue
                tables.append(Table(name, head.columns, details={"header_ends": str(head.last_row)}))
        return tables

    def size(self) -> int | None:
        """Tell nothing: a workbook states its number of rows unreliably, and counting them is reading them."""
        return None

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        with self._opened() as book:
            name = self._name(book)
            head = self._header(book, name)
            start = max(head.last_row, done)
            names = [column.name for column in head.columns]
            for row in book.rows(name):
                if row.number > start and (found := self._row(names, row, name)) is not None:
                    yield found

    def _row(self, names: Sequence[str], row: SheetRow, sheet: str) -> Row | Defect | None:
        number, cells, fault = row
        width, file = len(names), self._blob.name
        if cells and self._is_note(cells[0]):
            return None
        if fault:
            return self._defect(DefectReason.UNPARSABLE, fault, row, sheet)
        if header.is_blank(cells):
            return None
        if len(cells) < width:
            cells += [None] * (width - len(cells))
        elif len(cells) > width and not header.is_blank(cells[width:]):
            last = max(place for place, cell in enumerate(cells, start=1) if cell is not None)
            return self._defect(DefectReason.COLUMN_COUNT, f"{last} cells, the header has {width}", row, sheet)
        if "\0" in "".join([cell for cell in cells if isinstance(cell, str)]):
            return self._defect(DefectReason.UNPARSABLE, "a cell holds a NUL character", row, sheet)
        return Row(dict(zip(names, cells, strict=False)), file, sheet, number, number)

    def _defect(self, reason: DefectReason, detail: str, row: SheetRow, sheet: str) -> Defect:
        original = json.dumps(row.cells, ensure_ascii=False, default=str).encode()[: self._settings.row_bytes]
        return Defect(reason, detail, original, self._blob.name, sheet, row.number, row.number)

    def _is_note(self, cell: Cell) -> bool:
        return isinstance(cell, str) and normalise.trim(cell).startswith(self._settings.note_prefixes)

    @contextmanager
    def _opened(self) -> Iterator[_Sheets]:
        limit = self._settings.unpacked_bytes
        if self._blob.head(len(XLS_MAGIC)) == XLS_MAGIC:
            with open_xls(self._blob, limit, self._settings.row_bytes) as sheets:
                yield sheets
        else:
            with open_book(self._blob, limit) as book, ExitStack() as opened:
                yield _XlsxSheets(book, self._blob.place, self._settings.row_bytes, opened)

    def _name(self, book: _Sheets) -> str:
        wanted, names = self._settings.sheet, book.names
        if isinstance(wanted, int) and wanted < len(names):
            return names[wanted]
        if isinstance(wanted, int) or wanted not in names:
            fix = f"settings.sheet is one of: {', '.join(names)}"
            raise SourceError(self._blob.place, f"has no sheet {wanted!r}", fix)
        return wanted

    def _header(self, book: _Sheets, name: str) -> _Header:
        settings = self._settings
        wanted = settings.header_row
        last = (wanted or header.SEARCHED_ROWS) + 1
        head = {row.number: row.cells for row in takewhile(lambda row: row.number <= last, book.rows(name))}
        for number, cells in head.items():
            if number == wanted or (wanted is None and header.is_header(cells)):
                codes = head.get(number + 1, [])
                two = settings.header_rows == 2 or (settings.header_rows == "auto" and header.is_code_row(codes))  # noqa: PLR2004 -- the setting's own value
                return _Header(number + two, header.columns(cells, codes if two else ()))
        raise header.missing(self._blob.place, wanted)


class _XlsxSheets:
    """Args: what is opened by reading is closed with ``opened``."""

    def __init__(self, book: Book, place: str, limit: int, opened: ExitStack) -> None:
        self._book, self._place, self._limit, self._opened = book, place, limit, opened
        self._texts: SharedStrings | None = None

    @property
    def names(self) -> Sequence[str]:
        return list(self._book.sheets)

    def rows(self, name: str) -> Iterator[SheetRow]:
        book, place = self._book, f"{self._place}:{name}"
        strings = self._strings()
        with book.package.open(book.sheets[name].part) as sheet:
            yield from sheet_rows(sheet, place, book, strings, self._limit)

    def _strings(self) -> SharedStrings:
        """Bring the shared texts to the disk, once for header and rows."""
        if self._texts is None:
            name = self._book.strings
            with self._book.package.open(name) if name else nullcontext() as part:
                self._texts = self._opened.enter_context(shared_strings(part, self._place, self._limit))
        return self._texts
