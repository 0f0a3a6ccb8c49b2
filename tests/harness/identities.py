"""Which producer wrote a record, and under which number: read from a broker's files, for consumers do not learn it."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.harness.wire import Place, Record

__all__ = ["Identity", "identity_of"]

# a record batch of the second format: base offset, length, leader's epoch, format, checksum, attributes, last offset's
# distance, first and largest time stamp, producer's id and epoch, first sequence number, count
_HEAD = struct.Struct(">qiibIhiqqqhii")
_BEFORE_LENGTH_ENDS = 12


class Identity(NamedTuple):
    """By this a broker knows a record that is sent a second time; a producer that writes under another starts again."""

    producer: int
    epoch: int
    sequence: int


def identity_of(record: Record, folders: list[Path]) -> Identity | None:
    """Return the identity of a record.

    Args:
        record: one that a broker has.
        folders: log directories of the brokers.

    Returns:
        None where no broker has it any more.

    """
    for folder in folders:
        for base, last, identity in _batches(folder, record.place):
            if base <= record.offset <= last:
                return identity._replace(sequence=identity.sequence + record.offset - base)
    return None


def _batches(folder: Path, place: Place) -> Iterator[tuple[int, int, Identity]]:
    for segment in sorted((folder / f"{place.topic}-{place.partition}").glob("*.log")):
        data, at = segment.read_bytes(), 0
        while at + _HEAD.size <= len(data):
            base, length, _, _, _, _, distance, _, _, producer, epoch, sequence, _ = _HEAD.unpack_from(data, at)
            if length <= 0:
                break
            yield base, base + distance, Identity(producer, epoch, sequence)
            at += _BEFORE_LENGTH_ENDS + length
