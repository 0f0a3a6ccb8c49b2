"""Workbooks and csv files of refused rows: written for a person to correct, read back row by row.

The department's own columns in its own order (and its row of codes, where it has one); after them the reasons in both
languages, and the reference by which a corrected row is known again.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from creditbus.connectors.contract import Cell, Column
from creditbus.connectors.errors import ConfigurationError, SourceError
from creditbus.connectors.files.blob import blob_of
from creditbus.connectors.files.csv_file import csv_rows
from creditbus.connectors.files.origin import reading
from creditbus.connectors.files.sheet_cells import SheetNumber
from creditbus.connectors.files.workbook import workbook
from creditbus.connectors.files.xlsx_strings import escape
from creditbus.connectors.mapping.cells import typed_text
from creditbus.connectors.returned import messages
from creditbus.services.domain.statements import Place
from creditbus.topics.system_errors import reason_of

__all__ = [
    "REASONS",
    "REFERENCE",
    "CorrectedRow",
    "ForeignRow",
    "Reference",
    "ReturnedSheet",
    "ReturnedSheetRow",
    "free_name",
    "read",
    "write",
]

REASONS = "退回原因 reasons"
REFERENCE = "CREDITBUS_REF"

_SEARCHED_ROWS = 20
_MOST_UNPACKED = 1 << 30
_MOST_CHARACTERS = 524_288
"""Of a row: as many as a connector may be set to take."""
_RED = PatternFill("solid", start_color="FFC7CE", end_color="FFC7CE")
_BOLD = Font(bold=True)
_REASON_WIDTH = 70
_SHEET_NAME = 31


class Reference(NamedTuple):
    """By which a corrected row is known again."""

    connector: str
    place: Place
    rejected_at: int

    def encode(self) -> str:
        """Return it as the text of a cell."""
        place = self.place
        return json.dumps(
            [self.connector, place.run, place.file, place.sheet, place.row, self.rejected_at], ensure_ascii=False
        )

    @classmethod
    def decode(cls, text: str) -> "Reference":
        """Read the text of a cell.

        Raises:
            ValueError: it was changed.
        """
        connector, run, file, sheet, row, rejected_at = json.loads(text)
        return cls(str(connector), Place(str(run), str(file), str(sheet), int(row)), int(rejected_at))


@dataclass(frozen=True, slots=True)
class ReturnedSheetRow:
    """One row to write."""

    reference: Reference
    cells: Mapping[str, Cell] = field(repr=False)
    marked: frozenset[str]
    """Columns whose cells are refused."""
    reasons: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """The rows of one connector."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[ReturnedSheetRow]


class CorrectedRow(NamedTuple):
    """One row read back. ``repr`` shows where it came from alone."""

    number: int
    """Row of the file read, from 1."""
    reference: Reference
    cells: Mapping[str, Cell]
    sheet: str = ""
    """Of the file read; empty in a csv file."""

    def __repr__(self) -> str:
        return f"CorrectedRow({self.number}, {self.reference.place})"


class ForeignRow(NamedTuple):
    """A row that cannot be recognised as the correction of one refused row: it is not sent, the others are."""

    sheet: str
    """Empty in a csv file."""
    number: int
    """Row of the sheet, from 1; 0: the sheet as a whole."""
    problem: str


def free_name(path: Path) -> Path:
    """Return the path, or the first numbered one after it (`name-2.xlsx`) that nothing is at.

    Raises:
        ConfigurationError: it has neither ending.
    """
    _expect_ending(path)
    found, number = path, 1
    while found.exists() or found.is_symlink():
        number += 1
        found = path.with_stem(f"{path.stem}-{number}")
    return found


def _expect_ending(path: Path) -> None:
    if path.suffix.lower() not in {".csv", ".xlsx"}:
        raise ConfigurationError(str(path), messages.OTHER_ENDING(), messages.NAME_ONE_OF_TWO())


def write(path: Path, sheets: Sequence[ReturnedSheet]) -> None:
    """Write an xlsx workbook, or by its ending a csv file.

    Raises:
        ConfigurationError: neither ending, or a csv file for more than one connector.
        SourceError: the file cannot be written.
    """
    _expect_ending(path)
    make = _write_workbook
    if path.suffix.lower() == ".csv":
        if len(sheets) > 1:
            names = ", ".join(sheet.name for sheet in sheets)
            raise ConfigurationError(str(path), messages.SEVERAL_CONNECTORS(names=names), messages.NAME_XLSX())
        make = _write_csv
    try:
        make(path, sheets)
    except OSError as error:
        raise SourceError(
            str(path), messages.CANNOT_WRITE(strerror=reason_of(error)), messages.OPEN_IN_EXCEL()
        ) from error


def read(path: Path) -> Iterator[CorrectedRow | ForeignRow]:
    """Read back what `write` wrote, in whatever order its rows and columns are now.

    What a person has added (a note, a sum, a row of another file, a copied row) costs no other row.

    Raises:
        SourceError: the file cannot be read, or no sheet of it was written by `write`.
    """
    with reading(path):
        sheets = list(_csv_rows(path) if path.suffix.lower() == ".csv" else _workbook_rows(path))
    found: list[CorrectedRow | ForeignRow] = []
    known = False
    for name, rows in sheets:
        head = next((place for place, cells in enumerate(rows[:_SEARCHED_ROWS]) if REFERENCE in cells), None)
        if head is not None:
            known = True
            found += _corrected(name, rows, head)
        elif any(map(_filled, rows)):
            found.append(ForeignRow(name, 0, messages.SHEET_NOT_SENT(reference=REFERENCE)))
    if not known:
        fix = messages.GIVE_EXPORT()
        raise SourceError(str(path), messages.NO_COLUMN(reference=REFERENCE), fix)
    yield from _each_once(found)


def _each_once(found: Sequence[CorrectedRow | ForeignRow]) -> Iterator[CorrectedRow | ForeignRow]:
    """Send none of several rows with one reference that say different things: which of them is meant is not known."""
    by_place: dict[tuple[str, Place], list[CorrectedRow]] = {}
    for row in found:
        if isinstance(row, CorrectedRow):
            by_place.setdefault((row.reference.connector, row.reference.place), []).append(row)
    for row in found:
        if isinstance(row, ForeignRow):
            yield row
            continue
        first, *others = by_place[row.reference.connector, row.reference.place]
        if all(other.cells == first.cells for other in others):
            if row is first:
                yield row
            continue
        rest = ", ".join(str(other.number) for other in (first, *others) if other is not row)
        problem = messages.SAME_REFERENCE(rows=rest)
        yield ForeignRow(row.sheet, row.number, problem)


def _filled(cells: Sequence[Cell]) -> bool:
    return any(cell not in (None, "") for cell in cells)


def _corrected(sheet: str, rows: Sequence[Sequence[Cell]], head: int) -> Iterator[CorrectedRow | ForeignRow]:
    names = [str(cell) if cell is not None else "" for cell in rows[head]]
    place = names.index(REFERENCE)
    for number, cells in enumerate(rows[head + 1 :], start=head + 2):
        if not _filled(cells):
            continue
        text = cells[place] if place < len(cells) else None
        try:
            reference = Reference.decode(str(text))
        except (ValueError, TypeError, OverflowError, RecursionError):
            said = messages.REFERENCE_CHANGED if text not in (None, "") else messages.NO_REFERENCE
            yield ForeignRow(sheet, number, said(reference=REFERENCE))
            continue
        kept = {
            name: cell for name, cell in zip(names, cells, strict=False) if name and name not in (REASONS, REFERENCE)
        }
        yield CorrectedRow(number, reference, kept, sheet)


def _write_csv(path: Path, sheets: Sequence[ReturnedSheet]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        for sheet in sheets:
            writer.writerows(_head(sheet.columns))
            for row in sheet.rows:
                cells = [typed_text(_shown(row.cells.get(column.name))) or "" for column in sheet.columns]
                writer.writerow([*cells, row.reasons, row.reference.encode()])


def _write_workbook(path: Path, sheets: Sequence[ReturnedSheet]) -> None:
    book = openpyxl.Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(_sheet_name(sheet.name))
        head = _head(sheet.columns)
        page.freeze_panes = f"A{len(head) + 1}"
        width = len(sheet.columns)
        page.column_dimensions[get_column_letter(width + 1)].width = _REASON_WIDTH
        page.column_dimensions[get_column_letter(width + 2)].hidden = True
        for line in head:
            page.append([_cell(page, text, font=_BOLD) for text in line])
        for row in sheet.rows:
            page.append(
                [
                    *(_value(page, row, column.name) for column in sheet.columns),
                    _cell(page, row.reasons),
                    _cell(page, row.reference.encode()),
                ]
            )
    if not sheets:
        book.create_sheet("-")
    book.save(path)


def _value(page: Worksheet, row: ReturnedSheetRow, column: str) -> Any:
    cell = _cell(page, row.cells.get(column))
    if column in row.marked:
        cell.fill = _RED
        cell.comment = Comment(escape(row.reasons), "creditbus")
    return cell


def _cell(page: Worksheet, value: Any, font: Font | None = None) -> Any:
    value = _shown(value)
    cell = WriteOnlyCell(page, escape(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # a text that begins with = is not a formula
        cell.number_format = "@"  # and a code of eighteen digits is not a number
    elif isinstance(value, date):
        cell.number_format = (
            "yyyy-mm-dd hh:mm:ss" if isinstance(value, datetime) and value.time() != time.min else "yyyy-mm-dd"
        )
    if font is not None:
        cell.font = font
    return cell


def _shown(value: Any) -> Any:
    """Give what the sheet of a number shows: the number alone would be another code."""
    return value.shown if isinstance(value, SheetNumber) and value.shown is not None else value


def _head(columns: Sequence[Column]) -> list[list[str]]:
    """Return the header as the department has it: with names above the codes where its source has both."""
    names = [*(column.name for column in columns), REASONS, REFERENCE]
    titles = [*(column.title for column in columns), "", ""]
    return [titles, names] if any(titles) else [names]


def _sheet_name(name: str) -> str:
    return "".join("-" if sign in "[]:*?/\\" else sign for sign in name)[:_SHEET_NAME] or "-"


def _csv_rows(path: Path) -> Iterator[tuple[str, list[list[Cell]]]]:
    rows: list[list[Cell]] = [list(cells) for cells in csv_rows(path, REFERENCE)]
    yield "", rows


def _workbook_rows(path: Path) -> Iterator[tuple[str, list[list[Cell]]]]:
    """Read as connectors do: a number that a person typed into a column of codes is refused here as there."""
    with workbook(blob_of(path), _MOST_UNPACKED, _MOST_CHARACTERS) as book:
        for name in book.names:
            rows: list[list[Cell]] = []
            nothing: list[Cell] = []
            for row in book.rows(name):
                if row.fault:
                    raise SourceError(
                        f"{path}:{name}", messages.ROW_FAULT(number=row.number, fault=row.fault), messages.MEND_ROW()
                    )
                rows += [nothing] * (row.number - 1 - len(rows))  # one for all: there may be a million of them
                rows.append(row.cells)
            width = max(map(len, rows), default=0)
            nothing += [None] * width
            yield name, [cells + [None] * (width - len(cells)) if len(cells) < width else cells for cells in rows]
