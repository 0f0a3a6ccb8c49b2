"""Properties of what a grant lets through."""

import json
from datetime import date
from typing import Any

from fastavro import parse_schema
from fastavro.validation import validate
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.disclosure import Projection
from creditbus.services.domain.event import Act, Header, RecordState, SubjectKind
from creditbus.services.domain.grants import Grant, admits
from tests.examples import CATALOGUE

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


def header_of(item: Item, state: RecordState, district: str = "420106") -> Header:
    header: dict[str, Any] = {
        "item": item.id,
        "verb": "ISSUE",
        "event_id": bytes(16),
        "authority": "authority",
        "authority_name": "name",
        "document_no": "number",
        "subject": "subject",
        "subject_name": "",
        "subject_kind": "ENTERPRISE",
        "received_at": 0,
        "applied": {
            "change": "NEW",
            "version": 1,
            "revision": 1,
            "state": state.value,
            "previous_state": None,
            "registered_name": "",
            "district": district,
            "registered": True,
        },
    }
    return header  # type: ignore[return-value] # what a projection looks at


@given(st.data(), items, st.sampled_from(RecordState))
def test_nothing_of_a_field_outside_the_grant_leaves(data: st.DataObject, item: Item, state: RecordState) -> None:
    grant = data.draw(grants(item))
    content = {code: marker(code) for code in item.fields}
    # every way in which content states an act, so that no part of it carries a field past the grant
    for stated in item.events:
        act: dict[str, str | None] = dict.fromkeys(Act.__annotations__)
        act |= {name: content[source] for name, source in stated.act}
        projection = Projection(grant, item)
        shown = projection.project(header_of(item, state), act, content)  # type: ignore[arg-type] # the parts of an act
        granted = {
            code
            for code, field in item.fields.items()
            if RANKS.index(field.disclosure) <= RANKS.index(grant.disclosure)
            and code in grant.fields.get(item.id, item.fields)
        }
        assert set(shown["content"]) == granted
        text = json.dumps(shown, ensure_ascii=False)
        seen = {code for code in item.fields if f"«{code}»" in text}
        assert seen <= (set() if state in RETRACTED else granted)
        masked = {code for code in granted if item.fields[code].mask is not None}
        assert not [code for code in masked if marker(code) in text]
        schema = parse_schema(projection.schema(), named_schemas={})
        evidence = {"feed_seq": 1, "previous_hash": bytes(32)}
        assert validate({"feed": evidence, **shown}, schema, strict=True)


@given(st.data(), items, st.dates(date(2019, 1, 1), date(2020, 12, 31)), st.sampled_from(["420106", "420103", ""]))
def test_a_grant_admits_only_what_it_names(data: st.DataObject, item: Item, on: date, district: str) -> None:
    grant = data.draw(grants(item))
    header = header_of(item, RecordState.ACTIVE, district)
    if not admits(grant, header, on):
        return
    assert item.id in grant.items
    assert "ENTERPRISE" in grant.subject_kinds
    assert on <= grant.valid_until
    assert not grant.consent
    assert grant.districts is None or district in grant.districts


@given(items)
def test_what_names_a_record_and_its_subject_is_public(item: Item) -> None:
    """Every feed shows them, whatever its grant."""
    templates = item.natural_key.authority_code + item.natural_key.authority_name + item.natural_key.document_no
    naming = {code for code in item.fields if f"{{{code}}}" in templates} | ({item.name_field} & set(item.fields))
    if item.registers:
        naming |= {item.registers.name, item.registers.district}
    assert {item.fields[code].disclosure for code in naming} <= {Disclosure.PUBLIC}
