"""Where a header's fields stand, in Python and compiled: the same for any bytes, and never past their end."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema
from creditbus.services.engine.codec import scan as scan_package
from creditbus.services.engine.codec.primitives import encode_text
from creditbus.services.engine.codec.scan import places, plain
from tests.harness.twins import compiled
from tests.wire_headers import HEADER, headers, written

#: Lengths at which one byte more is needed to say how long a text is.
LONG = [63, 64, 8191, 8192, (1 << 20) - 1, 1 << 20]


@pytest.fixture(params=["plain", "compiled"], scope="module")
def scan(request: pytest.FixtureRequest) -> Any:
    found = plain if request.param == "plain" else compiled(scan_package)
    return found.scan_header if found else pytest.skip("not compiled here")


@given(header=headers, before=st.binary(max_size=5), behind=st.binary(max_size=5))
def test_every_field_is_found(scan: Any, header: dict[str, Any], before: bytes, behind: bytes) -> None:
    value = written(HEADER, header)
    found = scan(before + value + behind, len(before))
    assert found[places.END] == len(before) + len(value)
    assert list(found[: places.END + 1]) == sorted(found[: places.END + 1])
    for name in ("item", "authority", "authority_name", "document_no", "subject", "subject_name"):
        field = getattr(places, name.upper())
        start = places.text_start(found[field], found[field + 1])
        assert (before + value)[start : found[field + 1]].decode() == header[name]
    assert (found[places.CHANGE] > 0) == (header["applied"] is not None)


@pytest.mark.parametrize("size", LONG)
@pytest.mark.parametrize("field", ["item", "subject_name"])
def test_a_text_of_any_length_below_a_mebibyte_is_found(scan: Any, field: str, size: int) -> None:
    texts = dict.fromkeys(("item", "authority", "authority_name", "document_no", "subject", "subject_name"), "")
    header: dict[str, Any] = {**texts, field: "a" * size}
    header |= {"verb": "ISSUE", "event_id": bytes(16), "content_hash": bytes(16), "subject_kind": "UNSTATED"}
    header |= {"state": "ACTIVE", "origin": {"department": "", "run": "", "file": "", "sheet": "", "row": 0}}
    value = written(HEADER, header)
    found = scan(value, 0)
    if size >= 1 << 20:
        assert found is None
        return
    number = getattr(places, field.upper())
    assert found[number + 1] - places.text_start(found[number], found[number + 1]) == size


@given(header=headers, data=st.data())
def test_both_find_the_same_in_damaged_bytes(header: dict[str, Any], data: st.DataObject) -> None:
    twin = compiled(scan_package) or pytest.skip("not compiled here")
    value = bytearray(written(HEADER, header))
    for _ in range(data.draw(st.integers(1, 3))):
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(value[: data.draw(st.integers(0, len(value)))])
    for damaged in (bytes(value), cut):
        start = data.draw(st.integers(0, 3))
        found = plain.scan_header(damaged, start)
        assert found == twin.scan_header(damaged, start)
        assert plain.peek_fields(damaged, start) == twin.peek_fields(damaged, start)
        assert found is None or max(found) <= len(damaged)


@given(value=st.binary(max_size=150))
def test_both_find_the_same_in_any_bytes(value: bytes) -> None:
    twin = compiled(scan_package) or pytest.skip("not compiled here")
    assert plain.scan_header(value, 0) == twin.scan_header(value, 0)
    assert plain.peek_fields(value, 0) == twin.peek_fields(value, 0)


@given(header=headers, before=st.binary(max_size=5), behind=st.binary(max_size=5))
def test_both_tell_the_same_of_an_event(header: dict[str, Any], before: bytes, behind: bytes) -> None:
    twin = compiled(scan_package) or pytest.skip("not compiled here")
    for applied in (header["applied"], None):
        value = before + written(HEADER, {**header, "applied": applied}) + behind
        found = plain.peek_fields(value, len(before))
        assert found == twin.peek_fields(value, len(before))
        assert (found is None) >= (applied is not None)


@pytest.fixture(params=["plain", "compiled"], scope="module")
def pick(request: pytest.FixtureRequest) -> Any:
    found = plain if request.param == "plain" else compiled(scan_package)
    return found.pick_texts if found else pytest.skip("not compiled here")


def _optional(texts: list[str | None]) -> bytes:
    return b"".join(b"\0" if text is None else b"\2" + encode_text(text) for text in texts)


optional_texts = st.lists(st.none() | st.text(max_size=70), max_size=8)


@given(texts=optional_texts, before=st.binary(max_size=5), data=st.data())
def test_the_texts_that_are_asked_for_are_given(
    pick: Any, texts: list[str | None], before: bytes, data: st.DataObject
) -> None:
    value = before + _optional(texts)
    wanted = tuple(data.draw(st.lists(st.integers(-1, len(texts)), max_size=5)))
    there = [(texts[number] or "") if 0 <= number < len(texts) else "" for number in wanted]
    assert pick(value, len(before), len(texts), wanted) == tuple(text.encode() for text in there)
    assert pick(value + b"\0", len(before), len(texts), wanted) is None, "the value goes on after them"
    assert not texts or pick(value, len(before), len(texts) - 1, wanted) is None, "there is one more"


@pytest.mark.parametrize("size", LONG)
def test_a_text_of_any_length_below_a_mebibyte_is_given(pick: Any, size: int) -> None:
    picked = pick(_optional(["b", "a" * size]), 0, 2, (1,))
    assert picked == (None if size >= 1 << 20 else (b"a" * size,))


def test_more_than_can_be_asked_for_is_left_to_others(pick: Any) -> None:
    assert pick(b"\0", 0, 1, (0,) * 32) == (b"",) * 32
    assert pick(b"\0", 0, 1, (0,) * 33) is None


@given(texts=optional_texts, data=st.data())
def test_both_give_the_same_of_damaged_texts(texts: list[str | None], data: st.DataObject) -> None:
    twin = compiled(scan_package) or pytest.skip("not compiled here")
    value = bytearray(_optional(texts))
    for _ in range(data.draw(st.integers(0, 3))) if value else ():
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.sampled_from((0, 1, 2, 3, 127, 128, 192, 255)))
    damaged = bytes(value[: data.draw(st.integers(0, len(value)))])
    wanted = tuple(data.draw(st.lists(st.integers(-1, 8), max_size=4)))
    for start in (0, 1, -1):
        count = data.draw(st.integers(0, 8))
        assert plain.pick_texts(damaged, start, count, wanted) == twin.pick_texts(damaged, start, count, wanted)


@pytest.mark.parametrize("name", ["item", "applied"])
def test_a_header_of_other_fields_is_refused(name: str) -> None:
    schema = header_schema()
    with pytest.raises(ValueError, match="EventHeader has other fields"):
        places.check_fields(
            {
                **schema,
                "fields": [field for field in schema["fields"] if field["name"] != name]
                + [{"name": f"new_{name}", "type": schema["fields"][-1]["type"]}],
            }
        )


def test_origin_and_what_profiles_decided_are_looked_at_too() -> None:
    schema = deepcopy(header_schema())
    for field in schema["fields"]:
        if field["name"] == "origin":
            field["type"]["fields"].append({"name": "column", "type": "int"})
    with pytest.raises(ValueError, match="Origin has other fields"):
        places.check_fields(schema)
