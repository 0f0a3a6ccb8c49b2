"""What a value says of its record without being decoded is what it says decoded."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.event import RecordState
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.framing import frame
from creditbus.services.subscriber.heads import HeadReader
from creditbus.services.subscriber.planning import takes_away
from tests.feed_copies import item_schema

_SCHEMA = item_schema("tax-credit-grade")
_TEXT = st.text(max_size=80) | st.sampled_from(["", "|", "a|b", "示例" * 60])
_LONG = st.integers(1, 2**62)


def _without(schema: Any, part: str, name: str) -> Any:
    """Give a schema whose layout is another one: a field of it stands last in its part."""
    bare = {key: value for key, value in schema.items() if not key.startswith("__")}
    fields = []
    for one in bare["fields"]:
        of = list(one["type"]["fields"])
        if one["name"] == part:
            of.sort(key=lambda field: field["name"] == name)
        fields.append({"name": one["name"], "type": {**one["type"], "fields": of}})
    return parse_schema({**bare, "fields": fields}, named_schemas={})


_OTHERS = [
    _without(_SCHEMA, part, name) for part, name in (("record", "item"), ("subject", "code"), ("feed", "feed_seq"))
]


@st.composite
def _records(draw: st.DrawFn) -> dict[str, Any]:
    texts = ("item", "authority", "authority_name", "document_no", "verb", "change", "event_id")
    return {
        "feed": {"feed_seq": draw(_LONG), "previous_hash": draw(st.binary(min_size=32, max_size=32))},
        "subject": {name: draw(_TEXT) for name in ("code", "name", "kind", "district")}
        | {"registered": draw(st.booleans()), "version": draw(_LONG)},
        "record": {name: draw(_TEXT) for name in texts}
        | {"revision": draw(st.integers(1, 2**31 - 1)), "state": str(draw(st.sampled_from([*RecordState, "WITHHELD"])))}
        | {"previous_state": None, "received_at": 1_700_000_000_000, "withheld_for": None},
        "act": {"decided_on": None},
        "content": {"PJND": draw(_TEXT), "XYDJ": None},
    }


def _value(schema: Any, record: dict[str, Any]) -> bytes:
    target = BytesIO()
    target.write(frame(7))
    schemaless_writer(target, schema, record)
    return target.getvalue()


def _key(record: dict[str, Any]) -> tuple[str, ...]:
    of = record["record"]
    return record["subject"]["code"], of["item"], of["authority"], of["document_no"]


@given(_records(), _records(), st.sampled_from([_SCHEMA, *_OTHERS]))
def test_equal_records_have_equal_keys_and_others_have_not(one: Any, other: Any, schema: Any) -> None:
    first, second = HeadReader(_SCHEMA).read(_value(_SCHEMA, one)), HeadReader(schema).read(_value(schema, other))
    assert (first[0] == second[0]) == (_key(one) == _key(other))
    assert HeadReader(schema).read(_value(schema, one)) == first
    assert first[1] == takes_away(one)


@given(_records(), st.data())
def test_bytes_that_end_too_early_are_said_so(one: Any, data: st.DataObject) -> None:
    value = _value(_SCHEMA, one)
    # up to where the state stands: what comes after it is not looked at
    cut = value[: data.draw(st.integers(6, value.index(one["record"]["state"].encode()) - 1))]
    with pytest.raises(UndecodableError):
        HeadReader(_SCHEMA).read(cut)
