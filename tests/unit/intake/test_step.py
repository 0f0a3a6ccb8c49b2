from hashlib import blake2b
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer

from creditbus.avro_schemas import event_schema, raw_catalogue, unreadable_schema
from creditbus.services.domain.catalogue import Catalogue
from creditbus.services.domain.framing import frame
from creditbus.services.domain.tokens import person_token
from creditbus.services.engine.codec.schemas import full_name
from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE, EXAMPLES, SUBJECT, Example
from tests.step_harness import PERSON_KEY, Bus, built, machinery, sent

PENALTY = EXAMPLES["administrative-penalty"]
REGISTRATION = EXAMPLES["enterprise-registration"]
#: The sample number of GB 11643, and the same person's number of fifteen digits.
NUMBER, OLD_NUMBER = "11010519491231002X", "110105491231002"


@pytest.fixture
def bus() -> Bus:
    return Bus(machinery())


def rejects(bus: Bus, department: str) -> list[dict[str, Any]]:
    return [bus.decode(message.value) for message in bus.read(f"rejects.{department}")]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "FORMAT_UNDECODABLE"),
        (b"", "FORMAT_UNDECODABLE"),
        (b"\x00", "FORMAT_UNDECODABLE"),
        (b"plain text", "FORMAT_UNDECODABLE"),
        (frame(4711) + b"x", "FORMAT_UNKNOWN_SCHEMA"),
        (frame(1) + b"\xff\xff\xff", "FORMAT_UNDECODABLE"),
    ],
)
def test_what_is_no_event_goes_back_as_it_came_and_the_next_is_taken(
    bus: Bus, value: bytes | None, reason: str
) -> None:
    message = bus.publish_bytes("administrative-enforcement", b"key", value)
    bus.publish(PENALTY)
    bus.settle()
    (reject,) = rejects(bus, "administrative-enforcement")
    assert [finding["reason"] for finding in reject["findings"]] == [reason]
    assert reject["original"] == (value or b"")
    assert (reject["topic"], reject["partition"], reject["offset"]) == message[:3]
    counts = bus.ledger().departments["administrative-enforcement"]
    assert counts.reasons == {reason: 1}
    assert counts.counts["received"] == 2


@pytest.mark.parametrize("length", [1, 3, 40, 200])
def test_an_event_that_was_cut_off_or_goes_on_is_undecodable(bus: Bus, length: int) -> None:
    value = bus.publish(PENALTY).value or b""
    bus.settle()
    bus.publish_bytes("administrative-enforcement", b"key", value[:-length])
    bus.publish_bytes("administrative-enforcement", b"key", value + b"x" * length)
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].reasons == {"FORMAT_UNDECODABLE": 2}


@pytest.mark.parametrize("schema", [{"type": "object"}, {"type": "record", "namespace": "creditbus"}, [], "text", 7])
def test_a_schema_that_is_no_avro_stops_nothing(schema: Any) -> None:
    parts = built(1, CATALOGUE, ())
    number = parts.registry.register("foreign", schema)
    bus = Bus(parts)
    bus.publish_bytes("administrative-enforcement", b"key", frame(number) + b"x")
    bus.publish(PENALTY)
    bus.settle()
    account = bus.ledger().departments["administrative-enforcement"]
    assert sum(account.reasons.values()) == 1
    assert account.counts["received"] == 2


def test_a_schema_of_no_catalogue_item_is_not_in_the_catalogue() -> None:
    parts = built(1, CATALOGUE, ())
    number = parts.registry.register(
        "foreign", {"type": "record", "name": "Foreign", "namespace": "city", "fields": []}
    )
    bus = Bus(parts)
    bus.publish_bytes("court", b"key", frame(number) + b"x")
    bus.settle()
    assert bus.ledger().departments["court"].reasons == {"CAT_NOT_IN_CATALOGUE": 1}


def test_an_item_that_the_header_does_not_name_is_not_in_the_catalogue(bus: Bus) -> None:
    bus.publish(PENALTY)
    header, act = sent(PENALTY)
    body, _ = bus.parts.codec.write_body(PENALTY.item.id, act, PENALTY.claim, PENALTY.content)  # type: ignore[arg-type] # plain
    other = {**header, "item": "administrative-licence"}
    sealed = bus.parts.codec.seal(header, body)[:5] + bus.parts.codec.seal(other, body)[5:]  # type: ignore[arg-type] # plain
    bus.publish_bytes("administrative-enforcement", b"key", sealed)
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].reasons == {"CAT_NOT_IN_CATALOGUE": 1}


def test_a_department_cannot_speak_for_another_one(bus: Bus) -> None:
    header, act = sent(PENALTY)
    body, _ = bus.parts.codec.write_body(PENALTY.item.id, act, PENALTY.claim, PENALTY.content)  # type: ignore[arg-type] # plain
    bus.publish_bytes("court", b"key", bus.parts.codec.seal(header, body))
    bus.settle()
    assert set(bus.ledger().departments) == {"court"}
    assert bus.ledger().departments["court"].reasons == {"CAT_NOT_ENTITLED": 1}


@pytest.mark.parametrize(("days_ahead", "reasons"), [(0, {}), (2, {"DATE_FUTURE": 1})])
def test_a_source_clock_in_the_future_would_outrank_every_later_event(
    bus: Bus, days_ahead: int, reasons: dict[str, int]
) -> None:
    header, act = sent(PENALTY)
    now = bus.publish(PENALTY).timestamp
    body, _ = bus.parts.codec.write_body(PENALTY.item.id, act, PENALTY.claim, PENALTY.content)  # type: ignore[arg-type] # plain
    ahead = {**header, "source_time": now + days_ahead * 86_400_000}
    bus.publish_bytes("administrative-enforcement", b"key", bus.parts.codec.seal(ahead, body))  # type: ignore[arg-type] # plain
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].reasons == reasons


_FIRST_MS = -62_135_596_800_000
"""0001-01-01T00:00Z: the first moment that is a day by UTC and in the city."""
_REGISTERED = EXAMPLES["enterprise-registration"].claiming(uscc="91420106MA4KAAA16H")
_PUBLISHED = PENALTY.claiming(uscc="91420106MA4KAAA16H").changed(CF_JDRQ="2019-12-01", CF_GSJZQ=None)


def after_objection(bus: Bus, **header: Any) -> tuple[dict[str, int], dict[str, int]]:
    """Publish a penalty and an objection to it with such headers; return what became of them, and why."""
    penalty = _PUBLISHED.headed(**header)
    for event in (_REGISTERED, penalty, penalty.headed(verb="DISPUTE")):
        bus.publish(event)
    bus.settle()
    account = bus.ledger().departments["administrative-enforcement"]
    return dict(account.counts), dict(account.reasons)


@pytest.mark.parametrize("moment", [-1, _FIRST_MS, None])
def test_a_source_time_of_any_day_of_the_calendar_is_admitted(bus: Bus, moment: int | None) -> None:
    assert after_objection(bus, source_time=moment) == ({"received": 2, "applied": 2}, {})


@pytest.mark.parametrize("moment", [_FIRST_MS - 1, -(10**15), -(1 << 62), -(1 << 63)])
def test_a_source_time_of_no_day_goes_back_and_stops_no_lane(bus: Bus, moment: int) -> None:
    assert after_objection(bus, source_time=moment) == ({"received": 2, "rejected": 2}, {"DATE_UNPARSABLE": 2})
    (reject, _) = rejects(bus, "administrative-enforcement")
    assert reject["findings"][0]["field"] == "header.source_time"


@pytest.mark.parametrize("place", [1 << 62, (1 << 63) - 1, -(1 << 63)])
def test_a_reading_of_no_day_goes_back_for_fanout_would_not_read_it(bus: Bus, place: int) -> None:
    assert after_objection(bus, reading=place) == ({"received": 2, "rejected": 2}, {"DATE_UNPARSABLE": 2})
    (reject, _) = rejects(bus, "administrative-enforcement")
    assert reject["findings"][0]["field"] == "header.reading"


@pytest.mark.parametrize("place", [0, 1, 1_600_000_000_000_000])
def test_other_readings_are_admitted_and_reach_the_feeds(bus: Bus, place: int) -> None:
    assert after_objection(bus, reading=place) == ({"received": 2, "applied": 2}, {})
    items = [bus.decode(one.value)["record"]["item"] for one in bus.read("feed.agency-xinda")]
    assert items.count(PENALTY.item.id) == 2


@pytest.mark.parametrize("digits", [5, 5_000])
def test_a_year_of_too_many_digits_goes_back_also_where_a_value_exists_only_from_a_year_on(
    bus: Bus, digits: int
) -> None:
    graded = EXAMPLES["tax-credit-grade"].changed(XYDJ="M", PJND="9" * digits)
    bus.publish(graded)
    bus.settle()
    (reject,) = rejects(bus, graded.header["origin"]["department"])
    assert [(one["reason"], one["field"]) for one in reject["findings"]] == [("DATE_UNPARSABLE", "PJND")]


@pytest.mark.parametrize("number", [1 << 31, 1 << 62, -(1 << 31) - 1, -(1 << 63)])
def test_an_int_of_more_than_32_bits_is_undecodable(bus: Bus, number: int) -> None:
    origin = {**sent(PENALTY)[0]["origin"], "row": number}
    undecodable = ({"received": 2, "rejected": 2}, {"FORMAT_UNDECODABLE": 2})
    assert after_objection(bus, origin=origin) == undecodable
    assert after_objection(Bus(bus.parts), normalised=number) == undecodable


@pytest.mark.parametrize(("stated", "booked"), [("FORMAT_COLUMN_COUNT", ""), ("nonsense", "FORMAT_UNPARSABLE")])
def test_an_unreadable_row_goes_back_with_its_reason(bus: Bus, stated: str, booked: str) -> None:
    header, _ = sent(PENALTY)
    schema = unreadable_schema()
    target = BytesIO()
    unreadable = {"reason": stated, "detail": "", "original": b"row"}
    schemaless_writer(target, parse_schema(schema, named_schemas={}), {"header": header, "unreadable": unreadable})
    number = bus.parts.registry.find(full_name(schema), schema)
    assert number is not None
    value = frame(number) + target.getvalue()
    bus.publish_bytes("administrative-enforcement", b"key", value)
    bus.settle()
    (reject,) = rejects(bus, "administrative-enforcement")
    assert (reject["item"], reject["row"], reject["original"]) == (PENALTY.item.id, 1, value)
    assert reject["findings"][0]["reason"] == (booked or reject["findings"][0]["reason"])
    assert bus.ledger().balanced


# -- identity --------------------------------------------------------------------------------------


def header_behind(bus: Bus, event: Example) -> Any:
    bus.publish(event)
    bus.settle()
    return bus.parts.codec.open(bus.read("credit.events")[-1].value or b"").header


def test_the_content_hash_is_that_of_the_contents_avro_bytes(bus: Bus) -> None:
    target = BytesIO()
    schema = parse_schema(raw_catalogue()[PENALTY.item.id].schema, named_schemas={})
    schemaless_writer(target, schema, PENALTY.content)
    assert header_behind(bus, PENALTY)["content_hash"] == blake2b(target.getvalue(), digest_size=16).digest()


def test_an_event_has_one_identity_however_often_and_from_whichever_row_it_is_sent(bus: Bus) -> None:
    first = header_behind(bus, PENALTY)["event_id"]
    department = PENALTY.header["origin"]["department"]
    again = PENALTY.headed(origin={"department": department, "file": "other.csv", "row": 99}, normalised=3)
    assert header_behind(bus, again)["event_id"] == first
    others = [
        PENALTY.changed(CF_NR="另一内容"),
        PENALTY.headed(source_time=1),
        PENALTY.headed(verb="DISPUTE"),
        PENALTY.claiming(uscc="91420106MA4KAAA16H"),
        PENALTY.changed(CF_WSH="另一号"),
    ]
    identities = {header_behind(bus, other)["event_id"] for other in others}
    assert len(identities | {first}) == len(others) + 1


def test_intake_says_when_and_where_an_event_arrived(bus: Bus) -> None:
    bus.publish(REGISTRATION)
    message = bus.publish(PENALTY.headed(received_at=5, sequence=5, warnings=["NAME_MISMATCH"]))
    bus.settle()
    header = bus.parts.codec.open(bus.read("credit.events")[-1].value or b"").header
    assert (header["received_at"], header["sequence"]) == (message.timestamp, message.offset)
    assert header["warnings"] == []


# -- legacy codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("look_ups", "detours"), [(True, 0), (False, 1)])
def test_a_known_legacy_code_needs_no_detour_and_a_look_up_that_is_behind_costs_one(
    look_ups: bool,  # noqa: FBT001 -- pytest passes it
    detours: int,
) -> None:
    bus = Bus(machinery(), look_ups=look_ups)
    bus.publish(REGISTRATION)
    bus.settle()
    told = len(bus.read("credit.unresolved"))
    bus.publish(PENALTY.claiming(organisation_code="72469068-4"))
    bus.settle()
    assert len(bus.read("credit.unresolved")) == told + detours
    assert bus.ledger().departments["administrative-enforcement"].counts["applied"] == 1


def test_the_second_code_of_a_row_counts_where_the_first_is_unknown(bus: Bus) -> None:
    bus.publish(REGISTRATION)
    bus.settle()
    bus.publish(PENALTY.claiming(registration_no="420106000012345", organisation_code="72469068-4"))
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].counts["applied"] == 1


def test_of_two_codes_that_are_known_the_better_one_counts(bus: Bus) -> None:
    """The registration number stands before the organisation code: it names the enterprise, not its premises."""
    bus.publish(REGISTRATION)
    bus.publish(REGISTRATION.claiming(uscc="91420106MA4KAAA16H", registration_no="420106000012345"))
    bus.settle()
    bus.publish(PENALTY.claiming(registration_no="420106000012345", organisation_code="72469068-4"))
    bus.settle()
    assert len(bus.records("91420106MA4KAAA16H")) == 2
    assert len(bus.records(SUBJECT)) == 1


# -- natural persons -------------------------------------------------------------------------------


def person(number: str, **header: Any) -> Example:
    told = PENALTY.claiming(person_id_kind="身份证", person_id=number)
    return told.changed(CF_XDR_LB="自然人", CF_XDR_MC="某甲姓名", CF_WSH="某罚〔2018〕9号").headed(**header)


@pytest.mark.parametrize("header", [{}, {"subject_kind": "NATURAL_PERSON"}, {"subject_kind": "ENTERPRISE"}])
def test_of_a_person_whom_no_item_admits_nothing_is_kept_even_if_the_connector_let_it_out(
    bus: Bus, header: dict[str, Any]
) -> None:
    bus.publish(person(NUMBER, **header))
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].reasons == {"CAT_NATURAL_PERSON": 1}
    assert_nowhere(bus, NUMBER, "某甲姓名", "某罚〔2018〕9号")


def test_the_number_of_an_admitted_person_is_nowhere_behind_intake() -> None:
    bus = Bus(built(1, with_persons(), declarations().subscribers.values()))
    for number in (NUMBER, OLD_NUMBER):
        bus.publish(person(number))
    bus.settle()
    assert bus.ledger().departments["administrative-enforcement"].counts["applied"] == 1
    assert bus.ledger().departments["administrative-enforcement"].counts["duplicate"] == 1
    assert bus.subject(person_token(NUMBER, PERSON_KEY)) is not None
    assert_nowhere(bus, NUMBER, OLD_NUMBER)


def test_without_the_citys_key_a_token_leads_nowhere() -> None:
    assert person_token(NUMBER, PERSON_KEY) == person_token(f" {NUMBER.lower()} ", PERSON_KEY)
    assert person_token(NUMBER, PERSON_KEY) != person_token(NUMBER, bytes(32))


def test_a_passport_number_is_no_identity_number() -> None:
    bus = Bus(built(1, with_persons(), ()))
    event = person("123456789012345")
    bus.publish(event.claiming(person_id_kind="护照", person_id="123456789012345"))
    bus.settle()
    assert bus.subject(person_token("123456789012345", PERSON_KEY)) is not None


def with_persons() -> Catalogue:
    raw = dict(raw_catalogue())
    penalty = raw[PENALTY.item.id]
    raw[PENALTY.item.id] = penalty._replace(entry=penalty.entry | {"subject_kinds": ["ENTERPRISE", "NATURAL_PERSON"]})
    return Catalogue.parse(raw)


def assert_nowhere(bus: Bus, *texts: str) -> None:
    behind = [message for (topic, _), log in bus.topics.items() if not topic.startswith("ingest.") for message in log]
    stored = [part for store in bus.stores.values() for entry in store.items() for part in entry]
    everything = [*stored, *(part or b"" for message in behind for part in (message.key, message.value))]
    assert everything
    for text in texts:
        assert not [part for part in everything if text.encode() in part]


# -- schemas of older connectors -------------------------------------------------------------------


def test_an_event_of_an_older_schema_is_the_same_event() -> None:
    schema = event_schema(PENALTY.item.id)
    *head, content = schema["fields"]
    older_content = {
        **content["type"],
        "fields": [field for field in content["type"]["fields"] if field["name"] != "BZ"],
    }
    older = {**schema, "fields": [*head, {**content, "type": older_content}]}
    parts = built(1, CATALOGUE, ())
    number = parts.registry.register(full_name(older), older)
    bus = Bus(parts)
    bus.publish(REGISTRATION)
    bus.publish(PENALTY)
    header, act = sent(PENALTY)
    target = BytesIO()
    event = {"header": header, "act": act, "claim": PENALTY.claim, "content": PENALTY.content}
    schemaless_writer(target, parse_schema(older, named_schemas={}), event)
    bus.publish_bytes("administrative-enforcement", b"key", frame(number) + target.getvalue())
    bus.settle()
    counts = bus.ledger().departments["administrative-enforcement"].counts
    assert (counts["applied"], counts["duplicate"]) == (1, 1)
