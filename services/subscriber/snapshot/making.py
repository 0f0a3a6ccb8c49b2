"""Makes a snapshot of a feed: collects the view, writes its files and the manifest, all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.domain.evidence.snapshot import Snapshot, SnapshotFile, SnapshotSpan
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import AT_BEGINNING
from creditbus.services.subscriber.reading import Bounds, FeedReader, Reach
from creditbus.services.subscriber.snapshot.avro_files import finish_avro, sync_marker, write_avro
from creditbus.services.subscriber.snapshot.collecting import Collecting, Kind
from creditbus.services.subscriber.snapshot.folder import whole_folder
from creditbus.services.subscriber.snapshot.opening import MANIFEST, OpenSnapshot
from creditbus.services.subscriber.snapshot.processes import Processes
from creditbus.services.subscriber.snapshot.share import SPILL, shares_of, whole_reach
from creditbus.services.subscriber.snapshot.spill import Part, Spill
from creditbus.services.subscriber.syncing import Progress

__all__ = ["FORMS", "SHARED", "Signer", "make_snapshot"]

#: Offsets that wait to be read, at least, where several processes read them: one alone needs a second for them.
_LONG: Final = 50_000

Write = Callable[[Path, Mapping[int, Kind], Iterable[Part]], list[SnapshotFile]]


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs a manifest.

    Attributes:
        suite: name of the signature's suite.
        name: of the key, as others see it.
        note: makes the signed note of a text.

    """

    suite: str
    name: str
    note: Callable[[str], str]


def _write_parquet(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[Part]) -> list[SnapshotFile]:
    # pyarrow is an extra: who writes Avro need not have it
    from creditbus.services.subscriber.snapshot.parquet_files import write_parquet  # noqa: PLC0415

    return write_parquet(folder, kinds, parts)


#: How the files of a form are written, by its name.
FORMS: Final[Mapping[str, Write]] = {"avro": write_avro, "parquet": _write_parquet}
#: The form that several processes write together.
SHARED: Final = "avro"


async def make_snapshot(
    feed: FeedReader,
    target: Path,
    form: str,
    *,
    base: OpenSnapshot | None,
    incomplete: bool,
    signer: Signer | None,
    now_ms: int,
    progress: Progress,
    report: Callable[[Progress], None] = lambda _: None,
    several: Processes | None = None,
) -> Snapshot:
    """Write what a feed shows up to its present end into a folder, and return its manifest.

    Args:
        feed: is read.
        target: the folder; it is not there yet, or empty.
        form: one of `FORMS`.
        base: an earlier snapshot, which takes the place of the records up to where it ends; None: the feed is read from
            its first record.
        incomplete: go on where the first records of the feed have expired and there is no base.
        signer: signs the manifest; None: nobody does.
        now_ms: the present moment, in milliseconds since 1970 UTC.
        progress: is counted on.
        report: is called after each batch.
        several: processes of this feed; they make a long snapshot without a base in the form `SHARED`. None: there are
            none.

    Raises:
        BrokenFeedError: the feed is not whole from there on, or its first records have expired.
        ConfigurationError: the folder is there already, or the base does not belong to the feed.
        UserError: a server is away, a record cannot be decoded, or the disk refuses.

    """
    stored = {} if base is None else base.positions()
    with whole_folder(target) as folder:
        cut = incomplete and base is None
        bounds = await feed.bounds()
        waiting = await feed.waiting(stored, cut=cut, bounds=bounds)
        shared = several is not None and several.count and base is None and form == SHARED
        if several is not None and shared and sum(waiting.values()) >= _LONG:
            reach, files = await _together(several, folder, bounds, waiting, progress, cut=cut, report=report)
        else:
            spilled = folder / SPILL
            spilled.mkdir()
            shown = base.snapshot.records if base else 0
            collecting = Collecting(feed, Spill(spilled, sum(waiting.values()) + shown))
            if base is not None:
                collecting.begin(base)
            # a base is read for minutes, in which retention may delete more
            known = bounds if base is None else None
            await collecting.read(stored, progress, cut=cut, report=report, bounds=known)
            reach, files = feed.reach, FORMS[form](folder, collecting.kinds, collecting.spill.parts())
            spilled.rmdir()
        spans = _spans(reach, base)
        suite = "" if signer is None else signer.suite
        made = Snapshot(feed.topic, form, suite, now_ms, spans, tuple(sorted(files, key=lambda one: one.name)))
        if signer is not None:
            made = replace(made, note=signer.note(made.checkpoint().text()))
        _write_manifest(folder / MANIFEST, made)
    return made


async def _together(
    several: Processes,
    folder: Path,
    bounds: Bounds,
    waiting: Mapping[int, int],
    progress: Progress,
    *,
    cut: bool,
    report: Callable[[Progress], None],
) -> tuple[Reach, list[SnapshotFile]]:
    """Let several processes read the feed from its first record, each into a folder of its own."""
    # one of a run that was killed may still be at work: it must not meet these
    places = [folder / f"{os.getpid()}.{number}" for number in range(several.count)]
    shares = shares_of(bounds, waiting, places, cut=cut, marker=sync_marker())
    for share in shares:
        share.folder.mkdir()
    made = await several.make(shares, progress, report)
    files = finish_avro(folder, [piece for one in made for piece in one.written])
    for share in shares:
        share.folder.rmdir()
    return whole_reach(made), files


def _spans(reach: Reach, base: OpenSnapshot | None) -> tuple[SnapshotSpan, ...]:
    begun = {} if base is None else {span.partition: span.first for span in base.snapshot.spans}
    found = []
    for partition, at in sorted(reach.positions.items()):
        first = begun.get(partition, 1)
        if partition not in begun and partition in reach.cut:
            if partition not in reach.first:
                # nothing is left that says with which number it goes on: a copy could not see what comes next
                raise BrokenFeedError(Break(partition, BreakKind.EXPIRED, AT_BEGINNING.feed_seq + 1, None))
            first = reach.first[partition]
        found.append(SnapshotSpan(partition, first, at.feed_seq, at.last_hash, at.next_offset))
    return tuple(found)


def _write_manifest(path: Path, made: Snapshot) -> None:
    with path.open("xb") as file:
        file.write(made.document())
        file.flush()
        os.fsync(file.fileno())
