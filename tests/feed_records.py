"""Records of a feed as its subscriber reads them, made of changes that a test writes."""

from datetime import date
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_reader
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema
from creditbus.avro_schemas.composition import without_logical_types
from creditbus.services.domain.catalogue import Disclosure, Field, Item
from creditbus.services.domain.event import Claim, RecordState, SubjectKind
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.fanout.change import Change, ChangeReader
from creditbus.services.fanout.showing import showing_of
from tests.examples import CATALOGUE
from tests.step_harness import machinery
from tests.wire_headers import written

__all__ = ["PROOF", "READER", "RETRACTED", "applied_event", "feed_record", "grants", "header_of", "part_masked"]

CODEC = machinery().codec
READER = ChangeReader(header_schema(), {item.id: len(item.fields) for item in CATALOGUE})
PROOF = {"feed_seq": 1, "previous_hash": bytes(32)}
EVIDENCE = parse_schema(
    {
        "type": "record",
        "name": "Evidence",
        "fields": [
            {"name": "feed_seq", "type": "long"},
            {"name": "previous_hash", "type": {"type": "fixed", "name": "Sha256", "size": 32}},
        ],
    }
)
RETRACTED = {RecordState.WITHDRAWN, RecordState.REPAIRED, RecordState.EXPIRED}


@st.composite
def grants(draw: st.DrawFn, item: Item) -> Grant:
    narrowed = draw(st.none() | st.sets(st.sampled_from(sorted(item.fields))))
    return Grant(
        subscriber="subscriber",
        purpose="purpose",
        legal_basis="basis",
        items=frozenset(draw(st.sets(st.sampled_from([item.id, "other"])))),
        subject_kinds=frozenset(draw(st.sets(st.sampled_from(SubjectKind)))),
        districts=draw(st.none() | st.sets(st.sampled_from(["420106", "420103"])).map(frozenset)),
        disclosure=draw(st.sampled_from(Disclosure)),
        consent=draw(st.booleans()),
        valid_from=draw(st.none() | st.dates(date(2019, 1, 1), date(2020, 12, 31))),
        valid_until=draw(st.dates(date(2019, 1, 1), date(2020, 12, 31))),
        fields={} if narrowed is None else {item.id: frozenset(narrowed)},
    )


def applied_event(item: Item, header: dict[str, Any], act: dict[str, Any], content: dict[str, Any]) -> bytes:
    body, _ = CODEC.write_body(item.id, act, dict.fromkeys(Claim.__annotations__), content)  # type: ignore[arg-type] # plain dictionaries
    return CODEC.seal(header, body)  # type: ignore[arg-type] # as above


def feed_record(projection: Projection, change: Change) -> tuple[bytes, dict[str, Any]] | None:
    """Give a feed's record as bytes and decoded by the schema that the subscriber has; None where there is none."""
    shown = showing_of(projection, READER).of(change, READER.before(change) if change.moved else None)
    if shown is None:
        return None
    value = written(EVIDENCE, PROOF) + shown
    # any number is read, also one that is not a moment of this era
    schema = parse_schema(without_logical_types(projection.schema()), named_schemas={})
    source = BytesIO(value)
    decoded: Any = schemaless_reader(source, schema, None)
    assert source.tell() == len(value)
    # nothing but the plainest way of writing it
    assert written(schema, decoded) == value
    return value, decoded


def part_masked(field: Field, value: str | None) -> str | None:
    if value is None or field.mask is None:
        return value
    left, right = field.mask
    stars = max(len(value) - left - right, 0)
    return "*" * len(value) if not stars else value[:left] + "*" * stars + (value[-right:] if right else "")


def header_of(item: Item, state: RecordState) -> dict[str, Any]:
    applied = {
        "change": "NEW",
        "version": 1,
        "revision": 1,
        "state": state.value,
        "previous_state": None,
        "registered_name": "",
        "district": "420106",
        "registered": True,
        "before": None,
    }
    names = ("authority", "authority_name", "document_no", "subject", "subject_name")
    origin = {"department": "department", "run": "run", "file": "file", "sheet": "", "row": 1}
    numbers = {"source_time": None, "received_at": 0, "sequence": 0, "normalised": 0}
    ids = {"event_id": bytes(16), "content_hash": bytes(16)}
    fixed = {"verb": "ISSUE", "subject_kind": "ENTERPRISE", "state": "ACTIVE", "origin": origin, "warnings": []}
    return {**dict.fromkeys(names, "name"), **numbers, **ids, **fixed, "item": item.id, "applied": applied}
