"""Records of an XML stream: the texts below each repeated element."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from creditbus.connectors.common.titles import folded
from creditbus.connectors.errors import SourceError
from creditbus.connectors.xml import messages
from creditbus.connectors.xml.safe import SafeParser
from creditbus.connectors.xml.settings import XmlOptions
from creditbus.connectors.xml.transcoding import DAMAGE

__all__ = ["Record", "records"]

_MOST_DEPTH = 64


class Record(NamedTuple):
    """One record element."""

    number: int
    cells: dict[str, str]
    fault: str
    """What keeps it from being read, for people; empty: nothing."""


def records(blocks: Iterable[bytes], place: str, options: XmlOptions) -> Iterator[Record]:
    """Read the records of a stream of UTF-8.

    Raises:
        SourceError: it is not sound XML, or nested past all bounds.
    """
    parser = SafeParser(place, "utf-8")
    reading = _RecordCollector(parser, place, options)
    for block in blocks:
        parser.feed(block)
        yield from reading.taken()
    parser.feed(b"", last=True)
    yield from reading.taken()


class _RecordCollector:
    """Collects records while the parser calls.

    Until a record is found, where none is declared, the innermost open element with a text child is the candidate.
    """

    def __init__(self, parser: SafeParser, place: str, options: XmlOptions) -> None:
        self._place = place
        self._record = options.record
        self._headers = frozenset(options.header)
        self._upper = options.names == "upper"
        self._limit = options.row_bytes
        self._open: list[str] = []
        self._start_depth = 0
        self._in_header = False
        self._context: dict[str, str] = {}
        self._cells: dict[str, str] = {}
        self._repeated: dict[str, int] = {}
        self._spelled: dict[str, str] = {}
        self._text: list[str] = []
        self._leaf = False
        self._room = self._limit
        self._fault = ""
        self._number = 0
        self._records: list[Record] = []
        parser.on_start(self._start)
        handlers = parser.expat
        handlers.EndElementHandler = self._end
        handlers.CharacterDataHandler = self._characters

    def taken(self) -> list[Record]:
        records, self._records = self._records, []
        return records

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        self._open.append(name)
        depth = len(self._open)
        if depth > _MOST_DEPTH:
            raise SourceError(self._place, messages.TOO_DEEP(most_depth=_MOST_DEPTH))
        if not self._start_depth and (name == self._record or name in self._headers) and depth > 1:
            self._begin(depth, header=name != self._record)
        elif not self._start_depth and name == self._record:
            self._begin(depth, header=False)
        if self._start_depth:
            for key, value in attributes.items():
                if key.partition(":")[0] == "xmlns":
                    continue
                self._put("/".join((*self._open[self._start_depth :], f"@{key.rpartition(':')[2]}")), value)
        self._text.clear()
        self._leaf = True

    def _begin(self, depth: int, *, header: bool) -> None:
        self._start_depth, self._in_header = depth, header
        self._cells, self._repeated, self._spelled, self._fault, self._room = {}, {}, {}, "", self._limit

    def _end(self, name: str) -> None:
        depth = len(self._open)
        if self._leaf and not self._start_depth and self._record is None and depth > 2:  # noqa: PLR2004 -- below the root's children
            self._record = self._open[-2]  # found: the first element with a text in it
            self._begin(depth - 1, header=False)
            self._room -= sum(map(len, self._text))
        if self._start_depth and self._leaf and depth > self._start_depth:
            self._put("/".join(self._open[self._start_depth :]), "".join(self._text))
        self._leaf = False
        self._text.clear()
        self._open.pop()
        if depth == self._start_depth:
            self._finish(name)

    def _characters(self, data: str) -> None:
        if self._room >= 0:
            if self._start_depth:
                self._room -= len(data)
            elif sum(map(len, self._text)) > self._limit:
                return
            self._text.append(data)

    def _put(self, path: str, text: str) -> None:
        if DAMAGE in text or DAMAGE in path:
            self._fault = self._fault or messages.DAMAGED_TEXT()
        if self._room < 0:
            return
        name = path.upper() if self._upper else path
        if (other := self._spelled.setdefault(folded(name), name)) != name:
            self._fault = self._fault or messages.ELEMENTS_ALIKE(other=other, name=name)
        count = self._repeated[name] = self._repeated.get(name, 0) + 1
        if count > 1:
            name = f"{name}#{count}"
        self._room -= len(name)
        self._cells[name] = text

    def _finish(self, name: str) -> None:
        if self._in_header:
            prefix = name.rpartition(":")[2]
            prefix = prefix.upper() if self._upper else prefix
            self._context |= {f"{prefix}/{key}": text for key, text in self._cells.items()}
        else:
            self._number += 1
            fault = self._fault or (messages.RECORD_TOO_LONG() if self._room < 0 else "")
            self._records.append(Record(self._number, {**self._context, **self._cells}, fault))
        self._start_depth = 0
        self._room = self._limit
