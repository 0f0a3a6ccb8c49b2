"""Find and read header rows."""

import re
from collections.abc import Mapping, Sequence

from creditbus.connectors.contract import Cell, Column
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.services.domain import normalise

__all__ = ["SEARCHED_ROWS", "above", "columns", "is_blank", "is_code_row", "is_header", "missing", "text_of"]

SEARCHED_ROWS = 50
"""A header further down than this has to be declared."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]*")
_MOST_ABOVE = 5
_LEAST_FILLED = 2
"""A title above the table fills one cell; a header fills more."""


def text_of(cell: Cell) -> str:
    """Return a cell as a title: trimmed and in half width."""
    return "" if cell is None else normalise.half_width(normalise.trim(str(cell)))


def is_blank(cells: Sequence[Cell]) -> bool:
    """Say whether no cell holds anything but white space."""
    return not any(cell is not None and (not isinstance(cell, str) or normalise.trim(cell)) for cell in cells)


def is_header(cells: Sequence[Cell]) -> bool:
    """Say whether this could be the header: at least two filled cells."""
    return sum(1 for cell in cells if text_of(cell)) >= _LEAST_FILLED


def is_code_row(cells: Sequence[Cell]) -> bool:
    """Say whether every filled cell looks like a field code (``XK_WSH``): the second row of a two-row header."""
    filled = [text for text in map(text_of, cells) if text]
    return len(filled) >= _LEAST_FILLED and all(_CODE.fullmatch(text) for text in filled)


def above(rows: Mapping[int, Sequence[Cell]], first: int) -> tuple[tuple[int, str], ...]:
    """Return the filled rows above a header, the nearest few, each as one text."""
    filled = [(number, " | ".join(filter(None, map(text_of, rows[number])))) for number in rows if number < first]
    return tuple((number, text) for number, text in filled if text)[-_MOST_ABOVE:]


def missing(place: str, declared: int | None) -> SourceError:
    """Make the error of a file without a header row, be it searched for or declared by its number."""
    fix = messages.NAME_HEADER_ROW() if declared is None else messages.HEADER_AFTER_END()
    return SourceError(place, messages.NO_HEADER(), fix)


def columns(names: Sequence[Cell], codes: Sequence[Cell] = ()) -> tuple[Column, ...]:
    """Make columns of one header row, or of a row of names and a row of codes.

    A column is named by its code where it has one. A repeated name gets ``#2``, ``#3``, so that no cell hides another.
    """
    titles = [text_of(cell) for cell in names]
    while titles and not titles[-1]:
        titles.pop()
    marks = [text_of(cell) for cell in codes][: max(len(titles), len(codes))]
    while marks and not marks[-1]:
        marks.pop()
    width = max(len(titles), len(marks))
    titles += [""] * (width - len(titles))
    marks += [""] * (width - len(marks))
    seen: dict[str, int] = {}
    found = []
    for number, (title, mark) in enumerate(zip(titles, marks, strict=True), start=1):
        name = mark or title or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        found.append(Column(name if seen[name] == 1 else f"{name}#{seen[name]}", title if mark else ""))
    return tuple(found)
