"""Properties of what a grant lets through; classes that depend on a value are in test_class_by_value.py."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.event import Act, RecordState, SubjectKind
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.domain.feed.grants import admits
from tests.examples import CATALOGUE
from tests.feed_records import PROOF, READER, RETRACTED, applied_event, feed_record, grants, header_of, part_masked
from tests.wire_headers import applieds, headers

RANKS = list(Disclosure)
ALL = sorted(CATALOGUE, key=lambda item: item.id)
items = st.sampled_from([item for item in ALL if not any(field.by_value for field in item.fields.values())])


def marker(code: str) -> str:
    """Give a value that is found nowhere but in the field of this code."""
    return f"«{code}»" * 4


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
    assert change.key.decode() == "|".join(header[name] for name in ("subject", "item", "authority", "document_no"))
    assert change.moved == (applied["before"] is not None)
    record = feed_record(projection, change)
    assert record is not None
    _, shown = record
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
            "withheld_for": None,
        },
        "act": {name: None if retracted else act[name] for name in projection.act},
        "content": {
            field.code: None if retracted else part_masked(item.fields[field.code], content[field.code])
            for field in projection.fields
        },
    }


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
        record = feed_record(Projection(grant, item), change)
        assert record is not None
        value, shown = record
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


@given(st.data(), items, st.dates(date(2019, 1, 1), date(2020, 12, 31)), st.sampled_from(["420106", "420103", ""]))
def test_a_grant_admits_only_what_it_names(data: st.DataObject, item: Item, on: date, district: str) -> None:
    grant = data.draw(grants(item))
    kind = data.draw(st.sampled_from(SubjectKind))
    named = (
        item.id in grant.items
        and kind in grant.subject_kinds
        and on <= grant.valid_until
        and (grant.valid_from is None or on >= grant.valid_from)
        and not grant.consent
        and (grant.districts is None or district in grant.districts)
    )
    assert admits(grant, item=item.id, subject_kind=kind, district=district, on=on) == named


@given(st.sampled_from(ALL))
def test_what_names_a_record_and_its_subject_is_public(item: Item) -> None:
    """Every feed shows them, whatever its grant."""
    templates = item.natural_key.authority_code + item.natural_key.authority_name + item.natural_key.document_no
    naming = {code for code in item.fields if f"{{{code}}}" in templates} | ({item.name_field} & set(item.fields))
    if item.registers:
        naming |= {item.registers.name, item.registers.district}
    assert {item.fields[code].narrowest for code in naming} <= {Disclosure.PUBLIC}
