"""Properties of what a grant lets through."""

from datetime import date
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_reader
from hypothesis import given
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema
from creditbus.avro_schemas.composition import without_logical_types
from creditbus.services.domain.catalogue import Disclosure, Field, Item
from creditbus.services.domain.event import Act, Claim, RecordState, SubjectKind
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import Grant, admits
from creditbus.services.fanout.change import Change, ChangeReader
from creditbus.services.fanout.showing import Showing
from tests.examples import CATALOGUE
from tests.step_harness import machinery
from tests.wire_headers import applieds, headers, written

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
RANKS = list(Disclosure)
RETRACTED = {RecordState.WITHDRAWN, RecordState.REPAIRED, RecordState.EXPIRED}
items = st.sampled_from(sorted(CATALOGUE, key=lambda item: item.id))


def marker(code: str) -> str:
    """Give a value that is found nowhere but in the field of this code."""
    return f"«{code}»" * 4


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
        valid_until=draw(st.dates(date(2019, 1, 1), date(2020, 12, 31))),
        fields={} if narrowed is None else {item.id: frozenset(narrowed)},
    )


def applied_event(item: Item, header: dict[str, Any], act: dict[str, Any], content: dict[str, Any]) -> bytes:
    body, _ = CODEC.write_body(item.id, act, dict.fromkeys(Claim.__annotations__), content)  # type: ignore[arg-type] # plain dictionaries
    return CODEC.seal(header, body)  # type: ignore[arg-type] # as above


def feed_record(projection: Projection, change: Change) -> tuple[bytes, dict[str, Any]]:
    """Give a feed's record as bytes and decoded by the schema that the subscriber has."""
    value = written(EVIDENCE, PROOF) + Showing(projection).of(change)
    # any number is read, also one that is not a moment of this era
    schema = parse_schema(without_logical_types(projection.schema()), named_schemas={})
    source = BytesIO(value)
    decoded: Any = schemaless_reader(source, schema, None)
    assert source.tell() == len(value)
    # nothing but the plainest way of writing it
    assert written(schema, decoded) == value
    return value, decoded


@given(st.data(), items, headers, applieds)
def test_a_feed_shows_of_an_event_what_its_grant_admits(
    data: st.DataObject, item: Item, header: dict[str, Any], applied: dict[str, Any]
) -> None:
    header = {**header, "item": item.id, "applied": applied}
    texts = st.none() | st.text(max_size=9) | st.text(min_size=60, max_size=90)
    act = data.draw(st.fixed_dictionaries(dict.fromkeys(Act.__annotations__, texts)))
    content = data.draw(st.fixed_dictionaries(dict.fromkeys(item.fields, texts)))
    projection = Projection(data.draw(grants(item)), item)
    change = READER.read(applied_event(item, header, act, content))
    assert change is not None
    assert (change.code.decode(), change.item) == (header["subject"], item.id)
    assert (change.subject_kind, change.district) == (header["subject_kind"], applied["district"])
    _, shown = feed_record(projection, change)
    retracted = applied["state"] in RETRACTED
    assert change.retracted == retracted
    assert shown == {
        "feed": PROOF,
        "subject": {
            "code": header["subject"],
            "name": applied["registered_name"] or header["subject_name"],
            "kind": header["subject_kind"],
            **{name: applied[name] for name in ("district", "registered", "version")},
        },
        "record": {
            **{name: header[name] for name in ("item", "authority", "authority_name", "document_no", "verb")},
            **{name: applied[name] for name in ("change", "revision", "state", "previous_state")},
            "event_id": header["event_id"].hex(),
            "received_at": header["received_at"],
        },
        "act": {name: None if retracted else act[name] for name in projection.act},
        "content": {
            field.code: None if retracted else mask(item.fields[field.code], content[field.code])
            for field in projection.fields
        },
    }


def mask(field: Field, value: str | None) -> str | None:
    if value is None or field.mask is None:
        return value
    left, right = field.mask
    stars = max(len(value) - left - right, 0)
    return "*" * len(value) if not stars else value[:left] + "*" * stars + (value[-right:] if right else "")


@given(st.data(), items, headers, applieds, st.integers(0, 400))
def test_an_event_that_is_cut_off_is_no_change(
    data: st.DataObject, item: Item, header: dict[str, Any], applied: dict[str, Any], end: int
) -> None:
    header = {**header, "item": item.id, "applied": applied}
    content: dict[str, str | None] = dict.fromkeys(item.fields)
    content |= data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(item.fields, st.text(max_size=3))))
    value = applied_event(item, header, dict.fromkeys(Act.__annotations__), content)
    assert READER.read(value[: min(end, len(value) - 1)]) is None
    assert READER.read(value + b"\x00") is None


@given(headers, items)
def test_what_profiles_did_not_apply_is_no_change(header: dict[str, Any], item: Item) -> None:
    header = {**header, "item": item.id, "applied": None}
    value = applied_event(item, header, dict.fromkeys(Act.__annotations__), dict.fromkeys(item.fields))
    assert READER.read(value) is None


@given(st.data(), items, st.sampled_from(RecordState))
def test_nothing_of_a_field_outside_the_grant_leaves(data: st.DataObject, item: Item, state: RecordState) -> None:
    grant = data.draw(grants(item))
    content = {code: marker(code) for code in item.fields}
    # every way in which content states an act, so that no part of it carries a field past the grant
    for stated in item.events:
        act: dict[str, str | None] = dict.fromkeys(Act.__annotations__)
        act |= {name: content[source] for name, source in stated.act}
        change = READER.read(applied_event(item, header_of(item, state), act, content))
        assert change is not None
        value, shown = feed_record(Projection(grant, item), change)
        granted = {
            code
            for code, field in item.fields.items()
            if RANKS.index(field.disclosure) <= RANKS.index(grant.disclosure)
            and code in grant.fields.get(item.id, item.fields)
        }
        assert set(shown["content"]) == granted
        seen = {code for code in item.fields if f"«{code}»".encode() in value}
        assert seen <= (set() if state in RETRACTED else granted)
        masked = {code for code in granted if item.fields[code].mask is not None}
        assert not [code for code in masked if marker(code).encode() in value]


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
    }
    names = ("authority", "authority_name", "document_no", "subject", "subject_name")
    origin = {"department": "department", "run": "run", "file": "file", "sheet": "", "row": 1}
    numbers = {"source_time": None, "received_at": 0, "sequence": 0, "normalised": 0}
    ids = {"event_id": bytes(16), "content_hash": bytes(16)}
    fixed = {"verb": "ISSUE", "subject_kind": "ENTERPRISE", "state": "ACTIVE", "origin": origin, "warnings": []}
    return {**dict.fromkeys(names, "name"), **numbers, **ids, **fixed, "item": item.id, "applied": applied}


@given(st.data(), items, st.dates(date(2019, 1, 1), date(2020, 12, 31)), st.sampled_from(["420106", "420103", ""]))
def test_a_grant_admits_only_what_it_names(data: st.DataObject, item: Item, on: date, district: str) -> None:
    grant = data.draw(grants(item))
    kind = data.draw(st.sampled_from(SubjectKind))
    named = (
        item.id in grant.items
        and kind in grant.subject_kinds
        and on <= grant.valid_until
        and not grant.consent
        and (grant.districts is None or district in grant.districts)
    )
    assert admits(grant, item=item.id, subject_kind=kind, district=district, on=on) == named


@given(items)
def test_what_names_a_record_and_its_subject_is_public(item: Item) -> None:
    """Every feed shows them, whatever its grant."""
    templates = item.natural_key.authority_code + item.natural_key.authority_name + item.natural_key.document_no
    naming = {code for code in item.fields if f"{{{code}}}" in templates} | ({item.name_field} & set(item.fields))
    if item.registers:
        naming |= {item.registers.name, item.registers.district}
    assert {item.fields[code].disclosure for code in naming} <= {Disclosure.PUBLIC}
