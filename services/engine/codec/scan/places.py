"""The fields of an event's header by their numbers in what `scan_header` returns, and a text between two of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

__all__ = [
    "APPLIED",
    "APPLIED_STATE",
    "AUTHORITY",
    "AUTHORITY_NAME",
    "BEFORE",
    "CHANGE",
    "CONSENTS",
    "CONTENT_HASH",
    "DISTRICT",
    "DOCUMENT_NO",
    "END",
    "EVENT_ID",
    "FIELDS",
    "FILE",
    "ITEM",
    "LIFTS",
    "NORMALISED",
    "ORIGIN",
    "POLICY",
    "PREVIOUS_STATE",
    "READING",
    "RECEIVED_AT",
    "REGISTERED",
    "REGISTERED_NAME",
    "REVISION",
    "ROW",
    "RUN",
    "SEQUENCE",
    "SHEET",
    "SOURCE_TIME",
    "STATE",
    "SUBJECT",
    "SUBJECT_KIND",
    "SUBJECT_NAME",
    "VERB",
    "VERSION",
    "WARNINGS",
    "PeekFields",
    "characters",
    "check_fields",
    "text_start",
]

ITEM: Final = 0
VERB: Final = 1
EVENT_ID: Final = 2
CONTENT_HASH: Final = 3
AUTHORITY: Final = 4
AUTHORITY_NAME: Final = 5
DOCUMENT_NO: Final = 6
SUBJECT: Final = 7
SUBJECT_NAME: Final = 8
SUBJECT_KIND: Final = 9
STATE: Final = 10
SOURCE_TIME: Final = 11
RECEIVED_AT: Final = 12
SEQUENCE: Final = 13
READING: Final = 14
LIFTS: Final = 15
ORIGIN: Final = 16  # its fields: department, run, file, sheet, row
RUN: Final = 17
FILE: Final = 18
SHEET: Final = 19
ROW: Final = 20
NORMALISED: Final = 21
WARNINGS: Final = 22
APPLIED: Final = 23
END: Final = 24
#: Of what profiles decided, where the event holds it; -1 where not.
CHANGE: Final = 25
VERSION: Final = 26
REVISION: Final = 27
APPLIED_STATE: Final = 28
PREVIOUS_STATE: Final = 29
REGISTERED_NAME: Final = 30
DISTRICT: Final = 31
REGISTERED: Final = 32
POLICY: Final = 33
BEFORE: Final = 34
CONSENTS: Final = 35

PeekFields = tuple[Any, ...]
"""What `peek_fields` returns: the fields of `HeaderPeek` in their order, symbols of enumerations as their bytes."""

#: The fields of the header and of its origin in their order.
FIELDS: Final = (
    "item",
    "verb",
    "event_id",
    "content_hash",
    "authority",
    "authority_name",
    "document_no",
    "subject",
    "subject_name",
    "subject_kind",
    "state",
    "source_time",
    "received_at",
    "sequence",
    "reading",
    "lifts",
    "origin",
    "normalised",
    "warnings",
    "applied",
)
_ORIGIN: Final = ("department", "run", "file", "sheet", "row")
_APPLIED: Final = (
    "change",
    "version",
    "revision",
    "state",
    "previous_state",
    "registered_name",
    "district",
    "registered",
    "policy",
    "before",
    "consents",
)
_BEFORE: Final = ("registered_name", "district", "registered", "policy", "consents", "gate")
_CONSENT: Final = ("receiver", "purpose")
_POLICY: Final = ("version", "day")
_ONE_BYTE: Final = 65
_TWO_BYTES: Final = 8194


def check_fields(schema: Mapping[str, Any]) -> None:
    """Refuse a header of other fields than those that are scanned.

    Args:
        schema: the header's Avro schema, its types written out.

    Raises:
        ValueError: names the fields.

    """
    _check(schema, FIELDS)
    fields = {field["name"]: field["type"] for field in schema["fields"]}
    _check(fields["origin"], _ORIGIN)
    _check(fields["applied"][1], _APPLIED)
    *_, policy, before, _ = fields["applied"][1]["fields"]
    _check(policy["type"], _POLICY)
    _check(before["type"][1], _BEFORE)
    # a type is written out where it comes first
    *_, consents, _ = before["type"][1]["fields"]
    _check(consents["type"]["items"], _CONSENT)


def _check(record: Mapping[str, Any], expected: tuple[str, ...]) -> None:
    names = tuple(field["name"] for field in record["fields"])
    if names != expected:
        message = f"{record['name']} has other fields than are scanned: {', '.join(names)}"
        raise ValueError(message)


def characters(value: bytes, begin: int, end: int) -> bytes:
    """Return the characters of a string that stands from `begin` to `end`, without its length."""
    return value[text_start(begin, end) : end]


def text_start(begin: int, end: int) -> int:
    """Return where the characters of a string begin that stands from `begin` to `end`, its length included."""
    size = end - begin
    if size < _ONE_BYTE:
        return begin + 1
    return begin + 2 if size < _TWO_BYTES else begin + 3
