"""Topics and stores that were written before events had a statement are read as ever, and go on with one."""

import asyncio
from copy import deepcopy
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
SUBSCRIBERS = declarations().subscribers.values()
FEED = "feed.agency-xinda"


def schema_before(item: str) -> dict[str, Any]:
    schema = deepcopy(event_schema(item))
    (act,) = (field["type"] for field in schema["fields"] if field["name"] == "act")
    act["fields"] = [field for field in act["fields"] if field["name"] != "statement"]
    return schema


class BusOfBefore(Bus):
    """What it holds can be turned into what the version without statements wrote."""

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
                    act = self._before(record.act) if record.act else b""
                    store[key] = encode_record(record, content=self._before(record.content), act=act)

    def _before(self, value: bytes) -> bytes:
        event = self.decode(value)
        assert event["act"].pop("statement") is None
        return self.writers[event["header"]["item"]](event)


def test_what_was_written_before_is_read_and_goes_on_with_a_statement() -> None:
    bus = BusOfBefore(built(1, CATALOGUE, SUBSCRIBERS))
    for event in (
        EXAMPLES["enterprise-registration"].claiming(uscc=CODE),
        PENALTY,
        PENALTY.headed(verb="DISPUTE"),
    ):
        bus.publish(event)
    bus.settle()
    bus.publish(PENALTY.changed(CF_SY="乙"))
    bus.turn("intake", 0)
    bus.publish(PENALTY.changed(CF_SY="丙"))
    # of the last two, one waits for intake and one for profiles; nothing else of before is unread
    bus.rewrite()
    bus.publish(EXAMPLES["objection-and-repair"].claiming(uscc=CODE).changed(SJBH="1", SJLX="主体声明", SMNR="已缴清"))
    bus.settle()
    bus.publish(PENALTY.changed(CF_SY="丁"))
    bus.settle()
    shown = [bus.decode(one.value) for one in bus.read(FEED)]
    seen = [(one["record"]["verb"], one["act"]["statement"], one["content"]["CF_SY"]) for one in shown[-5:]]
    assert seen == [
        ("DISPUTE", None, "违法事实"),
        ("ISSUE", None, "乙"),
        ("ISSUE", None, "丙"),
        ("ANNOTATE", "已缴清", "丙"),
        ("ISSUE", "已缴清", "丁"),
    ]


def test_changes_of_before_reach_feeds() -> None:
    bus = BusOfBefore(built(1, CATALOGUE, SUBSCRIBERS))
    bus.publish(EXAMPLES["enterprise-registration"].claiming(uscc=CODE))
    bus.publish(PENALTY)
    for stage in ("intake", "profiles"):
        bus.turn(stage, 0)
    bus.rewrite()
    bus.settle()
    (change,) = (one for one in map(bus.decode, (one.value for one in bus.read(FEED))) if "CF_SY" in one["content"])
    assert (change["content"]["CF_SY"], change["act"]["statement"]) == ("违法事实", None)
