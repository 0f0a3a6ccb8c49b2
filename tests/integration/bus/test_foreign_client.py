"""A feed read by a client that nobody here wrote: confluent-kafka and its AvroDeserializer, the Confluent API."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import aclosing
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from creditbus.avro_schemas import raw_catalogue
from creditbus.services.cli import main as cli
from creditbus.services.subscriber.reading import FeedReader
from creditbus.topics.admin import admin
from creditbus.topics.connection import Connection
from creditbus.topics.feed_quotas import QuotaChange, set_quotas
from tests.harness.traffic import Traffic
from tests.harness.wire import Observer

_AGENCY = "agency-xinda"


def _read(bus: Connection, topic: str) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": bus.registry_url}))
    context = SerializationContext(topic, MessageField.VALUE)
    consumer = Consumer(
        {
            "bootstrap.servers": bus.bootstrap_servers,
            "group.id": "agency",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
        }
    )
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
    ended: set[int] = set()
    while len(ended) < len(partitions):
        message: Any
        for message in consumer.consume(1000, 1.0):
            if message.error() is None:
                yield message.partition(), message.value(), deserialize(message.value(), context)
            elif message.error().code() == KafkaError._PARTITION_EOF:
                ended.add(message.partition())
    consumer.close()


@pytest.fixture(scope="module", autouse=True)
def published(live: Observer) -> None:
    """Some traffic, through all stages."""
    live.wire.publish(Traffic(7, 120).messages(live.wire))
    live.settle()


def test_an_agency_reads_its_feed_with_the_tools_of_the_trade(live: Observer) -> None:
    public = {
        item: {field["name"] for field in raw.schema["fields"] if field["disclosure"] == "public"}
        for item, raw in raw_catalogue().items()
    }
    public["tax-credit-grade"].add("XYDJ")  # of which one value is
    previous: defaultdict[int, tuple[int, bytes]] = defaultdict(lambda: (0, bytes(32)))
    items = set()
    for partition, value, entry in _read(live.wire.bus, "feed.agency-xinda"):
        sequence, digest = previous[partition]
        assert entry["feed"] == {"feed_seq": sequence + 1, "previous_hash": digest}
        previous[partition] = (sequence + 1, hashlib.sha256(value).digest())
        item = entry["record"]["item"]
        items.add(item)
        assert entry["content"].keys() == public[item]
        assert "虚构备注" not in str(entry)
    assert items == {
        "enterprise-registration",
        "administrative-penalty",
        "red-black-list",
        "subject-succession",
        "tax-credit-grade",
    }
    assert sum(sequence for sequence, _ in previous.values()) == len(live.of("feed.agency-xinda"))


def test_a_department_sees_more_fields_of_the_same_change(live: Observer) -> None:
    remarks = {
        (entry["record"]["event_id"], entry["content"].get("BZ"))
        for _, _, entry in _read(live.wire.bus, "feed.department-housing")
        if entry["record"]["item"] == "administrative-penalty" and entry["record"]["state"] != "REPAIRED"
    }
    assert {remark for _, remark in remarks} == {"虚构备注"}


def test_brokers_slow_down_a_subscriber_above_its_quota_and_nobody_else(
    live: Observer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, feed, send = live.wire.bus, f"feed.{_AGENCY}", AIOKafkaClient.send
    records = live.of(feed)
    slowed: Counter[str] = Counter()

    async def sent(client: AIOKafkaClient, *arguments: Any, **named: Any) -> Any:
        answer = await send(client, *arguments, **named)
        slowed[client._client_id] += getattr(answer, "throttle_time_ms", 0)
        return answer

    async def read(client_id: str | None) -> int:
        found = 0
        async with aclosing(FeedReader(bus, feed, client_id).batches({}, follow=False)) as batches:
            async for batch in batches:
                found += len(batch.changes)
                if slowed[_AGENCY]:
                    break
        return found

    monkeypatch.setattr(AIOKafkaClient, "send", sent)
    with admin(bus) as kafka:
        # no batch of the feed is that small
        set_quotas(kafka, [QuotaChange(_AGENCY, "client-id", None, 1)])
        try:
            assert asyncio.run(read(None)) == len(records)
            # each broker counts by it as soon as it knows
            assert any(asyncio.run(read(_AGENCY)) < len(records) for _ in range(10))
        finally:
            set_quotas(kafka, [QuotaChange(_AGENCY, "client-id", 1, None)])
    assert [client_id for client_id, milliseconds in slowed.items() if milliseconds] == [_AGENCY]


def test_what_retention_has_cut_is_told_by_the_command_with_its_exit_code(
    live: Observer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bus = live.wire.bus
    for name, value in bus.endpoints().items():
        monkeypatch.setenv(f"CREDITBUS_{name.upper()}", value)
    follow = ["feed", "follow", "agency-xinda", "--from-start", "--until-end", "--lang", "en"]
    assert cli.main(follow) == 0
    capsys.readouterr()
    read = list(_read(bus, "feed.agency-xinda"))
    partition = max({number for number, _, _ in read}, key=[number for number, _, _ in read].count)
    place = TopicPartition("feed.agency-xinda", partition, OFFSET_END)
    cut = TopicPartition("feed.agency-xinda", partition, 3)
    client = AdminClient({"bootstrap.servers": bus.bootstrap_servers})
    (done,) = client.delete_records([cut]).values()
    done.result(30)
    left = [entry["feed"]["feed_seq"] for number, _, entry in _read(bus, "feed.agency-xinda") if number == partition]
    assert left[0] > 1
    assert cli.main(follow) == 1
    lost = f"1 to {left[0] - 1} have" if left[0] > 2 else "number 1 has"
    assert f"partition {partition}: {lost} expired" in capsys.readouterr().err
    (done,) = client.delete_records([place]).values()
    done.result(30)
    assert cli.main(follow) == 1
    assert f"partition {partition}: all records that it held have expired" in capsys.readouterr().err
