"""What a connector remembers: new, changed and unchanged records, and those that its source holds no more."""

from __future__ import annotations

import sqlite3
import zlib
from pathlib import Path

import pytest

from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import Comparison, Noted


def _row(number: int, says: str = "a", *, file: str = "rows.csv", name: str = "", code: str = "") -> Noted:
    key = f"{number:08}{code:8}".encode()
    alike = (name or f"{number}").encode().ljust(16)
    return Noted(key, says.encode().ljust(16), alike, file, "", number, f"event {number} {says}".encode())


@pytest.fixture
def memory(tmp_path: Path) -> PublishedRows:
    return PublishedRows(tmp_path, "lists")


def _run(memory: PublishedRows, run: str, *rows: Noted) -> Comparison | None:
    noted = memory.begin(run, 0)
    noted.note(rows, len(rows))
    return noted.complete()


def _missed(memory: PublishedRows, scope: str = "file") -> list[int]:
    return [one.row for one in memory.vanished(scope)]


def test_a_file_sent_again_is_compared_record_by_record(memory: PublishedRows) -> None:
    assert _run(memory, "r1", _row(1), _row(2), _row(3)) == Comparison(3, 0, 0)
    assert _run(memory, "r2", _row(1), _row(2, "b"), _row(4)) == Comparison(1, 1, 1)
    assert _missed(memory) == [3]
    assert [one.event for one in memory.vanished("file")] == [b"event 3 a"]


def test_two_contents_of_one_record_in_one_file_stay_unchanged(memory: PublishedRows) -> None:
    rows = _row(1, "entry"), _row(1, "removal")
    assert _run(memory, "r1", *rows) == Comparison(2, 0, 0)
    assert _run(memory, "r2", *rows) == Comparison(0, 2, 0)
    assert _run(memory, "r3", _row(1, "entry")) == Comparison(0, 1, 0)
    assert _missed(memory) == []


def test_what_a_record_said_earlier_is_a_change_when_it_says_so_again(memory: PublishedRows) -> None:
    _run(memory, "r1", _row(1, "a"))
    _run(memory, "r2", _row(1, "b"))
    assert _run(memory, "r3", _row(1, "a")) == Comparison(0, 0, 1)


def test_another_file_misses_nothing_of_the_one_before_unless_asked(memory: PublishedRows) -> None:
    _run(memory, "r1", _row(1, file="january.csv"))
    assert _run(memory, "r2", _row(2, file="february.csv")) == Comparison(1, 0, 0)
    assert _missed(memory, "connector") == [1]
    assert _missed(memory, "never") == []


def test_a_run_that_was_begun_elsewhere_misses_nothing(memory: PublishedRows) -> None:
    _run(memory, "r1", _row(1), _row(2))
    run = memory.begin("r2", 1)
    run.note([_row(2)], 2)
    assert run.complete() is None
    assert _missed(memory) == []


def test_a_run_goes_on_in_a_second_process(tmp_path: Path) -> None:
    with PublishedRows(tmp_path, "lists") as first:
        _run(first, "r1", _row(1), _row(2), _row(3))
        first.begin("r2", 0).note([_row(1)], 1)
    with PublishedRows(tmp_path, "lists") as second:
        run = second.begin("r2", 1)
        run.note([_row(2)], 2)
        assert run.complete() == Comparison(0, 2, 0)
        assert _missed(second) == [3]


def test_a_chunk_that_is_noted_and_published_twice_counts_once(memory: PublishedRows) -> None:
    memory.begin("r1", 0).note([_row(1)], 1)
    run = memory.begin("r1", 0)
    run.note([_row(1)], 1)
    assert run.complete() == Comparison(1, 0, 0)


def test_a_withdrawn_record_is_not_proposed_again_until_it_was_there_again(memory: PublishedRows) -> None:
    _run(memory, "r1", _row(1), _row(2))
    _run(memory, "r2", _row(1))
    memory.withdraw([one.record for one in memory.vanished("file")], "w1")
    assert _missed(memory) == []
    _run(memory, "r3", _row(1), _row(2))
    _run(memory, "r4", _row(1))
    assert _missed(memory) == [2]


def test_a_record_whose_code_alone_was_corrected_is_marked(memory: PublishedRows) -> None:
    _run(memory, "r1", _row(1, code="old", name="示例公司"), _row(2))
    _run(memory, "r2", _row(1, code="new", name="示例公司"))
    assert [(one.row, one.recoded) for one in memory.vanished("file")] == [(1, True), (2, False)]


def test_a_file_that_is_no_memory_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "lists.sqlite").write_bytes(b"no database at all, but long enough" * 40)
    with pytest.raises(SourceError, match="delete the file"):
        PublishedRows(tmp_path, "lists")


def test_rows_stay_out_of_representations() -> None:
    assert "event" not in repr(_row(1))


def test_a_memory_of_the_version_before_goes_on(tmp_path: Path) -> None:
    path = PublishedRows.path_of(tmp_path, "lists")
    path.parent.mkdir()
    with sqlite3.connect(path) as base:
        base.executescript(_FIRST_LAYOUT)
        base.execute("INSERT INTO runs VALUES (1, 'r1', 2, 1, 1)")
        for number, says in ((1, "a"), (2, "a")):
            one = _row(number, says)
            base.execute(
                "INSERT INTO contents VALUES (?, ?, ?, ?, ?, ?, 1, 1, ?)", (*one[:6], zlib.compress(one.event))
            )
    with PublishedRows(tmp_path, "lists") as memory:
        run = memory.begin("r2", 0, last=("r1", 2))
        judged = [run.judge(one, number) for number, one in enumerate((_row(1, "a"), _row(2, "b")), start=1)]
        assert [one.later for _, one in judged] == [False, True]
        run.note([one for one, _ in judged], 2)
        assert run.complete() == Comparison(0, 1, 1)


_FIRST_LAYOUT = """
CREATE TABLE runs (number INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL, whole INTEGER NOT NULL,
                   complete INTEGER NOT NULL);
CREATE TABLE contents (record BLOB NOT NULL, content BLOB NOT NULL, alike BLOB NOT NULL, file TEXT NOT NULL,
                       sheet TEXT NOT NULL, row INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                       event BLOB NOT NULL, PRIMARY KEY (record, content));
CREATE TABLE withdrawn (record BLOB PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


def test_places_only_grow(tmp_path: Path) -> None:
    with PublishedRows(tmp_path, "lists") as memory:
        assert memory.place(0, 100) == 100
        assert memory.place(0, 50) == 101
        assert memory.place(500, 50) == 501
        memory.begin("r1", 0, place=501).note([], 40)
    with PublishedRows(tmp_path, "lists") as memory:
        assert memory.place(0, 50) == 542
