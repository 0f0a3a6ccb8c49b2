import pytest

from creditbus.services.domain.crosswalk import Crosswalk, decode_crosswalk, encode_crosswalk
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.profile.keys import unpack_events
from creditbus.services.domain.profile.subject import INDEX_CHUNK, Subject, decode_subject, encode_subject, record_keys


def test_a_key_has_the_partition_that_every_client_with_crc_32_gives_it() -> None:
    """0xCBF43926 is the check value that the catalogues of CRC-32 name for these nine digits."""
    assert [partition_of(b"123456789", partitions) for partitions in (2**32, 4, 1)] == [0xCBF43926, 2, 0]


def test_a_code_names_a_subject_only_when_one_alone_claims_it() -> None:
    assert Crosswalk().subject == ""
    assert Crosswalk(("one",)).subject == "one"
    assert Crosswalk(("one", "other")).subject == ""
    assert decode_crosswalk(None) == Crosswalk()


def test_records_of_a_code_that_wait_as_an_earlier_version_kept_them_are_known() -> None:
    before = encode_crosswalk(Crosswalk(former=("one",))) + b",+"
    assert decode_crosswalk(before) == Crosswalk(former=("one",), moved_together=True)


def test_other_layouts_are_refused() -> None:
    for value, decode in (
        (encode_subject(Subject()), decode_subject),
        (encode_crosswalk(Crosswalk()), decode_crosswalk),
    ):
        with pytest.raises(ValueError, match="layout 9, this version reads 1"):
            decode(b"\x09" + value[1:])


def test_a_full_chunk_leaves_the_summary() -> None:
    subject = Subject()
    filled = [subject.add_record(b"%d" % number) for number in range(2 * INDEX_CHUNK)]
    chunks = [chunk for chunk in filled if chunk]
    assert [number for number, _ in chunks] == [0, 1]
    assert record_keys(chunks[1][1])[0] == b"%d" % INDEX_CHUNK
    assert subject.tail == b""
    assert record_keys(b"") == []


def test_nothing_waits_where_there_is_no_value() -> None:
    assert unpack_events(None) == []


def test_summaries_show_nothing_of_whom_they_are_about() -> None:
    assert (
        repr(Subject(name_utf8="甲".encode(), district_utf8=b"420106", version=2)) == "<Subject version 2, 0 records>"
    )
    assert repr(Crosswalk(("91420106MA4KAAA16H",))) == "<Crosswalk 1 subjects>"
