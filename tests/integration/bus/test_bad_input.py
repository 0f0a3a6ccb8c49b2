"""Bad input goes back with reason, field, place and bytes; nothing of a natural person stays; work goes on."""

import itertools
from typing import Any

import pytest

from creditbus.topics.registry import SchemaRegistry
from tests.harness.traffic import party, penalty, registration
from tests.harness.wire import Message, Observer

TOPIC = "ingest.administrative-enforcement"
PERSON = "测试自然人0001"
PERSON_ID = "11010519491231002X"

_numbers = itertools.count(9_000_000)


def event(**content: str | None) -> dict[str, Any]:
    """Make a good penalty, changed."""
    made = penalty(party(next(_numbers)), 1, "0.5")
    made["header"]["origin"] |= {"run": "run-bad", "file": "坏数据.jsonl", "sheet": "", "row": 17}
    return {**made, "content": {**made["content"], **content}}


def rejects(observer: Observer, value: bytes, topic: str = TOPIC, key: bytes = b"bad") -> list[dict[str, Any]]:
    """Publish bytes and return what came back of them."""
    before = {id(record) for record in observer.of("rejects.")}
    observer.wire.publish([Message(topic, key, value)])
    observer.settle()
    return [observer.wire.decode(record.value) for record in observer.of("rejects.") if id(record) not in before]


@pytest.fixture(autouse=True)
def goes_on(live: Observer) -> Any:
    """After each test a good event still comes through, on every lane."""
    yield
    before = len(live.of("credit.changes"))
    wire = live.wire
    good = [registration(party(next(_numbers)), "虚构经营范围") for _ in range(12)]
    wire.publish(
        Message(
            "ingest.market-supervision",
            made["header"]["document_no"].encode(),
            wire.encode("enterprise-registration", made),
        )
        for made in good
    )
    live.settle()
    assert len(live.of("credit.changes")) == before + len(good)


@pytest.mark.parametrize("value", [b"\xff\xfe", b"\x00", b"\x00\x00\x00\x00\x01", "中文".encode(), b"{}"])
def test_bytes_without_a_frame(live: Observer, value: bytes) -> None:
    (reject,) = rejects(live, value)
    assert reject["findings"] == [{"reason": "FORMAT_UNDECODABLE", "field": "", "proposed": None}]
    assert reject["original"] == value
    assert (reject["topic"], reject["department"]) == (TOPIC, "administrative-enforcement")
    place = live.of(TOPIC)
    assert (reject["partition"], reject["offset"]) in {(record.place.partition, record.offset) for record in place}


def test_a_message_without_a_value(live: Observer) -> None:
    (reject,) = rejects(live, b"")
    assert reject["findings"][0]["reason"] == "FORMAT_UNDECODABLE"


def test_bytes_cut_off_and_bytes_too_many(live: Observer) -> None:
    whole = live.wire.encode("administrative-penalty", event())
    for value in (whole[:40], whole[:-1], whole + b"x"):
        (reject,) = rejects(live, value)
        assert reject["findings"][0]["reason"] == "FORMAT_UNDECODABLE"
        assert reject["original"] == value


def test_an_unknown_schema_id(live: Observer) -> None:
    value = b"\x00\x00\xff\xff\xff" + live.wire.encode("administrative-penalty", event())[5:]
    (reject,) = rejects(live, value)
    assert reject["findings"][0]["reason"] == "FORMAT_UNKNOWN_SCHEMA"
    assert reject["original"] == value


def test_a_schema_that_is_not_of_the_bus(live: Observer) -> None:
    schema = {"type": "record", "name": "Stranger", "namespace": "elsewhere", "fields": [{"name": "a", "type": "int"}]}
    number = SchemaRegistry(live.wire.bus.registry_url).register("elsewhere.Stranger", schema)
    value = b"\0" + number.to_bytes(4, "big") + b"\x02"
    (reject,) = rejects(live, value)
    assert reject["findings"][0]["reason"] == "CAT_NOT_IN_CATALOGUE"
    assert reject["original"] == value


def test_a_department_that_pretends_to_be_another(live: Observer) -> None:
    value = live.wire.encode("administrative-penalty", event())
    (reject,) = rejects(live, value, "ingest.tax-bureau")
    assert reject["findings"] == [{"reason": "CAT_NOT_ENTITLED", "field": "origin.department", "proposed": None}]
    assert reject["department"] == "tax-bureau"
    assert live.of("rejects.tax-bureau")
    assert reject["original"] == value


def test_a_department_that_is_not_entitled(live: Observer) -> None:
    made = event()
    made["header"]["origin"]["department"] = "tax-bureau"
    (reject,) = rejects(live, live.wire.encode("administrative-penalty", made), "ingest.tax-bureau")
    assert reject["findings"][0]["reason"] == "CAT_NOT_ENTITLED"


def test_fields_that_fail_with_their_place(live: Observer) -> None:
    value = live.wire.encode("administrative-penalty", event(CF_JDRQ="2018年5月1日", CF_SY=None, CF_NR_FK="许多"))
    (reject,) = rejects(live, value)
    assert [(finding["reason"], finding["field"]) for finding in reject["findings"]] == [
        ("MANDATORY_EMPTY", "CF_SY"),
        ("NUMBER_UNPARSABLE", "CF_NR_FK"),
        ("DATE_UNPARSABLE", "CF_JDRQ"),
    ]
    assert (reject["file"], reject["row"], reject["run"]) == ("坏数据.jsonl", 17, "run-bad")
    assert (reject["stage"], reject["item"], reject["original"]) == ("intake", "administrative-penalty", value)


def test_nothing_of_a_natural_person_is_kept(live: Observer) -> None:
    made = event(CF_XDR_LB="自然人", CF_XDR_MC=PERSON)
    made["header"] |= {"subject_name": PERSON, "subject_kind": "NATURAL_PERSON"}
    made["claim"] = {**made["claim"], "uscc": None, "person_id_kind": "身份证", "person_id": PERSON_ID}
    value = live.wire.encode("administrative-penalty", made)
    (reject,) = rejects(live, value)
    assert [finding["reason"] for finding in reject["findings"]] == ["CAT_NATURAL_PERSON"]
    assert reject["original"] == b""
    behind = [record for prefix in ("rejects.", "credit.", "feed.") for record in live.of(prefix)]
    for record in behind:
        text = (record.key or b"") + (record.value or b"")
        assert PERSON.encode() not in text
        assert PERSON_ID.encode() not in text
