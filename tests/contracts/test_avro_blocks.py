"""What snapshots use of fastavro below its documented functions: blocks of bytes that are encoded already."""

from io import BytesIO
from typing import Any, NamedTuple

from fastavro import block_reader, parse_schema, reader, schemaless_writer
from fastavro.write import Writer


class _Block(NamedTuple):
    bytes_: BytesIO
    num_records: int


def test_a_block_of_encoded_records_is_written_and_read_as_it_is() -> None:
    schema = parse_schema({"type": "record", "name": "One", "fields": [{"name": "text", "type": "string"}]})
    encoded = BytesIO()
    for text in ("甲", "乙"):
        schemaless_writer(encoded, schema, {"text": text})
    file = BytesIO()
    writer = Writer(file, schema, codec="zstandard", metadata={"own": "17"})
    writer.write_block(_Block(BytesIO(encoded.getvalue()), 2))
    writer.flush()
    file.seek(0)
    found: Any = reader(file)
    assert (list(found), found.codec, found.metadata["own"]) == ([{"text": "甲"}, {"text": "乙"}], "zstandard", "17")
    file.seek(0)
    blocks: Any = list(block_reader(file))
    assert [(block.bytes_.getvalue(), block.num_records) for block in blocks] == [(encoded.getvalue(), 2)]


def test_files_of_one_marker_begin_alike_so_that_blocks_of_one_continue_the_other() -> None:
    schema = parse_schema({"type": "record", "name": "One", "fields": [{"name": "text", "type": "string"}]})
    pieces, begins = [], set()
    for text in ("甲", "乙"):
        encoded, file = BytesIO(), BytesIO()
        schemaless_writer(encoded, schema, {"text": text})
        writer = Writer(file, schema, codec="zstandard", metadata={"own": "17"}, sync_marker=b"m" * 16)
        begins.add((file.tell(), file.getvalue()))
        writer.write_block(_Block(encoded, 1))
        writer.flush()
        pieces.append(file.getvalue())
    ((begin, _),) = begins
    found: Any = reader(BytesIO(pieces[0] + pieces[1][begin:]))
    assert list(found) == [{"text": "甲"}, {"text": "乙"}]
