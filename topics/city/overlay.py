"""A city's changes to items of the product's catalogue, laid over their entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["laid_over"]


def laid_over(entry: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with an overlay over it: mappings key by key, everything else as a whole; null removes a key."""
    merged = dict(entry)
    for key, value in overlay.items():
        below = merged.get(key)
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(below, Mapping):
            merged[key] = laid_over(below, value)
        else:
            merged[key] = value
    return merged
