"""Avro bytes of records that hold nothing but texts that may be missing: act, claim and content of every event.

fastavro tries the branches of each union again for each value: for such records this is four times as fast, and they
are two thirds of an event. tests/properties compares the two.
"""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

__all__ = ["text_record_writer"]

_TEXT_OR_NOTHING = ["null", "string"]
_NOTHING = b"\x00"
_SHORT = 4096
_LOW, _MORE = 0x7F, 0x80


def text_record_writer(schema: Mapping[str, Any]) -> Callable[[Mapping[str, str | None]], bytes] | None:
    """Make a function from the fields of a record to its bytes; ``None`` where a field may hold anything else."""
    fields = schema["fields"]
    names = [field["name"] for field in fields if field["type"] == _TEXT_OR_NOTHING]
    if len(names) < len(fields) or len(names) < 2:  # noqa: PLR2004 -- itemgetter of one name gives no tuple
        return None
    take, lengths = itemgetter(*names), [_text_of(length) for length in range(_SHORT)]

    def write(record: Mapping[str, str | None]) -> bytes:
        parts = []
        for value in take(record):
            if value is None:
                parts.append(_NOTHING)
            else:
                raw = value.encode()
                size = len(raw)
                parts += (lengths[size] if size < _SHORT else _text_of(size), raw)
        return b"".join(parts)

    return write


def _text_of(length: int) -> bytes:
    """Write what stands before a text of this many bytes: the branch of the union, then the length, zigzag."""
    out, rest = bytearray(b"\x02"), length << 1
    while rest > _LOW:
        out.append(rest & _LOW | _MORE)
        rest >>= 7
    out.append(rest)
    return bytes(out)
