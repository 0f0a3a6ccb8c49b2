"""Workbooks that are one XML document (XML Spreadsheet 2003), under the name .xls or .xml."""

from typing import Any

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.sheet_cells import EXACT_DIGITS
from creditbus.connectors.files.sheet_row import MOST_MERGES
from creditbus.connectors.files.sheet_writer import SheetWriter
from creditbus.connectors.xml.safe import SafeParser
from creditbus.connectors.xml.transcoding import DAMAGE, declared_encoding, utf8_blocks

__all__ = ["write_xml"]

_HEAD_BYTES = 512
_MOST_COLUMNS, _MOST_ROWS = 16_384, 1_048_576
_MOST_STYLES = 65_536
_EXACT = 10**EXACT_DIGITS
"""Past it, whole numbers have digits that nobody wrote."""
_NAMED = {
    "General Number": "General",
    "General Date": "yyyy/m/d h:mm",
    **dict.fromkeys(("Long Date", "Medium Date", "Short Date"), "yyyy/m/d"),
    **dict.fromkeys(("Long Time", "Medium Time", "Short Time"), "h:mm:ss"),
    **dict.fromkeys(("Currency", "Euro Currency", "Standard"), "#,##0.00"),
    "Fixed": "0.00",
    "Percent": "0.00%",
    "Scientific": "0.00E+00",
    **dict.fromkeys(("Yes/No", "True/False", "On/Off"), '"Yes";"Yes";"No"'),
}
"""Formats that have a name in place of a code."""


def write_xml(blob: Blob, out: SheetWriter, limit: int) -> None:
    """Write the sheets of a workbook.

    Args:
        blob: The document.
        out: Takes them.
        limit: Of a row that is longer no more is kept than shows that it is.

    Raises:
        SourceError: it is damaged, or holds no sheet.
    """
    encoding = declared_encoding(blob.head(_HEAD_BYTES), blob.place)
    parser = SafeParser(blob.place, "utf-8")
    book = _Book(out, blob.place, limit)
    parser.on_start(book.start)
    parser.expat.EndElementHandler = book.stop
    parser.expat.CharacterDataHandler = book.characters
    with blob.open() as stream:
        for block in utf8_blocks(stream, encoding):
            parser.feed(block)
    parser.feed(b"", last=True)
    if not book.has_sheets:
        raise SourceError(blob.place, messages.NO_SHEET_IN_XML(), messages.SAVE_AS_XLSX())


class _Book:
    def __init__(self, out: SheetWriter, place: str, limit: int) -> None:
        self.has_sheets = False
        self._out, self._place, self._limit = out, place, limit
        self._styles: dict[str, int] = {}
        self._formats: list[tuple[int, str | None]] = [(0, None)]
        self._style = ""
        self._from_1904 = False
        self._visible = True
        self._in_comment = False
        self._row = self._column = 0
        self._cells: list[Any] = []
        self._merges: list[tuple[int, int, int, int]] = []
        self._cell: dict[str, str] = {}
        self._kind = ""
        self._text: list[str] | None = None
        self._room = limit

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        given = {_local(key): value for key, value in attributes.items()}
        self._from_1904 |= local == "Date1904"
        if local == "Style":
            self._style = given.get("ID", "")
            self._styles[self._style] = self._styles.get(given.get("Parent", "Default"), 0)
        elif local == "NumberFormat":
            self._format(given.get("Format", "General"))
        elif local == "Worksheet":
            self._begin_sheet(given.get("Name", ""))
        elif local == "Row":
            self._row = self._next(self._row, given, _MOST_ROWS)
            self._column, self._cells, self._room = 0, [], self._limit
        elif local == "Cell":
            self._begin_cell(given)
        elif local == "Comment":
            self._in_comment = True  # its text is data, too
        elif local == "Data" and not self._in_comment:
            if not self._column:
                raise SourceError(self._place, messages.DATA_OUTSIDE(), messages.SAVE_AGAIN())
            self._kind, self._text = given.get("Type", "String"), []
        elif local == "Visible":
            self._text = []

    def stop(self, name: str) -> None:
        local = _local(name)
        if local == "Data" and self._text is not None:
            self._put("".join(self._text))
            self._text = None
        elif local == "Comment":
            self._in_comment = False
        elif local == "Row":
            self._out.row(self._row, self._cells)
            self._column, self._cells = 0, []
        elif local == "Visible" and self._text is not None:
            self._visible = "".join(self._text).strip() not in ("SheetHidden", "SheetVeryHidden")
            self._text = None
        elif local == "Worksheet":
            self._out.end(self._merges, is_visible=self._visible)

    def characters(self, data: str) -> None:
        if self._text is not None and self._room >= 0:
            self._room -= len(data)
            self._text.append(data)

    def _format(self, code: str) -> None:
        if len(self._formats) < _MOST_STYLES:
            self._styles[self._style] = len(self._formats)
            self._formats.append((0, _NAMED.get(code, code)))

    def _begin_sheet(self, name: str) -> None:
        if not self.has_sheets:
            self._out.formats(self._formats, from_1904=self._from_1904)
        self.has_sheets = True
        self._out.sheet(name)
        self._row, self._merges, self._visible = 0, [], True

    def _begin_cell(self, given: dict[str, str]) -> None:
        self._column = self._next(self._column, given, _MOST_COLUMNS)
        self._cell = given
        across, down = _number(given.get("MergeAcross")), _number(given.get("MergeDown"))
        if (across or down) and len(self._merges) < MOST_MERGES:
            self._merges.append((self._row, self._row + down, self._column, self._column + across))

    def _next(self, before: int, given: dict[str, str], most: int) -> int:
        number = _number(given["Index"]) if "Index" in given else before + 1
        if not before < number <= most:
            problem = messages.ORDER(before=before, get=given.get("Index", "")[:16])
            raise SourceError(self._place, problem, messages.SAVE_AGAIN())
        return number

    def _put(self, text: str) -> None:
        if text:
            self._cells += [None] * (self._column - len(self._cells))
            self._cells[self._column - 1] = self._value(text)

    def _value(self, text: str) -> Any:
        if DAMAGE in text or self._kind == "Error":
            return {"e": text.replace(DAMAGE, "\ufffd")}
        style = self._styles.get(self._cell.get("StyleID", "Default"), 0)
        if self._kind == "Number":
            number = _float(text)
            return {"e": text} if number is None else {"n": [number, style]}
        if self._kind == "DateTime":
            return {"d": text}
        if self._kind == "Boolean":
            return text.strip() == "1"
        return {"t": [text, style]} if style else text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _number(text: str | None) -> int:
    return int(text) if text and len(text) <= len(str(_MOST_ROWS)) and text.isdecimal() else 0


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    if number != number or abs(number) == float("inf"):  # noqa: PLR0124 -- NaN
        return None
    return int(number) if abs(number) < _EXACT and number == int(number) else number
