"""Writes sheets of formats that cannot be streamed to a file, for :mod:`.written_sheets`; apart, for it loads nothing.

Lines of JSON: ``["formats", [[id, code], ...], from_1904]``, then for each sheet ``["sheet", name]``,
``["row", number, cells]`` and at its end ``["end", [[first row, last row, first column, last column], ...], visible]``.
A cell is null, a text, a truth value, ``{"n": [number, its format's place]}``, ``{"t": [text, its format's place]}``,
``{"e": error}`` or ``{"d": ISO date}``.
"""

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

__all__ = ["SheetWriter"]


class SheetWriter:
    """Writes sheets. Args: out takes the lines as text."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def formats(self, formats: Sequence[tuple[int, str | None]], *, from_1904: bool) -> None:
        """Say how numbers are shown; once, before any row."""
        self._write("formats", formats, from_1904)

    def sheet(self, name: str) -> None:
        """Begin a sheet."""
        self._write("sheet", name)

    def row(self, number: int, cells: Sequence[Any]) -> None:
        """Write a row, if it has cells."""
        if any(cell is not None for cell in cells):
            self._write("row", number, cells)

    def end(self, merges: Iterable[tuple[int, int, int, int]], *, is_visible: bool) -> None:
        """End a sheet."""
        self._write("end", list(merges), is_visible)

    def _write(self, *line: Any) -> None:
        self._out.write(json.dumps(line) + "\n")
