"""What a connector found wrong with a cell, passed to intake: `header.warnings` of an event on its way in.

Only who reads a workbook knows how it shows a number; only intake refuses. On the bus the same place holds cautions.
"""

from collections.abc import Iterable, Iterator

from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding

__all__ = ["cell_mark", "marked_cells", "without_consequences"]

_OF_CELLS = frozenset({Reason.CELL_ERROR, Reason.CELL_MERGED, Reason.NUMBER_ROUNDED, Reason.NUMBER_FORMATTED})


def cell_mark(reason: Reason, field: str) -> str:
    """Write down that a field's cell is not a value.

    Args:
        reason: One of those that speak of cells.
        field: The code of the field that the cell was meant for.
    """
    return f"{reason.value} {field}"


def marked_cells(warnings: Iterable[str]) -> Iterator[Finding]:
    """Read what :func:`cell_mark` wrote; anything else says nothing."""
    for warning in warnings:
        reason, _, field = warning.partition(" ")
        if reason in _OF_CELLS:
            yield Finding(Reason[reason], field)


def without_consequences(findings: list[Finding]) -> list[Finding]:
    """Leave out what else is said of a field whose cell is not a value: a rounded code has a wrong length, too."""
    marked = {finding.field for finding in findings if finding.reason in _OF_CELLS}
    return [finding for finding in findings if finding.reason in _OF_CELLS or finding.field not in marked]
