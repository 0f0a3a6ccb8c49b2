"""What to say about a name that is not known: the one that was probably meant, else all that are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from creditbus.topics import messages
from creditbus.topics.text import Message, Text

__all__ = ["nearest", "suggestion"]


def suggestion(name: str, known: Iterable[str], kind: Message = messages.KNOWN_HERE) -> Text:
    """Return the fix of an error about an unknown name; `kind` says what the known `names` are.

    >>> suggestion("colum", ["column", "constant"]), suggestion("x", ["column", "constant"])
    ('did you mean column?', 'known here: column, constant')
    """
    names = list(dict.fromkeys(known))
    near = nearest(name, names)
    if near:
        return messages.DID_YOU_MEAN(name=near)
    return kind(names=", ".join(names) or "-")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like an unknown one; None where none is like it."""
    found = difflib.get_close_matches(name, list(known), n=1)
    return found[0] if found else None
