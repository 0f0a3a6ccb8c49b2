"""CSV as RFC 4180 has it, in UTF-8 with the mark by which Excel knows that.

Every text stands in quotation marks, so that an empty text and none are not the same. Moments are in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

from creditbus.services.subscriber.files.description import FileColumn
from creditbus.services.subscriber.files.form import TableWriter, Values
from creditbus.services.subscriber.planning import Key
from creditbus.services.subscriber.table_model import Kind

__all__ = ["CsvForm"]

_MARK: Final = b"\xef\xbb\xbf"
_END: Final = b"\r\n"
_KEY: Final = re.compile(rb'"((?:[^"]|"")*)","((?:[^"]|"")*)","((?:[^"]|"")*)"')
_PART: Final = re.compile(r'(?:"((?:[^"]|"")*)"|([^",]*))(?:,|\Z)')


class CsvForm:
    """See the contract."""

    name = "csv"

    def writer(self, new: BinaryIO, columns: Sequence[FileColumn]) -> TableWriter:
        """See the contract."""
        return _CsvWriter(new, columns)

    def rows(self, file: BinaryIO, columns: Sequence[FileColumn]) -> Iterator[Values]:
        """See the contract."""
        lines = _lines(file)
        kinds = {one.name: one.kind for one in columns}
        names = next(lines, b"").decode().split(",")
        plan = [(name, _READ[kinds.get(name, Kind.TEXT)]) for name in names]
        for line in lines:
            parts = [(found[1], found[2]) for found in _PART.finditer(line.decode())][: len(names)]
            if len(parts) < len(names):
                raise ValueError(_END)
            yield {name: _value(read, part) for (name, read), part in zip(plan, parts, strict=True)}


class _CsvWriter:
    """See the contract."""

    def __init__(self, new: BinaryIO, columns: Sequence[FileColumn]) -> None:
        self.rows = 0
        self._file = new
        self._columns = [(one.name, _WRITTEN[one.kind]) for one in columns]
        new.write(_MARK + ",".join(one.name for one in columns).encode() + _END)

    def keep(self, old: BinaryIO, gone: Collection[Key]) -> None:
        """See the contract."""
        lines = _lines(old)
        added = b"," * (len(self._columns) - next(lines, b"").count(b",") - 1) + _END
        left_out = {_quoted_key(key) for key in gone}
        for line in lines:
            # the key alone is read: the rest of a row stays as it is
            found = _KEY.match(line)
            if found is None:
                raise ValueError(self.rows)
            if found.group() not in left_out:
                self._file.write(line + added)
                self.rows += 1

    def add(self, rows: Iterable[Values]) -> None:
        """See the contract."""
        for row in rows:
            parts = [write(value) if (value := row.get(name)) is not None else "" for name, write in self._columns]
            self._file.write(",".join(parts).encode() + _END)
            self.rows += 1

    def close(self) -> None:
        """See the contract."""


def _value(read: Callable[[str], Any], part: tuple[str | None, str | None]) -> Any:
    quoted, bare = part
    if quoted is not None:
        return quoted.replace('""', '"')
    return read(bare) if bare else None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines, without their ends; a line break within a text ends none."""
    begun = b""
    for place, line in enumerate(file):
        begun += line.removeprefix(_MARK) if not place else line
        if not begun.count(b'"') & 1:
            if not begun.endswith(_END):
                raise ValueError(_END)
            yield begun.removesuffix(_END)
            begun = b""
    if begun:
        raise ValueError(_END)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _quoted_key(key: Key) -> bytes:
    return ",".join(map(_quoted, key)).encode()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_WRITTEN: Final[Mapping[Kind, Callable[[Any], str]]] = {
    Kind.TEXT: _quoted,
    Kind.NUMBER: str,
    Kind.FLAG: lambda value: "true" if value else "false",
    Kind.MOMENT: _moment,
}
_READ: Final[Mapping[Kind, Callable[[str], Any]]] = {
    Kind.TEXT: str,
    Kind.NUMBER: int,
    Kind.FLAG: lambda text: text == "true",
    Kind.MOMENT: datetime.fromisoformat,
}
