"""What to say about a name that is not known: the one that was probably meant, else all that are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["nearest", "suggestion"]


def suggestion(name: str, known: Iterable[str], kind: str = "known here") -> str:
    """Return the fix of an error about an unknown name.

    >>> suggestion("colum", ["column", "constant"]), suggestion("x", ["column", "constant"])
    ('did you mean column?', 'known here: column, constant')
    """
    names = list(dict.fromkeys(known))
    near = nearest(name, names)
    return f"did you mean {near}?" if near else f"{kind}: {', '.join(names) or 'none'}"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like an unknown one; None where none is like it."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return found[0] if found else None
