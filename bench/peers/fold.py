"""The profile job as the Python peers do it: the rules of docs/record-states.md as far as the load goes.

Content events of registered organisations: new, amended, duplicate, stale; a registration gives its subject name and
district. Any other event ends the job. What is kept has the bus's own layouts (services/domain/profile), but
for the index of a subject's records, which a sorted store does not need. The Java peer does the same.
"""

from __future__ import annotations

import gc
import json
import struct
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastavro import parse_schema, schemaless_reader, schemaless_writer

__all__ = ["Fold", "Folded", "Opened", "OutOfScopeError", "collect_seldom"]

_FRAME_BYTES: Final = 5
_UNION_FILLED: Final = b"\x02"
_REGISTRATION: Final = "enterprise-registration"
_LAYOUT: Final = 1
_NONE: Final = 255
_NO_TIME: Final = -(1 << 63)
_ISSUE: Final = b"\0"
# layout, stated, procedural, before-dispute, revision, source time, received at, sequence, content hash, department
# bytes, seen, act bytes; then department, seen, and the event that counts
_RECORD: Final = struct.Struct(">BBBBIqqq16sBHI")
_SEEN_BYTES: Final = 17
# layout, registered, kind, version, records, first parked, next parked, held, district bytes, name bytes
_SUMMARY: Final = struct.Struct(">BBBQIIIIBH")


class OutOfScopeError(ValueError):
    """The load holds an event that the peers have no rule for."""


class Opened(NamedTuple):
    """An event with its header read; `record` is the record's key within its subject, `end` where the header ends."""

    value: bytes
    header: dict[str, Any]
    record: bytes
    end: int


class Folded(NamedTuple):
    """What an applied event leaves: the change, the record's state and the subject's."""

    change: bytes
    record: bytes
    summary: bytes


class Fold:
    """Opens events and says what they do.

    Args:
        file: the Avro schema of a registration event, its header without logical types.

    """

    def __init__(self, file: Path) -> None:
        parts = {field["name"]: field["type"] for field in json.loads(file.read_text(encoding="utf-8"))["fields"]}
        fields = {field["name"]: field["type"] for field in parts["header"]["fields"]}
        self._states: list[str] = fields["state"]["symbols"]
        self._kinds: list[str] = fields["subject_kind"]["symbols"]
        # the states are written out where they are first used, and that is not in what was applied
        known: dict[str, Any] = {}
        parse_schema(fields["state"], named_schemas=known)
        self._applied: Any = parse_schema(fields["applied"][1], named_schemas=known)
        self._header, self._act, self._claim, self._content = (
            parse_schema(parts[name], named_schemas={}) for name in ("header", "act", "claim", "content")
        )

    def open(self, value: bytes) -> Opened:
        """Read the header of a framed event."""
        source = BytesIO(value)
        source.seek(_FRAME_BYTES)
        header: Any = schemaless_reader(source, self._header, None)
        record = f"{header['item']}|{header['authority']}|{header['document_no']}".encode()
        return Opened(value, header, record, source.tell())

    def apply(self, event: Opened, record: bytes | None, summary: bytes | None) -> Folded | None:
        """Return what the event leaves; None for a duplicate or an outdated one.

        Args:
            event: the event.
            record: the state of its record so far.
            summary: the state of its subject so far.

        Raises:
            OutOfScopeError: there is no rule for it.

        """
        header = event.header
        if header["verb"] not in {"ISSUE", "AMEND"} or header["source_time"] is not None or header["warnings"]:
            raise OutOfScopeError(header["verb"])
        revision, previous, seen = 1, None, b""
        if record is not None:
            known, stated, department, received_at, sequence, content_hash, seen = _read_record(record)
            if content_hash == header["content_hash"] or _ISSUE + header["content_hash"] in _hashes(seen):
                return None
            if department == header["origin"]["department"] and (header["received_at"], header["sequence"]) < (
                received_at,
                sequence,
            ):
                return None
            revision, previous = known + 1, self._states[stated]
        kind, version, records, district, name = self._subject(event, summary)
        target = BytesIO()
        # the field is the header's last, and null is its last byte
        target.write(event.value[: event.end - 1])
        target.write(_UNION_FILLED)
        applied = {
            "change": "NEW" if previous is None else "AMENDED",
            "version": version + 1,
            "revision": revision,
            "state": header["state"],
            "previous_state": previous,
            "registered_name": name.decode(),
            "district": district.decode(),
            "registered": True,
        }
        schemaless_writer(target, self._applied, applied)
        target.write(event.value[event.end :])
        change = target.getvalue()
        lengths = len(district), len(name)
        records += previous is None
        head = _SUMMARY.pack(_LAYOUT, 1, kind, version + 1, records, 0, 0, 0, *lengths)
        return Folded(change, self._record(header, revision, seen, change), head + district + name)

    def _subject(self, event: Opened, summary: bytes | None) -> tuple[int, int, int, bytes, bytes]:
        """Return kind, version, records, district and name."""
        header = event.header
        kind, version, records, district, name = self._kinds.index(header["subject_kind"]), 0, 0, b"", b""
        if summary is not None:
            _, _, kind, version, records, _, _, _, district_bytes, name_bytes = _SUMMARY.unpack_from(summary)
            end = _SUMMARY.size + district_bytes
            district, name = summary[_SUMMARY.size : end], summary[end : end + name_bytes]
        if header["item"] == _REGISTRATION:
            source = BytesIO(event.value)
            source.seek(event.end)
            schemaless_reader(source, self._act, None)
            schemaless_reader(source, self._claim, None)
            content: Any = schemaless_reader(source, self._content, None)
            return kind, version, records, content["DOMDISTRICT"].encode(), content["ENTNAME"].encode()
        if summary is None or header["subject_name"].encode() not in {b"", name}:
            raise OutOfScopeError(header["item"])
        return kind, version, records, district, name

    def _record(self, header: dict[str, Any], revision: int, seen: bytes, change: bytes) -> bytes:
        department = header["origin"]["department"].encode()
        seen += _ISSUE + header["content_hash"]
        meta = _RECORD.pack(
            _LAYOUT,
            self._states.index(header["state"]),
            _NONE,
            _NONE,
            revision,
            _NO_TIME,
            header["received_at"],
            header["sequence"],
            header["content_hash"],
            len(department),
            len(seen) // _SEEN_BYTES,
            0,
        )
        return b"".join((meta, department, seen, change))


def _read_record(record: bytes) -> tuple[int, int, str, int, int, bytes, bytes]:
    """Return revision, stated state, department, received at, sequence, content hash and the hashes seen."""
    _, stated, _, _, revision, _, received_at, sequence, content_hash, size, seen, _ = _RECORD.unpack_from(record)
    end = _RECORD.size + size
    department = record[_RECORD.size : end].decode()
    return revision, stated, department, received_at, sequence, content_hash, record[end : end + seen * _SEEN_BYTES]


def _hashes(seen: bytes) -> list[bytes]:
    return [seen[at : at + _SEEN_BYTES] for at in range(0, len(seen), _SEEN_BYTES)]


def collect_seldom() -> None:
    """Set Python's garbage collector as the worker of creditbus does, so that it favours no peer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
