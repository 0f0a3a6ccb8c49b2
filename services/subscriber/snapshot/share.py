"""The share of one process in a snapshot: some partitions of the feed, read and written to pieces of its files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from creditbus.services.engine.batch import Partition
from creditbus.services.subscriber.reading import Bounds, FeedReader, Reach
from creditbus.services.subscriber.snapshot.avro_files import Written, write_entries
from creditbus.services.subscriber.snapshot.collecting import Collecting
from creditbus.services.subscriber.snapshot.spill import Part, Spill
from creditbus.services.subscriber.syncing import Progress

__all__ = ["SPILL", "Made", "Share", "make_share", "shares_of", "whole_reach"]

SPILL: Final = "spill"


class Share(NamedTuple):
    """What one process is to do.

    Attributes:
        folder: in which it works alone.
        bounds: of its partitions.
        expected: how many records they hold, about.
        cut: whether to go on where the first records of the feed have expired.
        marker: of the files whose pieces it writes (`avro_files.sync_marker`).

    """

    folder: Path
    bounds: Bounds
    expected: int
    cut: bool
    marker: bytes


class Made(NamedTuple):
    """What one process has made: how far it has read, and the pieces of files."""

    reach: Reach
    written: list[Written]


def shares_of(
    bounds: Bounds, waiting: Mapping[int, int], folders: Sequence[Path], *, cut: bool, marker: bytes
) -> list[Share]:
    """Give each partition to the folder that has least to read so far, those with most to read first."""
    given: list[dict[Partition, tuple[int, int]]] = [{} for _ in folders]
    loads = [0 for _ in folders]
    for one in sorted(bounds, key=lambda one: waiting[one.partition], reverse=True):
        at = loads.index(min(loads))
        given[at][one] = bounds[one]
        loads[at] += waiting[one.partition]
    shares = zip(folders, given, loads, strict=True)
    return [Share(folder, of_it, load, cut, marker) for folder, of_it, load in shares if of_it]


async def make_share(
    feed: FeedReader, share: Share, report: Callable[[Progress], None], go_on: Callable[[], None]
) -> Made:
    """Read the partitions of a share, and write what they show.

    Args:
        feed: is read.
        share: what is to be done.
        report: is called after each batch.
        go_on: is called between the parts that are written; may raise.

    Raises:
        BrokenFeedError: the feed is not whole, or without `cut` its first records have expired.
        UserError: a server is away, or a record cannot be decoded.
        OSError: the disk refuses.

    """
    spilled = share.folder / SPILL
    spilled.mkdir()
    collecting = Collecting(feed, Spill(spilled, share.expected))
    await collecting.read({}, Progress(), cut=share.cut, report=report, bounds=share.bounds)

    def parts() -> Iterator[Part]:
        for part in collecting.spill.parts():
            go_on()
            yield part

    written = write_entries(share.folder, collecting.kinds, parts(), share.marker)
    spilled.rmdir()
    return Made(feed.reach, written)


def whole_reach(made: Sequence[Made]) -> Reach:
    """Return how far all of them have read together."""
    reaches = [one.reach for one in made]
    return Reach(
        {partition: at for one in reaches for partition, at in one.positions.items()},
        frozenset[int]().union(*(one.cut for one in reaches)),
        {partition: first for one in reaches for partition, first in one.first.items()},
    )
