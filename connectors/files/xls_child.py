"""The process that reads an xls workbook: ``python -m creditbus.connectors.files.xls_child PATH``.

Writes JSON: a line of the sheets' names, then a line for each row that has cells, [number of the sheet, row, cells];
dates as {"date": "2016-01-28"}.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

__all__ = ["main"]

_MEMORY_BYTES = 1 << 30


def main(path: str) -> None:
    """Write a workbook to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- under the limit

    try:
        book = CalamineWorkbook.from_path(path)
        _write(book.sheet_names)
        for place in range(len(book.sheet_names)):
            rows = book.get_sheet_by_index(place).to_python(skip_empty_area=False)
            for number, cells in enumerate(rows, start=1):
                if any(cell != "" for cell in cells):
                    _write([place, number, cells])
    except Exception as error:  # noqa: BLE001 -- one line to the parent, whatever calamine finds
        sys.exit(str(error) or type(error).__name__)


def _write(value: Any) -> None:
    sys.stdout.write(json.dumps(value, default=_typed) + "\n")


def _typed(cell: Any) -> dict[str, Any]:
    if isinstance(cell, timedelta):
        return {"timedelta": cell.total_seconds()}
    kind = next(kind for kind in (datetime, date, time) if isinstance(cell, kind))
    return {kind.__name__: cell.isoformat()}


if __name__ == "__main__":
    main(*sys.argv[1:])
