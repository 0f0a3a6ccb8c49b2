"""Makes a snapshot of a feed: collects the view, writes its files and the manifest, all of it or nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from creditbus.services.domain.evidence.snapshot import Snapshot, SnapshotFile, SnapshotSpan
from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.position import AT_BEGINNING
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot.avro_files import write_avro
from creditbus.services.subscriber.snapshot.collecting import Collecting, Kind
from creditbus.services.subscriber.snapshot.folder import whole_folder
from creditbus.services.subscriber.snapshot.opening import MANIFEST, OpenSnapshot
from creditbus.services.subscriber.snapshot.spill import Spill, SpilledRecord
from creditbus.services.subscriber.syncing import Progress

__all__ = ["FORMS", "Signer", "make_snapshot"]

_SPILL: Final = "spill"

Write = Callable[[Path, Mapping[int, Kind], Iterable[list[SpilledRecord]]], list[SnapshotFile]]


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


def _write_parquet(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[list[SpilledRecord]]) -> list[SnapshotFile]:
    # pyarrow is an extra: who writes Avro need not have it
    from creditbus.services.subscriber.snapshot.parquet_files import write_parquet  # noqa: PLC0415

    return write_parquet(folder, kinds, parts)


#: How the files of a form are written, by its name.
FORMS: Final[Mapping[str, Write]] = {"avro": write_avro, "parquet": _write_parquet}


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

    Raises:
        BrokenFeedError: the feed is not whole from there on, or its first records have expired.
        ConfigurationError: the folder is there already, or the base does not belong to the feed.
        UserError: a server is away, a record cannot be decoded, or the disk refuses.

    """
    stored = {} if base is None else base.positions()
    with whole_folder(target) as folder:
        cut = incomplete and base is None
        expected = await feed.waiting(stored, cut=cut)
        spilled = folder / _SPILL
        spilled.mkdir()
        collecting = Collecting(feed, Spill(spilled, expected + (base.snapshot.records if base else 0)))
        if base is not None:
            collecting.begin(base)
        await collecting.read(stored, progress, cut=cut, report=report)
        spans = _spans(feed, base)
        files = FORMS[form](folder, collecting.kinds, collecting.spill.parts())
        spilled.rmdir()
        suite = "" if signer is None else signer.suite
        made = Snapshot(feed.topic, form, suite, now_ms, spans, tuple(sorted(files, key=lambda one: one.name)))
        if signer is not None:
            made = replace(made, note=signer.note(made.checkpoint().text()))
        _write_manifest(folder / MANIFEST, made)
    return made


def _spans(feed: FeedReader, base: OpenSnapshot | None) -> tuple[SnapshotSpan, ...]:
    begun = {} if base is None else {span.partition: span.first for span in base.snapshot.spans}
    found = []
    for partition, at in sorted(feed.positions.items()):
        first = begun.get(partition, 1)
        if partition not in begun and partition in feed.cut:
            if partition not in feed.first:
                # nothing is left that says with which number it goes on: a copy could not see what comes next
                raise BrokenFeedError(Break(partition, BreakKind.EXPIRED, AT_BEGINNING.feed_seq + 1, None))
            first = feed.first[partition]
        found.append(SnapshotSpan(partition, first, at.feed_seq, at.last_hash, at.next_offset))
    return tuple(found)


def _write_manifest(path: Path, made: Snapshot) -> None:
    with path.open("xb") as file:
        file.write(made.document())
        file.flush()
        os.fsync(file.fileno())
