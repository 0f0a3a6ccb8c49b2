"""What fanout makes of events that are written in another way than the bus writes them, and of what is not an event."""

import logging
from typing import Any

import pytest

from creditbus.services.domain.event import partition_of
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.stage.output import Output
from creditbus.services.local.bus import ConsumedRecord
from tests.examples import EXAMPLES
from tests.step_harness import Bus, machinery

SUBJECT = "91420106MA4KAAA16H"
REGISTRATION = EXAMPLES["enterprise-registration"].claiming(uscc=SUBJECT)
NAME = "某某有限公司"
LANE = partition_of(SUBJECT.encode(), machinery().lanes)


@pytest.fixture
def change() -> ConsumedRecord:
    bus = Bus(machinery())
    bus.publish(REGISTRATION)
    bus.settle()
    (made,) = bus.read("credit.changes")
    return made


def feeds(*changes: ConsumedRecord) -> dict[Partition, Any]:
    """Give what a fresh fanout writes to the feeds."""
    out, _ = Bus(machinery()).process("fanout", LANE, changes)
    return without_ledger(out)


def without_ledger(out: Output) -> dict[Partition, Any]:
    return {where: records for where, records in out.records.items() if where.topic.startswith("feed.")}


def with_lengths_in_two_bytes(value: bytes, text: str) -> bytes:
    """Write the length of a text in one byte more than it takes: valid Avro, but not the plainest."""
    place = value.rindex(text.encode()) - 1
    return value[:place] + bytes([value[place] | 128, 0]) + value[place + 1 :]


@pytest.mark.parametrize("text", ["enterprise-registration", SUBJECT, NAME])
def test_an_event_that_is_not_written_plainly_is_shown_as_one_that_is(change: ConsumedRecord, text: str) -> None:
    assert change.value is not None
    plain = feeds(change)
    assert plain
    assert feeds(change._replace(value=with_lengths_in_two_bytes(change.value, text))) == plain


def foreign(change: ConsumedRecord) -> list[bytes]:
    codec = machinery().codec
    value = change.value or b""
    opened = codec.open(value)
    frame = value[:FRAME_BYTES]
    return [
        b"",
        frame + b"\x00",
        value[:-1],
        value + b"\x00",
        value.replace(b"enterprise-registration", b"enterprise-registratioN"),
        codec.seal({**opened.header, "applied": None}, opened.body),
    ]


def test_what_is_no_change_is_passed_over_and_said(change: ConsumedRecord, caplog: pytest.LogCaptureFixture) -> None:
    strangers = [change._replace(value=value) for value in foreign(change)]
    with caplog.at_level(logging.ERROR):
        assert feeds(*strangers, change) == feeds(change)
    said = [record for record in caplog.records if "passed over" in record.message]
    assert len(said) == len(strangers)
    assert SUBJECT not in caplog.text
