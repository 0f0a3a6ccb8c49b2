"""What several processes make of a feed together is what one makes of it, and what becomes of one is said as ever."""

from __future__ import annotations

import asyncio
import errno
import multiprocessing
import os
import random
import signal
from pathlib import Path
from typing import Any

import fastavro
import pytest

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.engine.batch import Partition
from creditbus.services.engine.errors import DependencyDownError
from creditbus.services.subscriber.errors import BrokenFeedError
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot import making, processes, share
from creditbus.services.subscriber.snapshot.carried_error import carried, error_of
from creditbus.services.subscriber.snapshot.making import make_snapshot
from creditbus.services.subscriber.snapshot.processes import Processes
from creditbus.services.subscriber.snapshot.share import Share, shares_of
from creditbus.services.subscriber.syncing import Progress
from creditbus.topics.errors import ConfigurationError, UnavailableError, UserError
from tests.feed_copies import BUS, TOPIC, MadeFeed, item_schema

_PARTITIONS = 5


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed(_PARTITIONS)
    made.serve(monkeypatch)
    monkeypatch.setattr(making, "_LONG", 1)
    return made


def _grow(feed: MadeFeed, seed: int, count: int = 150) -> None:
    chance = random.Random(seed)
    for _ in range(count):
        lane = chance.randrange(_PARTITIONS - 1)  # one stays empty
        item = chance.choice(["tax-credit-grade", "red-black-list"])
        schema = item_schema(item, content=("PJND",)) if chance.random() < 0.2 else None
        state = chance.choice(["ACTIVE", "ACTIVE", "WITHDRAWN"])
        feed.put(
            lane, f"S{lane}{chance.randrange(9)}", item=item, schema=schema, state=state, PJND=chance.randbytes(4).hex()
        )


def _make(folder: Path, count: int, *, incomplete: bool = False, progress: Progress | None = None) -> Any:
    reader = FeedReader(BUS, TOPIC)
    with Processes(reader, count) as several:
        work = make_snapshot(
            reader,
            folder,
            "avro",
            base=None,
            incomplete=incomplete,
            signer=None,
            now_ms=1_700_000_000_000,
            progress=progress or Progress(),
            several=several,
        )
        return asyncio.run(work)


def _entries(folder: Path) -> dict[str, list[str]]:
    found = {}
    for path in folder.glob("*.avro"):
        with path.open("rb") as file:
            found[path.name] = sorted(map(repr, fastavro.reader(file)))
    return found


def _is_clean(folder: Path) -> bool:
    return list(folder.iterdir()) == [] and multiprocessing.active_children() == []


@pytest.mark.parametrize("count", [2, 3, 7])
def test_together_they_make_what_one_makes(count: int, feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, count)
    feed.expire(1, 4)
    progress = Progress()
    alone, made = (
        _make(tmp_path / "alone", 1, incomplete=True),
        _make(tmp_path / "view", count, incomplete=True, progress=progress),
    )
    assert _entries(tmp_path / "view") == _entries(tmp_path / "alone")
    assert (made.spans, made.complete, made.records) == (alone.spans, False, alone.records)
    assert [(one.name, one.records) for one in made.files] == [(one.name, one.records) for one in alone.files]
    assert sorted(path.name for path in (tmp_path / "view").iterdir()) == sorted(
        ["manifest.json", *(one.name for one in made.files)]
    )
    assert (progress.records, progress.remaining) == (sum(map(len, feed.log.values())), 0)
    assert multiprocessing.active_children() == []


def test_a_short_feed_is_left_to_this_process(feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _grow(feed, 1)
    monkeypatch.setattr(making, "_LONG", 1_000_000)
    monkeypatch.setattr(Processes, "make", None)
    assert _make(tmp_path / "view", 2).records > 0


def test_a_feed_that_is_not_whole_is_said_with_its_place(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, 2)
    del feed.log[2][5]
    with pytest.raises(BrokenFeedError) as raised:
        _make(tmp_path / "view", 3)
    assert raised.value.found == Break(2, BreakKind.MISSING, 6, 6)
    assert _is_clean(tmp_path)


def test_a_record_that_cannot_be_decoded_is_said_as_by_one_process(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, 3)
    feed.put(2, "S9", schema=item_schema("tax-credit-grade", content=("XYDJ",)))
    feed.shapes.popitem()
    said = []
    for count in (1, 2):
        with pytest.raises(UserError, match="the registry does not know") as raised:
            _make(tmp_path / "view", count)
        said.append((type(raised.value), raised.value.text(), raised.value.text().zh))
    assert said[0] == said[1]
    assert _is_clean(tmp_path)


def test_a_full_disk_of_one_of_them_is_one_line(
    feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    _grow(feed, 4)
    monkeypatch.setattr(share, "write_entries", full)
    with pytest.raises(UnavailableError, match="view: No space left on device; check path"):
        _make(tmp_path / "view", 2)
    assert _is_clean(tmp_path)


def test_one_that_is_killed_ends_the_command_with_one_line(
    feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(feed, 5)
    monkeypatch.setattr(share, "write_entries", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(UnavailableError, match=r"has ended \(SIGKILL\); no file was left"):
        _make(tmp_path / "view", 2)
    assert _is_clean(tmp_path)


def test_who_cancels_it_ends_them_all(feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _grow(feed, 6)
    monkeypatch.setattr(share, "write_entries", lambda *_: signal.pause())
    reader, progress = FeedReader(BUS, TOPIC), Progress()

    async def cancelled(several: Processes) -> None:
        def report(found: Progress) -> None:
            if found.remaining == 0:
                work.cancel()

        work = asyncio.create_task(
            make_snapshot(
                reader,
                tmp_path / "view",
                "avro",
                base=None,
                incomplete=False,
                signer=None,
                now_ms=0,
                progress=progress,
                report=report,
                several=several,
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await work

    with Processes(reader, 2) as several:
        asyncio.run(cancelled(several))
    assert progress.records == sum(map(len, feed.log.values()))
    assert _is_clean(tmp_path)


def test_one_whose_first_process_is_gone_stops(feed: MadeFeed, tmp_path: Path) -> None:
    class Gone:
        def send(self, _: object) -> None:
            raise BrokenPipeError

    _grow(feed, 7)
    reader: Any = FeedReader(BUS, TOPIC)
    line: Any = Gone()
    bounds = asyncio.run(reader.bounds())
    with pytest.raises(processes._Unasked):
        processes._answer(reader, line, Share(tmp_path, bounds, 9, cut=False, marker=bytes(16)))


@pytest.mark.parametrize(
    "error",
    [
        DependencyDownError("kafka", "nowhere:1"),
        ConfigurationError("place", "problem", "fix"),
        UserError("place", "problem"),
        OSError(errno.EIO, "Input/output error"),
        BrokenFeedError(Break(3, BreakKind.EXPIRED, 1, None)),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_says_the_same_in_another_process(error: Exception) -> None:
    found = error_of(carried(error))
    assert isinstance(error, type(found))
    assert (str(found), vars(found).get("found")) == (str(error), vars(error).get("found"))


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(KeyError) as raised:
        dict[str, int]()["what"]
    found = error_of(carried(raised.value))
    assert str(found) == "KeyError: 'what'"
    assert "test_processes.py" in found.__notes__[0]


def test_those_with_most_to_read_are_given_first() -> None:
    waiting = {0: 50, 1: 10, 2: 40, 3: 30, 4: 0}
    bounds = {Partition(TOPIC, number): (0, count) for number, count in waiting.items()}
    shares = shares_of(bounds, waiting, [Path("a"), Path("b"), Path("c")], cut=False, marker=b"")
    assert [sorted(one.partition for one in of.bounds) for of in shares] == [[0], [2, 4], [1, 3]]
    assert [of.expected for of in shares] == [50, 40, 40]
    assert (
        len(shares_of(dict([*bounds.items()][:2]), waiting, [Path("a"), Path("b"), Path("c")], cut=False, marker=b""))
        == 2
    )
