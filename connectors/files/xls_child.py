"""The process that reads an xls workbook: ``python -m creditbus.connectors.files.xls_child PATH names|rows [SHEET]``.

Writes JSON, one value a line: the sheets' names, or each row as [number, cells]; dates as {"date": "2016-01-28"}.
"""

import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

__all__ = ["main"]

_MEMORY_BYTES = 1 << 30


def main(path: str, what: str, sheet: str = "") -> None:
    """Write what was asked for to standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 -- under the limit

    try:
        book = CalamineWorkbook.from_path(path)
        if what == "names":
            _write(book.sheet_names)
            return
        rows = book.get_sheet_by_name(sheet)
        for number, cells in enumerate(rows.to_python(skip_empty_area=False), start=1):
            if any(cell != "" for cell in cells):
                _write([number, cells])
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
