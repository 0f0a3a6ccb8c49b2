"""Properties of what the stages keep, of keys and of partitions."""

import zlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.crosswalk import (
    Crosswalk,
    decode_crosswalk,
    encode_crosswalk,
    waiting_key,
    waiting_of_record_key,
)
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.profile.history import Superseded, decode_superseded, encode_superseded
from creditbus.services.domain.profile.keys import (
    held_key,
    index_key,
    pack_events,
    parked_key,
    parked_of_record_key,
    record_store_key,
    subject_key,
    superseded_key,
    unpack_events,
)
from creditbus.services.domain.profile.record import Record, Term
from creditbus.services.domain.profile.stored_record import decode_record, emitted_of, encode_record, with_emitted
from creditbus.services.domain.profile.subject import Subject, decode_subject, encode_subject, record_keys
from tests.strategies import crosswalks, records, subjects, usccs

names = st.text(alphabet=st.characters(codec="utf-8"), min_size=1).map(str.encode)
codes = usccs().map(str.encode)


@given(subjects)
def test_a_summary_comes_back_from_its_bytes(subject: Subject) -> None:
    value = encode_subject(subject)
    assert _told(decode_subject(value)) == _told(subject)
    assert encode_subject(decode_subject(value)) == value


def _told(subject: Subject) -> dict[str, object]:
    names = ["version", "registered", "kind", "records", "parked_from", "parked_to", "held", "district", "name", "tail"]
    names += ["restating", "consents"]
    return {name: getattr(subject, name) for name in names}


@given(crosswalks)
def test_a_crosswalk_entry_comes_back_from_its_bytes(entry: Crosswalk) -> None:
    value = encode_crosswalk(entry)
    assert decode_crosswalk(value) == entry
    assert encode_crosswalk(decode_crosswalk(value)) == value


@given(st.lists(st.binary()))
def test_events_come_back_from_one_value(events: list[bytes]) -> None:
    assert unpack_events(pack_events(events)) == events


_events = st.none() | st.binary(max_size=40)


@given(st.integers(-(2**63), 2**63 - 1), _events, _events, st.booleans())
def test_what_was_replaced_comes_back_from_its_bytes(
    until: int,
    content: bytes | None,
    act: bytes | None,
    one_event: bool,  # noqa: FBT001 -- drawn
) -> None:
    act = content if one_event else act
    value = encode_superseded(until, content, act)
    assert decode_superseded(value) == Superseded(until, content, act)
    assert len(value) == len(encode_superseded(0, None, None)) + len(
        (content or b"") if act == content else (content or b"") + (act or b"")
    )


@given(records)
def test_what_a_record_has_none_of_leaves_its_bytes_as_they_were_before_there_was_such_a_thing(record: Record) -> None:
    counted, uncounted = replace(record, transitions=3), encode_record(replace(record, transitions=0))
    assert encode_record(replace(record, transitions=0, term=Term.RUNNING, disputed_on=None))[0] in {1, 2}
    assert len(encode_record(counted)) == len(uncounted) + 4
    assert decode_record(encode_record(counted)) == counted


@given(records, st.binary(max_size=40), st.binary(max_size=40))
def test_the_events_of_a_record_are_found_and_exchanged_without_decoding_it(
    record: Record, content: bytes, act: bytes
) -> None:
    value = encode_record(record)
    assert emitted_of(value) == (record.content, record.act)
    assert with_emitted(value, (record.content, record.act), content, act) == encode_record(
        record, content=content, act=act
    )


@given(st.lists(names, max_size=50))
def test_the_index_lists_every_record_in_its_order(keys: list[bytes]) -> None:
    subject, chunks = Subject(), {}
    for key in keys:
        filled = subject.add_record(key)
        subject = decode_subject(encode_subject(subject))
        if filled is not None:
            number, chunk = filled
            assert number not in chunks
            chunks[number] = chunk
    listed = [name for number in range(len(chunks)) for name in record_keys(chunks[number])]
    assert listed + record_keys(subject.tail) == keys
    assert subject.records == len(keys)


@given(codes, codes, names, names, st.integers(0, 99), st.integers(0, 99))
def test_different_things_have_different_keys(
    one: bytes, other: bytes, name: bytes, other_name: bytes, number: int, other_number: int
) -> None:
    def keys(code: bytes, record: bytes, place: int) -> list[bytes]:
        return [
            subject_key(code),
            record_store_key(code, record),
            held_key(code, record),
            index_key(code, place),
            parked_key(code, place),
            parked_of_record_key(code, record),
            superseded_key(code, record, place),
            waiting_of_record_key(code, record),
            waiting_key(record, place),
        ]

    things = {(one, name, number), (other, other_name, other_number)}
    found = [key for thing in things for key in keys(*thing)]
    same_code, same_name, same_number = one == other, name == other_name, number == other_number
    shared = same_code + 4 * (same_code and same_name) + 2 * (same_code and same_number) + (same_name and same_number)
    assert len(set(found)) == len(found) - (shared if len(things) > 1 else 0)


@given(st.binary(), st.integers(1, 64))
def test_a_key_has_one_place_whoever_asks(key: bytes, partitions: int) -> None:
    assert partition_of(key, partitions) == zlib.crc32(key) % partitions
    assert 0 <= partition_of(key, partitions) < partitions
