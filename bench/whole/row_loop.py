"""What a subscriber writes first: a stock consumer, the stock Avro deserializer, and an upsert for each record.

It reads a topic of one catalogue item to the end that it has now, commits after each poll, in the database first and
then in its group, and ends. A record whose state takes it away deletes its row.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from sqlalchemy.dialects.postgresql import Insert, insert

from creditbus.services.domain.evidence.retraction import RETRACTING

_KEY = ("subject_code", "record_authority", "record_document_no")
_LEFT_OUT = ("feed_previous_hash", "record_item", "record_withheld_for")
_POLL = 500
_PATIENCE_SECONDS = 10.0
_TYPES: dict[str, type[Any]] = {"long": sa.BigInteger, "int": sa.BigInteger, "boolean": sa.Boolean, "string": sa.Text}


def main() -> None:
    """Copy the topic."""
    parser = argparse.ArgumentParser()
    for name in ("servers", "registry", "topic", "group", "url", "table"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    consumer = Consumer(
        {
            "bootstrap.servers": options.servers,
            "group.id": options.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    registry = SchemaRegistryClient({"url": options.registry})
    decode = AvroDeserializer(registry)
    context = SerializationContext(options.topic, MessageField.VALUE)
    left = _ends(consumer, options.topic)
    consumer.subscribe([options.topic])
    written: tuple[sa.Table, Insert] | None = None
    with sa.create_engine(options.url).connect() as connection:
        while left:
            for message in consumer.consume(_POLL, timeout=1.0):
                value, partition, offset = message.value(), message.partition(), message.offset()
                if value is None or partition is None or offset is None:
                    raise RuntimeError(message.error())
                if written is None:
                    table = _table(options.table, registry, int.from_bytes(value[1:5]))
                    table.create(connection)
                    written = table, _upsert(table)
                _write(connection, *written, decode(value, context))
                if offset + 1 >= left.get(partition, 0):
                    left.pop(partition, None)
            connection.commit()
            if written is not None:
                consumer.commit(asynchronous=False)
    consumer.close()


def _ends(consumer: Consumer, topic: str) -> dict[int, int]:
    places = consumer.list_topics(topic, _PATIENCE_SECONDS).topics[topic].partitions
    ends = {one: consumer.get_watermark_offsets(TopicPartition(topic, one), _PATIENCE_SECONDS) for one in places}
    return {one: end for one, (first, end) in ends.items() if end > first}


def _table(name: str, registry: SchemaRegistryClient, schema_id: int) -> sa.Table:
    schema = json.loads(registry.get_schema(schema_id).schema_str or "")
    return sa.Table(name, sa.MetaData(), *_columns(schema))


def _columns(schema: Any) -> Iterator[sa.Column[Any]]:
    for part in schema["fields"]:
        for field in part["type"]["fields"]:
            name, of = f"{part['name']}_{field['name']}", field["type"]
            if name in _LEFT_OUT:
                continue
            bare = of[-1] if isinstance(of, list) else of
            if isinstance(bare, dict):
                kind = sa.DateTime(timezone=True) if "logicalType" in bare else _TYPES[bare["type"]]()
            else:
                kind = _TYPES[bare]()
            yield sa.Column(name, kind, primary_key=name in _KEY)


def _upsert(table: sa.Table) -> Insert:
    """Return the statement, made once: it costs more to make than to send."""
    statement = insert(table)
    others = {name: statement.excluded[name] for name in table.c.keys() if name not in _KEY}  # noqa: SIM118 -- iteration gives columns
    return statement.on_conflict_do_update(index_elements=_KEY, set_=others)


def _write(connection: sa.Connection, table: sa.Table, upsert: Insert, value: Any) -> None:
    row = {f"{part}_{name}": one for part, fields in value.items() for name, one in fields.items()}
    for name in _LEFT_OUT:
        del row[name]
    if row["record_state"] in RETRACTING:
        connection.execute(table.delete().where(*(table.c[name] == row[name] for name in _KEY)))
    else:
        connection.execute(upsert, row)


if __name__ == "__main__":
    main()
