"""What a connector knows of a cell, passed to intake: `header.warnings` of an event on its way in.

Only who reads a workbook knows how it shows a number, and only a mapping that a field follows from the subject's code;
only intake refuses. On the bus the same place holds cautions.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation.outcome import Finding

__all__ = ["cell_mark", "code_mark", "marked_cells", "without_consequences"]

_OF_CELLS = frozenset({Reason.CELL_ERROR, Reason.CELL_MERGED, Reason.NUMBER_ROUNDED, Reason.NUMBER_FORMATTED})
_BY_CODE = "BY_CODE"
"""Begins a mark that is no reason: alone it refuses nothing."""


def cell_mark(reason: Reason, field: str) -> str:
    """Write down that a field's cell is not a value.

    Args:
        reason: One of those that speak of cells.
        field: The code of the field that the cell was meant for.
    """
    return f"{reason.value} {field}"


def code_mark(field: str) -> str:
    """Write down that a field, by its code, is empty because nothing follows from the subject's code."""
    return f"{_BY_CODE} {field}"


def marked_cells(warnings: Iterable[str]) -> Iterator[Finding]:
    """Read what :func:`cell_mark` wrote; anything else says nothing."""
    for warning in warnings:
        reason, _, field = warning.partition(" ")
        if reason in _OF_CELLS:
            yield Finding(Reason[reason], field)


def without_consequences(findings: list[Finding], warnings: Sequence[str], codes: Collection[str]) -> list[Finding]:
    """Leave out what only follows from another finding.

    A rounded code has a wrong length, too; and what follows from the subject's code is empty where that is refused.

    Args:
        findings: All of them.
        warnings: The marks of the event.
        codes: The fields of the subject's codes, as refusals name them.
    """
    if not warnings:
        return findings
    marked = {finding.field for finding in findings if finding.reason in _OF_CELLS}
    by_code = {field for mark, _, field in (warning.partition(" ") for warning in warnings) if mark == _BY_CODE}
    if by_code and any(finding.field in codes for finding in findings):
        findings = [one for one in findings if one.reason is not Reason.MANDATORY_EMPTY or one.field not in by_code]
    return [finding for finding in findings if finding.reason in _OF_CELLS or finding.field not in marked]
