"""Files of one JSON object a line, or of one array of objects."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

from creditbus.connectors.common import messages as shared
from creditbus.connectors.common.json_values import alike, decoder, reason_of, repeated, twice
from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.disguise import Content, require_text
from creditbus.connectors.files.encodings import find_encoding, text_stream
from creditbus.connectors.files.json_array import Element, begins_array, elements
from creditbus.connectors.files.lines import Line, bounded_lines, count_lines
from creditbus.connectors.files.reader import PassedOver
from creditbus.connectors.files.settings import JsonLinesOptions
from creditbus.topics.text import said_by

__all__ = ["JsonLinesReader"]

_DISCOVERED_LINES = 1000
_HEAD_BYTES = 4096
_SUSPECT = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
"""Escapes of halves of characters, and of NUL."""


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(messages.NOT_A_JSON_VALUE(name=name))


def _refuse_huge(digits: str) -> NoReturn:
    raise ValueError(messages.TOO_MANY_DIGITS() if digits.lstrip("-").isdigit() else messages.EXPONENT())


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(twice(repeated(pairs) or ""))
    return found


_DECODER = decoder(_object, _refuse_constant, _refuse_huge)


class JsonLinesReader:
    """One file. Rows are numbered by line, those of an array by element; and so are positions."""

    def __init__(self, blob: Blob, settings: JsonLinesOptions) -> None:
        self._blob = blob
        self._settings = settings
        self.passed_over = PassedOver()

    def found(self) -> str:
        """See the protocol."""
        require_text(self._blob)
        columns = self._columns()
        if not columns:
            raise SourceError(self._blob.place, messages.NO_JSON_OBJECT())
        with text_stream(self._blob, self._encoding()) as (stream, _):
            said = messages.ARRAY_KEYS if begins_array(stream.read(_HEAD_BYTES)) else messages.KEYS
        return said(count=len(columns))

    def tables(self) -> Sequence[Table]:
        """See the protocol."""
        columns = tuple(map(Column, self._columns()))
        return [Table(self._blob.name, columns, details={"encoding": self._encoding()})]

    def size(self) -> int | None:
        """Count the lines: of an array that is seldom less than its elements."""
        with text_stream(self._blob, self._encoding()) as (stream, _):
            return count_lines(stream) + 1

    def rows(self, done: int) -> Iterator[Row | Defect]:
        """See the protocol."""
        self.passed_over = PassedOver()
        require_text(self._blob, Content.EMPTY)  # a list that has come to its end has no lines
        encoding = self._encoding()
        with text_stream(self._blob, encoding) as (stream, _):
            is_array = begins_array(stream.read(_HEAD_BYTES))
        with text_stream(self._blob, encoding) as (stream, now):
            if is_array:
                found = elements(stream, now, _DECODER, self._settings.row_bytes, self._blob.place)
                for number, element in enumerate(found, start=1):
                    if number > done:
                        yield self._element(element, number)
                return
            for number, line in enumerate(bounded_lines(stream, self._settings.row_bytes), start=1):
                if line.raw.isspace():
                    self.passed_over.add(number, is_note=False)
                elif number > done:
                    yield self._row(line, now, number)

    def _element(self, element: Element, number: int) -> Row | Defect:
        fault = element.fault
        if not fault:
            try:
                return Row(_checked(element.value), self._blob.name, "", number, number)
            except ValueError as error:
                fault = said_by(error)
        original = (element.original or json.dumps(element.value, ensure_ascii=False, default=str)).encode(
            errors="surrogateescape" if element.original else "replace"
        )
        detail = messages.AT_LINE(line=element.line, fault=fault)
        quoted = original[: self._settings.row_bytes]
        return Defect(DefectReason.UNPARSABLE, detail, quoted, self._blob.name, "", number, number)

    def _encoding(self) -> Any:
        return find_encoding(self._blob) if self._settings.encoding == "auto" else self._settings.encoding

    def _row(self, line: Line, encoding: str, number: int) -> Row | Defect:
        try:
            if not line.whole:
                raise ValueError(messages.JSON_LINE_TOO_LONG())  # noqa: TRY301 -- one way out for all
            cells = _cells(line.raw, encoding)
        except UnicodeDecodeError as error:
            detail = messages.NOT_ENCODED_AT(encoding=encoding, byte=error.start + 1)
        except json.JSONDecodeError as error:
            detail = shared.NOT_JSON_AT(character=error.pos + 1, said=reason_of(error))
        except RecursionError:
            detail = shared.TOO_DEEP()
        except ValueError as error:
            detail = said_by(error)
        else:
            return Row(cells, self._blob.name, "", number, number)
        original = line.raw.rstrip(b"\r\n")
        return Defect(DefectReason.UNPARSABLE, detail, original, self._blob.name, "", number, number)

    def _columns(self) -> list[str]:
        names: dict[str, None] = {}
        for count, row in enumerate(self.rows(0)):
            if count >= _DISCOVERED_LINES:
                break
            names.update(dict.fromkeys(row.cells if isinstance(row, Row) else _keys(row.original)))
        return list(names)


def _keys(raw: bytes) -> list[str]:
    """Return the keys of a row that is refused for another reason: they are columns all the same."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return []
    return list(value) if isinstance(value, dict) else []


def _cells(raw: bytes, encoding: str) -> dict[str, Cell]:
    return _checked(_DECODER.decode(raw.decode(encoding)), is_suspect=_SUSPECT.search(raw) is not None)


def _checked(value: Any, *, is_suspect: bool = True) -> dict[str, Cell]:
    if not isinstance(value, dict):
        raise ValueError(shared.NOT_AN_OBJECT(kind=type(value).__name__))  # noqa: TRY004 -- one way out for all
    if is_suspect:
        _refuse_suspects(value)
    if fault := alike(value):
        raise ValueError(fault)
    for name, cell in value.items():
        if isinstance(cell, dict | list):
            value[name] = json.dumps(cell, ensure_ascii=False, default=str)
    return value


def _refuse_suspects(value: Any) -> None:
    for text in _texts(value):
        if "\0" in text:
            raise ValueError(messages.TEXT_WITH_NUL())
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(messages.TEXT_WITH_HALF()) from error


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
