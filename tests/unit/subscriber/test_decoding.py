"""A record is decoded by what was made ready for its schema, and by fastavro where that does not do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fastavro import parse_schema

from creditbus.services.engine.codec.parts import PartsReader
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.subscriber.decoding import Decoding
from creditbus.topics.errors import UserError
from tests.feed_copies import MadeFeed, item_schema


class _Schemas:
    def __init__(self, feed: MadeFeed) -> None:
        self.shapes = feed.shapes


def _decoding(feed: MadeFeed) -> Decoding:
    schemas: Any = _Schemas(feed)
    return Decoding(schemas)


def _wanted(fields: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromtimestamp(fields["record"]["received_at"] / 1000, UTC)
    return fields | {"record": fields["record"] | {"received_at": moment}}


def test_records_of_two_schemas_in_turns_are_decoded_and_bring_their_tables() -> None:
    feed = MadeFeed(1)
    wider = item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ"))
    for number in range(4):
        feed.put(0, f"S{number}", schema=wider if number % 2 else None, XYDJ=None)
    made = _decoding(feed)
    changes = [made.change(record) for record in feed.log[0]]
    assert [change.fields for change in changes] == list(map(_wanted, feed.fields[0]))
    assert [len(change.model.columns) for change in changes] == [20, 21, 20, 21]
    assert changes[0].model is changes[2].model
    assert [change.offset for change in changes] == [0, 2, 4, 6]


def test_a_record_that_is_damaged_is_named() -> None:
    feed = MadeFeed(1)
    feed.put(0, "S1")
    feed.put(0, "S2")
    made = _decoding(feed)
    made.change(feed.log[0][0])
    value = feed.log[0][1].value or b""
    with pytest.raises(UserError, match=r"feed\.district-wuchang.*\b2\b"):
        made.change(ConsumedRecord(*feed.log[0][1][:5], value[:-3]))
    with pytest.raises(UserError):
        made.change(ConsumedRecord(*feed.log[0][1][:5], b""))


def test_a_schema_of_another_form_is_left_to_fastavro() -> None:
    schema = {key: value for key, value in item_schema("tax-credit-grade").items() if not key.startswith("__")}
    day = {"name": "on", "type": {"type": "int", "logicalType": "date"}}
    parts = [
        part | {"type": part["type"] | {"fields": [*part["type"]["fields"], day]}} if part["name"] == "act" else part
        for part in schema["fields"]
    ]
    other: Any = parse_schema({**schema, "fields": parts}, named_schemas={})
    with pytest.raises(ValueError, match="no reader"):
        PartsReader(other)
    feed = MadeFeed(1)
    # an act's field is written as a text, which a date takes
    feed.put(0, "S1", schema=other)
    made = _decoding(feed)
    for _ in range(2):
        assert made.change(feed.log[0][0]).fields["act"] == {"decided_on": "2024-01-01", "on": date(2024, 1, 1)}
