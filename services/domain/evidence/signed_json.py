"""JSON that somebody signed, or says so: read from anybody who may write it, and written in one form alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

__all__ = ["canonical", "number_of", "read_json", "text_of"]

_T = TypeVar("_T")

#: Those of Avro and of Kafka's offsets. Sums and successors of them can still be written in any form.
_NUMBERS: Final = range(1 << 63)

#: What content of another form raises where it is read: of another type, with a field too few, nested too deep, or
#: with a number that is infinite or too long.
_OTHER_FORM: Final = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def read_json(document: bytes, read: Callable[[Any], _T | None]) -> _T | None:
    """Return what is read of a document; None where it holds something else.

    Args:
        document: as anybody may have written it.
        read: takes the content, as JSON has it; where that is of another form it may raise what that makes it raise,
            or return None.

    """
    try:
        return read(json.loads(document, object_pairs_hook=_once_each))
    except _OTHER_FORM:
        return None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; of two fields of one name a person reads the first one, and a program the last."""
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a field that stands there twice"
        raise ValueError(message)
    return found


def canonical(content: Any) -> bytes:
    """Write content so that equal facts are equal bytes: with sorted keys and without spaces, in ASCII."""
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def number_of(value: Any) -> int:
    """Return a number, from 0.

    Raises:
        ArithmeticError, TypeError, ValueError: it is not one, or one that nothing has.

    """
    found = int(value)
    if found not in _NUMBERS:
        message = "a number that nothing has"
        raise ValueError(message)
    return found


def text_of(value: Any) -> str:
    """Return a text.

    Raises:
        RecursionError, ValueError: half a character stands in it, so that it can be neither verified nor shown.

    """
    found = str(value)
    found.encode()
    return found
