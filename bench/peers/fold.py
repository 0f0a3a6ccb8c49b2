"""The profile job as the Python peers do it: the same few rules, nothing of the bus.

A record's state is its stated state (1 byte), its revision (4), its content hash (16) and the event that counts; a
subject's is its version (8). The Java peer keeps the same bytes.
"""

from __future__ import annotations

import gc
import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastavro import parse_schema, schemaless_reader, schemaless_writer

__all__ = ["META", "VERSION", "Fold", "Opened", "collect_seldom", "record_of", "shared_types", "whole"]

_FRAME_BYTES: Final = 5
_UNION_FILLED: Final = b"\x02"

#: Of a record: stated state, revision, content hash; the event follows.
META: Final = struct.Struct(">BI16s")
#: Of a subject.
VERSION: Final = struct.Struct(">Q")


class Opened(NamedTuple):
    """An event with its header read; the bytes behind the header begin at `end`."""

    value: bytes
    header: dict[str, Any]
    end: int


def shared_types(file: Path) -> dict[str, dict[str, Any]]:
    """Return the types that all events share, by name."""
    return {kind["name"]: kind for kind in json.loads(file.read_text(encoding="utf-8"))}


def whole(kind: Any, types: dict[str, dict[str, Any]], used: set[str]) -> Any:
    """Return a schema with each named type written out at its first use."""
    if isinstance(kind, list):
        return [whole(choice, types, used) for choice in kind]
    if isinstance(kind, dict):
        if kind["type"] != "record":
            return kind
        return kind | {"fields": [field | {"type": whole(field["type"], types, used)} for field in kind["fields"]]}
    if kind not in types or kind in used:
        return kind
    used.add(kind)
    return whole(types[kind], types, used)


def collect_seldom() -> None:
    """Set Python's garbage collector as the worker of creditbus does, so that it favours no peer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def record_of(header: dict[str, Any]) -> bytes:
    """Return the key of a record within its subject."""
    return f"{header['item']}|{header['authority']}|{header['document_no']}".encode()


class Fold:
    """Opens events and says what they do.

    Args:
        file: the schema file of the types that all events share.

    """

    def __init__(self, file: Path) -> None:
        types = shared_types(file)
        self._header: Any = parse_schema(whole("EventHeader", types, set()), named_schemas={})
        self._applied: Any = parse_schema(whole("Applied", types, set()), named_schemas={})
        self._states: list[str] = types["RecordState"]["symbols"]

    def open(self, value: bytes) -> Opened:
        """Read the header of a framed event."""
        source = BytesIO(value)
        source.seek(_FRAME_BYTES)
        header: Any = schemaless_reader(source, self._header, None)
        return Opened(value, header, source.tell())

    def apply(self, opened: Opened, record: bytes | None, version: int) -> tuple[bytes, bytes] | None:
        """Return the change and the record's new state; None for a duplicate.

        Args:
            opened: the event.
            record: the record's state so far; None: it has none.
            version: the subject's version after this event, if it is none.

        """
        header = opened.header
        change, revision, previous = "NEW", 1, None
        if record is not None:
            stated, known, content_hash = META.unpack_from(record)
            if content_hash == header["content_hash"]:
                return None
            change, revision, previous = "AMENDED", known + 1, self._states[stated]
        target = BytesIO()
        # the field is the header's last, and null is its last byte
        target.write(opened.value[: opened.end - 1])
        target.write(_UNION_FILLED)
        applied = {
            "change": change,
            "version": version,
            "revision": revision,
            "state": header["state"],
            "previous_state": previous,
            "registered_name": "",
            "district": "",
            "registered": False,
        }
        schemaless_writer(target, self._applied, applied)
        target.write(opened.value[opened.end :])
        sealed = target.getvalue()
        return sealed, META.pack(self._states.index(header["state"]), revision, header["content_hash"]) + sealed
