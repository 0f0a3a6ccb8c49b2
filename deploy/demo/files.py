"""Write rows in the layouts in which departments hand them in."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

import orjson
from openpyxl import Workbook

from creditbus.deploy.demo.penalties import UNREADABLE
from creditbus.deploy.demo.tax import SURPLUS
from creditbus.deploy.demo.truth import Cell, Cells
from creditbus.services.domain.normalise import parse_date

__all__ = ["write_delimited", "write_json_lines", "write_workbook"]

_TYPED = 0.3  # share of the dates that are date cells in a workbook
_NOTE = "表格说明：本表为虚构示例数据，不含任何真实主体的信息。"


def write_delimited(path: Path, columns: Sequence[str], rows: Iterable[Cells], *, delimiter: str = ",") -> None:
    """Write UTF-8 text with a header row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(columns)
        for cells in rows:
            surplus = [cells[SURPLUS]] if SURPLUS in cells else []
            writer.writerow(["" if cells[name] is None else cells[name] for name in columns] + surplus)


def write_json_lines(path: Path, rows: Iterable[Cells]) -> None:
    """Write one JSON object a line; empty cells are left out, an unreadable row breaks off."""
    with path.open("w", encoding="utf-8") as file:
        for cells in rows:
            line = orjson.dumps({name: value for name, value in cells.items() if value is not None}).decode()
            file.write((line[: len(line) // 2] if UNREADABLE in cells else line) + "\n")


def write_workbook(path: Path, titles: dict[str, str], dates: Sequence[str], rows: Iterable[Cells], seed: int) -> None:
    """Write a sheet with a row of titles, a row of field codes, some typed dates, a blank row and a note at the end."""
    random = Random(seed)  # fictional data
    typed = frozenset(dates)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("行政许可")
    sheet.append(list(titles.values()))
    sheet.append(list(titles))

    def cell(name: str, value: Cell) -> object:
        if name in typed and isinstance(value, str) and random.random() < _TYPED:
            return parse_date(value) or value
        return value

    for cells in rows:
        sheet.append([cell(name, cells[name]) for name in titles])
    sheet.append([])
    sheet.append([_NOTE])
    book.save(path)
