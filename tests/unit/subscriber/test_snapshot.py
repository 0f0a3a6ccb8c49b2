"""A snapshot is the view, whole or not there at all, and nothing but what was made is taken from it."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import fastavro
import pytest
from pyarrow import parquet

from creditbus.services.domain.evidence.continuity import Break, BreakKind
from creditbus.services.domain.evidence.note import PublicKey, signed_note
from creditbus.services.domain.framing import FRAME_BYTES, frame
from creditbus.services.evidence.suites import ED25519
from creditbus.services.subscriber.earlier import EarlierRetractions
from creditbus.services.subscriber.errors import BrokenFeedError, OldSnapshotError
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.reporting import Reporting
from creditbus.services.subscriber.snapshot import making, spill
from creditbus.services.subscriber.snapshot.making import Signer, make_snapshot
from creditbus.services.subscriber.snapshot.opening import OpenSnapshot, open_snapshot
from creditbus.services.subscriber.snapshot.taking import take_snapshot
from creditbus.services.subscriber.syncing import Progress, sync
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.feed_copies import BUS, TOPIC, KeptReports, MadeFeed, item_schema
from tests.harness.copied import CopiedTables

_STATES = ["ACTIVE"] * 6 + ["DISPUTED", "EXITED", "WITHDRAWN", "REPAIRED", "EXPIRED", "WITHHELD"]
_SECRET = bytes(range(32))
_KEY = PublicKey("credit.example", ED25519.kind, ED25519.public(_SECRET))
_TRUSTED = [(_KEY, ED25519.verify)]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


@pytest.fixture
def copy(tmp_path: Path) -> CopiedTables:
    return CopiedTables(f"sqlite:///{tmp_path}/copy.db")


def _sign(text: str) -> str:
    return signed_note(text, _KEY, ED25519.sign(_SECRET, text.encode()))


def _make(
    folder: Path, *, form: str = "avro", base: OpenSnapshot | None = None, incomplete: bool = False, sign: bool = False
) -> Any:
    return asyncio.run(
        make_snapshot(
            FeedReader(BUS, TOPIC),
            folder,
            form,
            base=base,
            incomplete=incomplete,
            signer=Signer("ed25519", _KEY.name, _sign) if sign else None,
            now_ms=1_700_000_000_000,
            progress=Progress(),
        )
    )


def _open(folder: Path, *, trusted: Any = (), unsigned: bool = False) -> OpenSnapshot:
    return open_snapshot(folder, TOPIC, trusted, unsigned=unsigned)


def _take(copy: CopiedTables, folder: Path, *, incomplete: bool = False) -> tuple[int, int]:
    with copy.copy() as target:
        return asyncio.run(take_snapshot(FeedReader(BUS, TOPIC), target, _open(folder), incomplete=incomplete))


def _synced(copy: CopiedTables, reports: KeptReports) -> int:
    """Bring a copy to the end of the feed; return how many records it took."""
    errors: list[Exception] = []
    reporting, progress = Reporting(reports, EarlierRetractions(BUS, TOPIC), errors.append), Progress()
    with copy.copy() as target:
        asyncio.run(sync(FeedReader(BUS, TOPIC), target, progress, follow=False, reporting=reporting))
    assert errors == []
    return progress.records


def _number_of(feed: MadeFeed, partition: int, offset: int) -> int:
    """Return the number of a record: every second offset is a marker's."""
    number: int = feed.fields[partition][offset // 2]["feed"]["feed_seq"]
    return number


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _view(folder: Path) -> dict[str, dict[tuple[str, str, str], Any]]:
    """Read a snapshot as anybody would, with fastavro alone."""
    found: dict[str, dict[tuple[str, str, str], Any]] = {}
    for path in sorted(folder.glob("*.avro")):
        with path.open("rb") as file:
            for entry in fastavro.reader(file):
                fields: Any = entry
                record = fields["record"]
                key = (fields["subject"]["code"], record["authority"], record["document_no"])
                rows = found.setdefault(record["item"], {})
                assert key not in rows
                rows[key] = {part: fields[part] for part in ("feed", "subject", "record", "act", "content")}
                moment = record["received_at"]
                record["received_at"] = round(moment.timestamp() * 1000)
    return found


def _grow(feed: MadeFeed, chance: random.Random, count: int) -> None:
    for _ in range(count):
        lane = chance.randrange(feed.partitions)
        item = chance.choice(["tax-credit-grade", "red-black-list"])
        schema = item_schema(item, content=("PJND",)) if chance.random() < 0.2 else None
        subject, document = f"S{lane}{chance.randrange(3)}", f"{chance.randrange(3)}号"
        feed.put(
            lane, subject, document, item=item, schema=schema, state=chance.choice(_STATES), PJND=str(chance.random())
        )


def _shown(feed: MadeFeed) -> dict[str, dict[tuple[str, str, str], Any]]:
    return {item: rows for item, rows in feed.view().items() if rows}


@pytest.mark.parametrize("seed", range(8))
def test_it_is_the_newest_record_of_each_key_without_those_taken_away(
    seed: int, feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spill, "_PART_RECORDS", 5)
    monkeypatch.setattr(spill, "_BUFFER_BYTES", 1000)
    _grow(feed, random.Random(seed), 120)
    made = _make(tmp_path / "view")
    assert _view(tmp_path / "view") == _shown(feed)
    assert made.by_item() == {item: len(rows) for item, rows in sorted(_shown(feed).items())}
    assert made.complete
    assert [(one.first, one.last) for one in made.spans] == [(1, len(feed.fields[lane])) for lane in (0, 1)]
    # nothing else, and nothing half made
    assert _names(tmp_path / "view") == sorted(["manifest.json", *(one.name for one in made.files)])
    assert _names(tmp_path) == ["view"]


def test_each_record_is_what_the_chain_of_the_feed_holds(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, random.Random(3), 30)
    _make(tmp_path / "view")
    hashes = {(at, record.offset): sha256(record.value or b"") for at, log in feed.log.items() for record in log}
    count = 0
    for number, _, _, partition, offset, encoded in _open(tmp_path / "view").values():
        assert sha256(frame(number) + encoded).digest() == hashes[partition, offset].digest()
        count += 1
    assert count == sum(map(len, _shown(feed).values()))


@pytest.mark.parametrize("seed", range(4))
def test_a_snapshot_goes_on_from_the_one_before_after_the_feed_has_expired(
    seed: int, feed: MadeFeed, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    _grow(feed, chance, 60)
    _make(tmp_path / "first")
    _grow(feed, chance, 20)
    for lane in (0, 1):
        read = next(one for one in _open(tmp_path / "first").snapshot.spans if one.partition == lane).last
        feed.expire(lane, read)
    made = _make(tmp_path / "second", base=_open(tmp_path / "first"))
    assert made.complete
    assert _view(tmp_path / "second") == _shown(feed)


def test_a_feed_whose_beginning_has_expired_gives_no_whole_view(feed: MadeFeed, tmp_path: Path) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
    feed.expire(0, 2)
    with pytest.raises(BrokenFeedError) as raised:
        _make(tmp_path / "view")
    assert raised.value.found == Break(0, BreakKind.EXPIRED, 1, 2)
    assert _names(tmp_path) == []
    made = _make(tmp_path / "view", incomplete=True)
    assert (made.complete, made.spans[0].first, made.records) == (False, 3, 2)


def test_a_partition_of_which_nothing_is_left_gives_none_at_all(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    feed.expire(0, 1)
    with pytest.raises(BrokenFeedError) as raised:
        _make(tmp_path / "view", incomplete=True)
    assert raised.value.found == Break(0, BreakKind.EXPIRED, 1, None)


def test_a_base_that_ends_before_what_is_kept_gives_none(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    _make(tmp_path / "first")
    feed.put(0, "S2")
    feed.put(0, "S3")
    feed.expire(0, 2)
    with pytest.raises(BrokenFeedError) as raised:
        _make(tmp_path / "second", base=_open(tmp_path / "first"))
    assert raised.value.found == Break(0, BreakKind.EXPIRED, 2, 2)


def test_a_feed_that_is_not_whole_gives_none(feed: MadeFeed, tmp_path: Path) -> None:
    for number in range(5):
        feed.put(0, f"S{number}")
    del feed.log[0][1]
    with pytest.raises(BrokenFeedError) as raised:
        _make(tmp_path / "view")
    assert raised.value.found.kind is BreakKind.MISSING
    assert _names(tmp_path) == []


def test_a_folder_that_is_there_stays_as_it_is(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    (tmp_path / "view").mkdir()
    _make(tmp_path / "view")
    with pytest.raises(ConfigurationError, match="the folder is there and is not empty"):
        _make(tmp_path / "view")


def test_what_a_killed_run_left_is_taken_away_and_another_that_is_at_work_is_left_alone(
    feed: MadeFeed, tmp_path: Path
) -> None:
    feed.put(0, "S1")
    left = tmp_path / ".view.unfinished"
    (left / "spill").mkdir(parents=True)
    (left / "spill" / "000").write_bytes(b"half")
    (left / "manifest.json").write_bytes(b"half")
    handle = os.open(left, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(ConfigurationError, match="another `creditbus feed bootstrap` is writing this folder"):
        _make(tmp_path / "view")
    assert (left / "manifest.json").exists()
    os.close(handle)
    _make(tmp_path / "view")
    assert _names(tmp_path) == ["view"]


def test_a_full_disk_is_one_line_and_leaves_nothing(
    feed: MadeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed.put(0, "S1")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "_write_manifest", full)
    with pytest.raises(UnavailableError, match="view: No space left on device; check path"):
        _make(tmp_path / "view")
    assert _names(tmp_path) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_new_copy_begins_from_it_and_goes_on(seed: int, feed: MadeFeed, tmp_path: Path, copy: CopiedTables) -> None:
    chance = random.Random(seed)
    _grow(feed, chance, 60)
    _make(tmp_path / "view")
    _grow(feed, chance, 30)
    written, removed = _take(copy, tmp_path / "view")
    assert (written, removed) == (_open(tmp_path / "view").snapshot.records, 0)
    later = sum(len(records) for records in feed.fields.values()) - 60
    assert copy.sync().records == later
    assert copy.holds(feed.view(), lenient=True)


@pytest.mark.parametrize("expired", [False, True])
def test_a_copy_that_began_from_it_confirms_the_retractions_that_the_feed_still_holds(
    feed: MadeFeed, tmp_path: Path, copy: CopiedTables, *, expired: bool
) -> None:
    chance = random.Random(3)
    _grow(feed, chance, 60)
    _make(tmp_path / "view")
    if expired:
        feed.expire(0, 9)
        feed.expire(1, 5)
    _grow(feed, chance, 20)
    held = {(one.partition, _number_of(feed, one.partition, one.offset)) for log in feed.log.values() for one in log}
    wanted = feed.retractions() & held
    assert len(wanted) > 10
    _take(copy, tmp_path / "view")
    reports = KeptReports()
    assert _synced(copy, reports) == 20
    assert set(reports.receipts) == wanted
    assert _synced(copy, reports) == 0
    assert len(reports.receipts) == len(wanted), "nothing is confirmed twice without a reason"


@pytest.mark.parametrize("seed", range(4))
def test_a_copy_that_was_away_for_too_long_is_brought_to_it_without_stale_rows(
    seed: int, feed: MadeFeed, tmp_path: Path, copy: CopiedTables
) -> None:
    chance = random.Random(seed)
    _grow(feed, chance, 60)
    copy.sync()
    copy.run("ALTER TABLE tax_credit_grade ADD COLUMN note TEXT")
    copy.run("UPDATE tax_credit_grade SET note = 'ours'")
    noted = copy.rows("tax_credit_grade")
    _grow(feed, chance, 60)
    _make(tmp_path / "view")
    for lane in (0, 1):
        feed.expire(lane, len(feed.log[lane]) - 3)
    with pytest.raises(BrokenFeedError) as raised:
        copy.sync()
    assert raised.value.found.kind is BreakKind.EXPIRED
    before = {name: copy.rows(name) for name in copy.names()}
    _grow(feed, chance, 5)
    _, removed = _take(copy, tmp_path / "view")
    after = {name: copy.rows(name) for name in copy.names()}
    assert removed == sum(len(rows.keys() - after[name].keys()) for name, rows in before.items())
    assert copy.sync().records == 5
    kept = copy.rows("tax_credit_grade")
    assert all(row["note"] == "ours" for key, row in kept.items() if key in noted and key in after["tax_credit_grade"])
    copy.run("ALTER TABLE tax_credit_grade DROP COLUMN note")
    assert copy.holds(feed.view(), lenient=True)
    copy.compare()


def test_a_snapshot_that_is_older_than_the_copy_or_than_the_feed_is_not_taken(
    feed: MadeFeed, tmp_path: Path, copy: CopiedTables
) -> None:
    feed.put(0, "S1")
    _make(tmp_path / "view")
    feed.put(0, "S2")
    feed.put(0, "S3", state="WITHDRAWN")
    copy.sync()
    with pytest.raises(ConfigurationError, match="the copy has read up to number 3, and the snapshot ends at 1"):
        _take(copy, tmp_path / "view")
    feed.expire(0, 2)
    other = CopiedTables(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(OldSnapshotError) as raised:
        _take(other, tmp_path / "view")
    assert raised.value.found == Break(0, BreakKind.EXPIRED, 2, 2)
    assert other.names() == []


def test_an_incomplete_one_is_taken_only_by_somebody_who_says_so(
    feed: MadeFeed, tmp_path: Path, copy: CopiedTables
) -> None:
    for number in range(4):
        feed.put(0, f"S{number}")
    feed.expire(0, 2)
    _make(tmp_path / "view", incomplete=True)
    with pytest.raises(ConfigurationError, match="the snapshot is incomplete"):
        _take(copy, tmp_path / "view")
    assert _take(copy, tmp_path / "view", incomplete=True) == (2, 0)


def test_the_signature_is_that_of_a_trusted_key_or_none_is_wanted(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    _make(tmp_path / "signed", sign=True)
    _make(tmp_path / "plain")
    assert _open(tmp_path / "signed", trusted=_TRUSTED).signer == "credit.example"
    assert _open(tmp_path / "signed").signer == ""
    assert _open(tmp_path / "plain", trusted=_TRUSTED, unsigned=True).signer == ""
    with pytest.raises(ConfigurationError, match=r"manifest\.json: the snapshot is not signed; "):
        _open(tmp_path / "plain", trusted=_TRUSTED)
    secret = bytes(32)
    other = [(PublicKey("credit.example", ED25519.kind, ED25519.public(secret)), ED25519.verify)]
    with pytest.raises(ConfigurationError, match="not signed by a key that is trusted here"):
        _open(tmp_path / "signed", trusted=other, unsigned=True)


def _altered(folder: Path, chance: random.Random) -> None:
    """Change one byte of one file, or lose or cut it."""
    path = chance.choice(sorted(folder.iterdir()))
    content = bytearray(path.read_bytes())
    match chance.randrange(4):
        case 0 if path.name != "manifest.json":
            path.unlink()
            return
        case 1:
            content = content[: chance.randrange(len(content))]
        case _:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def test_whatever_is_changed_is_refused_with_the_file_and_what_to_do(
    feed: MadeFeed, tmp_path: Path, copy: CopiedTables
) -> None:
    _grow(feed, random.Random(1), 40)
    chance = random.Random(7)
    _make(tmp_path / "whole", sign=True)
    files = {path.name: path.read_bytes() for path in (tmp_path / "whole").iterdir()}
    folder = tmp_path / "view"
    folder.mkdir()
    for _ in range(300):
        for name, content in files.items():
            (folder / name).write_bytes(content)
        _altered(folder, chance)
        with pytest.raises(ConfigurationError) as raised:
            _open(folder, trusted=_TRUSTED)
        changed = [
            name
            for name, content in files.items()
            if not (folder / name).exists() or (folder / name).read_bytes() != content
        ]
        assert raised.value.place == str(folder / changed[0])
        assert raised.value.fix
    assert not copy.all_names()


def test_facts_that_were_changed_together_with_the_file_are_not_what_was_signed(feed: MadeFeed, tmp_path: Path) -> None:
    _grow(feed, random.Random(2), 10)
    _make(tmp_path / "view", sign=True)
    manifest = tmp_path / "view" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    path = tmp_path / "view" / said["files"][0]["file"]
    path.write_bytes(path.read_bytes() + b"\0")
    said["files"][0]["sha256"] = sha256(path.read_bytes()).hexdigest()
    said["files"][0]["bytes"] += 1
    manifest.write_bytes(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    for trusted in (_TRUSTED, []):
        with pytest.raises(ConfigurationError, match="the manifest of the snapshot was changed"):
            _open(tmp_path / "view", trusted=trusted)


def test_a_file_that_does_not_hold_what_the_manifest_says_changes_no_row(
    feed: MadeFeed, tmp_path: Path, copy: CopiedTables
) -> None:
    for number in range(20):
        feed.put(0, f"S{number}")
    copy.sync()
    _make(tmp_path / "view")
    manifest = tmp_path / "view" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    said["files"][0]["records"] = said["records"] = 21
    said["items"] = {"tax-credit-grade": 21}
    manifest.write_bytes(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    copy.run("UPDATE tax_credit_grade SET xydj = 'old'")
    with pytest.raises(ConfigurationError, match="the file holds 20 records, and the manifest says 21"):
        _take(copy, tmp_path / "view")
    assert {row["xydj"] for row in copy.rows("tax_credit_grade").values()} == {"old"}
    assert {row["feed_seq"] for row in copy.rows("tax_credit_grade").values()} == set(range(1, 21))


def test_files_of_another_place_are_not_read(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    _make(tmp_path / "view")
    manifest = tmp_path / "view" / "manifest.json"
    said = json.loads(manifest.read_bytes())
    (tmp_path / "view" / said["files"][0]["file"]).rename(tmp_path / "elsewhere")
    said["files"][0]["file"] = "../elsewhere"
    manifest.write_bytes(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    with pytest.raises(ConfigurationError, match="the manifest of the snapshot was changed"):
        _open(tmp_path / "view")


def test_parquet_holds_the_same_as_the_tables_of_a_copy(feed: MadeFeed, tmp_path: Path, copy: CopiedTables) -> None:
    _grow(feed, random.Random(4), 80)
    made = _make(tmp_path / "view", form="parquet")
    copy.sync()
    for file in made.files:
        rows = parquet.read_table(tmp_path / "view" / file.name).to_pylist()
        found = {(one["subject_code"], one["record_authority"], one["record_document_no"]): one for one in rows}
        assert len(found) == len(rows) == file.records
        wanted = copy.rows(file.item.replace("-", "_"))
        assert found.keys() == wanted.keys()
        for key, row in found.items():
            assert {name: value for name, value in row.items() if value is not None} == {
                name: value for name, value in wanted[key].items() if value is not None
            }
    with pytest.raises(ConfigurationError, match="the snapshot is in the form parquet"):
        _open(tmp_path / "view")


def test_a_frame_is_no_part_of_what_stands_there(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    _make(tmp_path / "view")
    value = feed.log[0][0].value or b""
    assert [one[-1] for one in _open(tmp_path / "view").values()] == [value[FRAME_BYTES:]]
