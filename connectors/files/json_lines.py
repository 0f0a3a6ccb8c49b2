"""Files of one JSON object a line."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Finding, Position, Row, Table
from creditbus.connectors.files.lines import Line, bounded_lines
from creditbus.connectors.files.origin import content_version, file_finding, reading
from creditbus.connectors.files.settings import JsonLinesSettings

__all__ = ["JsonLinesSource"]

_DISCOVERED_LINES = 1000


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


# Decimal keeps what the department wrote: 0.1 is no binary fraction, and eighteen digits stay eighteen.
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


class JsonLinesSource:
    """One jsonl file; rows are numbered by line, and so are positions."""

    def __init__(self, settings: JsonLinesSettings) -> None:
        self._settings = settings
        self._path = settings.path

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        found = file_finding(self._path)
        if not found.ok:
            return [found]
        columns = self._columns()
        if not columns:
            return [found, Finding("rows", ok=False, message="no JSON object among the first lines")]
        return [found, Finding("rows", ok=True, message=f"{len(columns)} keys among the first lines")]

    def discover(self) -> Sequence[Table]:
        """See the contract."""
        return [Table(self._path.name, tuple(map(Column, self._columns())), details={"encoding": "utf-8"})]

    def version(self) -> str:
        """See the contract."""
        return content_version(self._path)

    def size(self) -> int | None:
        """Count the lines."""
        with reading(self._path), self._path.open("rb") as stream:
            return sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        done = position if isinstance(position, int) else 0
        with reading(self._path), self._path.open("rb") as stream:
            for number, line in enumerate(bounded_lines(stream, self._settings.row_bytes), start=1):
                if number > done and not line.raw.isspace():
                    yield self._row(line, number)

    def _row(self, line: Line, number: int) -> Row | Defect:
        try:
            if not line.whole:
                raise ValueError("the line is longer than settings.row_bytes")  # noqa: TRY301 -- one way out for all
            cells = _cells(line.raw)
        except UnicodeDecodeError as error:
            detail = f"not utf-8 at byte {error.start + 1} of the line"
        except json.JSONDecodeError as error:
            detail = f"not JSON at character {error.pos + 1}: {error.msg}"
        except RecursionError:
            detail = "nested too deeply"
        except ValueError as error:
            detail = str(error)
        else:
            return Row(cells, self._path.name, "", number, number)
        original = line.raw.rstrip(b"\r\n")
        return Defect(DefectReason.UNPARSABLE, detail, original, self._path.name, "", number, number)

    def _columns(self) -> list[str]:
        names: dict[str, None] = {}
        for count, row in enumerate(self.read(None)):
            if count >= _DISCOVERED_LINES:
                break
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        return list(names)


def _cells(raw: bytes) -> dict[str, Cell]:
    value: Any = _DECODER.decode(raw.decode("utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"a JSON {type(value).__name__}, not an object")  # noqa: TRY004 -- one way out for all
    for name, cell in value.items():
        if isinstance(cell, dict | list):
            value[name] = json.dumps(cell, ensure_ascii=False, default=str)
    return value
