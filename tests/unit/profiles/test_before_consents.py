"""Topics and stores that were written before changes had consents are read as ever, and go on with them."""

import asyncio
from copy import deepcopy
from dataclasses import replace
from typing import Any

from creditbus.avro_schemas import event_schema
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from creditbus.services.engine.codec.schemas import full_name
from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE, EXAMPLES
from tests.step_harness import Bus, built

CODE = "91420106MA4KAAA16H"
ITEMS = ("administrative-penalty", "enterprise-registration")
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE)
SUBSCRIBERS = [replace(one, consent=True) for one in declarations().subscribers.values() if one.id == "agency-xinda"]
FEED = "feed.agency-xinda"


def schema_before(item: str) -> dict[str, Any]:
    schema = deepcopy(event_schema(item))
    (header,) = (field["type"] for field in schema["fields"] if field["name"] == "header")
    (applied,) = (field["type"][1] for field in header["fields"] if field["name"] == "applied")
    (facts,) = (field["type"][1] for field in applied["fields"] if field["name"] == "before")
    for part in (applied, facts):
        part["fields"] = [field for field in part["fields"] if field["name"] != "consents"]
    return schema


class BusOfBefore(Bus):
    """What it holds can be turned into what the version without consents wrote."""

    def rewrite(self) -> None:
        parts = self.parts
        self.writers = {}
        for item in ITEMS:
            schema = schema_before(item)
            self.writers[item] = RecordWriter(schema, parts.registry.register(full_name(schema), schema))
            asyncio.run(parts.schemas.learn_versions([schema]))
        for (topic, _), log in self.topics.items():
            if topic in {"credit.events", "credit.changes"} or topic.startswith("ingest."):
                log[:] = [one._replace(value=self._before(one.value or b"")) for one in log]
        for (stage, _), store in self.stores.items():
            for key, value in store.items():
                if stage == "profiles" and key.startswith(b"r|"):
                    record = decode_record(value)
                    store[key] = encode_record(record, content=self._before(record.content))

    def _before(self, value: bytes) -> bytes:
        event = self.decode(value)
        applied = event["header"]["applied"]
        if applied is not None:
            assert applied.pop("consents") == []
        return self.writers[event["header"]["item"]](event)


def test_what_was_written_before_is_read_and_goes_on_with_consents() -> None:
    bus = BusOfBefore(built(1, CATALOGUE, SUBSCRIBERS))
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    bus.settle()
    bus.publish(PENALTY.changed(CF_WSH="某罚〔2018〕2号"))
    bus.turn("intake", 0)
    bus.publish(PENALTY.changed(CF_WSH="某罚〔2018〕3号"))
    # of the last two, one waits for intake and one for profiles; nothing else of before is unread
    bus.rewrite()
    bus.settle()
    assert bus.read(FEED) == []
    bus.publish(EXAMPLES["subject-consent"].claiming(uscc=CODE))
    bus.settle()
    shown = [bus.decode(one.value) for one in bus.read(FEED)]
    numbers = {one["record"]["document_no"] for one in shown if one["record"]["item"] == "administrative-penalty"}
    assert numbers == {f"某罚〔2018〕{number}号" for number in (1, 2, 3)}


def test_changes_of_before_reach_feeds() -> None:
    bus = BusOfBefore(built(1, CATALOGUE, [replace(one, consent=False) for one in SUBSCRIBERS]))
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    for stage in ("intake", "profiles"):
        bus.turn(stage, 0)
    bus.rewrite()
    bus.settle()
    assert [bus.decode(one.value)["record"]["change"] for one in bus.read(FEED)] == ["NEW", "NEW"]
