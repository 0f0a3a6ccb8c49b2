"""The process that reads an xls workbook: ``python -m creditbus.connectors.files.xls_child PATH``.

Writes what :mod:`.sheet_writer` does to standard output. What keeps it from reading goes to standard error: one of the
codes below, with a tab between it and what the library says. The parent puts it into words.
"""

import os
import resource
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from creditbus.connectors.files.sheet_writer import SheetWriter

__all__ = ["LOCKED", "MAIL", "SLIDES", "UNREADABLE", "WORD", "main"]

LOCKED, WORD, SLIDES, MAIL, UNREADABLE = "locked", "word", "slides", "mail", "unreadable"

_MEMORY_BYTES = 1 << 30
_EXACT = 10**15
"""Past it, whole numbers have digits that nobody wrote."""
_PLAIN = frozenset({"General", "@"})
"""Formats that show a text as it is, as most texts have; of others the parent finds it out."""
_OTHERS = {
    "EncryptedPackage": LOCKED,
    "WordDocument": WORD,
    "PowerPoint Document": SLIDES,
    "__properties_version1.0": MAIL,
}
"""What the streams of a compound file say that it is."""


def main(path: str) -> None:
    """Write a workbook to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import xlrd  # noqa: PLC0415 -- under the limit

    try:
        with open(os.devnull, "w") as silence:  # noqa: PTH123 -- no path of ours; xlrd would talk into the rows
            # what writers of other houses get wrong in the table of sectors does not hurt the rows
            book = xlrd.open_workbook(
                path,
                logfile=silence,
                formatting_info=True,
                on_demand=True,
                ragged_rows=True,
                ignore_workbook_corruption=True,
            )
            _write(book, SheetWriter(sys.stdout))
    except Exception as error:  # noqa: BLE001 -- one line to the parent, whatever xlrd finds
        sys.exit(_said(error, path))


def _said(error: Exception, path: str) -> str:
    if "encrypt" in str(error).lower():
        return LOCKED
    content = Path(path).read_bytes()
    for stream, code in _OTHERS.items():
        if stream.encode("utf-16-le") in content:
            return code
    said = " ".join(str(error).split()) or type(error).__name__
    return f"{UNREADABLE}\t{said}"


def _write(book: Any, out: SheetWriter) -> None:
    own = {one.format_key: one.format_str for one in book.format_list}
    keys = [style.format_key for style in book.xf_list]
    out.formats([(key, own.get(key)) for key in keys], from_1904=bool(book.datemode))
    plain = frozenset(place for place, key in enumerate(keys) if own.get(key) in _PLAIN)
    for place, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(place)
        out.sheet(name)
        for number in range(sheet.nrows):
            out.row(number + 1, list(_cells(sheet, number, plain)))
        merges = [(low + 1, high, left + 1, right) for low, high, left, right in sheet.merged_cells]
        out.end(merges, is_visible=not sheet.visibility)
        book.unload_sheet(place)


def _cells(sheet: Any, row: int, plain: Collection[int]) -> Iterator[Any]:
    import xlrd  # noqa: PLC0415 -- under the limit

    kinds: Sequence[int] = sheet.row_types(row)
    for column, (kind, value) in enumerate(zip(kinds, sheet.row_values(row), strict=True)):
        if kind == xlrd.XL_CELL_TEXT:
            style = sheet.cell_xf_index(row, column)
            yield (value if style in plain else {"t": [value, style]}) if value else None
        elif kind in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            number = int(value) if abs(value) < _EXACT and value == int(value) else value
            yield {"n": [number, sheet.cell_xf_index(row, column)]}
        elif kind == xlrd.XL_CELL_BOOLEAN:
            yield bool(value)
        elif kind == xlrd.XL_CELL_ERROR:
            yield {"e": xlrd.error_text_from_code.get(value, "#ERROR!")}
        else:
            yield None


if __name__ == "__main__":
    main(*sys.argv[1:])
