"""Values of a database: to cells, to JSON and back, and to digests."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from creditbus.connectors.contract import Cell

__all__ = ["DIGEST_LENGTH", "cell_of", "digest", "name_of", "pack", "temporal", "unpack"]

DIGEST_LENGTH = 16
"""Characters of a digest. 96 bits: among the rows of one window or of one key, none has ever to fear its like."""

_PLAIN = (str, int, float, bool, type(None))
_WRITE: tuple[tuple[type, str, Callable[[Any], str]], ...] = (
    (datetime, "moment", datetime.isoformat),  # before date, which it is too
    (date, "date", date.isoformat),
    (time, "time", time.isoformat),
    (timedelta, "span", lambda span: str(span // timedelta(microseconds=1))),
    (Decimal, "decimal", str),
    (UUID, "uuid", str),
)
_READ: dict[str, Callable[[str], Any]] = {
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda text: timedelta(microseconds=int(text)),
    "decimal": Decimal,
    "uuid": UUID,
}


def cell_of(value: Any, zone: ZoneInfo) -> Cell:
    """Bring a driver's value to a cell: documents and lists become JSON, what the contract does not know becomes text.

    A moment with a zone is brought to ``zone``, so that its day is the day there, not in the database's session.

    Raises:
        ValueError: the value is binary.
    """
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.tzinfo else value
    if value is None or isinstance(value, str | int | float | Decimal | date | time | timedelta):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        raise ValueError("binary")  # noqa: TRY004 -- the value is wrong, the driver's type is what it is
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def temporal(value: Any) -> Any:
    """Read the ISO text by which SQLite keeps a moment or a day; anything else stays as it is."""
    if not isinstance(value, str):
        return value
    for read in (date.fromisoformat, datetime.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value


def digest(cells: Sequence[Any]) -> str:
    """Name the content of a row."""
    raw = hashlib.blake2b(orjson.dumps(cells, default=str), digest_size=12).digest()
    return base64.b64encode(raw).decode()


def pack(values: Sequence[Any]) -> str:
    """Write values as JSON that keeps their types; what :func:`unpack` does not know becomes text."""
    return json.dumps([_packed(value) for value in values], ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> tuple[Any, ...]:
    """Read what :func:`pack` wrote."""
    return tuple(_READ[value[0]](value[1]) if isinstance(value, list) else value for value in json.loads(text))


def name_of(key: Sequence[Any]) -> str:
    """Name a row by its key, without saying the key."""
    return hashlib.blake2b(pack(key).encode(), digest_size=16).hexdigest()


def _packed(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    for kind, name, write in _WRITE:
        if isinstance(value, kind):
            return [name, write(value)]
    return str(value)
