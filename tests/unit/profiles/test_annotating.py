"""A statement stays with its record when publication ends and goes on, and is in no repr."""

from typing import Any

from creditbus.services.domain.event import ingest_key
from tests.examples import EXAMPLES, Example
from tests.harness.shown_profiles import present
from tests.harness.traffic import party, penalty
from tests.properties.test_end_of_publication import City
from tests.step_harness import Bus, machinery, sent

WHICH = (0, 1)
PARTY = party(0, "420106")
SAID = "款项已缴清。"


def statement(number: str = "示声1", **fields: str) -> Example:
    document: Any = penalty(PARTY, WHICH[1], "0.5")
    row = {"SJBH": number, "SJLX": "主体声明", "SMNR": SAID, "WSH": document["header"]["document_no"], **fields}
    return EXAMPLES["objection-and-repair"].claiming(uscc=PARTY.code).changed(**row)


def shown(bus: Bus) -> tuple[str, str | None]:
    """Give state and statement of the penalty in the profile."""
    profile = present(bus, PARTY.code)
    assert profile is not None
    (found,) = (record for record in profile["records"] if record["item"] == "administrative-penalty")
    return found["state"], found["statement"]


def in_feed(bus: Bus) -> dict[str, Any]:
    newest: dict[str, Any] = bus.decode(bus.read("feed.agency-xinda")[-1].value)
    return newest


def test_the_statement_outlasts_an_end_and_comes_back_with_the_record() -> None:
    city = City()
    city.state(WHICH, 400, None, "罚款")
    city.settle()
    city.bus.publish(statement())
    city.settle()
    assert shown(city.bus) == ("ACTIVE", SAID)
    city.pass_days(60)
    city.settle()
    # the rule of 2026 lets it stand for a year
    assert shown(city.bus) == ("EXPIRED", SAID)
    assert (in_feed(city.bus)["record"]["state"], in_feed(city.bus)["act"]["statement"]) == ("EXPIRED", None)
    city.declare()
    city.settle()
    assert shown(city.bus) == ("ACTIVE", SAID)
    assert (in_feed(city.bus)["record"]["change"], in_feed(city.bus)["act"]["statement"]) == ("RESTATED", SAID)


def test_a_statement_about_a_record_that_has_ended_is_there_once_it_goes_on() -> None:
    city = City()
    city.state(WHICH, 400, None, "罚款")
    city.pass_days(60)
    city.settle()
    city.bus.publish(statement())
    city.settle()
    assert shown(city.bus) == ("EXPIRED", SAID)
    city.declare()
    city.settle()
    assert in_feed(city.bus)["act"]["statement"] == SAID


def test_a_department_states_nothing_for_a_subject() -> None:
    bus = Bus(machinery())
    event = EXAMPLES["administrative-penalty"].claiming(uscc=PARTY.code)
    header, act = sent(event)
    codec, department = bus.parts.codec, header["origin"]["department"]
    body, _ = codec.write_body(event.item.id, {**act, "statement": SAID}, event.claim, event.content)  # type: ignore[arg-type] # as Bus.publish
    bus.publish_bytes(department, ingest_key(header), codec.seal(header, body))
    bus.settle()
    (reject,) = (bus.decode(one.value) for one in bus.read(f"rejects.{department}"))
    assert [(one["reason"], one["field"]) for one in reject["findings"]] == [("CAT_NOT_ENTITLED", "act.statement")]


def test_nothing_of_a_statement_is_in_the_repr_of_what_carries_it() -> None:
    bus = Bus(machinery())
    for event in (
        EXAMPLES["enterprise-registration"].claiming(uscc=PARTY.code),
        EXAMPLES["administrative-penalty"].claiming(uscc=PARTY.code),
        statement(WSH=EXAMPLES["administrative-penalty"].content["CF_WSH"] or ""),
    ):
        bus.publish(event)
    bus.settle()
    codec = bus.parts.codec
    (record,) = (one for key, one in bus.records(PARTY.code).items() if "penalty" in key)
    opened = codec.open(record.act)
    assert codec.read_body("administrative-penalty", opened.body)[0]["statement"] == SAID
    assert not any(SAID in repr(one) for one in (record, opened, codec.emission(record.act)))
