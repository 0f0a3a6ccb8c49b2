"""Framed values to records and back."""

import pytest

from creditbus.services.domain.framed_avro import RecordWriter, UndecodableError, parsed, read_record
from creditbus.services.domain.framing import schema_id

OLDER = {"type": "record", "name": "Entry", "fields": [{"name": "code", "type": "string"}]}
NEWER = {**OLDER, "fields": [*OLDER["fields"], {"name": "count", "type": "int", "default": 7}]}
VALUE = RecordWriter(OLDER, 21)({"code": "某"})


def test_a_record_is_read_as_it_was_written_or_as_a_later_schema_has_it() -> None:
    assert schema_id(VALUE) == 21
    assert read_record(VALUE, parsed(OLDER), to_the_end=True) == {"code": "某"}
    assert read_record(VALUE, parsed(OLDER), parsed(NEWER)) == {"code": "某", "count": 7}


@pytest.mark.parametrize("value", [VALUE[:-1], VALUE[:5], VALUE[:5] + b"\x02\xff"])
def test_damaged_bytes_are_undecodable_and_not_shown(value: bytes) -> None:
    with pytest.raises(UndecodableError) as raised:
        read_record(value, parsed(OLDER))
    assert str(raised.value).isidentifier()


def test_bytes_after_the_record_are_refused_where_none_may_be() -> None:
    assert read_record(VALUE + b"x", parsed(OLDER)) == {"code": "某"}
    with pytest.raises(UndecodableError, match="bytes after the record"):
        read_record(VALUE + b"x", parsed(OLDER), to_the_end=True)


def test_another_type_than_a_record_is_refused() -> None:
    with pytest.raises(UndecodableError, match="no record"):
        read_record(VALUE, parsed({"type": "string"}))
