"""The keys of a grant that a version changes, as a line for a person and as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creditbus.topics.city.grant_history import GrantChange

__all__ = ["key_facts", "key_line", "plain"]


def key_facts(change: GrantChange) -> dict[str, Any]:
    """Return a changed key for a machine."""
    return {"key": change.key, "added": plain(change.added), "removed": plain(change.removed)}


def key_line(changed: dict[str, Any]) -> str:
    """Return what `key_facts` gave for a person."""
    marked = (("-", changed["removed"]), ("+", changed["added"]))
    parts = [f"{mark}{_said(value)}" for mark, value in marked if value not in (None, [])]
    return f"{changed['key']}  {'  '.join(parts)}"


def plain(value: Any) -> Any:
    """Return a value as JSON has it: a day is a text there."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _said(value: Any) -> str:
    if not isinstance(value, list):
        return str(value)
    said = ", ".join(map(str, value))
    # a mask as one writes it: its numbers are one value
    return f"[{said}]" if all(type(one) is int for one in value) else said
