"""Finds the row of a source that a person names as they see it: by its number, and by file and sheet where need be."""

from __future__ import annotations

from pathlib import Path

from creditbus.connectors.contract import Defect, Row
from creditbus.connectors.setup.configuration import Connector
from creditbus.services.cli.messages import trace as messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["row_named"]

_PLACES_NAMED = 5


def row_named(connector: Connector, number: int, file: str | None, sheet: str | None) -> Row | Defect:
    """Return a row by the number that `preview` and refusals give it.

    Args:
        connector: Its source is read until the row is found; to its end where another file or sheet may have one, too.
        number: Sheet row, line or record number, from 1.
        file: Path or name of the file, where the source has several.
        sheet: Name of the sheet, where a workbook has several.

    Raises:
        ConfigurationError: there is no such row, or there are several.
        SourceError: the source cannot be read so far.
    """
    source = connector.open()
    # of a folder `discover` names a file for each set of columns only; such a source has no version
    alone = bool(source.version()) and sum(table.is_read for table in source.discover()) == 1
    found: dict[tuple[str, str], Row | Defect] = {}
    first, last = 0, 0
    for row in source.read(None):
        if file not in (None, row.file, Path(row.file).name) or sheet not in (None, row.sheet):
            continue
        if row.row == number:
            found.setdefault((row.file, row.sheet), row)
            if alone or (file is not None and row.sheet in ("", sheet)):
                break
        first, last = min(row.row, first or row.row), max(row.row, last)
    if not found:
        raise _missing(connector, number, first, last)
    if len(found) > 1:
        places = [f"{file} {sheet}".strip() for file, sheet in found]
        problem = messages.SEVERAL_ROWS(count=len(places), number=number, places="; ".join(places[:_PLACES_NAMED]))
        raise ConfigurationError("--row", problem, messages.SEVERAL_ROWS_FIX())
    return next(iter(found.values()))


def _missing(connector: Connector, number: int, first: int, last: int) -> ConfigurationError:
    if not last:
        problem, fix = messages.NO_ROWS(connector=connector.id), messages.NO_ROWS_FIX(connector=connector.id)
        return ConfigurationError("--row", problem, fix)
    inside = first < number < last
    fix = messages.BLANK_ROW_FIX() if inside else messages.NO_SUCH_ROW_FIX(first=first, last=last)
    return ConfigurationError("--row", messages.NO_SUCH_ROW(connector=connector.id, number=number), fix)
