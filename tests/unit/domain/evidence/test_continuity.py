"""Whatever is done to a feed, comparing what must come next finds the same breaks as reading each record does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import pytest

from creditbus.services.domain.evidence.continuity import NO_HASH, Break, BreakKind, Continuity
from creditbus.services.domain.evidence.feed_record import feed_place
from creditbus.services.domain.framing import frame
from creditbus.services.engine.codec.primitives import encode_long


class _Record(NamedTuple):
    partition: int
    value: bytes | None


def _value(sequence: int, previous: bytes, said: bytes) -> bytes:
    return frame(7) + encode_long(sequence) + previous + said


def _log(chance: random.Random, partition: int, count: int) -> list[_Record]:
    records, previous = [], NO_HASH
    for number in range(1, count + 1):
        value = _value(number, previous, chance.randbytes(chance.randrange(4)))
        records.append(_Record(partition, value))
        previous = sha256(value).digest()
    return records


def _damage(chance: random.Random, records: list[_Record]) -> None:
    at = chance.randrange(len(records))
    partition, value = records[at]
    assert value is not None
    match chance.randrange(5):
        case 0:
            del records[at]
        case 1:
            records.insert(chance.randrange(len(records) + 1), records[at])
        case 2:
            records[at] = _Record(partition, value + b"\0")
        case 3:
            records[at] = _Record(partition, _value(chance.choice([-5, -1, 0, 1, 2**62]), NO_HASH, b""))
        case _:
            records[at] = _Record(partition, value[:9])


def _feed(chance: random.Random) -> list[_Record]:
    """Make a feed of two partitions, in stretches as fetches bring it, damaged or not."""
    logs = [_log(chance, partition, chance.randint(1, 40)) for partition in (0, 1)]
    for _ in range(chance.randrange(4)):
        _damage(chance, chance.choice([log for log in logs if log]))
    records: list[_Record] = []
    while any(logs):
        log = chance.choice([one for one in logs if one])
        count = chance.randint(1, 9)
        records += log[:count]
        del log[:count]
    return records


def _expected(records: Sequence[_Record], resumed: dict[int, tuple[int, bytes]], cut: dict[int, int]) -> list[Break]:
    """Work out the breaks with all that each record says, from the definition."""
    last, found = dict(resumed), list[Break]()
    for partition, value in records:
        sequence, previous = _said(value or b"")
        kind, first, to = None, sequence, sequence
        if partition in last:
            number, digest = last[partition]
            if sequence > number + 1:
                kind, first, to = BreakKind.MISSING, number + 1, sequence - 1
            elif sequence <= number:
                kind = BreakKind.REPEATED
            elif previous != digest:
                kind = BreakKind.CHANGED
        elif partition in cut and sequence > 1:
            kind, first, to = (BreakKind.EXPIRED if cut[partition] else BreakKind.MISSING), 1, sequence - 1
        elif partition in cut and previous != NO_HASH:
            kind = BreakKind.CHANGED
        if kind is not None:
            found.append(Break(partition, kind, first, to))
        last[partition] = (sequence, sha256(value or b"").digest())
    return found


def _said(value: bytes) -> tuple[int, bytes]:
    """Return what a decoder says of a record, also where its beginning is not one that `feed_place` knows."""
    place = feed_place(value)
    if place is not None:
        return place
    for number in (-5, -1, 0):
        if value[5:].startswith(encode_long(number)):
            return number, NO_HASH
    return 3, b"?" * 32


def _found(records: Sequence[_Record], continuity: Continuity, chance: random.Random | None) -> list[Break]:
    """Take the records in chunks, as a reader of a feed does; without chance each by itself."""
    found, rest = [], list(records)
    while rest:
        chunk = rest[: chance.randint(1, 12) if chance else 1]
        del rest[: len(chunk)]
        at = 0
        while True:
            at = continuity.follow(chunk, at) if chance else at
            if at == len(chunk):
                break
            partition, value = chunk[at]
            broken = continuity.check_place(partition, *_said(value or b""), value or b"")
            found += [broken] if broken else []
            at += 1
    return found


@pytest.mark.parametrize("seed", range(300))
def test_it_finds_what_reading_each_record_finds(seed: int) -> None:
    chance = random.Random(seed)
    records = _feed(chance)
    cut = {partition: chance.choice([0, 9]) for partition in (0, 1) if chance.random() < 0.5}
    resumed = {partition: (0, NO_HASH) for partition in (0, 1) if chance.random() < 0.5}
    expected = _expected(records, resumed, cut)
    for by in (random.Random(seed), None):
        continuity = Continuity(cut=cut)
        for partition, at in resumed.items():
            continuity.resume(partition, *at)
        assert _found(records, continuity, by) == expected == continuity.breaks
        assert continuity.records == len(records)
        for partition in {one.partition for one in records}:
            value = next(one.value for one in reversed(records) if one.partition == partition)
            assert continuity.last(partition) == (_said(value or b"")[0], sha256(value or b"").digest())


def test_the_first_record_of_a_partition_is_read_and_those_after_it_are_compared() -> None:
    records = _log(random.Random(1), 0, 5)
    continuity = Continuity()
    continuity.resume(0, 0, NO_HASH)
    assert continuity.follow(records) == 0
    assert continuity.check_place(0, 1, NO_HASH, records[0].value or b"") is None
    assert continuity.follow(records, 1) == 5
    assert continuity.follow([_Record(0, None)]) == 0
    assert continuity.records == 5
