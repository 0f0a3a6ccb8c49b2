"""A peek tells what the whole header tells, and a batch comes to the same with peeks and without."""

from collections import Counter
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.avro_schemas import header_schema
from creditbus.services.domain.event import record_key
from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.event_codec import EventCodec
from creditbus.services.engine.codec.peek import HeaderPeek, HeaderPeekReader
from creditbus.services.local.bus import ConsumedRecord
from creditbus.services.profiles.folding import Folding
from creditbus.topics.names import LEDGER
from tests.effort import share
from tests.examples import EXAMPLES, Example
from tests.step_harness import LANES, Bus, machinery
from tests.strategies import SUBJECTS, publications
from tests.wire_headers import HEADER, headers, written

FRAME = frame(7)
SCHEMA = header_schema()
UNAPPLIED = headers.map(lambda header: {**header, "applied": None})
TEXTS = ("item", "authority", "authority_name", "document_no", "subject", "subject_name")
PLACE = ("department", "run", "file", "sheet")
#: Bytes, about those at which the length of a text takes one byte more.
SIZES = st.sampled_from([63, 64, 8190, 8191, 8192, 8193, 8320, 12345, 16383, 16384, 24576, 1 << 20])
ANY_CODE = ("uscc", "organisation_code", "registration_no")


def read(value: bytes, *items: str) -> HeaderPeek | None:
    """Peek at an event where these are the items of the catalogue."""
    return HeaderPeekReader(SCHEMA, items).read(value)


def assert_tells(peek: HeaderPeek, header: dict[str, Any], end: int) -> None:
    """Compare each slice with the header that was written."""
    whole: Any = header
    origin = header["origin"]
    assert peek.item == header["item"].encode()
    assert peek.verb == header["verb"]
    assert peek.content_hash == header["content_hash"]
    assert peek.record == record_key(whole).encode()
    assert peek.subject == header["subject"].encode()
    assert peek.subject_name == header["subject_name"].encode()
    assert peek.state == header["state"]
    assert peek.source_time == header["source_time"]
    assert peek.received_at == header["received_at"]
    assert peek.sequence == header["sequence"]
    assert peek.reading == header["reading"]
    assert peek.department == origin["department"].encode()
    assert peek.origin == b"".join(written("string", origin[name]) for name in ("department", "run", "file"))
    assert peek.plain == (not header["warnings"] and not header["lifts"])
    if peek.plain:
        assert header["applied"] is None
        assert peek.end == end


def assert_tells_or_leaves(header: dict[str, Any], behind: bytes) -> None:
    value = FRAME + written(HEADER, header)
    peek = read(value + behind, header["item"])
    if peek is not None:
        assert_tells(peek, header, len(value))


@given(header=UNAPPLIED, behind=st.binary(max_size=5))
def test_a_glance_tells_what_the_header_tells(header: dict[str, Any], behind: bytes) -> None:
    value = FRAME + written(HEADER, header)
    assert read(value + behind, "another-item" + header["item"]) is None
    peek = read(value + behind, header["item"])
    if peek is None:
        short = (header["item"], header["subject"], header["origin"]["department"])
        assert any(len(text.encode()) > 63 for text in short) or not header["subject"].isascii()
    else:
        assert_tells(peek, header, len(value))


@given(header=headers, behind=st.binary(max_size=5))
def test_of_an_applied_event_nothing_is_told_that_is_not_so(header: dict[str, Any], behind: bytes) -> None:
    assert_tells_or_leaves(header, behind)


@given(header=UNAPPLIED, name=st.sampled_from([*TEXTS, *PLACE]), size=SIZES, filler=st.sampled_from("a\0\x02\x04@"))
@settings(max_examples=share(300))
def test_of_long_texts_nothing_is_told_that_is_not_so(
    header: dict[str, Any], name: str, size: int, filler: str
) -> None:
    text = {name: filler * size}
    long = {**header, "origin": {**header["origin"], **text}} if name in PLACE else {**header, **text}
    assert_tells_or_leaves(long, bytes(5))


@given(header=headers, data=st.data())
def test_a_header_that_is_cut_off_is_left_to_the_reader_of_whole_headers(
    header: dict[str, Any], data: st.DataObject
) -> None:
    value = FRAME + written(HEADER, {**header, "warnings": [], "applied": None})
    assert read(value[: data.draw(st.integers(0, len(value) - 1))], header["item"]) is None


@given(header=headers, data=st.data())
def test_damaged_bytes_raise_nothing(header: dict[str, Any], data: st.DataObject) -> None:
    value = FRAME + written(HEADER, header)
    place = data.draw(st.integers(0, len(value) - 1))
    damaged = value[:place] + data.draw(st.binary(max_size=3)) + value[place + data.draw(st.integers(0, 3)) :]
    for source in (damaged, damaged[:place], damaged + bytes(9)):
        peek = read(source, header["item"])
        assert peek is None or not peek.plain or peek.end <= len(source)


@given(value=st.binary(max_size=200))
def test_any_bytes_raise_nothing(value: bytes) -> None:
    peek = read(FRAME + value, "", "\x00")
    assert peek is None or not peek.plain or peek.end <= len(FRAME + value)


@given(header=UNAPPLIED)
def test_a_glance_shows_nothing_of_whom_it_is_about(header: dict[str, Any]) -> None:
    value = FRAME + written(HEADER, {**header, "item": "red-black-list", "subject": "one", "verb": "ISSUE"})
    assert repr(read(value, "red-black-list")) in {"<HeaderPeek ISSUE red-black-list>", "None"}


# -- folding --------------------------------------------------------------------------------------


def folded(bus: Bus, lane: int, batch: list[ConsumedRecord]) -> tuple[Any, ...]:
    """Give the records, the bookings and the state that come of a batch."""
    out, state = bus.process("profiles", lane, batch)
    records = {place: list(held) for place, held in out.records.items() if place.topic != LEDGER}
    return records, out.bookings.deltas(), state


def assert_glances_change_nothing(events: list[Example], cuts: list[int]) -> None:
    bus = Bus(machinery())
    for event in events:
        bus.publish(event)
    limits = iter(cuts)
    while busy := bus.busy():
        name, lane = busy[0]
        limit = next(limits, None) if name == "profiles" else None
        if name == "profiles":
            batch = bus.unread(name, lane)[:limit]
            with_peeks = folded(bus, lane, batch)
            with patch.object(EventCodec, "peek", return_value=None):
                assert with_peeks == folded(bus, lane, batch)
        bus.turn(name, lane, limit)


@given(publications(*ANY_CODE, max_size=24), st.lists(st.integers(1, 5), max_size=20))
@settings(max_examples=share(100))
def test_a_batch_comes_to_the_same_with_glances_and_without(events: list[Example], cuts: list[int]) -> None:
    assert_glances_change_nothing(events, cuts)


@given(publications("uscc"), st.integers(1, 3), st.lists(st.integers(1, 9), max_size=20))
@settings(max_examples=share(60))
def test_files_sent_again_come_to_the_same_with_glances_and_without(
    events: list[Example], times: int, cuts: list[int]
) -> None:
    registrations = [EXAMPLES["enterprise-registration"].claiming(uscc=codes["uscc"]) for codes in SUBJECTS]
    assert_glances_change_nothing([*registrations, *events * times], cuts)


@given(st.lists(st.none() | st.integers(1, 3), min_size=2, max_size=6), st.lists(st.integers(1, 3), max_size=6))
def test_contents_restated_at_other_times_come_to_the_same_with_glances_and_without(
    times: list[int | None], cuts: list[int]
) -> None:
    penalties = [EXAMPLES["administrative-penalty"].headed(source_time=time) for time in times]
    assert_glances_change_nothing([EXAMPLES["enterprise-registration"], *penalties], cuts)


def test_what_most_events_are_is_folded_by_a_glance_alone() -> None:
    """Registrations, new records, other contents, and the same again: the comparisons above compare two ways."""
    bus = Bus(machinery())
    first = EXAMPLES["administrative-penalty"]
    another = first.changed(CF_NR="另一处罚内容")
    for event in (EXAMPLES["enterprise-registration"], first, first, another, first):
        for codes in SUBJECTS:
            bus.publish(event.claiming(uscc=codes["uscc"]))
        for lane in range(LANES):
            bus.turn("intake", lane)
    with patch.object(Folding, "_handle", side_effect=AssertionError):
        for lane in range(LANES):
            bus.turn("profiles", lane)
    assert len(bus.read("credit.changes")) == 3 * len(SUBJECTS)
    assert len(bus.read("credit.events")) == 5 * len(SUBJECTS)
    bus.settle()
    counts = Counter[str]()
    for account in bus.ledger().departments.values():
        counts.update(account.counts)
    assert counts["applied"] == 3 * len(SUBJECTS)
    assert counts["duplicate"] == counts["stale"] == len(SUBJECTS)
