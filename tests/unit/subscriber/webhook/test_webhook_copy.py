"""A receiver that fails in every way gets every record, those of a subject in their order, whoever is killed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from creditbus.services.subscriber.batch import Batch, Change
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.snapshot import spill
from creditbus.services.subscriber.snapshot.making import make_snapshot
from creditbus.services.subscriber.snapshot.opening import open_snapshot
from creditbus.services.subscriber.syncing import Progress, sync
from creditbus.services.subscriber.table_model import TableModel
from creditbus.services.subscriber.webhook import posting, subject_order
from creditbus.services.subscriber.webhook.receiver import Receiver
from creditbus.services.subscriber.webhook.webhook_copy import WebhookCopy
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.feed_copies import BUS, TOPIC, MadeFeed
from tests.harness.receiving import Fault, Receiving, running_receiver


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


@pytest.fixture
def receiving() -> Iterator[Receiving]:
    with running_receiver() as found:
        yield found


def _copy(receiving: Receiving, path: Path, patience: float = 600, topic: str = TOPIC) -> WebhookCopy:
    receiver = Receiver(
        httpx.URL(receiving.url), receiving.url, [b"x" * 32], patience, lambda _: None, sleep=lambda _: None
    )
    return WebhookCopy(receiver, receiving.url, path, topic)


def _sync(copy: WebhookCopy) -> Progress:
    progress = Progress()
    with copy:
        asyncio.run(sync(FeedReader(BUS, TOPIC), copy, progress, follow=False))
    return progress


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for _ in range(count):
        subject = chance.randrange(12)
        feed.put(subject % feed.partitions, f"S{subject}", state=chance.choice(["ACTIVE", "WITHDRAWN"]))


def _wanted(feed: MadeFeed) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for records in feed.fields.values():
        for fields in records:
            found.setdefault(fields["subject"]["code"], []).append(fields["feed"]["feed_seq"])
    return found


def _arrived(receiving: Receiving) -> dict[str, list[int]]:
    """Give the numbers of each subject's records by their first arrival."""
    found: dict[str, list[int]] = {}
    seen: set[str] = set()
    for record in receiving.records():
        if record["idempotency_key"] not in seen:
            seen.add(record["idempotency_key"])
            found.setdefault(record["subject"]["code"], []).append(record["feed"]["feed_seq"])
    return found


def test_each_record_comes_once_where_nothing_fails(feed: MadeFeed, receiving: Receiving, tmp_path: Path) -> None:
    _grow(feed, random.Random(1), 60)
    file = tmp_path / "new" / "position.json"
    done = _sync(_copy(receiving, file))
    assert (done.records, done.written, done.removed) == (60, 60, 0)
    assert _arrived(receiving) == _wanted(feed)
    assert len(receiving.records()) == 60
    assert file.stat().st_mode & 0o777 == 0o600
    assert _sync(_copy(receiving, file)).records == 0


def test_whatever_fails_and_whoever_is_killed_each_comes_and_in_order(
    feed: MadeFeed, receiving: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting.slices, "__defaults__", (4,))
    chance = random.Random(2)
    faults: list[int | Fault] = [500, 503, 429, *Fault]
    receiving.answer = lambda: chance.choice(faults) if chance.random() < 0.4 else 200
    ended = failed = 0
    for _ in range(25):
        _grow(feed, chance, 20)
        try:
            # patience that may end at the first fault, as if the process were killed there
            _sync(_copy(receiving, tmp_path / "position.json", patience=chance.choice([0, 2, 600])))
            ended += 1
        except UnavailableError:
            failed += 1
    assert ended
    assert failed
    receiving.answer = lambda: 200
    _sync(_copy(receiving, tmp_path / "position.json"))
    assert _arrived(receiving) == _wanted(feed)
    assert len(receiving.records()) < 3 * sum(map(len, feed.fields.values())), "a slice is sent again, not everything"


def test_a_second_sync_is_refused_and_so_is_the_file_of_another_feed(
    feed: MadeFeed, receiving: Receiving, tmp_path: Path
) -> None:
    _grow(feed, random.Random(3), 5)
    file = tmp_path / "position.json"
    with (
        _copy(receiving, file),
        pytest.raises(ConfigurationError, match="another sync is writing to this copy"),
        _copy(receiving, file),
    ):
        pass
    _sync(_copy(receiving, file))
    with (
        pytest.raises(ConfigurationError, match=r"it holds the copy of feed\.district-wuchang"),
        _copy(receiving, file, topic="feed.other"),
    ):
        pass
    for content in (b"x", b"[]", b'{"topic": 1}', b'{"topic": "feed.district-wuchang", "partitions": {"0": [1]}}'):
        file.write_bytes(content)
        with pytest.raises(ConfigurationError, match="holds no position of a receiver"), _copy(receiving, file):
            pass


def test_a_position_that_cannot_be_written_ends_it(
    feed: MadeFeed, receiving: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(feed, random.Random(4), 5)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(UnavailableError, match="No space left on device"):
            _sync(_copy(receiving, tmp_path / "position.json"))
    sent: Any = len(receiving.records())
    assert sent
    _sync(_copy(receiving, tmp_path / "position.json"))
    assert _arrived(receiving) == _wanted(feed)


class _View:
    """What a feed shows, in chunks of seven."""

    def __init__(self, changes: list[Change], positions: Mapping[int, Position]) -> None:
        self._changes = changes
        self._positions = positions

    def positions(self) -> Mapping[int, Position]:
        return self._positions

    def models(self) -> Iterable[TableModel]:
        return []

    def chunks(self) -> Iterator[list[Change]]:
        for start in range(0, len(self._changes), 7):
            yield self._changes[start : start + 7]


def test_a_receiver_begins_from_a_snapshot_and_goes_on_after_it(
    feed: MadeFeed, receiving: Receiving, tmp_path: Path
) -> None:
    _grow(feed, random.Random(5), 30)

    async def read() -> list[Batch]:
        return [batch async for batch in FeedReader(BUS, TOPIC).batches({}, follow=False)]

    batches = asyncio.run(read())
    positions = {one: move.after for batch in batches for one, move in batch.moves.items()}
    view = _View([change for batch in batches for change in batch.changes], positions)
    file = tmp_path / "position.json"
    receiving.answer = lambda: Fault.DROPS
    with pytest.raises(UnavailableError), _copy(receiving, file, patience=0) as copy:
        copy.replace({}, view)
    assert not file.exists(), "what has not arrived is not noted"
    receiving.answer = lambda: 200
    with _copy(receiving, file) as copy:
        assert copy.replace({}, view).written == 30
        with pytest.raises(ConfigurationError, match="the receiver has records already"):
            copy.replace(copy.positions(), view)
    _grow(feed, random.Random(6), 10)
    assert _sync(_copy(receiving, file)).records == 10
    assert _arrived(receiving) == _wanted(feed)


@pytest.mark.parametrize("buffered", [1, 300, 8 << 20])
def test_a_snapshot_comes_subject_by_subject_in_the_order_of_the_feed(
    buffered: int, feed: MadeFeed, receiving: Receiving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # many parts of a snapshot, and files for many records
    monkeypatch.setattr(spill, "_PART_RECORDS", 7)
    monkeypatch.setattr(subject_order, "_BUFFER_BYTES", buffered)
    chance = random.Random(7)
    items = ["tax-credit-grade", "administrative-penalty", "red-black-list"]
    for number in range(120):
        subject, item = chance.randrange(9), chance.choice(items)
        document, state = f"{chance.randrange(number + 1)}号", chance.choice(["ACTIVE", "ACTIVE", "WITHDRAWN"])
        feed.put(subject % feed.partitions, f"S{subject}", document, item=item, state=state)
    folder, file = tmp_path / "snapshot", tmp_path / "position.json"
    made = make_snapshot(
        FeedReader(BUS, TOPIC),
        folder,
        "avro",
        base=None,
        incomplete=False,
        signer=None,
        now_ms=1,
        progress=Progress(),
    )
    records = asyncio.run(made).records
    snapshot = open_snapshot(folder, TOPIC, (), unsigned=True)
    # what a run that was killed has left
    (tmp_path / "position.json.sorting").mkdir()
    (tmp_path / "position.json.sorting" / "000").write_bytes(b"half of it")
    receiving.answer = lambda: Fault.DROPS
    with pytest.raises(UnavailableError), _copy(receiving, file, patience=0) as copy:
        copy.replace({}, snapshot)
    receiving.answer = lambda: 200
    with _copy(receiving, file) as copy:
        assert copy.replace({}, snapshot).written == records
    assert len(receiving.records()) == records
    shown = {
        (fields["subject"]["code"], fields["feed"]["feed_seq"])
        for rows in feed.view().values()
        for fields in rows.values()
    }
    arrived = _arrived(receiving)
    assert {(subject, number) for subject, numbers in arrived.items() for number in numbers} == shown
    assert all(numbers == sorted(numbers) for numbers in arrived.values())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["position.json", "position.json.lock", "snapshot"]
