"""A copy in a file: every record once and in order, wherever a write was torn."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from creditbus.services.subscriber.json_lines import JsonLinesCopy
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.syncing import Progress, sync
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.feed_copies import BUS, TOPIC, MadeFeed


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "copy.jsonl"


def _sync(file: Path) -> Progress:
    progress = Progress()
    with JsonLinesCopy(file, TOPIC) as copy:
        asyncio.run(sync(FeedReader(BUS, TOPIC), copy, progress, follow=False))
    return progress


def _records(file: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    return [line for line in lines if "creditbus_position" not in line]


def _holds_all_once(file: Path, feed: MadeFeed) -> bool:
    found: dict[int, list[int]] = {}
    for record in _records(file):
        found.setdefault(record["partition"], []).append(record["feed"]["feed_seq"])
    assert found == {lane: list(range(1, len(records) + 1)) for lane, records in feed.fields.items()}
    return True


def _grow(feed: MadeFeed, count: int = 5) -> None:
    for number in range(count):
        feed.put(number % feed.partitions, f"S{number}", XYDJ="甲\n乙", state=["ACTIVE", "WITHDRAWN"][number % 2])


def test_it_holds_every_record_with_its_place(feed: MadeFeed, file: Path) -> None:
    _grow(feed)
    done = _sync(file)
    assert (done.records, done.written, done.removed) == (5, 5, 0)
    first = _records(file)[0]
    assert (first["partition"], first["offset"], first["content"]["XYDJ"]) == (0, 0, "甲\n乙")
    assert first["feed"]["previous_hash"] == "00" * 32
    _grow(feed)
    assert _sync(file).records == 5
    assert _holds_all_once(file, feed)
    assert file.stat().st_mode & 0o777 == 0o600
    size = file.stat().st_size
    assert _sync(file).records == 0
    assert file.stat().st_size == size, "nothing new writes nothing"


def test_a_file_that_was_torn_anywhere_goes_on_without_loss_and_without_doubling(feed: MadeFeed, file: Path) -> None:
    feed.chunk = 1
    _grow(feed, 4)
    _sync(file)
    whole = file.read_bytes()
    for size in range(0, len(whole), 37):
        file.write_bytes(whole[:size])
        _sync(file)
        assert _holds_all_once(file, feed), size


def test_blocks_that_a_power_cut_kept_from_the_disk_are_read_again(feed: MadeFeed, file: Path) -> None:
    _grow(feed)
    _sync(file)
    before = file.stat().st_size
    feed.chunk = 100
    _grow(feed)
    _sync(file)
    chance = random.Random(4)
    # as it was before the end of the run, which adds positions alone
    whole = b"".join(file.read_bytes().splitlines(keepends=True)[:-1])
    length = json.loads(whole.splitlines()[-1])["bytes"]
    assert length > 0
    for _ in range(40):
        start = chance.randrange(before, before + length - 20)
        file.write_bytes(whole[:start] + bytes(20) + whole[start + 20 :])
        assert _sync(file).records == 5
        assert _holds_all_once(file, feed)


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    feed: MadeFeed, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(feed)
    _sync(file)
    before = file.read_bytes()
    _grow(feed)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(UnavailableError, match="No space left on device; check path, rights and room"):
            _sync(file)
    assert file.read_bytes() == before
    _sync(file)
    assert _holds_all_once(file, feed)


def test_a_second_sync_is_refused(feed: MadeFeed, file: Path) -> None:
    _grow(feed)
    with (
        JsonLinesCopy(file, TOPIC),
        pytest.raises(ConfigurationError, match="another sync is writing to this copy"),
        JsonLinesCopy(file, TOPIC),
    ):
        pass


def test_files_of_others_are_left_alone(feed: MadeFeed, file: Path) -> None:
    _grow(feed)
    for content in (b'{"partition": 0}\n', b"x", b'{"creditbus_position":1}'):
        for text in (content, content * 40):
            file.write_bytes(text)
            with pytest.raises(ConfigurationError, match="was not written by `creditbus feed sync`"):
                _sync(file)
            assert file.read_bytes() == text
    file.unlink()
    _sync(file)
    with pytest.raises(ConfigurationError, match=r"holds the copy of feed\.district-wuchang; give each feed a file"):
        JsonLinesCopy(file, "feed.other").__enter__()
