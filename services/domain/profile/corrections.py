"""Corrections of a record's content: they lie over every content that its department states.

A department that was ordered to correct a decision may send the old row for years; the correction counts all the same,
and in whichever order the two arrive. Of several corrections of one column the one decided last counts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from creditbus.services.domain.event import Content

__all__ = ["add_corrections", "corrected", "merge_corrections", "read_changes"]

Changes = Mapping[str, str | None]


def read_changes(text: str) -> Changes | None:
    """Read a cell of the format ``changes``; None when it is not a JSON object of texts and nulls, or an empty one."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(found, dict)
        or not found
        or not all(value is None or isinstance(value, str) for value in found.values())
    ):
        return None
    return {column: value or None for column, value in found.items()}


def add_corrections(stored: bytes | None, changes: Changes, decided_on: str, number: str) -> bytes:
    """Return the stored corrections with those of one act; the same whichever act comes first."""
    columns: dict[str, list[str | None]] = json.loads(stored) if stored else {}
    for column, value in changes.items():
        mine: list[str | None] = [decided_on, number, value]
        other = columns.get(column)
        if other is None or _rank(other) <= _rank(mine):
            columns[column] = mine
    return json.dumps(columns, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def merge_corrections(stored: bytes | None, others: bytes | None) -> bytes | None:
    """Return the corrections that two records of one decision have together; None: neither has any."""
    for column, (decided_on, number, value) in (json.loads(others) if others else {}).items():
        stored = add_corrections(stored, {column: value}, decided_on, number)
    return stored


def corrected(stored: bytes, content: Content) -> Content:
    """Return the content under the stored corrections."""
    columns: dict[str, list[str | None]] = json.loads(stored)
    return content | {column: value for column, (_, _, value) in columns.items() if column in content}


def _rank(correction: list[str | None]) -> tuple[str, str]:
    decided_on, number, _ = correction
    return decided_on or "", number or ""
