"""A bus in memory whose topics and stores can be turned into what an earlier version of this software wrote."""

import asyncio
from collections.abc import Callable, Collection
from copy import deepcopy
from typing import Any

from creditbus.avro_schemas import event_schema
from creditbus.services.domain.framed_avro import RecordWriter
from creditbus.services.domain.profile.stored_record import decode_record, encode_record
from creditbus.services.engine.codec.schemas import full_name
from creditbus.services.local.stages import LocalStages
from tests.step_harness import Bus

__all__ = ["BusOfBefore"]

_KINDS = ("administrative-penalty", "enterprise-registration", "tax-credit-grade")


class BusOfBefore(Bus):
    """One bus.

    Args:
        parts: its stages.
        records: gives the records of an event's schema that have had fewer fields.
        missing: names of the fields that they did not have.

    """

    def __init__(
        self, parts: LocalStages, records: Callable[[dict[str, Any]], list[dict[str, Any]]], missing: Collection[str]
    ) -> None:
        super().__init__(parts)
        self._records = records
        self._missing = missing

    def rewrite(self) -> None:
        """Turn what is there into what the version before wrote."""
        parts = self.parts
        self._writers = {}
        for item in _KINDS:
            schema = self._schema_before(item)
            self._writers[item] = RecordWriter(schema, parts.registry.register(full_name(schema), schema))
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

    def _schema_before(self, item: str) -> dict[str, Any]:
        schema = deepcopy(event_schema(item))
        for record in self._records({field["name"]: field["type"] for field in schema["fields"]}):
            record["fields"] = [field for field in record["fields"] if field["name"] not in self._missing]
        return schema

    def _before(self, value: bytes) -> bytes:
        event = self.decode(value)
        # the writer passes over what its schema has not
        return self._writers[event["header"]["item"]](event)
