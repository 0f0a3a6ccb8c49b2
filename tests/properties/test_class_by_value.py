"""Properties of classes that depend on a value: of any item and rule, and of the shipped one through all stages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.avro_schemas.composition import without_logical_types
from creditbus.services.domain.catalogue import Disclosure, Field, Item
from creditbus.services.domain.event import Act, RecordState
from creditbus.services.domain.feed.denial import Denial
from creditbus.services.domain.feed.disclosure import Projection
from creditbus.services.local.audience import Hidden, Shown, audience_of
from creditbus.services.local.watching import watch
from creditbus.topics.declarations import declarations
from tests.effort import share
from tests.examples import CATALOGUE, EXAMPLES, Example
from tests.feed_records import PROOF, READER, RETRACTED, applied_event, feed_record, grants, header_of, part_masked
from tests.step_harness import Bus, machinery
from tests.wire_headers import applieds, headers

RANKS = list(Disclosure)
VALUES = tuple(f"«{letter}»" * 4 for letter in "甲乙丙丁")
ALL = sorted(CATALOGUE, key=lambda item: item.id)
SUBJECT = "91420106MA4KAAA16H"


@st.composite
def ruled_items(draw: st.DrawFn) -> tuple[Item, Field]:
    """Give an item with a class by value, whether or not its records are withheld for it."""
    item = draw(st.sampled_from(ALL))
    field = replace(
        item.fields[draw(st.sampled_from(sorted(item.fields)))],
        disclosure=draw(st.sampled_from(Disclosure)),
        by_value=draw(st.dictionaries(st.sampled_from(VALUES), st.sampled_from(Disclosure), min_size=1)),
        mask=draw(st.none() | st.just((2, 2))),
        values=VALUES,
        separator=draw(st.sampled_from(["", ";"])),
    )
    withheld = draw(st.sampled_from(["", field.code]))
    ruled = replace(item, fields={**item.fields, field.code: field}, withheld_unless_disclosed=withheld)
    return ruled, field


def cells(field: Field) -> st.SearchStrategy[str | None]:
    several = st.lists(st.sampled_from(VALUES), min_size=1, max_size=3).map(field.separator.join)
    return st.none() | (several if field.separator else st.sampled_from(VALUES))


def rank_of(field: Field, cell: str | None) -> int:
    """Give the place of the class of a cell's narrowest value, in words of this test."""
    values = ["no value"] if cell is None else cell.split(";")
    return max(RANKS.index(field.by_value.get(value, field.disclosure)) for value in values)


def plain_record(projection: Projection, event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give a feed's record as dictionaries, by the words of docs/adr/0031-class-by-value.md.

    To a subscriber whose grant covered the record before as it does now.
    """
    header, item = event["header"], projection.item
    applied, ceiling = header["applied"], RANKS.index(projection.grant.disclosure)
    told, _, value_before = (applied["before"] or {"gate": ""})["gate"].partition("=")
    leaves_it = applied["change"] in {"TRANSITION", "RESTATED"}
    classes = {field.code: rank_of(field, event["content"][field.code]) for field in item.fields.values()}
    gate = item.fields.get(item.withheld_unless_disclosed)
    about = {name: header[name] for name in ("item", "authority", "authority_name", "document_no", "verb")}
    about |= {name: applied[name] for name in ("change", "revision", "state", "previous_state")}
    about |= {"event_id": header["event_id"].hex(), "received_at": header["received_at"], "withheld_for": None}
    empty = applied["state"] in RETRACTED
    name = b"withheld\0" + header["subject"].encode() + b"\0" + str(applied["version"]).encode()
    withheld = {"event_id": blake2b(name, digest_size=16).hexdigest()}
    hidden = gate is not None and classes[gate.code] > ceiling
    if gate is not None and told == gate.code:
        was_hidden = rank_of(gate, value_before or None) > ceiling
        is_hidden = was_hidden if leaves_it else hidden
        nobody = applied["change"] == "NEW" or applied["previous_state"] in RETRACTED
        if (was_hidden and (is_hidden or empty)) or (is_hidden and nobody):
            return None
        if hidden or is_hidden:
            about |= withheld
        if is_hidden:
            about |= {"withheld_for": "VALUE", "state": "WITHHELD", "previous_state": None}
            empty = True
    elif gate is not None and hidden:
        never = min(RANKS.index(one) for one in (gate.disclosure, *gate.by_value.values())) > ceiling
        again = applied["change"] == "TRANSITION" and applied["state"] not in RETRACTED
        if never or again or applied["revision"] == 1 or applied["previous_state"] in RETRACTED:
            return None
        if applied["change"] in {"NEW", "RESTATED"}:
            return None
        about |= withheld | {"withheld_for": "VALUE", "state": "WITHHELD", "previous_state": None}
        empty = True
    return {
        "feed": PROOF,
        "subject": {
            "code": header["subject"],
            "name": applied["registered_name"] or header["subject_name"],
            "kind": header["subject_kind"],
            **{name: applied[name] for name in ("district", "registered", "version")},
        },
        "record": about,
        "act": {name: None if empty else event["act"][name] for name in projection.act},
        "content": {
            field.code: None
            if empty or classes[field.code] > ceiling
            else part_masked(field, event["content"][field.code])
            for field in projection.fields
        },
    }


@given(st.data(), ruled_items(), headers, applieds)
@settings(max_examples=share(150))
def test_slices_of_the_event_are_to_the_byte_what_its_decoded_parts_are(
    data: st.DataObject, ruled: tuple[Item, Field], header: dict[str, Any], applied: dict[str, Any]
) -> None:
    item, field = ruled
    applied |= {"revision": data.draw(st.integers(1, 3))}
    if applied["before"] is not None:
        value = data.draw(cells(field)) or ""
        # an older version may have withheld by another field, or said nothing
        gates = ("", f"{field.code}={value}", f"{field.code}={value}", f"{field.code}X={value}")
        applied["before"] = applied["before"] | {"gate": data.draw(st.sampled_from(gates))}
    header = {**header, "item": item.id, "applied": applied}
    texts = st.none() | st.text(max_size=9)
    act = data.draw(st.fixed_dictionaries(dict.fromkeys(Act.__annotations__, texts)))
    content = data.draw(st.fixed_dictionaries({**dict.fromkeys(item.fields, texts), field.code: cells(field)}))
    projection = Projection(data.draw(grants(item)), item)
    change = READER.read(applied_event(item, header, act, content))
    assert change is not None
    wanted = plain_record(projection, {"header": header, "act": act, "content": content})
    found = feed_record(projection, change)
    if wanted is None or found is None:
        assert (wanted, found) == (None, None)
        return
    out = BytesIO()
    schemaless_writer(out, parse_schema(without_logical_types(projection.schema()), named_schemas={}), wanted)
    assert found == (out.getvalue(), wanted)


@given(st.data(), ruled_items(), st.sampled_from(RecordState), applieds)
@settings(max_examples=share(150))
def test_no_value_of_a_class_above_the_ceiling_leaves(
    data: st.DataObject, ruled: tuple[Item, Field], state: RecordState, applied: dict[str, Any]
) -> None:
    item, field = ruled
    grant = data.draw(grants(item))
    cell = data.draw(cells(field))
    content = {**dict.fromkeys(item.fields), field.code: cell}
    header = {**header_of(item, state), "applied": applied | {"registered_name": "", "district": ""}}
    # every way in which content states an act, so that no part of it carries the value past the ceiling
    for stated in item.events:
        act: dict[str, str | None] = dict.fromkeys(Act.__annotations__)
        act |= {name: content[source] for name, source in stated.act}
        change = READER.read(applied_event(item, header, act, content))
        assert change is not None
        found = feed_record(Projection(grant, item), change)
        if found is not None and rank_of(field, cell) > RANKS.index(grant.disclosure):
            assert "«" not in found[0].decode(errors="replace")


# -- the shipped rule, through all stages ------------------------------------------------------------

GRADE = EXAMPLES["tax-credit-grade"].claiming(tax_no="420106MA4KAAA16").changed(PJND="2019")
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=SUBJECT).changed(DOMDISTRICT="420106")
ACT = EXAMPLES["objection-and-repair"].claiming(uscc=SUBJECT).changed(JGDM=None, JGMC="某税务局", WSH="2019年度")
OBJECTED, ANNULLED = {"SJLX": "异议申请"}, {"SJLX": "撤销"}
CORRECTED = [{"SJLX": "更正", "GZNR": f'{{"XYDJ": "{grade}"}}'} for grade in "AB"]


def grades() -> st.SearchStrategy[Example]:
    return st.sampled_from("ABCD").map(lambda grade: GRADE.changed(XYDJ=grade))


def acts(*kinds: Mapping[str, str]) -> st.SearchStrategy[Example]:
    """Acts on the grade from elsewhere; each has a number of its own."""
    numbered = st.tuples(st.sampled_from(kinds), st.integers(1, 10**6))
    return numbered.map(lambda one: ACT.changed(SJBH=f"示{one[1]}", **one[0]))


histories = st.lists(grades() | acts(OBJECTED, ANNULLED, *CORRECTED), min_size=1, max_size=6)


def played(history: Sequence[Example]) -> Bus:
    bus = Bus(machinery())
    for event in (REGISTRATION, *history):
        bus.publish(event)
    bus.settle()
    return bus


def held_by(bus: Bus, subscriber: str) -> list[Mapping[str, Any]]:
    """Give the grades of a subscriber that follows every retraction: the newest content of each record."""
    held: dict[str, Mapping[str, Any]] = {}
    for message in bus.read(f"feed.{subscriber}"):
        change = bus.decode(message.value)
        if change["record"]["item"] != GRADE.item.id:
            continue
        if change["record"]["state"] in {*RETRACTED, "WITHHELD"}:
            assert not any(change["content"].values())
            held.pop(change["record"]["document_no"], None)
        else:
            held[change["record"]["document_no"]] = change["content"]
    return list(held.values())


@given(histories)
@settings(max_examples=share(80))
def test_what_a_subscriber_holds_in_the_end_is_what_it_may_see(history: list[Example]) -> None:
    bus = played(history)
    records = [record for key, record in bus.records(SUBJECT).items() if key.startswith(f"{GRADE.item.id}|")]
    standing = [bus.decode(record.content)["content"] for record in records if record.state not in RETRACTED]
    assert held_by(bus, "district-wuchang") == standing
    assert held_by(bus, "agency-xinda") == [content for content in standing if content["XYDJ"] == "A"]


def without_a() -> st.SearchStrategy[Example]:
    return st.sampled_from("BCDM").map(lambda grade: GRADE.changed(XYDJ=grade))


@given(st.lists(without_a() | acts(OBJECTED, ANNULLED, CORRECTED[1]), min_size=1, max_size=6))
@settings(max_examples=share(60))
def test_nothing_tells_of_a_grade_that_was_never_public(history: list[Example]) -> None:
    bus = played(history)
    assert all(bus.decode(one.value)["record"]["item"] != GRADE.item.id for one in bus.read("feed.agency-xinda"))


@given(histories)
@settings(max_examples=share(60))
def test_each_retraction_takes_back_what_was_shown_and_each_record_that_is_shown_is_public(
    history: list[Example],
) -> None:
    shown: set[str] = set()
    bus = played(history)
    for message in bus.read("feed.agency-xinda"):
        change = bus.decode(message.value)
        number = change["record"]["document_no"]
        if change["record"]["item"] != GRADE.item.id:
            continue
        if change["record"]["state"] in {*RETRACTED, "WITHHELD"}:
            assert number in shown
            shown.remove(number)
        else:
            assert change["content"]["XYDJ"] in {"A", None}
            shown.add(number)


@given(histories)
@settings(max_examples=share(30))
def test_a_trace_says_withheld_exactly_where_a_feed_has_nothing_for_the_value(history: list[Example]) -> None:
    bus = Bus(machinery())
    for event in (REGISTRATION, *history):
        bus.publish(event)
    agency = declarations().subscribers["agency-xinda"]
    for hop in watch(bus):
        if hop.stage == "fanout" and hop.record["header"]["item"] == GRADE.item.id:
            (seen,) = audience_of(hop, bus.parts.catalogue, [agency])
            given_record = any(sent.topic == "feed.agency-xinda" for sent in hop.sent)
            assert isinstance(seen, Shown) == given_record
            assert given_record or seen == Hidden("agency-xinda", Denial.VALUE, "public")
