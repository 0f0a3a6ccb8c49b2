"""Records of texts are encoded to the bytes that fastavro writes."""

import io

import fastavro
from hypothesis import given
from hypothesis import strategies as st

from creditbus.avro_schemas import event_schema
from creditbus.connectors.publish.text_record import text_record_writer

EVENT = fastavro.parse_schema(event_schema("judgment-defaulter"), named_schemas={})
PARTS = {field["name"]: field["type"] for field in event_schema("judgment-defaulter")["fields"]}
TEXTS = (
    st.none() | st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 9000).map(lambda size: "镕" * size)
)


@given(st.sampled_from(["act", "claim", "content"]), st.data())
def test_a_record_of_texts_is_what_fastavro_writes(part: str, data: st.DataObject) -> None:
    names = [field["name"] for field in PARTS[part]["fields"]]
    record = {name: data.draw(TEXTS) for name in data.draw(st.permutations(names))}
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(PARTS[part], named_schemas={}), record)
    write = text_record_writer(PARTS[part])
    assert write is not None
    assert write(record) == out.getvalue()


def test_a_record_of_anything_else_is_left_to_fastavro() -> None:
    assert text_record_writer(PARTS["header"]) is None
