"""Records of delimited text: one line each, or several where a quoted cell holds line ends.

A quotation mark that nobody closed would take in every row up to the next mark, or to the end of the file, and nobody
would know. So a cell of several lines is believed only as long as none of them is a row of its own; otherwise the line
that opened it is refused alone, and reading goes on at the next one. Every line is in exactly one record.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from creditbus.connectors.files import messages
from creditbus.connectors.files.lines import Line

__all__ = ["Quoted", "Record", "quoted_records", "scan"]

_MARK = '"'
_RECORD_BYTES = 1_048_576
"""A record of more than that, in however many lines, has a quotation mark that nobody closed."""
_BLANKS = " \t\u00a0\u3000"
_UP_TO_MARK = re.compile(r'[^"]*(?:""[^"]*)*')


class Record(NamedTuple):
    """One record, with the lines that it stands in. ``repr`` shows their numbers alone."""

    first: int
    """Its first line in the file, from 1."""
    last: int
    cells: list[str]
    raw: bytes
    fault: str = ""
    """What keeps it from being read, with line and fix; empty: nothing."""

    def __repr__(self) -> str:
        return f"Record({self.first}, {self.last})"


class Quoted(NamedTuple):
    """One line, taken apart."""

    cells: list[str]
    """The first continues the cell that the line before left open; the last may be open in turn."""
    is_open: bool
    fault: str
    head: int
    """Delimiters in what continues the open cell of the line before."""
    tail: int
    """Delimiters in the cell that the line leaves open."""
    inside: int
    """Delimiters in all of its quoted cells."""


class _Text(NamedTuple):
    number: int
    raw: bytes
    text: str
    """Without its end."""
    end: str
    fault: str


def quoted_records(
    lines: Iterator[Line], encoding: str, written: str, delimiter: str, width: int, first: int
) -> Iterator[Record]:
    """Give the records of lines.

    Args:
        lines: Behind the header.
        encoding: In which they are now.
        written: In which the file is, for what is reported.
        delimiter: One character.
        width: Number of cells of the header.
        first: Number of the first of these lines in the file.
    """
    return _Records(_texts(lines, encoding, written, first), delimiter, width).records()


def scan(text: str, delimiter: str, *, is_open: bool = False) -> Quoted:
    """Take one line apart.

    A quotation mark is one at the start of a cell, blanks ahead of it aside; elsewhere it is a character like others.

    Args:
        text: The line without its end.
        delimiter: One character.
        is_open: It begins inside a quoted cell.
    """
    opening = _opening(delimiter)
    cells: list[str] = []
    at = head = inside = 0
    while True:
        mark = None if is_open else opening.match(text, at)
        if is_open or mark:
            start = mark.end() if mark else at
            end = _closing(text, start)
            value = text[start:end]
            within = value.count(delimiter)
            inside += within
            head += within if is_open else 0
            is_open = False
            cells.append(value.replace('""', _MARK))
            if end == len(text):
                return Quoted(cells, True, "", head, within, inside)
            stop = text.find(delimiter, end + 1)
            if text[end + 1 : None if stop < 0 else stop].strip(_BLANKS):
                return Quoted(cells, False, messages.AFTER_MARK(cell=len(cells)), head, 0, inside)
        else:
            stop = text.find(delimiter, at)
            cells.append(text[at : None if stop < 0 else stop])
        if stop < 0:
            return Quoted(cells, False, "", head, 0, inside)
        at = stop + 1


@lru_cache(maxsize=16)
def _opening(delimiter: str) -> re.Pattern[str]:
    return re.compile(f"[{_BLANKS.replace(delimiter, '')}]*{_MARK}")


def _closing(text: str, start: int) -> int:
    """Return the place of the mark that closes a quoted cell, the length of the text where none does."""
    match = _UP_TO_MARK.match(text, start)
    return match.end() if match else len(text)  # it matches everywhere, be it nothing


def _texts(lines: Iterator[Line], encoding: str, written: str, first: int) -> Iterator[_Text]:
    for number, (raw, whole) in enumerate(lines, start=first):
        fault = ""
        if not whole:
            fault = messages.LINE_TOO_LONG(line=number)
        elif b"\0" in raw:
            fault = messages.LINE_WITH_NUL(line=number)
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError as error:
            fault = fault or messages.LINE_NOT_ENCODED(line=number, encoding=written, byte=error.start + 1)
            text = raw.decode(encoding, "replace")
        bare = text.rstrip("\r\n")
        yield _Text(number, raw, bare, text[len(bare) :], fault)


class _Records:
    def __init__(self, texts: Iterator[_Text], delimiter: str, width: int) -> None:
        self._texts = texts
        self._ahead: deque[_Text] = deque()
        self._delimiter = delimiter
        self._width = width
        # a row may lack some of its last cells; one delimiter says little of a table of two columns
        self._row_like = max(1, (width - 1) - (width - 1) // 4)
        self._behind_blanks = [blank + _MARK for blank in _BLANKS if blank != delimiter]

    def records(self) -> Iterator[Record]:
        delimiter, ahead, texts = self._delimiter, self._ahead, self._texts
        while True:
            line = ahead.popleft() if ahead else next(texts, None)
            if line is None:
                return
            number, raw, text, _, fault = line
            if fault:
                yield Record(number, number, [], raw, fault)
            elif _MARK not in text:
                yield Record(number, number, text.split(delimiter), raw)
            else:
                yield self._marked(line)

    def _marked(self, line: _Text) -> Record:
        number, raw, text, *_ = line
        if not any(mark in text for mark in self._behind_blanks):
            try:  # what the standard library reads without a doubt is most of it, and it is much faster
                return Record(number, number, next(csv.reader((text,), delimiter=self._delimiter, strict=True)), raw)
            except csv.Error:
                pass
        found = scan(text, self._delimiter)
        if found.fault:
            return Record(number, number, [], raw, messages.LINE_HAS(line=number, fault=found.fault))
        return self._joined(line, found) if found.is_open else Record(number, number, found.cells, raw)

    def _joined(self, line: _Text, begun: Quoted) -> Record:
        """Join the lines of a quoted cell, or refuse the one that opened it where it swallows others."""
        cells, tail, size = begun.cells, begun.tail, len(line.raw)
        opened, parts, end = line.number, [cells.pop()], line.end
        for depth in count():
            following = self._peek(depth)
            size += len(following.raw) if following else 0
            going = scan(following.text, self._delimiter, is_open=True) if following else None
            if going is None or following is None or (why := self._swallows(following, going, tail, size)):
                where = messages.BEFORE_THE_END() if following is None else why
                return self._stray(line, opened, where)
            parts += (end, going.cells[0])
            if len(going.cells) > 1 or not going.is_open:
                cells += ("".join(parts), *going.cells[1:])
                if len(cells) > self._width and any(cell.strip(_BLANKS) for cell in cells[self._width :]):
                    return self._stray(line, opened, messages.BEFORE_CELLS(line=following.number))
                if not going.is_open:
                    taken = [self._ahead.popleft() for _ in range(depth + 1)]
                    return Record(
                        line.number, following.number, cells, b"".join([line.raw, *(one.raw for one in taken)])
                    )
                opened, tail, parts = following.number, going.tail, [cells.pop()]
            end = following.end
        raise AssertionError  # count() has no end

    def _swallows(self, line: _Text, going: Quoted, tail: int, size: int) -> str:
        """Say why a line cannot continue a quoted cell; nothing where it may."""
        if line.fault:
            return messages.BEFORE_UNREADABLE(line=line.number)
        if going.fault:
            return messages.BEFORE_FAULT(line=line.number, fault=going.fault)
        is_closed = len(going.cells) > 1 or not going.is_open
        # a cell that is opened in one column and closed in the same one of a later row holds as many as a row
        if going.head >= self._row_like or (is_closed and tail + going.head >= max(1, self._width - 1)):
            return messages.BEFORE_ROW(line=line.number)
        return messages.WITHIN_BYTES(most=_RECORD_BYTES) if size > _RECORD_BYTES else ""

    def _stray(self, line: _Text, opened: int, where: str) -> Record:
        mark = messages.NOT_CLOSED(line=opened, where=where)
        return Record(line.number, line.number, [], line.raw, mark)

    def _peek(self, depth: int) -> _Text | None:
        while len(self._ahead) <= depth:
            line = next(self._texts, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[depth]
