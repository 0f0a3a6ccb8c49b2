"""A feed in memory, and what a copy of it must hold, worked out without the code that keeps copies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

import pytest
from fastavro import parse_schema, schemaless_writer

from creditbus.services.domain.evidence.retraction import Retraction
from creditbus.services.domain.framing import frame
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.codec.schemas import Shape
from creditbus.services.engine.consume.cluster_metadata import TopicFacts
from creditbus.services.engine.consume.topic_reader import Chunk
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.subscriber import earlier, reading
from creditbus.services.subscriber.reports import Noted
from creditbus.topics.errors import UnavailableError

__all__ = ["BUS", "TOPIC", "KeptReports", "MadeFeed", "item_schema"]

TOPIC: Final = "feed.district-wuchang"
_TEXT: Final = ["null", "string"]
_GONE: Final = {"WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"}


class _Bus:
    bootstrap_servers = "nowhere:1"
    registry_url = "http://nowhere:1"


BUS: Final[Any] = _Bus()


def item_schema(item: str, act: tuple[str, ...] = ("decided_on",), content: tuple[str, ...] = ("PJND", "XYDJ")) -> Any:
    """Make the schema of an item's feed, as fanout does."""
    name = "".join(part.capitalize() for part in item.split("-"))
    optional = [{"name": one, "type": _TEXT, "default": None} for one in act]
    described = [
        {"name": one, "type": _TEXT, "default": None, "code": one, "title": f"字段{one}", "title_en": f"Field {one}"}
        for one in content
    ]
    moment = {"type": "long", "logicalType": "timestamp-millis"}
    record = [
        *({"name": one, "type": "string"} for one in ("item", "authority", "authority_name", "document_no", "verb")),
        {"name": "change", "type": "string"},
        {"name": "revision", "type": "int"},
        {"name": "state", "type": "string"},
        {"name": "previous_state", "type": _TEXT, "default": None},
        {"name": "event_id", "type": "string"},
        {"name": "received_at", "type": moment},
        {"name": "withheld_for", "type": _TEXT, "default": None},
    ]
    texts = ("code", "name", "kind", "district")
    subject = [
        *({"name": one, "type": "string"} for one in texts),
        {"name": "registered", "type": "boolean"},
        {"name": "version", "type": "long"},
    ]
    evidence = [
        {"name": "feed_seq", "type": "long"},
        {"name": "previous_hash", "type": {"type": "fixed", "name": "Sha256", "size": 32}},
    ]
    parts = {"feed": evidence, "subject": subject, "record": record, "act": optional, "content": described}
    fields = [
        {"name": part, "type": {"type": "record", "name": f"{name}{part.capitalize()}", "fields": of}}
        for part, of in parts.items()
    ]
    doc = f"{item}的名称 (Title of {item}). Purpose: 100% of it"
    return parse_schema(
        {"type": "record", "name": f"{name}Change", "namespace": "creditbus.feed.x", "doc": doc, "fields": fields},
        named_schemas={},
    )


@dataclass(slots=True)
class MadeFeed:
    """A feed that grows as a test says. Every second offset is a marker of a transaction."""

    partitions: int = 2
    begins: dict[int, int] = field(default_factory=dict)
    log: dict[int, list[ConsumedRecord]] = field(default_factory=dict)
    fields: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    shapes: dict[int, Shape] = field(default_factory=dict)
    chunk: int = 3
    after_chunk: Any = None
    _last: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def put(
        self,
        partition: int,
        subject: str,
        document: str = "1号",
        *,
        item: str = "tax-credit-grade",
        state: str = "ACTIVE",
        schema: Any = None,
        authority: str = "某税务局",
        **content: str | None,
    ) -> None:
        """Append a record; what removes it has no act and no content, as in a feed."""
        schema = schema or item_schema(item)
        number = self._number(item, schema)
        parts = {part["name"]: part["type"]["fields"] for part in schema["fields"]}
        sequence, previous = self._last.get(partition, (0, bytes(32)))
        gone = state in _GONE
        record: dict[str, Any] = {
            "feed": {"feed_seq": sequence + 1, "previous_hash": previous},
            "subject": {
                "code": subject,
                "name": f"示例{subject}",
                "kind": "ENTERPRISE",
                "district": "420106",
                "registered": True,
                "version": sequence + 1,
            },
            "record": {
                "item": item,
                "authority": authority,
                "authority_name": authority,
                "document_no": document,
                "verb": "ISSUE",
                "change": "NEW",
                "revision": 1,
                "state": state,
                "previous_state": None,
                "event_id": f"{sequence:032x}",
                "received_at": 1_700_000_000_123 + sequence,
                "withheld_for": "VALUE" if state == "WITHHELD" else None,
            },
            "act": {one["name"]: None if gone else "2024-01-01" for one in parts["act"]},
            "content": {one["name"]: None if gone else content.get(one["name"], "甲") for one in parts["content"]},
        }
        target = BytesIO()
        target.write(frame(number))
        schemaless_writer(target, schema, record)
        value = target.getvalue()
        entries = self.log.setdefault(partition, [])
        entries.append(ConsumedRecord(TOPIC, partition, 2 * sequence, 0, subject.encode(), value))
        self.fields.setdefault(partition, []).append(record)
        self._last[partition] = (sequence + 1, sha256(value).digest())

    def _number(self, item: str, schema: Any) -> int:
        for number, shape in self.shapes.items():
            if shape.writer == schema:
                return number
        number = len(self.shapes) + 1
        self.shapes[number] = Shape(number, f"creditbus.feed.x.{item}", "", schema)
        return number

    def retractions(self) -> set[tuple[int, int]]:
        """Give partition and number of every record that takes another one away."""
        return {
            (partition, fields["feed"]["feed_seq"])
            for partition, records in self.fields.items()
            for fields in records
            if fields["record"]["state"] in _GONE
        }

    def view(self, read: Mapping[int, int] | None = None) -> dict[str, dict[tuple[str, str, str], dict[str, Any]]]:
        """Give what a copy must hold: by item and key the newest record, without those that were taken away.

        `read`: number of the last record of each partition that counts; of one that is missing, nothing does.
        """
        held: dict[str, dict[tuple[str, str, str], dict[str, Any]]] = {}
        for partition, records in self.fields.items():
            for fields in records if read is None else records[: read.get(partition, 0)]:
                record = fields["record"]
                key = (fields["subject"]["code"], record["authority"], record["document_no"])
                rows = held.setdefault(record["item"], {})
                rows.pop(key, None)
                if record["state"] not in _GONE:
                    rows[key] = fields
        return held

    def bounds(self, partition: int) -> tuple[int, int]:
        entries = self.log.get(partition, [])
        end = 2 * self._last.get(partition, (0, b""))[0]
        return self.begins.get(partition, 0), end if entries or end else 0

    def expire(self, partition: int, count: int) -> None:
        """Let retention delete the first records of a partition."""
        self.begins[partition] = self.log[partition][count - 1].offset + 2
        del self.log[partition][:count]

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand in for Kafka and the registry."""
        feed = self

        class _Schemas:
            def __init__(self, _: object) -> None:
                self.shapes = feed.shapes

            async def learn(self, _: object) -> None: ...

        async def log_bounds(_: str, partitions: list[Partition]) -> dict[Partition, tuple[int, int]]:
            return {one: feed.bounds(one.partition) for one in partitions}

        for module in (reading, earlier):
            monkeypatch.setattr(module, "Schemas", _Schemas)
            monkeypatch.setattr(module, "SchemaRegistry", str)
            monkeypatch.setattr(module, "read_partitions", self._read)
        monkeypatch.setattr(reading, "topic_facts", lambda _: TopicFacts("c", {}, {TOPIC: feed.partitions}))
        monkeypatch.setattr(reading, "log_bounds", log_bounds)

    async def _read(
        self,
        _: str,
        starts: Mapping[Partition, int],
        *,
        follow: bool = False,
        as_stage: bool = False,
        client_id: str | None = None,
    ) -> AsyncGenerator[Chunk]:
        del as_stage, client_id
        positions = {one: max(at, self.bounds(one.partition)[0]) for one, at in starts.items()}
        ends = {one: self.bounds(one.partition)[1] for one in starts}
        while follow or any(positions[one] < ends[one] for one in starts):
            records: list[ConsumedRecord] = []
            for one, at in positions.items():
                waiting = [record for record in self.log.get(one.partition, []) if record.offset >= at]
                taken = waiting[: self.chunk]
                records += taken
                if taken:
                    positions[one] = taken[-1].offset + 1
                elif not waiting:
                    positions[one] = self.bounds(one.partition)[1]
            yield Chunk(list(records), dict(positions))
            # a fetch waits for its broker: what was begun meanwhile begins
            await asyncio.sleep(0)
            if self.after_chunk is not None:
                self.after_chunk()


@dataclass(slots=True)
class KeptReports:
    """What a bus would keep of the reports of copies.

    Attributes:
        fails: says of each call, by its name, whether it fails.
        receipts: partition and number of each retraction that was confirmed, in order.
        positions: noted last.

    """

    fails: Callable[[str], bool] = lambda _: False
    receipts: list[tuple[int, int]] = field(default_factory=list)
    positions: dict[int, Noted] = field(default_factory=dict)

    def noted(self) -> Mapping[int, Noted]:
        self._maybe("noted")
        return dict(self.positions)

    def confirm(self, retractions: Sequence[Retraction]) -> None:
        for one in retractions:
            self._maybe("confirm")
            self.receipts.append((one.partition, one.feed_seq))

    def note(self, positions: Mapping[int, Noted]) -> None:
        self._maybe("note")
        self.positions |= positions

    def close(self) -> None: ...

    def _maybe(self, call: str) -> None:
        if self.fails(call):
            raise UnavailableError("kafka", f"{call} fails")
