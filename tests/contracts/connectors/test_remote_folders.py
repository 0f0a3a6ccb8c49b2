"""A drop folder keeps the contract and its promises on every server of files."""

from __future__ import annotations

import hashlib
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from creditbus.connectors.conformance import CASES, KIND_CASES
from creditbus.connectors.contract import Defect, Kind, Position, Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote.kind import KIND
from creditbus.connectors.remote.source import RemoteFolderSource
from creditbus.connectors.remote.store import Store
from tests.harness.file_servers import PROTOCOLS, FileServer, running_file_server
from tests.harness.relay import running_relay

NOW = 4_000_000_000.0  # later than any file that a test writes
_NUMBERS = itertools.count()


@dataclass
class Drop:
    """A folder of its own on the running server."""

    folder: Path
    settings: dict[str, Any]
    server: FileServer

    def write(self, name: str, *rows: str, age: int = 1) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("文号,名称\n" + "".join(f"{row},示例\n" for row in rows), encoding="utf-8")
        os.utime(path, (age, age))
        return path

    def open(self, clock: Callable[[], float] = lambda: NOW, **settings: Any) -> RemoteFolderSource:
        return RemoteFolderSource(KIND.settings.model_validate({**self.settings, **settings}), clock)  # type: ignore[arg-type]

    def through(self, port: int) -> dict[str, Any]:
        """Settings that reach the folder by another port."""
        settings = {
            name: value.replace(f"127.0.0.1:{self.server.port}", f"127.0.0.1:{port}")
            for name, value in self.settings.items()
            if isinstance(value, str)
        }
        if "known_hosts" in settings:
            known = self.folder / ".known"
            text = Path(self.settings["known_hosts"]).read_text(encoding="utf-8")
            known.write_text(text.replace(str(self.server.port), str(port)), encoding="utf-8")
            settings["known_hosts"] = str(known)
        return settings


def _of(server: FileServer) -> Drop:
    name = f"示例 {next(_NUMBERS)}"
    (server.folder / name).mkdir()
    return Drop(server.folder / name, {**server.settings, "url": f"{server.settings['url']}/{name}"}, server)


@pytest.fixture(scope="module", params=[pytest.param("sftp", marks=pytest.mark.integration), "ftp", "s3", "webdav"])
def file_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    with running_file_server(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def drop(file_server: FileServer) -> Drop:
    return _of(file_server)


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were copied."""
    names: list[str] = []
    copy = Store.copy

    def counting(self: Store, file: Any, target: Path) -> bool:
        names.append(file.name)
        return copy(self, file, target)

    monkeypatch.setattr(Store, "copy", counting)
    return names


def _taken(source: RemoteFolderSource, position: Position | None = None) -> tuple[list[str], Position | None]:
    """Read on; give what was read and the position after it, as a run commits it at its end."""
    found = []
    for row in source.read(position):
        found.append(str(row.cells["文号"]) if isinstance(row, Row) else row.file)
        position = row.position
    return found, None if position is None else source.settled(position)


def test_the_suite_knows_every_protocol() -> None:
    assert set(PROTOCOLS) == {"sftp", "ftp", "s3", "webdav"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_source_keeps_the_contract(case: Callable[[RemoteFolderSource], None], drop: Drop) -> None:
    drop.write("a.csv", "1", "2,多", "3")
    (drop.folder / "b.jsonl").write_text('{"文号": "4"}\n{"文号": "截断\n', encoding="utf-8")
    case(drop.open(quiet_seconds=0))


@pytest.mark.parametrize("case", KIND_CASES, ids=lambda case: case.__name__)
def test_kind_keeps_the_contract(case: Callable[[Kind], None]) -> None:
    case(KIND)


def test_each_content_is_taken_once_the_oldest_first_and_what_was_read_is_not_copied_again(
    drop: Drop, copied: list[str]
) -> None:
    drop.write("新.csv", "1", "2", age=20)
    drop.write("b+%41 .csv", "3", age=10)
    words, position = _taken(drop.open())
    assert words == ["3", "1", "2"]
    assert copied == ["b+%41 .csv", "新.csv"]
    (drop.folder / "新.csv").rename(drop.folder / "renamed.csv")
    drop.write("copy.csv", "3", age=30)
    drop.write("c.csv", "4", age=5)
    copied.clear()
    words, position = _taken(drop.open(), position)
    assert words == ["4"]
    assert sorted(copied) == ["c.csv", "copy.csv", "renamed.csv"]
    copied.clear()
    assert _taken(drop.open(), position)[0] == []
    assert copied == []
    drop.write("c.csv", "4", "5", age=50)
    assert _taken(drop.open(), position)[0] == ["4", "5"]


def test_a_file_that_is_dropped_again_is_another_one_where_each_tells_the_present_state(drop: Drop) -> None:
    drop.write("a.csv", "1", age=10)
    source = drop.open()
    source.repeat()
    _, position = _taken(source)
    drop.write("a.csv", "1", age=20)
    again = drop.open()
    again.repeat()
    assert _taken(again, position)[0] == ["1"]


def test_a_file_in_hand_is_gone_on_with_under_another_name(drop: Drop) -> None:
    path = drop.write("b.csv", "1", "2", "3", age=20)
    reading = drop.open().read(None)
    first = next(reading)
    reading.close()  # type: ignore[attr-defined] # a generator
    path.rename(drop.folder / "z.csv")
    drop.write("a.csv", "4", age=10)
    assert _taken(drop.open(), first.position)[0] == ["2", "3", "4"]


def test_a_file_waits_for_its_rest_or_its_marker(drop: Drop) -> None:
    drop.write("a.csv", "1", age=1_000_000_000)
    resting = drop.open(lambda: 1_000_000_009, quiet_seconds=10)
    whole = drop.settings["url"].startswith("s3")  # an object appears when it is whole
    assert _taken(resting)[0] == (["1"] if whole else [])
    assert [*resting.remarks()] == (
        [] if whole else ["1 file not read yet, still resting: run again after 10 s of rest (settings.quiet_seconds)"]
    )
    assert _taken(drop.open(lambda: 1_000_000_010, quiet_seconds=10))[0] == ["1"]
    marked = drop.open(ready="marker")
    assert _taken(marked)[0] == []
    assert marked.remarks() == ["1 file not read, without a marker *.done: put it there and run again"]
    (drop.folder / "a.csv.done").touch()
    assert _taken(drop.open(ready="marker"))[0] == ["1"]


def test_what_is_written_on_while_it_is_copied_is_not_taken(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    path = drop.write("a.csv", *map(str, range(100)))
    before = path.read_bytes()
    attempt = Store._attempt

    def writing(self: Store, work: Any, place: str) -> Any:
        if place.endswith("/a.csv"):
            path.write_bytes(before + "100,示例\n".encode())
        return attempt(self, work, place)

    monkeypatch.setattr(Store, "_attempt", writing)
    source = drop.open()
    assert _taken(source)[0] == []
    assert len(source.remarks()) == 1
    monkeypatch.undo()
    assert len(_taken(drop.open())[0]) == 101


def test_a_file_that_is_replaced_while_it_is_read_is_read_as_it_was_and_then_as_it_is(drop: Drop) -> None:
    drop.write("a.csv", "1", "2", age=10)
    rows = drop.open().read(None)
    first = next(rows)
    drop.write("a.csv", "1", "3", age=20)
    [second] = rows
    assert isinstance(second, Row)
    assert second.cells["文号"] == "2"
    assert _taken(drop.open(), second.position)[0] == ["1", "3"]
    # killed between the two rows: the rest of what was there cannot be had any more, and the new one is read whole
    assert _taken(drop.open(), first.position)[0] == ["1", "3"]


def test_a_pattern_chooses_files_in_folders_and_unfinished_ones_are_left_out(drop: Drop) -> None:
    for name in ("2016/a.csv", "2016/b.txt", "2016/.c.csv", "d.csv", "e.csv.part", "2016/deep/f.csv", ".g/h.csv"):
        drop.write(name, "1")
    found = {pattern: sorted(_files(drop, pattern)) for pattern in ("*", "*/*.csv", "**/*.csv")}
    assert found == {"*": ["d.csv"], "*/*.csv": ["2016/a.csv"], "**/*.csv": ["2016/a.csv", "2016/deep/f.csv", "d.csv"]}


def _files(drop: Drop, pattern: str) -> list[str]:
    source = drop.open(pattern=pattern)
    source.repeat()  # they hold the same
    return [row.file for row in source.read(None)]


def test_a_file_that_cannot_be_read_is_a_defect_once_and_holds_up_no_other(drop: Drop) -> None:
    (drop.folder / "a.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    os.utime(drop.folder / "a.xlsx", (1, 1))
    drop.write("b.csv", *map(str, range(200)), age=2)
    drop.write("c.csv", "1", age=3)
    rows = list(drop.open(file_bytes=1024).read(None))
    assert [type(row) for row in rows] == [Defect, Defect, Row]
    assert "is not a readable xlsx workbook" in rows[0].detail  # type: ignore[union-attr]
    assert "the limit is 1,024 (settings.file_bytes)" in rows[1].detail  # type: ignore[union-attr]
    for place, row in enumerate(rows):
        assert list(drop.open(file_bytes=1024).read(row.position)) == rows[place + 1 :]


def test_a_connection_that_breaks_is_made_again_once_and_nothing_is_lost(drop: Drop) -> None:
    numbers = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(5000)]  # which do not compress
    drop.write("a.csv", *numbers)
    with running_relay(drop.server.port) as relay:
        settings = drop.through(relay.port)
        # in the middle of the file; ftp has connections of its own for files, and is broken before the answer to it
        middle = 300 if settings["url"].startswith("ftp") else 40_000
        relay.cuts = [middle]
        assert _taken(drop.open(**settings))[0] == numbers
        assert relay.connections >= 2
        relay.cuts = [0] * 20
        with pytest.raises(SourceError, match=r"cannot be read: .*run again: nothing is lost or sent twice"):
            list(drop.open(**settings).read(None))
        relay.cuts = []
        rows = drop.open(**settings).read(None)
        some = [next(rows) for _ in range(1000)]
        rows.close()  # type: ignore[attr-defined] # a generator: the process ends here
        rest = list(drop.open(**settings).read(some[-1].position))
    assert [row.cells["文号"] for row in [*some, *rest] if isinstance(row, Row)] == numbers


def test_a_connection_that_breaks_while_pieces_are_asked_for_shows_no_traceback(drop: Drop) -> None:
    if not drop.settings["url"].startswith("sftp"):
        pytest.skip("of sftp")
    os.truncate(drop.write("a.csv"), 32 << 20)  # a thousand pieces
    os.utime(drop.folder / "a.csv", (1, 1))
    with running_relay(drop.server.port) as relay:
        relay.cuts = [100_000] * 20
        with pytest.raises(SourceError, match="cannot be read: "):
            list(drop.open(**drop.through(relay.port)).read(None))
    # an exception in a thread is a warning of pytest, and warnings are errors


def test_a_server_that_is_gone_and_a_folder_that_is_not_there_are_one_line(drop: Drop) -> None:
    settings = drop.through(1)
    [gone] = drop.open(**settings, connect_seconds=5).check()
    assert not gone.ok
    assert "cannot be read" in gone.message
    assert "\n" not in gone.message
    if not drop.settings["url"].startswith("s3"):  # there, a folder that is not there is an empty one
        [missing] = drop.open(url=drop.settings["url"] + "x").check()
        assert missing.message.endswith("x: is not there; check settings.url")


def test_a_login_that_is_refused_is_one_line_and_shows_no_secret(drop: Drop, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("some-other-words", encoding="utf-8")
    sftp = drop.settings["url"].startswith("sftp")
    login = {"private_key": None, "password": {"file": str(secret)}} if sftp else {"password": {"file": str(secret)}}
    [finding] = drop.open(**login).check()
    assert not finding.ok
    assert "check settings.url, user and password" in finding.message
    assert "some-other-words" not in finding.message


def test_a_server_of_another_key_is_refused(drop: Drop, tmp_path: Path) -> None:
    if not drop.settings["url"].startswith("sftp"):
        pytest.skip("of sftp")
    drop.write("a.csv", "1")
    known = Path(drop.settings["known_hosts"])
    other = tmp_path / "known"
    other.write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match=r"does not know the server \[127\.0\.0\.1\].*SHA256:.*ssh-keyscan"):
        list(drop.open(known_hosts=str(other)).read(None))
    name, _, _ = known.read_text(encoding="utf-8").split()
    user = Path(drop.settings["private_key"]).with_suffix(".pub").read_text(encoding="utf-8")
    other.write_text(f"{name} {user}", encoding="utf-8")
    with pytest.raises(SourceError, match="knows another key of the server"):
        list(drop.open(known_hosts=str(other)).read(None))
    with pytest.raises(SourceError, match="none: No such file or directory"):
        list(drop.open(known_hosts=str(tmp_path / "none")).read(None))


@pytest.fixture
def ftp_variant(tmp_path: Path) -> Callable[[str], Any]:
    return lambda variant: running_file_server("ftp", tmp_path, variant)


def test_an_ftp_server_whose_names_are_in_gb18030(ftp_variant: Callable[[str], Any]) -> None:
    with ftp_variant("gb18030") as server:
        drop = Drop(server.folder, server.settings, server)
        drop.write("处罚.csv", "1")
        [row] = drop.open(name_encoding="gb18030").read(None)
        assert row.file == "处罚.csv"
        with pytest.raises(SourceError, match="cannot be read: 'utf-8' codec can't decode"):
            list(drop.open().read(None))


def test_an_ftp_server_without_a_listing_for_machines_is_asked_for_the_time_of_each_file(
    ftp_variant: Callable[[str], Any],
) -> None:
    with ftp_variant("old") as server:
        drop = Drop(server.folder, server.settings, server)
        drop.write("a b.csv", "1", age=1_000_000_000)
        assert _taken(drop.open(lambda: 1_000_000_009, quiet_seconds=10))[0] == []
        assert _taken(drop.open(lambda: 1_000_000_010, quiet_seconds=10))[0] == ["1"]


def test_a_server_that_does_not_say_when_files_changed_needs_markers(ftp_variant: Callable[[str], Any]) -> None:
    with ftp_variant("undated") as server:
        drop = Drop(server.folder, server.settings, server)
        drop.write("a.csv", "1")
        source = drop.open()
        assert _taken(source)[0] == []
        words = "the server does not say when 1 file changed, so they are not read: set settings.ready to marker"
        assert source.remarks() == [words]
        assert [finding.message for finding in source.check() if not finding.ok] == [words]
        (drop.folder / "a.csv.done").touch()
        assert _taken(drop.open(ready="marker"))[0] == ["1"]


@pytest.mark.parametrize(
    ("url", "missing", "line"),
    [
        ("sftp://host/inbox", "paramiko", "pip install fsspec paramiko next to creditbus"),
        ("ftp://host/inbox", "fsspec.implementations.ftp", "pip install fsspec next to creditbus"),
        ("s3://bucket/inbox", "obstore.store", "pip install obstore next to creditbus"),
        ("webdavs://host/inbox", "webdav4.fsspec", r"pip install 'webdav4\[fsspec\]' next to creditbus"),
    ],
)
def test_what_is_not_installed_is_named(url: str, missing: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = {"webdavs": "webdav"}.get(url.partition(":")[0], url.partition(":")[0])
    monkeypatch.delitem(sys.modules, f"creditbus.connectors.remote.{name}", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)  # as if it were not there
    source = KIND.open(KIND.settings.model_validate({"url": url}))
    with pytest.raises(SourceError, match=f"is not installed: .*{line}"):
        list(source.read(None))
