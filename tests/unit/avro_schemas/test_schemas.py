"""The composed schemas, by two independent implementations of Avro."""

import io
import json

import avro.schema
import fastavro
import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from creditbus.avro_schemas import event_schema, header_schema, prefix_schema, raw_catalogue, unreadable_schema
from creditbus.avro_schemas.composition import compose
from creditbus.services.domain.event import Act, Applied, Change, Claim, Header, Origin, RecordState, SubjectKind, Verb

ITEMS = sorted(raw_catalogue())
SCHEMAS = {item: event_schema(item) for item in ITEMS} | {
    "(prefix)": prefix_schema(),
    "(header)": header_schema(),
    "(unreadable)": unreadable_schema(),
}


def named(schema: object, name: str) -> dict[str, object]:
    """Find a named type inside a schema."""
    pending = [schema]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            if part.get("name") == name and isinstance(part.get("type"), str) and part["type"] != name:
                return part
            pending += [part.get("type"), part.get("items"), *part.get("fields", [])]
        elif isinstance(part, list):
            pending += part
    raise AssertionError(name)


def event(item: str) -> dict[str, object]:
    header = {
        "item": item,
        "verb": "ISSUE",
        "event_id": bytes(16),
        "content_hash": bytes(16),
        "authority": "11420000MB15291767",
        "authority_name": "某局",
        "document_no": "某〔2018〕1号",
        "subject": "",
        "subject_name": "某公司",
        "subject_kind": "UNSTATED",
        "state": "ACTIVE",
        "source_time": 1577750400000,
        "received_at": 1577750400001,
        "sequence": 0,
        "reading": None,
        "lifts": False,
        "origin": {"department": "d", "run": "r", "file": "f", "sheet": "", "row": 1},
        "normalised": 0,
        "warnings": [],
        "applied": None,
    }
    content = {field["name"]: field["code"] for field in raw_catalogue()[item].schema["fields"]}
    return {
        "header": header,
        "act": dict.fromkeys(Act.__annotations__),
        "claim": dict.fromkeys(Claim.__annotations__),
        "content": content,
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_both_implementations_read_the_schema(name: str) -> None:
    text = json.dumps(SCHEMAS[name])
    fastavro.parse_schema(json.loads(text))
    parsed = avro.schema.parse(text)
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call] # the library's
    assert checker.get_compatibility(parsed, parsed).compatibility is SchemaCompatibilityType.compatible


@pytest.mark.parametrize("item", ITEMS)
def test_the_prefix_reads_the_beginning_of_every_event(item: str) -> None:
    written = event(item)
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, event_schema(item), written)
    prefix = fastavro.schemaless_reader(io.BytesIO(buffer.getvalue()), prefix_schema(), None)
    header = fastavro.schemaless_reader(io.BytesIO(buffer.getvalue()), header_schema(), None)
    assert isinstance(prefix, dict)
    assert {**prefix, "content": written["content"]} == written
    assert header == written["header"]


def test_moments_are_dates_to_a_subscriber_and_integers_to_a_processor() -> None:
    def moment(schema: object) -> object:
        fields = named(schema, "EventHeader")["fields"]
        assert isinstance(fields, list)
        return next(field["type"] for field in fields if field["name"] == "received_at")

    assert moment(event_schema(ITEMS[0])) == {"type": "long", "logicalType": "timestamp-millis"}
    assert moment(header_schema()) == {"type": "long"}


@pytest.mark.parametrize(
    ("name", "words"),
    [("Verb", Verb), ("RecordState", RecordState), ("SubjectKind", SubjectKind), ("Change", Change)],
)
def test_the_words_of_the_domain_are_the_symbols_of_the_schema(name: str, words: type[Verb]) -> None:
    assert named(header_schema(), name)["symbols"] == list(words)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("EventHeader", Header), ("Origin", Origin), ("Applied", Applied), ("Act", Act), ("Claim", Claim)],
)
def test_the_shapes_of_the_domain_are_the_fields_of_the_schema(name: str, shape: type) -> None:
    fields = named(prefix_schema(), name)["fields"]
    assert isinstance(fields, list)
    assert [field["name"] for field in fields] == list(shape.__annotations__)


@pytest.mark.parametrize("item", ITEMS)
def test_content_is_nullable_text_by_field_code_with_its_classification(item: str) -> None:
    for field in raw_catalogue()[item].schema["fields"]:
        assert field["type"] == ["null", "string"]
        assert field["default"] is None
        assert field["code"] == field["name"]
        assert field["disclosure"] in {"public", "shared", "authorised"}
        assert field["title"]
        assert field["title_en"]


def test_two_items_have_records_of_different_names() -> None:
    names = [event_schema(item)["name"] for item in ITEMS]
    assert len(set(names)) == len(ITEMS)


def test_an_identity_number_is_neither_public_nor_shown_whole() -> None:
    for item in ITEMS:
        for field in raw_catalogue()[item].schema["fields"]:
            if "证件号码" in field["title"] or "身份证" in field["title"]:
                assert field["disclosure"] == "authorised"
                assert field["mask"]


def test_a_projection_composes_like_an_item() -> None:
    content = {"type": "record", "name": "Part", "namespace": "creditbus", "fields": []}
    composed = compose(content)
    assert composed["name"] == "PartEvent"
    fastavro.parse_schema(json.loads(json.dumps(composed)))
