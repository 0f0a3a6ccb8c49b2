"""Tables of figures: whatever the width, a figure is never cut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells
from rich.text import Text

from creditbus.services.cli.console import OUTPUT, table_width

__all__ = ["TableRow", "print_figures"]

_WIDE, _NARROW = 2, 1
"""Columns between two figures, where there is room and where there is not."""

_CHARACTER = 2
"""Columns that a Chinese character takes: no heading is narrower."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table."""

    name: str
    cells: Sequence[str]
    """One for each heading; those at the end may be missing."""
    dim: bool = False


def print_figures(label: str, headings: Sequence[str], lines: Sequence[TableRow], width: int | None = None) -> None:
    """Print a table whose first column, under the label, holds names.

    Where it does not fit, headings fold and a long name stands above its figures. Where even the figures are wider, the
    line is longer than the terminal, which folds it.

    Args:
        label: heading of the names.
        headings: of the figures.
        lines: what is below.
        width: in columns; else the terminal's, and what the table takes where there is none.
    """
    wide = table_width() if width is None else width
    for text, dim in _drawn(label, headings, lines, wide):
        OUTPUT.print(Text(text, style="dim" if dim else ""), soft_wrap=True)


def _drawn(
    label: str, headings: Sequence[str], lines: Sequence[TableRow], width: int | None
) -> Iterator[tuple[str, bool]]:
    least = [max((cell_len(line.cells[i]) for line in lines if i < len(line.cells)), default=1) for i in _of(headings)]
    wanted = [cell_len(label), *(cell_len(line.name) for line in lines)]
    names = max(wanted)
    columns, gap = [max(least[i], cell_len(headings[i])) for i in _of(headings)], _WIDE
    if width is not None and names + sum(columns) + gap * len(columns) > width:
        gap = _NARROW
        room = width - gap * len(columns)
        columns = _folded(columns, least, room - wanted[0])
        names = max((name for name in wanted if name <= room - sum(columns)), default=wanted[0])
    folded = [chop_cells(heading, columns[i]) for i, heading in enumerate(headings)]
    height = max(map(len, folded), default=1)
    for row in range(height):
        cells = [parts[row] if row < len(parts) else "" for parts in folded]
        yield _line("" if row else label, names, cells, columns, gap), False
    for line in lines:
        name = line.name
        if cell_len(name) > names:
            yield name, line.dim
            name = ""
        yield _line(name, names, line.cells, columns, gap), line.dim


def _of(headings: Sequence[str]) -> range:
    return range(len(headings))


def _folded(columns: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Take from the widest headings what is too much; never from the figures."""
    widths = list(columns)
    while sum(widths) > room:
        spare = [(width, place) for place, width in enumerate(widths) if width > max(least[place], _CHARACTER)]
        if not spare:
            break
        widths[max(spare)[1]] -= 1
    return widths


def _line(name: str, names: int, cells: Sequence[str], columns: Sequence[int], gap: int) -> str:
    figures = (" " * (gap + columns[i] - cell_len(cell)) + cell for i, cell in enumerate(cells))
    return (name + " " * (names - cell_len(name)) + "".join(figures)).rstrip()
