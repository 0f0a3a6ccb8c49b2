"""The cells of refused rows as their department wrote them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from creditbus.connectors.contract import Cell, Column, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.mapping.naming import Names
from creditbus.connectors.returned.rejection import Rejection, original_detail, original_event, original_text
from creditbus.connectors.setup.configuration import Connector

__all__ = ["Original", "originals", "says_the_same"]

_Spot = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Original:
    """One refused row, ready to be given back."""

    rejection: Rejection
    cells: Mapping[str, Cell] = field(repr=False)
    lost: frozenset[str]
    """Columns whose cell could not be restored: the source has changed since, and the mapping cannot be undone."""
    text: str = field(default="", repr=False)
    """The row as it stands in its source, where it could not be read."""
    detail: str = ""
    """Why it could not be read, in the words of the reader."""


def originals(connector: Connector, rejections: Sequence[Rejection]) -> tuple[list[Column], list[Original]]:
    """Find the cells of refused rows.

    A row of the source counts as the one that was refused only where it still maps to the very event that was; a source
    that has changed, or is gone, is so no source of errors. Then the cells come from the event.

    Returns:
        The columns of the source in their order (those of the mapping where it is gone), and the rows.
    """
    events = {id(one): original_event(one) for one in rejections}
    wanted = {_spot(one): one for one in rejections if events[id(one)] is not None}
    columns, rows = _looked_up(connector, set(wanted))
    found = []
    for one in rejections:
        event = events[id(one)]
        row = rows.get(_spot(one))
        if event is None:
            found.append(Original(one, {}, frozenset(), original_text(one), original_detail(one)))
        elif row is not None and says_the_same(connector.mapper(row, "export").event, event):
            found.append(Original(one, row.cells, frozenset()))
        else:
            found.append(_restored(connector, columns, one, event))
    return columns, found


def _spot(rejection: Rejection) -> _Spot:
    return rejection.place.file, rejection.place.sheet, rejection.place.row


def _looked_up(connector: Connector, wanted: set[_Spot]) -> tuple[list[Column], dict[_Spot, Row]]:
    sheets = {sheet for _, sheet, _ in wanted}
    try:
        source = connector.open()
        tables = source.discover()
        rows = dict(_rows(source.read(None), wanted))
    except SourceError:
        return _columns_of_mapping(connector), {}
    of_rows = [table for table in tables if table.details.get("sheet", table.name) in sheets] or tables[:1]
    columns = {column.name: column for table in of_rows for column in table.columns}  # sheets may differ in a few
    return list(columns.values()) or _columns_of_mapping(connector), rows


def _rows(rows: Iterable[Any], wanted: set[_Spot]) -> Iterator[tuple[_Spot, Row]]:
    left = set(wanted)
    for row in rows:
        spot = (row.file, row.sheet, row.row)
        if spot in left and isinstance(row, Row):
            left.discard(spot)
            yield spot, row
        if not left:
            return


def _columns_of_mapping(connector: Connector) -> list[Column]:
    names = dict.fromkeys(target.columns[0] for target in connector.mapper.targets() if target.part != "header")
    return [Column(name) for name in names]


def _restored(connector: Connector, columns: Sequence[Column], one: Rejection, event: Mapping[str, Any]) -> Original:
    names = Names(column.name for column in columns)
    cells: dict[str, Cell] = {}
    for target in connector.mapper.targets():
        column = names.first(target.columns)
        if column is not None and target.part in event and not cells.get(column):
            cells[column] = event[target.part][target.name]
    again = connector.mapper(Row(cells, *_spot(one), 0), "export").event
    given = Names(cells)
    lost = {
        column
        for target in connector.mapper.targets()
        if target.part in ("content", "claim") and again[target.part][target.name] != event[target.part][target.name]
        for name in target.columns
        for column in given.like(name)
    }
    return Original(one, {**cells, **dict.fromkeys(lost)}, frozenset(lost))


def says_the_same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Compare what two events say, wherever they come from."""
    return all(left[part] == right[part] for part in ("content", "claim"))
