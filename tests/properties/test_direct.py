"""What is read and written without a schema at run time, against fastavro."""

from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema, raw_catalogue
from creditbus.services.domain.event import Applied, SubjectKind
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.codec.fast import AdmissionWriter, AppliedWriter, HeaderReader, TextReader
from creditbus.services.engine.codec.primitives import write_long
from creditbus.services.engine.codec.scan import places
from tests.step_harness import machinery
from tests.wire_headers import HEADER, applieds, headers, longs, names, written

CONTENT = next(iter(raw_catalogue().values())).schema
NAMES = [field["name"] for field in CONTENT["fields"]]
PARSED = fastavro.parse_schema(CONTENT, named_schemas={})

texts = st.none() | st.text(max_size=40) | st.text("示a", min_size=60, max_size=9000)
records = st.fixed_dictionaries(dict.fromkeys(NAMES, texts))


@given(record=records, before=st.binary(max_size=5), behind=st.binary(max_size=5))
def test_a_record_of_optional_texts_is_read_as_fastavro_reads_it(
    record: dict[str, str | None], before: bytes, behind: bytes
) -> None:
    value = written(PARSED, record)
    found = TextReader(CONTENT).read(before + value + behind, len(before))
    if found is None:
        # a text of 8 KiB and more: its length takes three bytes
        assert any(text is not None and len(text.encode()) > 8191 for text in record.values())
    else:
        assert found == (record, len(before) + len(value))


@given(value=st.binary(max_size=200))
def test_what_is_read_of_any_bytes_is_what_fastavro_reads(value: bytes) -> None:
    found = TextReader(CONTENT).read(value, 0)
    if found is not None:
        source = BytesIO(value)
        assert found == (fastavro.schemaless_reader(source, PARSED, None), source.tell())


@given(record=records, data=st.data())
def test_a_record_that_is_cut_off_is_left_to_fastavro(record: dict[str, str | None], data: st.DataObject) -> None:
    value = written(PARSED, record)
    cut = data.draw(st.integers(0, len(value) - 1))
    assert TextReader(CONTENT).read(value[:cut], 0) is None


def test_a_record_with_another_type_of_field_is_refused() -> None:
    schema = {"name": "Odd", "fields": [{"name": "a", "type": "string"}]}
    with pytest.raises(ValueError, match="Odd"):
        TextReader(schema)


@given(applied=applieds)
def test_what_profiles_decided_is_written_as_fastavro_writes_it(applied: Applied) -> None:
    header: dict[str, Any] = {
        **dict.fromkeys(("item", "authority", "authority_name", "document_no", "subject", "subject_name"), "")
    }
    header |= {"verb": "ISSUE", "event_id": bytes(16), "content_hash": bytes(16), "subject_kind": "UNSTATED"}
    header |= {"state": "ACTIVE", "origin": {"department": "", "run": "", "file": "", "sheet": "", "row": 0}}
    assert written(HEADER, header)[:-1] + AppliedWriter(header_schema()).write(applied) == written(
        HEADER, {**header, "applied": applied}
    )


@given(number=st.integers(-(1 << 63), (1 << 63) - 1))
def test_a_long_is_written_as_fastavro_writes_it(number: int) -> None:
    assert write_long(number) == written(fastavro.parse_schema("long"), number)


@given(header=headers, before=st.binary(max_size=5), behind=st.binary(max_size=5))
def test_a_header_is_read_as_fastavro_reads_it(header: dict[str, Any], before: bytes, behind: bytes) -> None:
    value = written(HEADER, header)
    found = HeaderReader(header_schema()).read(before + value + behind, len(before))
    assert found is not None
    read, cuts, end = found
    assert (read, end) == (header, len(before + value))
    starts = starts_of(header)
    assert {name: cuts[getattr(places, name.upper())] - len(before) for name in starts} == starts


def starts_of(header: dict[str, Any]) -> dict[str, int]:
    """Give where fields stand in the bytes of a header, by the lengths of what stands before them."""
    starts: dict[str, int] = {}
    place = 0
    for field in header_schema()["fields"][:-1]:  # the last one refers to a type of another
        starts[field["name"]] = place
        place += len(written(fastavro.parse_schema(field["type"], named_schemas={}), header[field["name"]]))
    return starts


@given(header=headers, data=st.data())
def test_a_header_that_is_cut_off_or_damaged_is_left_to_fastavro_or_read_as_it_reads_it(
    header: dict[str, Any], data: st.DataObject
) -> None:
    value = written(HEADER, header)
    cut = data.draw(st.integers(0, len(value) - 1))
    assert HeaderReader(header_schema()).read(value[:cut], 0) is None
    damaged = value[:cut] + data.draw(st.binary(min_size=1, max_size=3)) + value[cut + 1 :]
    found = HeaderReader(header_schema()).read(damaged, 0)
    if found is not None:
        source = BytesIO(damaged)
        read, _, end = found
        assert (read, end) == (fastavro.schemaless_reader(source, HEADER, None), source.tell())


def test_a_header_with_another_field_is_refused() -> None:
    schema = header_schema()
    with pytest.raises(ValueError, match="EventHeader"):
        HeaderReader({**schema, "fields": schema["fields"][1:]})


decisions = st.fixed_dictionaries(
    {
        "event_id": st.binary(min_size=16, max_size=16),
        "content_hash": st.binary(min_size=16, max_size=16),
        "subject": names,
        "subject_kind": st.sampled_from([kind.value for kind in SubjectKind]),
        "received_at": longs,
        "sequence": longs,
        "warnings": st.lists(names, max_size=3),
    }
)
"""What intake sets in a header."""


@given(header=headers, decided=decisions, before=st.binary(max_size=5))
def test_what_intake_decided_is_written_between_the_bytes_as_fastavro_writes_it(
    header: dict[str, Any], decided: Any, before: bytes
) -> None:
    head = before + written(HEADER, header)
    found = HeaderReader(header_schema()).read(head, len(before))
    assert found is not None
    read, cuts, _ = found
    read.update(decided)
    pieces = AdmissionWriter(header_schema()).write(read, head, cuts)
    assert b"".join(pieces) == before + written(HEADER, {**header, **decided, "applied": None})


@given(header=headers, item=st.sampled_from(sorted(raw_catalogue())), decided=decisions, body=st.binary(max_size=20))
def test_an_admitted_event_is_sealed_as_any_other(header: dict[str, Any], item: str, decided: Any, body: bytes) -> None:
    codec = machinery().codec
    sent: Any = {**header, "item": item}
    value = codec.seal(sent, body)
    opened = codec.open(value)
    assert opened.head == value[FRAME_BYTES : len(value) - len(body)]
    opened.header.update(decided)
    admitted: Any = sent | decided
    assert codec.seal_admitted(opened) == codec.seal(admitted, body)
