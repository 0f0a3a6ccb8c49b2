"""Composes complete schemas: a named type is written out where it is first used and named afterwards."""

from functools import cache
from typing import Any

from creditbus.avro_schemas.catalogue_files import per_catalogue, raw_catalogue, read_schema

__all__ = [
    "Schema",
    "code_claim_schema",
    "compose",
    "continuation_schema",
    "crosswalk_entry_schema",
    "event_schema",
    "header_schema",
    "ledger_schema",
    "moved_record_schema",
    "prefix_schema",
    "receipt_schema",
    "reject_schema",
    "unreadable_schema",
    "without_logical_types",
]

Schema = dict[str, Any]

_PREFIX = (("header", "EventHeader"), ("act", "Act"), ("claim", "Claim"))


@per_catalogue
def event_schema(item_id: str) -> Schema:
    """Compose the schema of an item's events.

    It is the same on every topic between connector and feed. Shared: do not change it.

    Raises:
        KeyError: no such item in the catalogue.

    """
    content = raw_catalogue()[item_id].schema
    return compose(content)


def compose(content: Schema) -> Schema:
    """Compose the event schema of any content record (a feed's projection, a test's item)."""
    return _record(f"{content['name']}Event", (*_PREFIX, ("content", content)), "An event of one catalogue item.")


@cache
def prefix_schema() -> Schema:
    """Compose the schema of what all events begin with: header, act and claim, without content.

    For processors, never registered: as in `header_schema`, moments are plain integers.
    """
    return _record("EventPrefix", _PREFIX, "What every event begins with.", without_logical_types(_named_types()))


@cache
def header_schema() -> Schema:
    """Compose the schema of the header alone; its bytes begin every event.

    For processors, never registered: moments are plain integers (milliseconds since 1970 UTC), because a logical type
    costs a `datetime` an event. The bytes are the same.
    """
    schema = _inline("EventHeader", without_logical_types(_named_types()), set())
    assert isinstance(schema, dict)  # noqa: S101 # for the type checker: a named type is a record
    return schema


@cache
def unreadable_schema() -> Schema:
    """Compose the schema of a row that a connector could not read: header and the row as it was found."""
    parts = (_PREFIX[0], ("unreadable", read_schema("unreadable.avsc")))
    return _record("UnreadableEvent", parts, "A row that could not be read in the format of its file.")


@cache
def reject_schema() -> Schema:
    """Read the schema of a refused event on `rejects.<department>`."""
    schema: Schema = read_schema("reject.avsc")
    return schema


@cache
def receipt_schema() -> Schema:
    """Read the schema of a subscriber's receipt for a retraction on `acks.<subscriber>`."""
    schema: Schema = read_schema("receipt.avsc")
    return schema


@cache
def ledger_schema() -> Schema:
    """Read the schema of a batch's counts on `credit.ledger`."""
    schema: Schema = read_schema("ledger.avsc")
    return schema


@cache
def continuation_schema() -> Schema:
    """Read the schema of what the profiles stage still has to do for a subject, on `credit.events`."""
    schema: Schema = read_schema("continuation.avsc")
    return schema


@cache
def code_claim_schema() -> Schema:
    """Read the schema of what a subject's profile says of a legacy code, on `credit.unresolved`."""
    schema: Schema = read_schema("code_claim.avsc")
    return schema


@cache
def moved_record_schema() -> Schema:
    """Read the schema of a record on its way to another subject, on `credit.unresolved` and `credit.events`."""
    schema: Schema = read_schema("moved_record.avsc")
    return schema


@cache
def crosswalk_entry_schema() -> Schema:
    """Read the schema of a legacy code's owner on `credit.unresolved`."""
    schema: Schema = read_schema("crosswalk_entry.avsc")
    return schema


def _record(name: str, parts: tuple[tuple[str, Any], ...], doc: str, known: dict[str, Schema] | None = None) -> Schema:
    known = known or _named_types()
    written: set[str] = set()
    fields = [{"name": field, "type": _inline(part, known, written)} for field, part in parts]
    return {"type": "record", "name": name, "namespace": "creditbus", "doc": doc, "fields": fields}


def _named_types() -> dict[str, Schema]:
    return {schema["name"]: schema for schema in read_schema("header.avsc")}


def without_logical_types(part: Any) -> Any:
    """Copy a schema without logical types."""
    if isinstance(part, list):
        return [without_logical_types(branch) for branch in part]
    if isinstance(part, dict):
        return {key: without_logical_types(value) for key, value in part.items() if key != "logicalType"}
    return part


def _inline(part: Any, known: dict[str, Schema], written: set[str]) -> Any:
    if isinstance(part, str):
        if part not in known or part in written:
            return part
        written.add(part)
        return _inline(known[part], known, written)
    if isinstance(part, list):
        return [_inline(branch, known, written) for branch in part]
    if part["type"] == "record":
        fields = [{**field, "type": _inline(field["type"], known, written)} for field in part["fields"]]
        return {**part, "fields": fields}
    if part["type"] == "array":
        return {**part, "items": _inline(part["items"], known, written)}
    return part
