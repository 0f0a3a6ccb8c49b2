"""A copy in a folder: what others find there, and what it refuses."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from creditbus.services.subscriber.files.csv_form import CsvForm
from creditbus.services.subscriber.files.folder_copy import FolderCopy
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.syncing import Progress, sync
from creditbus.topics.errors import ConfigurationError, UnavailableError
from tests.feed_copies import BUS, TOPIC, MadeFeed, item_schema
from tests.harness.copied_folder import CopiedFolder

_GRADES = "tax_credit_grade"


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> MadeFeed:
    made = MadeFeed()
    made.serve(monkeypatch)
    return made


@pytest.fixture(params=["csv", "parquet"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> CopiedFolder:
    return CopiedFolder(tmp_path / "copy", request.param)


def test_texts_come_through_whatever_is_in_them(feed: MadeFeed, folder: CopiedFolder) -> None:
    texts = ['a "b", c', "one\r\ntwo\nthree", "", "=1+1", " ", "\ufeff", '"', "，", None]
    for number, text in enumerate(texts):
        feed.put(0, f"S{number}", f'1"{number}\n,号', XYDJ=text)
    folder.sync()
    feed.put(0, "S0", '1"0\n,号', state="WITHDRAWN")
    feed.put(1, "T0")
    folder.sync()
    assert folder.compare().differences == []
    if folder.form.name == "parquet":
        found = {key[0]: row["xydj"] for key, row in folder.rows(_GRADES).items()}
        assert found == {f"S{number}": text for number, text in enumerate(texts) if number} | {"T0": "甲"}


def test_files_whose_records_did_not_change_are_the_same_files(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    feed.put(0, "S1", item="red-black-list")
    folder.sync()
    before = folder.path / "current" / f"red_black_list.{folder.form.name}"
    inode = before.stat().st_ino
    feed.put(0, "S2")
    folder.sync()
    assert before.stat().st_ino == inode
    assert len(folder.rows(_GRADES)) == 2


def test_what_it_says_of_itself(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    feed.put(1, "S2")
    folder.sync()
    said = json.loads((folder.path / "current" / "position.json").read_bytes())
    assert (said["feed"], said["partitions"]["1"][1], said["tables"][_GRADES]["rows"]) == (TOPIC, 1, 2)
    columns = {one["name"]: (one["kind"], one["title"]) for one in said["tables"][_GRADES]["columns"]}
    assert columns["xydj"] == ("text", "字段XYDJ (Field XYDJ)")
    assert columns["record_received_at"][0] == "moment"


def test_a_spreadsheet_reads_it(feed: MadeFeed, tmp_path: Path) -> None:
    folder = CopiedFolder(tmp_path / "copy", "csv")
    feed.put(0, "S1", XYDJ="A")
    folder.sync()
    file = tmp_path / "copy" / "current" / "tax_credit_grade.csv"
    assert file.read_bytes().startswith(b"\xef\xbb\xbfsubject_code,record_authority,record_document_no,")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["subject_code"], row["xydj"], row["subject_registered"]) == ("S1", "A", "true")
    assert row["record_received_at"] == "2023-11-14T22:13:20.123Z"


def test_positions_alone_are_kept_when_it_is_closed(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1", state="WITHDRAWN")
    folder.sync()
    with folder.held() as (positions, rows):
        assert (positions[0].feed_seq, list(rows)) == (1, [])


def test_a_step_that_took_long_asks_for_a_longer_pause(feed: MadeFeed, tmp_path: Path) -> None:
    feed.put(0, "S1")
    now = iter([0.0, 3.0])
    with FolderCopy(tmp_path / "copy", TOPIC, CsvForm(), clock=lambda: next(now)) as copy:
        assert copy.pause_seconds == 1.0
        asyncio.run(sync(FeedReader(BUS, TOPIC), copy, Progress(), follow=False))
        assert copy.pause_seconds == 27.0


def test_another_sync_is_refused(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    with folder.copy(), pytest.raises(ConfigurationError, match="run one `creditbus feed sync`"), folder.copy():
        pass
    folder.sync()
    assert folder.holds(feed.view())


def test_a_folder_of_somebody_else_is_left_alone(feed: MadeFeed, folder: CopiedFolder) -> None:
    folder.path.mkdir()
    (folder.path / "letter.txt").write_text("dear")
    feed.put(0, "S1")
    with pytest.raises(ConfigurationError, match="the folder is there and is not empty"):
        folder.sync()
    assert [one.name for one in folder.path.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("damaged", ["position.json", "table"])
def test_a_damaged_file_is_told(damaged: str, feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    folder.sync()
    name = f"{_GRADES}.{folder.form.name}" if damaged == "table" else damaged
    file = folder.path / "current" / name
    file.write_bytes(file.read_bytes()[:-7])
    feed.put(0, "S2")
    with pytest.raises(ConfigurationError, match=r"was not written by `creditbus feed sync`, or is damaged"):
        folder.sync()
    with pytest.raises(ConfigurationError, match="is damaged"):
        folder.compare()


def test_there_is_nothing_to_compare_where_no_copy_is(folder: CopiedFolder) -> None:
    with pytest.raises(ConfigurationError, match="there is no copy here"):
        folder.compare()


def test_a_column_that_came_later_is_empty_in_older_rows(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    folder.sync()
    feed.put(0, "S2", schema=item_schema("tax-credit-grade", content=("PJND", "XYDJ", "BZ")))
    folder.sync()
    rows = {key[0]: row["bz"] for key, row in folder.rows(_GRADES).items()}
    assert rows == {"S1": None, "S2": "甲"}
    assert folder.compare().differences == []


_OTHERS = ("2026", "20261129", "202611290", "420106001", "000000000000", "１２３", "²", "000000002.old", "reports")


def test_folders_of_people_stay_whatever_they_are_called(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    folder.sync()
    for name in _OTHERS:
        (folder.path / name).mkdir()
        (folder.path / name / "report.xlsx").write_text("mine")
    for number in range(4):
        feed.put(0, f"S{number}")
        folder.sync()
    assert folder.holds(feed.view())
    assert {one.parent.name for one in folder.path.glob("*/report.xlsx")} == set(_OTHERS)
    ours = {one.name for one in folder.path.iterdir()} - set(_OTHERS)
    assert ours == {"current", "creditbus.lock", "000000004", "000000005"}


def _gone(folder: CopiedFolder) -> None:
    shutil.rmtree((folder.path / "current").resolve())


def _elsewhere(folder: CopiedFolder) -> None:
    (folder.path / "current").unlink()
    (folder.path / "current").symlink_to("../elsewhere")


def _loop(folder: CopiedFolder) -> None:
    (folder.path / "current").unlink()
    (folder.path / "current").symlink_to("current")


def _unlinked(folder: CopiedFolder) -> None:
    (folder.path / "current").unlink()


def _no_link(folder: CopiedFolder) -> None:
    state = (folder.path / "current").resolve()
    (folder.path / "current").unlink()
    shutil.copytree(state, folder.path / "current")


def _without_position(folder: CopiedFolder) -> None:
    (folder.path / "current" / "position.json").unlink()


@pytest.mark.parametrize("harm", [_gone, _elsewhere, _loop, _unlinked, _no_link, _without_position])
def test_a_state_that_is_gone_is_a_line_and_nothing_is_taken_away(
    harm: Callable[[CopiedFolder], None], feed: MadeFeed, folder: CopiedFolder
) -> None:
    for number in range(3):
        feed.put(0, f"S{number}")
        folder.sync()
    harm(folder)
    left = sorted(folder.path.iterdir())
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="the state that the link current names is gone"):
            folder.sync()
        with pytest.raises(ConfigurationError, match="the state that the link current names is gone"):
            folder.compare()
    assert sorted(folder.path.iterdir()) == left


def test_a_table_that_is_gone_is_a_line(feed: MadeFeed, folder: CopiedFolder) -> None:
    feed.put(0, "S1")
    folder.sync()
    (folder.path / "current" / f"{_GRADES}.{folder.form.name}").unlink()
    feed.put(0, "S2")
    for work in (folder.sync, folder.compare):
        with pytest.raises(UnavailableError, match="No such file"):
            work()
