"""A feed of real records, as many as a measurement wants, numbered and chained as fanout chains them.

The records are those that fanout makes of some thousand events, over and over, each time about other subjects: the
first two characters of a subject's code count how often.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Final

from ground import Ground
from load import Sent, write
from whole.loads import WholeLoads

from creditbus.services.domain.evidence.feed_record import feed_place, value_hash
from creditbus.services.domain.evidence.manifest import NO_HASH
from creditbus.services.domain.framed_avro import parsed, read_record
from creditbus.services.domain.framing import FRAME_BYTES, schema_id
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.subscriber.planning import key_of, takes_away
from creditbus.topics.names import FEED
from creditbus.topics.registry import SchemaRegistry

__all__ = ["WrittenFeed", "written_feed"]

_SAMPLE: Final = 8000
_DIGITS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True, slots=True)
class WrittenFeed:
    """A feed that was written.

    Attributes:
        topic: of it.
        item: the one that all records are of; empty: they are of several.
        records: how many there are.
        keys: of how many different records they speak.
        last: value of the last record of each partition.

    """

    topic: str
    item: str
    records: int
    keys: int
    last: Sequence[bytes]

    @property
    def subscriber(self) -> str:
        """Whose feed it is."""
        return self.topic.removeprefix(FEED)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A record of the sample, the code of its subject, which record it speaks of, and whether that is shown."""

    sent: Sent
    code: bytes
    key: tuple[str, ...]
    shown: bool


def written_feed(ground: Ground, records: int, item: str = "") -> WrittenFeed:
    """Write a feed of this many records of a catalogue item, or of whatever comes when none is named."""
    sample = _sample(ground, item)
    ends: dict[int, tuple[int, bytes]] = {}
    last: dict[int, bytes] = {}
    shown: dict[tuple[int, tuple[str, ...]], bool] = {}
    made = []
    for number, (turn, one) in enumerate(islice(_turns(sample), records)):
        partition = one.sent.partition
        code = f"{_DIGITS[turn // len(_DIGITS)]}{_DIGITS[turn % len(_DIGITS)]}".encode() + one.code[2:]
        sequence, previous = ends.get(partition, (0, NO_HASH))
        value = _chained((one.sent.value or b"").replace(one.code, code), sequence + 1, previous)
        ends[partition], last[partition] = (sequence + 1, value_hash(value)), value
        shown[turn, one.key] = one.shown
        key = (one.sent.key or b"").replace(one.code, code)
        made.append(Sent(one.sent.topic, partition, number, one.sent.timestamp, key, value))
    write(ground.connection.bootstrap_servers, made)
    return WrittenFeed(sample[0].sent.topic, item, records, sum(shown.values()), [last[one] for one in sorted(last)])


def _sample(ground: Ground, item: str) -> list[_Sample]:
    registry = SchemaRegistry(ground.connection.registry_url)
    writers: dict[int, Any] = {}
    sample = []
    for sent in WholeLoads(ground).feed(_SAMPLE):
        number = schema_id(sent.value)
        if number not in writers:
            writers[number] = parsed(registry.schema(number))
        fields = read_record(sent.value or b"", writers[number])
        if item in ("", fields["record"]["item"]):
            key = (fields["record"]["item"], *key_of(fields))
            sample.append(_Sample(sent, fields["subject"]["code"].encode(), key, not takes_away(fields)))
    return sample


def _turns(sample: Sequence[_Sample]) -> Iterator[tuple[int, _Sample]]:
    return ((turn, one) for turn in count() for one in sample)


def _chained(value: bytes, sequence: int, previous: bytes) -> bytes:
    """Return a value with another number and hash at its beginning."""
    place = feed_place(value)
    assert place is not None  # noqa: S101 -- it comes from fanout
    shown = value[FRAME_BYTES + len(encode_long(place.sequence)) + len(NO_HASH) :]
    return value[:FRAME_BYTES] + encode_long(sequence) + previous + shown
