"""Tables of a web page as sheets: what many systems export under the name .xls."""

import codecs
import re
from html.parser import HTMLParser
from typing import Any

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.encodings import find_encoding, text_stream
from creditbus.connectors.files.sheet_row import MOST_MERGES
from creditbus.connectors.files.sheet_writer import SheetWriter

__all__ = ["write_html"]

_BLOCK = 65_536
_MOST_PENDING = 1_048_576
"""Characters of one tag or comment; the parser holds an unfinished one in memory and looks at it again each time."""
_MOST_ACROSS, _MOST_DOWN = 1000, 65_534
"""Of a cell, by the standard of HTML."""
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_REPLACED = "\ufffd"


def write_html(blob: Blob, out: SheetWriter, limit: int) -> None:
    """Write the tables of a page.

    Args:
        blob: The page.
        out: Takes them.
        limit: Of a row that is longer no more is kept than shows that it is.

    Raises:
        SourceError: it holds no table, or a tag without end.
    """
    tables = _Tables(out, limit)
    with text_stream(blob, find_encoding(blob)) as (stream, encoding):
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        while block := stream.read(_BLOCK):
            tables.feed(decoder.decode(block))
            if len(tables.rawdata) > _MOST_PENDING:
                raise SourceError(blob.place, messages.LONG_TAG(most_pending=_MOST_PENDING))
    tables.close()
    if not tables.number_of_sheets:
        raise SourceError(blob.place, messages.WEB_PAGE(), messages.SAVE_TABLE())


class _Tables(HTMLParser):
    def __init__(self, out: SheetWriter, limit: int) -> None:
        super().__init__(convert_charrefs=True)
        self.number_of_sheets = 0
        self._out = out
        self._limit = limit
        self._depth = 0
        self._row = 0
        self._cells: list[Any] | None = None
        self._text: list[str] | None = None
        self._room = limit
        self._spans: dict[int, int] = {}
        """Further rows that a cell above covers, by column."""
        self._span = (1, 1)
        self._merges: list[tuple[int, int, int, int]] = []
        self._unseen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
        elif tag in ("script", "style"):
            self._unseen = True
        elif self._depth == 1 and tag == "tr":
            self._begin_row()
        elif self._depth == 1 and tag in ("td", "th"):
            if self._cells is None:
                self._begin_row()
            self._end_cell()
            self._text, given = [], dict(attrs)
            self._span = (_times(given.get("rowspan"), _MOST_DOWN), _times(given.get("colspan"), _MOST_ACROSS))
        elif tag in ("br", "p", "div", "li") and self._text:
            self._text.append("\v")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._depth:
            if self._depth == 1:
                self._end_table()
            self._depth -= 1
        elif tag in ("script", "style"):
            self._unseen = False
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not self._unseen and self._room >= 0:
            self._room -= len(data)
            self._text.append(data)

    def close(self) -> None:
        super().close()
        if self._depth:
            self._end_table()

    def _begin_row(self) -> None:
        self._end_row()
        if not self._row:
            self.number_of_sheets += 1
            self._out.sheet(f"table {self.number_of_sheets}")
        self._row += 1
        self._cells, self._room = [], self._limit

    def _end_cell(self) -> None:
        if self._text is None or self._cells is None:
            return
        cells, (down, across) = self._cells, self._span
        while self._spans.get(len(cells) + 1):
            cells.append(None)
        column = len(cells) + 1
        text = "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in "".join(self._text).split("\v")).strip("\n")
        cells.append({"e": text} if _REPLACED in text else text or None)
        cells += [None] * (across - 1)
        if down > 1 or across > 1:
            if len(self._merges) < MOST_MERGES:
                self._merges.append((self._row, self._row + down - 1, column, column + across - 1))
            self._spans.update(dict.fromkeys(range(column, column + across), down))
        self._text = None

    def _end_row(self) -> None:
        if self._cells is None:
            return
        self._end_cell()
        self._out.row(self._row, self._cells)
        self._cells = None
        self._spans = {column: left - 1 for column, left in self._spans.items() if left > 1}

    def _end_table(self) -> None:
        self._end_row()
        if self._row:
            self._out.end(self._merges, is_visible=True)
        self._row, self._spans, self._merges = 0, {}, []


def _times(given: str | None, most: int) -> int:
    return min(max(int(given), 1), most) if given and given.isdecimal() and len(given) < len(str(most)) + 1 else 1
