"""A feed's record as one line of JSON: what `feed follow --json` prints and a copy in a file holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

__all__ = ["feed_json_line"]


def feed_json_line(partition: int, offset: int, fields: Mapping[str, Any]) -> bytes:
    """Return a record with its place and a line end; hashes are in hexadecimal, moments in ISO 8601."""
    document = {"partition": partition, "offset": offset, **fields}
    return orjson.dumps(document, default=_plain, option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)
