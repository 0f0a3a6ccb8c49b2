"""Rows of a sheet of an xlsx workbook, as a stream.

openpyxl's own reader keeps something of every row, pads rows to the last column that any cell claims, and drops what a
formula says where its value was never computed. python-calamine holds the whole sheet, and does not tell how a number
is shown (docs/adr/0025).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from math import isfinite
from typing import Any, BinaryIO

from openpyxl.utils.datetime import from_ISO8601

from creditbus.connectors.contract import Cell
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.number_format import NumberFormat, number_format
from creditbus.connectors.files.sheet_cells import FaultyCell
from creditbus.connectors.files.sheet_row import SheetRow
from creditbus.connectors.files.xlsx_book import Book, whole_number
from creditbus.connectors.files.xlsx_plain import PlainCell, plain_row
from creditbus.connectors.files.xlsx_strings import SharedStrings, unescape
from creditbus.connectors.xml.safe import BLOCK, SafeParser
from creditbus.services.domain.reasons import Reason
from creditbus.topics.text import said_by

__all__ = ["sheet_rows"]

_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576
"""Of a sheet, by the format."""
_DATA, _ROW_END = b"<sheetData>", b"</row>"
_UNUSUAL = re.compile(rb"<[!?]")
"""Comments, CDATA and the like."""
_DECLARATION = re.compile(
    rb"""<\?xml version=["']1\.0["'](?: encoding=["'](?i:utf-8)["'])?(?: standalone=["']yes["'])?\s*\?>"""
)
_MOST_ROW_BYTES = 1_048_576
_DATA_DEPTH = 2
_TEXTS = frozenset({"s", "str", "inlineStr"})
_MOST_ERROR = 16
_MOST_FORMULA = 64
"""Characters of a formula that are shown, for a cell that has no value."""
_LETTERS = re.compile(r"[A-Z]{1,3}")


def sheet_rows(source: BinaryIO, place: str, book: Book, strings: SharedStrings, limit: int) -> Iterator[SheetRow]:
    """Read the rows of a sheet.

    Args:
        source: The sheet's part.
        place: Sheet and workbook, for errors.
        book: The workbook.
        strings: Its texts.
        limit: Most characters of a row; one with more has a fault.

    Raises:
        SourceError: it is damaged.
    """
    reading = _Reading(SafeParser(place), place, _Values(book, strings), limit)
    rest = b""
    try:
        while block := source.read(BLOCK):
            rest = _advance(reading, rest + block)
            yield from reading.taken()
        reading.feed(rest)
        reading.parser.feed(b"", last=True)
    except SourceError:
        yield from reading.taken()
        raise
    yield from reading.taken()


def _advance(reading: "_Reading", block: bytes) -> bytes:
    """Read on, the plain rows by the fast way; return what is not known yet.

    Rows that were read so are not shown to the parser: between two rows it stands where it stood before them.
    """
    if not reading.between_rows:
        start = block.find(_DATA) if not reading.is_begun else -1
        if start < 0 or _UNUSUAL.search(block[_declaration(block) : start]):
            reading.feed(block)
            return b""
        done = start + len(_DATA)
        reading.feed(block[:done])
        reading.between_rows = reading.is_in_data
        return _advance(reading, block[done:]) if reading.between_rows else reading.feed(block[done:])
    done = 0
    while (end := block.find(_ROW_END, done)) >= 0:
        end += len(_ROW_END)
        row = block[done:end]
        if not reading.plain(row):
            reading.feed(row)
            if _UNUSUAL.search(row) or not reading.is_in_data:
                # a comment may hold what looks like rows
                reading.between_rows = False
                return reading.feed(block[end:])
        done = end
    rest = block[done:]
    if len(rest) > _MOST_ROW_BYTES:
        reading.between_rows = False
        return reading.feed(rest)
    return rest


def _declaration(block: bytes) -> int:
    """Return where the declaration of XML ends, if it is one of UTF-8."""
    match = _DECLARATION.match(block)
    return match.end() if match else 0


class _Values:
    """Turns what a cell holds into a value, or raises ValueError with what is wrong."""

    def __init__(self, book: Book, strings: SharedStrings) -> None:
        self._formats: dict[str, NumberFormat] = {str(place): form for place, form in enumerate(book.formats)}
        # a cell without a style has the first one
        self._formats[""] = self._usual = book.formats[0] if book.formats else number_format(0)
        self.of_texts = {style: form for style, form in self._formats.items() if form.changes_texts}
        """Formats that do not show a text as it is, by style; nearly always none."""
        self._from_1904 = book.from_1904
        self._string = strings.get
        self._by_type: dict[str, Callable[[str], Cell]] = {
            "s": self._shared,
            "str": unescape,
            "inlineStr": unescape,
            "b": lambda text: text == "1",
            "d": _iso_date,
            "e": _error,
        }

    def value(self, text: str, kind: str, style: str) -> Cell:
        if kind in self._by_type:
            value = self._by_type[kind](text)
            own = self.of_texts.get(style) if kind in _TEXTS else None
            return value if own is None else own.text(str(value))
        form = self._formats.get(style, self._usual)
        return form.cell(_number(text), from_1904=self._from_1904)

    def _shared(self, text: str) -> str:
        found = self._string(int(text)) if text.isdecimal() else None
        if found is None:
            raise ValueError(messages.NO_SUCH_TEXT())
        return found


def _number(text: str) -> int | float:
    try:
        number = float(text) if "." in text or "E" in text or "e" in text else int(text)
    except ValueError as error:
        raise ValueError(messages.NO_NUMBER()) from error
    if isinstance(number, float) and not isfinite(number):
        raise ValueError(messages.PAST_BOUNDS())
    return number


def _iso_date(text: str) -> Cell:
    try:
        found: Cell = from_ISO8601(text)  # type: ignore[no-untyped-call] # half of openpyxl has stubs
    except (ValueError, AttributeError) as error:
        raise ValueError(messages.NO_DATE()) from error
    return found


def _error(text: str) -> FaultyCell:
    return FaultyCell(text[:_MOST_ERROR], Reason.CELL_ERROR)


class _Reading:
    """Collects rows while the parser calls."""

    def __init__(self, parser: SafeParser, place: str, values: _Values, limit: int) -> None:
        self.parser = parser
        self._place = place
        self._values = values
        self._limit = limit
        self._rows: list[SheetRow] = []
        self._columns: dict[str, int] = {}
        self._number = self._column = 0
        self._room = limit
        self._cells: list[Cell] = []
        self._fault = ""
        self._cell: dict[str, str] | None = None
        self._text: list[str] = []
        self._collecting = self._phonetic = self._in_formula = False
        self._formula: str | None = None
        self._depth = 0
        self._is_data = False
        self.is_begun = False
        """Whether anything was fed to the parser."""
        self.between_rows = False
        """Whether the parser stands where a row may begin, for certain."""
        parser.on_start(self._start)
        handlers = parser.expat
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters

    @property
    def is_in_data(self) -> bool:
        """Whether the innermost open element is the one that holds the rows."""
        return self._is_data and self._depth == _DATA_DEPTH

    def feed(self, block: bytes) -> bytes:
        """Let the parser read on; nothing is left over."""
        self.is_begun = True
        self.parser.feed(block)
        return b""

    def plain(self, raw: bytes) -> bool:
        """Read a row by the fast way; false, and nothing is done: it takes the parser."""
        found = plain_row(raw)
        if found is None:
            return False
        number, given = found
        if not self._number < number <= _MOST_ROWS:
            return False
        try:
            cells = self._plain_cells(given)
        except ValueError:
            return False
        self._number = number
        if cells:
            self._rows.append(SheetRow(number, cells, ""))
        return True

    def _plain_cells(self, given: Iterable[PlainCell]) -> list[Cell]:
        """Take the values of a plain row; ValueError: it has a fault, which the parser's way words."""
        cells: list[Cell] = []
        room, value_of, columns, of_texts = self._limit, self._values.value, self._columns, self._values.of_texts
        for letters, style, kind, text in given:
            column = columns.get(letters) or self._column_of(letters)
            # the usual case, without a call
            is_as_it_is = kind == "inlineStr" and "_x" not in text and style not in of_texts
            value: Cell = text if is_as_it_is else value_of(text, kind, style)
            room -= len(text)
            if kind == "s":
                room -= len(value)  # type: ignore[arg-type] # a shared text
            missing = column - 1 - len(cells)
            if room < 0 or missing < 0 or column > _MOST_COLUMNS:
                raise ValueError
            if value != "" and value is not None:
                if missing:
                    cells += [None] * missing
                cells.append(value)
        return cells

    def taken(self) -> list[SheetRow]:
        rows, self._rows = self._rows, []
        return rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        self._depth += 1
        if name == "c":
            self._cell = attributes
            self._formula = None
        elif self._cell is not None:
            if name == "v" or (name == "t" and not self._phonetic):
                self._collecting = True
            elif name == "f":
                self._formula, self._in_formula = "=", True
            elif name == "rPh":
                self._phonetic = True
        elif name == "row":
            self._begin(attributes.get("r"))
        elif name == "sheetData":
            self._is_data = True

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        self._depth -= 1
        if name == "c" and self._cell is not None:
            self._take(self._cell)
            self._cell = None
            self._text.clear()
        elif name in ("v", "t"):
            self._collecting = False
        elif name == "f":
            self._in_formula = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "row":
            if self._cells or self._fault:
                self._rows.append(SheetRow(self._number, self._cells, self._fault))
            self._cells, self._fault = [], ""

    def _characters(self, data: str) -> None:
        if self._collecting and self._room >= 0:
            self._room -= len(data)
            self._text.append(data)
        elif self._in_formula and self._formula is not None:
            self._formula = (self._formula + data)[:_MOST_FORMULA]

    def _begin(self, stated: str | None) -> None:
        before, self._column, self._room = self._number, 0, self._limit
        self._number = before + 1 if stated is None else whole_number(stated)
        if not before < self._number <= _MOST_ROWS:
            problem = messages.ROW_ORDER(before=before, stated=(stated or "")[:16])
            raise SourceError(self._place, problem, messages.SAVE_AGAIN())

    def _take(self, cell: dict[str, str]) -> None:
        place = cell.get("r", "")
        self._column = self._column_of(place) if place else self._column + 1
        if self._fault:
            return
        if self._column > _MOST_COLUMNS:
            self._fault = messages.AFTER_LAST_COLUMN(most=_MOST_COLUMNS)
            return
        text, kind = "".join(self._text), cell.get("t", "n")
        if self._formula and not text and kind != "str":
            self._put(FaultyCell(self._formula, Reason.CELL_ERROR))  # it was never computed
        elif text:
            try:
                value = self._values.value(text, kind, cell.get("s", ""))
            except ValueError as error:
                self._fault = messages.CELL(place=place, fault=said_by(error))
                return
            self._put(value)

    def _put(self, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str) and self._cell is not None and self._cell.get("t") == "s":
            self._room -= len(value)
        if self._room < 0:
            self._fault = messages.ROW_TOO_LONG()
            return
        cells, missing = self._cells, self._column - 1 - len(self._cells)
        if missing < 0:
            cells[self._column - 1] = value
        else:
            if missing:
                cells += [None] * missing
            cells.append(value)

    def _column_of(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            if not _LETTERS.fullmatch(letters):
                return _MOST_COLUMNS + 1
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            self._columns[letters] = found
        return found
