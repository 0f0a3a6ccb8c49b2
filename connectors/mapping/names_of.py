"""Values that stand in the name of a file or sheet: 2018年度, A级纳税人."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from creditbus.connectors.contract import Row
from creditbus.connectors.mapping.plan import Part, Target
from creditbus.services.domain import normalise

__all__ = ["NameValues", "ValueOfName"]


class ValueOfName(NamedTuple):
    """What a name says to one field."""

    part: Part
    field: str
    value: Any
    otherwise: bool
    """Counts only where nothing else fills the field."""


class NameValues:
    """Reads names of files and sheets for the fields that take their values from them.

    Args:
        targets: The fields.
    """

    def __init__(self, targets: Iterable[Target]) -> None:
        self._targets = tuple(targets)
        self._latest: tuple[str, str] | None = None
        self._values: tuple[ValueOfName, ...] = ()

    def of(self, row: Row) -> tuple[ValueOfName, ...]:
        """Return what the names of a row's file and sheet say; those of the row before are not read again."""
        names = row.file, row.sheet
        if names != self._latest:
            read = (_read(target, row) for target in self._targets)
            self._values = tuple(one for one in read if one is not None)
            self._latest = names
        return self._values


def _read(target: Target, row: Row) -> ValueOfName | None:
    name = normalise.trim(row.file if target.name_of == "file" else row.sheet)
    text = name if target.form == "text" else normalise.half_width(name)
    value: Any = text if target.transform is None else target.transform(text)
    if value is None or value in target.empties:
        return None
    return ValueOfName(target.part, target.name, value, target.otherwise)
