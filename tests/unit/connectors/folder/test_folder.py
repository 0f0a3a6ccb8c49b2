"""A drop folder: each file once, by content, when it is complete."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.contract import Defect, Position, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.folder.settings import FolderSettings
from creditbus.connectors.folder.source import FolderSource

NOW = 4_000_000_000.0  # later than any file that a test writes


def _drop(folder: Path, name: str, *rows: str, age: int = 0) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("文号,名称\n" + "".join(f"{row},示例\n" for row in rows), encoding="utf-8")
    os.utime(path, (age, age))
    return path


def _source(folder: Path, clock: Callable[[], float] = lambda: NOW, **settings: Any) -> FolderSource:
    return FolderSource(FolderSettings.model_validate({"path": folder, **settings}), clock)


def _taken(source: FolderSource, position: Position | None = None) -> tuple[list[str], Position | None]:
    """Read on; give what was read and the position after it."""
    found = []
    for row in source.read(position):
        found.append(str(row.cells["文号"]) if isinstance(row, Row) else row.file)
        position = row.position
    return found, position


def test_files_are_taken_once_the_oldest_first(tmp_path: Path) -> None:
    _drop(tmp_path, "b.csv", "1", "2", age=10)
    _drop(tmp_path, "a.csv", "3", age=20)
    words, position = _taken(_source(tmp_path))
    assert words == ["1", "2", "3"]
    assert _taken(_source(tmp_path), position)[0] == []


def test_a_renamed_file_and_a_second_copy_are_not_taken_again(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.csv", "1", "2")
    _, position = _taken(_source(tmp_path))
    path.rename(tmp_path / "renamed.csv")
    _drop(tmp_path, "copy.csv", "1", "2")
    assert _taken(_source(tmp_path), position)[0] == []


def test_a_file_that_was_moved_away_when_it_was_through_is_not_taken_when_it_returns(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.csv", "1", "2")
    _, position = _taken(_source(tmp_path))
    path.unlink()
    _drop(tmp_path, "b.csv", "3")
    _, position = _taken(_source(tmp_path), position)
    _drop(tmp_path, "a.csv", "1", "2")
    assert _taken(_source(tmp_path), position)[0] == []


def test_a_changed_file_is_taken_whole_again(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1", "2")
    _, position = _taken(_source(tmp_path))
    _drop(tmp_path, "a.csv", "1", "2", "3")
    assert _taken(_source(tmp_path), position)[0] == ["1", "2", "3"]


def test_a_file_in_hand_is_gone_on_with_under_another_name(tmp_path: Path) -> None:
    path = _drop(tmp_path, "b.csv", "1", "2", "3", age=20)
    first = next(iter(_source(tmp_path).read(None)))
    path.rename(tmp_path / "z.csv")
    _drop(tmp_path, "a.csv", "4", age=10)
    assert _taken(_source(tmp_path), first.position)[0] == ["2", "3", "4"]


def test_a_file_taken_in_part_and_then_removed_is_taken_whole_when_it_returns(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.csv", "1", "2", "3")
    first = next(iter(_source(tmp_path).read(None)))
    path.unlink()
    _drop(tmp_path, "b.csv", "4")
    words, position = _taken(_source(tmp_path), first.position)
    assert words == ["4"]
    _drop(tmp_path, "a.csv", "1", "2", "3")
    assert _taken(_source(tmp_path), position)[0] == ["1", "2", "3"]


def test_a_file_waits_until_nothing_changed_it_for_a_while(tmp_path: Path) -> None:
    path = _drop(tmp_path, "a.csv", "1")  # its date is of 1970: the time of the last change of its entry counts
    written = path.stat().st_ctime
    assert _taken(_source(tmp_path, lambda: written + 9, quiet_seconds=10))[0] == []
    assert _taken(_source(tmp_path, lambda: written + 10, quiet_seconds=10))[0] == ["1"]
    assert "0 complete files, 1 not complete" in _source(tmp_path, lambda: written + 9).check()[0].message


def test_a_marker_says_that_a_file_is_complete(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1")
    source = _source(tmp_path, ready="marker")
    assert _taken(source)[0] == []
    (tmp_path / "a.csv.done").touch()
    assert _taken(source)[0] == ["1"]


@pytest.mark.parametrize("name", [".a.csv", "~$a.csv", "a.csv.part", "a.csv.tmp", ".new/a.csv"])
def test_what_programs_leave_behind_is_not_taken(tmp_path: Path, name: str) -> None:
    _drop(tmp_path, name, "1")
    assert _taken(_source(tmp_path, pattern="**/*"))[0] == []


def test_a_pattern_chooses_files_and_their_names_are_relative(tmp_path: Path) -> None:
    _drop(tmp_path, "2016/a.csv", "1")
    _drop(tmp_path, "2016/a.txt", "2")
    [row] = _source(tmp_path, pattern="*/*.csv").read(None)
    assert row.file == "2016/a.csv"


def test_a_file_that_cannot_be_read_is_a_defect_once_and_holds_up_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    os.utime(tmp_path / "a.xlsx", (1, 1))
    _drop(tmp_path, "b.csv", "1", age=2)
    rows = list(_source(tmp_path).read(None))
    assert [type(row) for row in rows] == [Defect, Row]
    assert isinstance(rows[0], Defect)
    assert "is not a readable xlsx workbook" in rows[0].detail
    assert list(_source(tmp_path).read(rows[0].position)) == rows[1:]
    assert list(_source(tmp_path).read(rows[1].position)) == []


def test_a_file_that_changes_while_it_is_read_ends_the_reading(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", *map(str, range(100)))
    rows = iter(_source(tmp_path).read(None))
    next(rows)
    _drop(tmp_path, "a.csv", "1")
    with pytest.raises(SourceError, match=r"a\.csv: changed while it was read"):
        list(rows)


def test_a_position_stays_small_however_many_files_came_and_went(tmp_path: Path) -> None:
    position: Position | None = {"taken": "0" * 24 * 50_000, "file": "", "row": None}
    _drop(tmp_path, "a.csv", "1")
    _, position = _taken(_source(tmp_path), position)
    assert isinstance(position, Mapping)
    assert len(str(position["taken"])) <= 24 * 4097


def test_a_folder_that_is_not_there_is_a_finding_and_an_error(tmp_path: Path) -> None:
    source = _source(tmp_path / "none")
    assert [finding.ok for finding in source.check()] == [False]
    with pytest.raises(SourceError, match=r"is not a folder; check settings\.path"):
        list(source.read(None))


def test_a_reading_says_which_files_still_rest(tmp_path: Path) -> None:
    _drop(tmp_path, "a.csv", "1")
    resting = _source(tmp_path, lambda: 5, quiet_seconds=86_400)
    assert _taken(resting)[0] == []
    (said,) = resting.remarks()
    assert said == "1 file not read yet, still resting: run again after 86400 s of rest (settings.quiet_seconds)"
    marked = _source(tmp_path, ready="marker")
    assert _taken(marked)[0] == []
    assert marked.remarks() == ["1 file not read, without a marker *.done: put it there and run again"]
    read = _source(tmp_path)
    assert _taken(read)[0] == ["1"]
    assert read.remarks() == []
