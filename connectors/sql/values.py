"""Values of a database: to cells, to JSON and back, and to digests."""

import base64
import hashlib
import json
import math
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
    (bytes, "bytes", bytes.hex),
)
_READ: dict[str, Callable[[str], Any]] = {
    "moment": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda text: timedelta(microseconds=int(text)),
    "decimal": Decimal,
    "uuid": UUID,
    "bytes": bytes.fromhex,
}


def cell_of(value: Any, zone: ZoneInfo) -> Cell:
    """Bring a driver's value to a cell: documents and lists become JSON, what the contract does not know becomes text.

    A moment with a zone is brought to ``zone``, so that its day is the day there, not in the database's session. One
    that is on no day there that Python has, and a time of day with a zone, which no day tells the meaning of, are text.

    Raises:
        ValueError: the value is binary.
    """
    if isinstance(value, datetime):
        return _in_zone(value, zone) if value.tzinfo else value
    if isinstance(value, time) and value.tzinfo:
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | Decimal | date | time | timedelta):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        raise ValueError("binary")  # noqa: TRY004 -- the value is wrong, the driver's type is what it is
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _in_zone(moment: datetime, zone: ZoneInfo) -> Cell:
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):
        return moment.isoformat(" ")


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
    raw = hashlib.blake2b(_bytes_of(cells), digest_size=12).digest()
    return base64.b64encode(raw).decode()


def _bytes_of(cells: Sequence[Any]) -> bytes:
    try:
        written = orjson.dumps(cells, default=str)
    except TypeError:  # what it has no form for: a time of day with a zone, a whole number of more than 64 bits
        return repr(cells).encode(errors="surrogatepass")
    if b"null" in written:  # it writes so what is NaN or infinite, too
        written += str([one for one in cells if isinstance(one, float) and not math.isfinite(one)] or "").encode()
    return written


def pack(values: Sequence[Any]) -> str:
    """Write values as JSON that keeps their types; what :func:`unpack` does not know becomes text."""
    return json.dumps([_packed(value) for value in values], ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> tuple[Any, ...]:
    """Read what :func:`pack` wrote."""
    return tuple(_READ[value[0]](value[1]) if isinstance(value, list) else value for value in json.loads(text))


def name_of(key: Sequence[Any]) -> str:
    """Name a row by its key, without saying the key."""
    # bytes by the text that earlier versions made of them: names are kept, and a row of another name is another row
    plain = [str(part) if isinstance(part, bytes) else part for part in key]
    return hashlib.blake2b(pack(plain).encode(), digest_size=16).hexdigest()


def _packed(value: Any) -> Any:
    if isinstance(value, _PLAIN):
        return value
    for kind, name, write in _WRITE:
        if isinstance(value, kind):
            return [name, write(value)]
    return str(value)
