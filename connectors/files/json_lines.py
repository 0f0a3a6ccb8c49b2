"""Files of one JSON object a line."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.encodings import find_encoding, text_stream
from creditbus.connectors.files.lines import Line, bounded_lines, count_lines
from creditbus.connectors.files.settings import JsonLinesOptions

__all__ = ["JsonLinesReader"]

_DISCOVERED_LINES = 1000
_MOST_PLACES = 64
"""Of a number written with an exponent: a few characters more would be a gigabyte of digits."""
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
"""Escapes of halves of characters, and of NUL."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Decimal keeps what the department wrote: 0.1 is no binary fraction, and eighteen digits stay eighteen.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


class JsonLinesReader:
    """One jsonl file; rows are numbered by line, and so are positions."""

    def __init__(self, blob: Blob, settings: JsonLinesOptions) -> None:
        self._blob = blob
        self._settings = settings

    def found(self) -> str:
        """See the protocol."""
        columns = self._columns()
        if not columns:
            raise SourceError(self._blob.place, "has no JSON object among its first lines")
        return f"{len(columns)} keys among the first lines"

    def tables(self) -> Sequence[Table]:
        """See the protocol."""
        columns = tuple(map(Column, self._columns()))
        return [Table(self._blob.name, columns, details={"encoding": self._encoding()})]

    def size(self) -> int | None:
        """Count the lines."""
        with text_stream(self._blob, self._encoding()) as (stream, _):
            return count_lines(stream) + 1

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        with text_stream(self._blob, self._encoding()) as (stream, encoding):
            for number, line in enumerate(bounded_lines(stream, self._settings.row_bytes), start=1):
                if number > done and not line.raw.isspace():
                    yield self._row(line, encoding, number)

    def _encoding(self) -> Any:
        return find_encoding(self._blob) if self._settings.encoding == "auto" else self._settings.encoding

    def _row(self, line: Line, encoding: str, number: int) -> Row | Defect:
        try:
            if not line.whole:
                raise ValueError("the line is longer than settings.row_bytes")  # noqa: TRY301 -- one way out for all
            cells = _cells(line.raw, encoding)
        except UnicodeDecodeError as error:
            detail = f"not {encoding} at byte {error.start + 1} of the line"
        except json.JSONDecodeError as error:
            detail = f"not JSON at character {error.pos + 1}: {error.msg}"
        except RecursionError:
            detail = "nested too deeply"
        except ValueError as error:
            detail = str(error)
        else:
            return Row(cells, self._blob.name, "", number, number)
        original = line.raw.rstrip(b"\r\n")
        return Defect(DefectReason.UNPARSABLE, detail, original, self._blob.name, "", number, number)

    def _columns(self) -> list[str]:
        names: dict[str, None] = {}
        for count, row in enumerate(self.rows(0)):
            if count >= _DISCOVERED_LINES:
                break
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        return list(names)


def _cells(raw: bytes, encoding: str) -> dict[str, Cell]:
    value: Any = _DECODER.decode(raw.decode(encoding))
    if not isinstance(value, dict):
        raise ValueError(f"a JSON {type(value).__name__}, not an object")  # noqa: TRY004 -- one way out for all
    if _SUSPECT.search(raw):
        _refuse_suspects(value)
    for name, cell in value.items():
        if isinstance(cell, dict | list):
            value[name] = json.dumps(cell, ensure_ascii=False, default=str)
        elif isinstance(cell, Decimal) and abs(cell.adjusted()) > _MOST_PLACES:
            raise ValueError("a number with an exponent past all bounds")
    return value


def _refuse_suspects(value: Any) -> None:
    for text in _texts(value):
        if "\0" in text:
            raise ValueError("a text holds a NUL character")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError("a text holds half a character") from error


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, cell in value.items():
            yield name
            yield from _texts(cell)
    elif isinstance(value, list):
        for cell in value:
            yield from _texts(cell)
