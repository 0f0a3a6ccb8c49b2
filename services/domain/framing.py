"""Confluent wire format: one zero byte, the schema id as four bytes big-endian, then Avro.

Source: Confluent Schema Registry, "Wire format".
"""

from __future__ import annotations

import struct

__all__ = ["FRAME_BYTES", "FrameError", "frame", "schema_id"]

FRAME_BYTES = 5
_FRAME = struct.Struct(">BI")


class FrameError(ValueError):
    """The bytes do not start with a frame; they were not written by a registry-aware producer."""


def frame(schema: int) -> bytes:
    """Return the five bytes that precede an Avro value written with schema id `schema`."""
    return _FRAME.pack(0, schema)


def schema_id(value: bytes | None) -> int:
    """Return the schema id of a framed value.

    Raises:
        FrameError: the value is missing, too short, or starts with another byte than zero.

    """
    if value is None or len(value) <= FRAME_BYTES or value[0] != 0:
        message = "not in the Confluent wire format"
        raise FrameError(message)
    return int.from_bytes(value[1:FRAME_BYTES], "big")
