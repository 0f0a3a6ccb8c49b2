"""Sheets of workbooks: xlsx read here as a stream, xls by a process of its own."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import header, messages
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.disguise import Content, content_of, no_workbook
from creditbus.connectors.files.header_search import HeaderRows, find_header
from creditbus.connectors.files.html_sheets import write_html
from creditbus.connectors.files.merging import Merging
from creditbus.connectors.files.reader import PassedOver
from creditbus.connectors.files.settings import WorkbookOptions
from creditbus.connectors.files.sheet_choice import ALL, alike, named_sheets, resembles
from creditbus.connectors.files.sheet_row import Merge, SheetRow, Sheets
from creditbus.connectors.files.sheet_writer import SheetWriter
from creditbus.connectors.files.written_sheets import written_sheets
from creditbus.connectors.files.xls import open_xls
from creditbus.connectors.files.xlsx_book import Book, open_book
from creditbus.connectors.files.xlsx_merges import merged_ranges
from creditbus.connectors.files.xlsx_sheet import sheet_rows
from creditbus.connectors.files.xlsx_strings import SharedStrings, shared_strings
from creditbus.connectors.files.xml_sheets import write_xml
from creditbus.services.domain import normalise
from creditbus.topics.text import clauses

__all__ = ["ROWS_APART", "WorkbookReader", "workbook"]


ROWS_APART = 1 << 21
"""What the positions of two sheets are apart: more than a sheet has rows. Those of the first are its row numbers."""


_WRITERS: Mapping[Content, Callable[[Blob, SheetWriter, int], None]] = {
    Content.PAGE: write_html,
    Content.SPREADSHEET_XML: write_xml,
}


class _Header(NamedTuple):
    first_row: int
    last_row: int
    columns: tuple[Column, ...]
    above: tuple[tuple[int, str], ...]


@contextmanager
def workbook(blob: Blob, limit: int, row: int) -> Iterator[Sheets]:
    """Open a workbook of any format, whatever it is called.

    Args:
        blob: The file.
        limit: Most bytes that it may unpack to.
        row: Most characters of a row; one with more has a fault.

    Raises:
        SourceError: it is not a workbook, or cannot be read; here and while its rows are read.
    """
    content = content_of(blob)
    if content is Content.ZIP:
        with open_book(blob, limit) as book, ExitStack() as opened:
            yield _XlsxSheets(book, blob.place, row, opened)
    elif content is Content.XLS:
        with open_xls(blob, limit, row) as sheets:
            yield sheets
    elif write := _WRITERS.get(content):
        with written_sheets(lambda out: write(blob, out, row), row) as sheets:
            yield sheets
    else:
        raise no_workbook(content, blob.place)


class WorkbookReader:
    """The chosen sheets of a workbook, one after the other; rows are numbered by sheet row."""

    def __init__(self, blob: Blob, settings: WorkbookOptions) -> None:
        self._blob = blob
        self._settings = settings
        self.passed_over = PassedOver()
        self._left_out: list[str] | None = None
        self._hidden: list[str] = []

    def found(self) -> str:
        """See the protocol."""
        with self._opened() as book:
            heads = {name: self._header(book, name) for name in self._chosen(book)}
            self._look_at_others(book, tuple(heads))
        found = [
            messages.SHEET_HEADER(sheet=name, row=head.last_row, columns=len(head.columns))
            for name, head in heads.items()
        ]
        return clauses(found)

    def tables(self) -> Sequence[Table]:
        """Describe every sheet that has a header and is chosen or visible."""
        tables = []
        with self._opened() as book:
            chosen = self._chosen(book)
            for name in book.names:
                head = self._header_or_none(book, name) if name in chosen or book.is_visible(name) else None
                if head is not None:
                    ends = {"header_row": str(head.first_row), "header_ends": str(head.last_row)}
                    days = {"day_numbers": "1904"} if book.from_1904 else {}  # as the mapping has to name it
                    found = Table(name, head.columns, details={"sheet": name, **ends, **days}, above=head.above)
                    tables.append(replace(found, is_read=name in chosen))
        return tables

    def size(self) -> int | None:
        """Tell nothing: a workbook states its number of rows unreliably, and counting them is reading them."""
        return None

    def left_out(self) -> Sequence[str]:
        """Name the visible sheets that have rows and are not chosen; errors as :meth:`found`."""
        if self._left_out is None:
            self.found()
        return self._left_out or ()

    def hidden(self) -> Sequence[str]:
        """Name the hidden sheets that are chosen, and not by their names; errors as :meth:`found`."""
        self.left_out()
        return self._hidden

    def _look_at_others(self, book: Sheets, chosen: Sequence[str]) -> None:
        """Find visible sheets that are not chosen, and chosen ones that are not visible."""
        heads = [head for name in chosen if (head := self._header_or_none(book, name))]
        others = (name for name in book.names if book.is_visible(name) and name not in chosen)
        self._left_out = [name for name in others if self._has_rows(book, name, heads)]
        named = self._settings.sheet if isinstance(self._settings.sheet, tuple) else (self._settings.sheet,)
        self._hidden = [name for name in chosen if not book.is_visible(name) and name not in named]

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        self.passed_over = PassedOver()
        reached, row = divmod(done, ROWS_APART)
        with self._opened() as book:
            chosen = self._chosen(book)
            self._look_at_others(book, chosen)
            for place, name in enumerate(chosen):
                if place >= reached:
                    base = place * ROWS_APART
                    for found in self._sheet(book, name, row if place == reached else 0):
                        yield found._replace(position=base + found.row) if base else found

    def _sheet(self, book: Sheets, name: str, done: int) -> Iterator[Row | Defect]:
        head = self._header(book, name)
        names = [column.name for column in head.columns]
        merging = Merging(book.merges(name), head.last_row, len(names), self._settings.merged_cells)
        for row in book.rows(name):
            if row.number <= head.last_row:
                continue
            is_note = bool(row.cells) and self._is_note(row.cells[0])
            if is_note or (header.is_blank(row.cells) and not row.fault):
                self.passed_over.add(row.number, is_note=is_note)
                continue
            merging.apply(row.number, row.cells)
            if row.number > done:
                yield self._row(names, row, name)

    def _row(self, names: Sequence[str], row: SheetRow, sheet: str) -> Row | Defect:
        number, cells, fault = row
        width, file = len(names), self._blob.name
        if fault:
            return self._defect(DefectReason.UNPARSABLE, fault, row, sheet)
        if len(cells) < width:
            cells += [None] * (width - len(cells))
        elif len(cells) > width and not header.is_blank(cells[width:]):
            last = max(place for place, cell in enumerate(cells, start=1) if cell is not None)
            return self._defect(DefectReason.COLUMN_COUNT, messages.SHEET_CELLS(cells=last, width=width), row, sheet)
        if "\0" in "".join([cell for cell in cells if isinstance(cell, str)]):
            return self._defect(DefectReason.UNPARSABLE, messages.CELL_WITH_NUL(), row, sheet)
        return Row(dict(zip(names, cells, strict=False)), file, sheet, number, number)

    def _defect(self, reason: DefectReason, detail: str, row: SheetRow, sheet: str) -> Defect:
        original = json.dumps(row.cells, ensure_ascii=False, default=str).encode()[: self._settings.row_bytes]
        return Defect(reason, detail, original, self._blob.name, sheet, row.number, row.number)

    def _is_note(self, cell: Cell) -> bool:
        return isinstance(cell, str) and normalise.trim(cell).startswith(self._settings.note_prefixes)

    def _opened(self) -> AbstractContextManager[Sheets]:
        return workbook(self._blob, self._settings.unpacked_bytes, self._settings.row_bytes)

    def _chosen(self, book: Sheets) -> list[str]:
        """Choose the sheets; all of them have a header.

        Raises:
            SourceError: there is none of a name, or none that has a header.
        """
        if self._settings.sheet != ALL:
            visible = [name for name in book.names if book.is_visible(name)]
            return named_sheets(self._settings.sheet, book.names, visible, self._blob.place)
        headers = {}
        for name in book.names:
            if book.is_visible(name) and (head := self._header_or_none(book, name)):
                headers[name] = head.columns
        if not headers:
            raise header.missing(self._blob.place, self._settings.header_row)
        return alike(headers)

    def _has_rows(self, book: Sheets, name: str, heads: Sequence[_Header]) -> bool:
        """Say whether a sheet holds more than the header of one of these; of another, its first row may be data."""
        head = self._header_or_none(book, name)
        last = head.last_row if head and any(resembles(head.columns, one.columns) for one in heads) else 0
        return any(row.number > last and (row.fault or not header.is_blank(row.cells)) for row in book.rows(name))

    def _header_or_none(self, book: Sheets, name: str) -> _Header | None:
        try:
            return self._header(book, name)
        except SourceError:
            return None

    def _header(self, book: Sheets, name: str) -> _Header:
        settings = self._settings
        wanted = settings.header_row
        last = (wanted or header.SEARCHED_ROWS) + 1
        head = {row.number: row.cells for row in takewhile(lambda row: row.number <= last, book.rows(name))}
        if wanted is None and settings.header_rows != 2:  # noqa: PLR2004 -- the setting's own value
            found = find_header(head, settings.titles, joined=settings.header_rows != 1)
        else:
            found = self._declared(head, wanted)
        if found is None:
            raise header.missing(self._blob.place, wanted)
        return _Header(found.first, found.last, found.columns, header.above(head, found.first))

    def _declared(self, head: Mapping[int, Sequence[Cell]], wanted: int | None) -> HeaderRows | None:
        """Take the header where the settings say that it is."""
        number = wanted or next((number for number, cells in head.items() if header.is_header(cells)), 0)
        if number not in head:
            return None
        codes, rows = head.get(number + 1, []), self._settings.header_rows
        two = rows == 2 or (rows == "auto" and header.is_code_row(codes))  # noqa: PLR2004 -- the setting's own value
        return HeaderRows(number, number + two, header.columns(head[number], codes if two else ()))


class _XlsxSheets:
    """Args: what is opened by reading is closed with ``opened``."""

    def __init__(self, book: Book, place: str, limit: int, opened: ExitStack) -> None:
        self._book, self._place, self._limit, self._opened = book, place, limit, opened
        self._texts: SharedStrings | None = None

    @property
    def names(self) -> Sequence[str]:
        return list(self._book.sheets)

    @property
    def from_1904(self) -> bool:
        return self._book.from_1904

    def is_visible(self, name: str) -> bool:
        return self._book.sheets[name].is_visible

    def merges(self, name: str) -> Sequence[Merge]:
        place = f"{self._place}:{name}"
        with self._book.package.open(self._book.sheets[name].part) as sheet:
            return merged_ranges(sheet, place)

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
