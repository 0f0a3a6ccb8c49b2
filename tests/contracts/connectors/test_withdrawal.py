"""What vanished is proposed and withdrawn in one way, whether its source is a file or a table of a database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import pytest
import sqlalchemy as sa

from creditbus.avro_schemas import event_schema
from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.sql.values import name_of, pack
from creditbus.services.cli import main
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.statements import connector_of
from tests.harness.memory_bus import Killed, MemoryBus
from tests.harness.offices import Office, removal, row
from tests.harness.tables import Shop

Row = dict[str, Any]
_FRAME = 5
_SCHEMA = fastavro.parse_schema(event_schema("red-black-list"), named_schemas={})
_PERSON = "11010519491231002X"  # the example that GB 11643-1999 itself prints
_NOT_YET = {"列入日期": "2099-01-01"}


class Answer(NamedTuple):
    code: int
    out: Any
    err: str


class Department:
    """A department whose source holds rows by their number, and a person at its command line."""

    def __init__(self, office: Office, shop: Shop | None, capsys: pytest.CaptureFixture[str]) -> None:
        self.office, self._shop, self._capsys = office, shop, capsys

    @property
    def keys(self) -> bool:
        """Whether rows have keys in their source."""
        return self._shop is not None

    def says(self, rows: Mapping[int, Row]) -> None:
        if self._shop is None:
            self.office.says(*rows.values())
            return
        columns = [sa.Column(name, sa.Text) for name in row()]
        table = sa.Table("rows", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), *columns)
        with self._shop.engine.begin() as connection:
            table.drop(connection, checkfirst=True)
            table.create(connection)
            connection.execute(table.insert(), [{"id": number} | one for number, one in rows.items()])

    def run(self, rows: Mapping[int, Row]) -> None:
        self.says(rows)
        self.office.run()

    def asks(self, command: str, *options: str) -> Answer:
        code = main.main(["connector", command, str(self.office.connector.file), *options, "--json"])
        said = self._capsys.readouterr()
        return Answer(code, json.loads(said.out) if said.out else None, said.err)

    def vanished(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.asks("vanished").out
        return found

    def documents(self) -> list[str]:
        return [one["document_no"] for one in self.vanished()]

    def withdraw(self, *options: str) -> Answer:
        return self.asks("withdraw", *(options or ("--all",)), "--yes")

    def sent(self) -> list[dict[str, Any]]:
        return [_event(value) for value in self.office.bus.sent]


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryBus:
    monkeypatch.setenv("CREDITBUS_HOME", str(tmp_path))
    monkeypatch.setenv("CREDITBUS_BOOTSTRAP_SERVERS", "memory:1")
    monkeypatch.setenv("CREDITBUS_REGISTRY_URL", "http://memory")
    return MemoryBus("red-black-list", tmp_path, monkeypatch)


@pytest.fixture(params=["file", "sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def department(
    request: pytest.FixtureRequest, tmp_path: Path, bus: MemoryBus, capsys: pytest.CaptureFixture[str]
) -> Department:
    if request.param == "file":
        return Department(Office("csv", tmp_path, bus), None, capsys)
    if request.param == "sqlite":
        shop = Shop(f"sqlite:///{tmp_path}/rows.db", tmp_path)
    else:
        shop = request.getfixturevalue("postgres_shop")
    return Department(Office("compare", tmp_path, bus, url=shop.url), shop, capsys)


def test_a_vanished_record_is_listed_with_the_same_facts(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({2: row("示例丙", 2)})
    [found] = department.vanished()
    key, file, at = found.pop("key"), found.pop("file"), found.pop("row")
    assert (len(key), bool(file), at > 0) == (32, True, True)
    assert found == {
        "sheet": "",
        "document_no": "示列〔2026〕1号",
        "authority": "示例局",
        "subject_name": "示例甲",
        "recoded": False,
        "possible": True,
    }


def test_a_withdrawal_is_the_published_event_with_an_act_of_its_own(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    published = department.sent()[0]
    department.run({2: row("示例丙", 2)})
    proposed = department.vanished()
    # the mapping may have changed since: what the receivers hold is what is withdrawn
    department.office.configured(overrides={"header": {"authority_name": ["名单名称"]}})
    done = department.withdraw().out
    assert done == {"run_id": done["run_id"], "published": 1, "withdrawn": proposed}
    assert connector_of(done["run_id"]) == "lists"
    assert department.office.state() is RecordState.WITHDRAWN
    event = department.sent()[-1]
    assert (event["claim"], event["content"]) == (published["claim"], published["content"])
    act = event["act"]
    assert (act.pop("reason"), len(act.pop("decided_on"))) == ("来源数据中已无此记录", 10)
    assert set(act.values()) == {None}
    header, before = event["header"], published["header"]
    assert header["origin"] == before["origin"] | {"run": done["run_id"]}
    changed = {"verb", "state", "reading", "origin"}
    assert {name: header[name] for name in header if name not in changed} == {
        name: before[name] for name in before if name not in changed
    }
    assert (header["verb"], header["state"], header["source_time"]) == ("WITHDRAW", "WITHDRAWN", None)
    assert header["reading"] > 0


def test_nothing_is_sent_where_nothing_vanished(department: Department) -> None:
    department.run({1: row()})
    sent = len(department.office.bus.sent)
    assert department.withdraw().out == {"run_id": "", "published": 0, "withdrawn": []}
    assert len(department.office.bus.sent) == sent


def test_a_record_of_which_a_row_is_left_is_not_proposed(department: Department) -> None:
    department.run({1: row(), 2: removal(), 3: row("示例丙", 2)})
    department.run({1: row(), 3: row("示例丙", 2)})
    assert department.documents() == []
    department.run({3: row("示例丙", 2)})
    assert department.documents() == ["示列〔2026〕1号"]
    assert department.withdraw().out["published"] == 1
    assert department.documents() == []


def test_a_record_whose_row_was_inserted_anew_is_not_proposed(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({11: row(), 12: row("示例丙", 2)})
    assert department.documents() == []
    department.run({12: row("示例丙", 2)})
    assert department.documents() == ["示列〔2026〕1号"]


def test_a_record_whose_row_says_another_document_now_is_proposed(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({1: row(number=3), 2: row("示例丙", 2)})
    assert department.documents() == ["示列〔2026〕1号"]
    department.withdraw()
    assert department.documents() == []
    assert [department.office.state(number) for number in (1, 2, 3)] == [
        RecordState.WITHDRAWN,
        RecordState.ACTIVE,
        RecordState.ACTIVE,
    ]
    department.run({1: row(), 2: row("示例丙", 2)})
    assert department.office.state() is RecordState.ACTIVE
    assert department.documents() == ["示列〔2026〕3号"]


def test_a_record_whose_code_was_corrected_is_marked_and_not_withdrawn_with_all(department: Department) -> None:
    department.run({1: row(主体代码="91990106FC0007002W"), 2: row("示例丙", 2)})
    department.run({1: row(), 3: row("示例丁", 3)})
    assert [(one["document_no"], one["recoded"]) for one in department.vanished()] == [
        ("示列〔2026〕1号", True),
        ("示列〔2026〕2号", False),
    ]
    assert [one["document_no"] for one in department.withdraw().out["withdrawn"]] == ["示列〔2026〕2号"]
    key = department.vanished()[0]["key"]
    assert department.withdraw("--keys", key[:8].upper()).out["published"] == 1


@pytest.mark.parametrize(
    "never_a_record",
    [row("示例某", 1, 主体类别="自然人", 主体代码=_PERSON), row(number=1, **_NOT_YET)],
    ids=["withheld", "refused"],
)
def test_what_never_was_a_record_is_not_proposed(department: Department, never_a_record: Row) -> None:
    department.run({1: never_a_record, 2: row("示例丙", 2)})
    department.run({2: row("示例丙", 2)})
    assert department.documents() == []
    assert department.withdraw().out["published"] == 0


def test_more_than_a_tenth_is_withdrawn_only_where_a_person_says_so(department: Department) -> None:
    rows = {number: row(number=number) for number in range(1, 61)}
    department.run(rows)
    department.run({number: one for number, one in rows.items() if number > 30})
    stopped = department.withdraw("--all")
    assert (stopped.code, stopped.out) == (2, None)
    assert "30 of 60 records would be withdrawn: is the source whole?; look at it, then add --many" in stopped.err
    assert department.withdraw("--all", "--many").out["published"] == 30
    # what is withdrawn could not be missed any more
    department.run({number: one for number, one in rows.items() if number > 51})
    assert "21 of 30 records" in department.withdraw("--all").err


def test_a_key_names_one_proposal(department: Department) -> None:
    department.run({number: row(number=number) for number in (1, 2, 3)})
    department.run({3: row(number=3)})
    chosen = department.vanished()[1]
    assert department.withdraw("--keys", chosen["key"]).out["withdrawn"] == [chosen]
    assert department.documents() == ["示列〔2026〕1号"]
    assert "names no proposal" in department.withdraw("--keys", chosen["key"]).err
    assert "give either --keys or --all" in department.withdraw("--keys", "0", "--all").err


def test_what_was_withdrawn_may_come_back_and_vanish_again(department: Department) -> None:
    here, gone = {1: row(), 2: row("示例丙", 2)}, {2: row("示例丙", 2)}
    department.run(here)
    for _ in range(3):
        department.run(gone)
        assert department.documents() == ["示列〔2026〕1号"]
        department.withdraw()
        assert (department.documents(), department.office.state()) == ([], RecordState.WITHDRAWN)
        department.run(here)
        assert (department.documents(), department.office.state()) == ([], RecordState.ACTIVE)


def test_a_row_that_came_back_before_the_word_was_given_stays(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({2: row("示例丙", 2)})
    key = department.vanished()[0]["key"]
    department.run({1: row(), 2: row("示例丙", 2)})
    assert "names no proposal" in department.withdraw("--keys", key).err
    assert department.office.state() is RecordState.ACTIVE


@pytest.mark.parametrize("committed", [False, True])
def test_killed_while_it_withdraws_it_withdraws_the_next_time(department: Department, *, committed: bool) -> None:
    department.run({number: row(number=number) for number in (1, 2)})
    department.run({2: row(number=2)})
    department.office.bus.kill_at(1, committed=committed)
    with pytest.raises(Killed):
        department.withdraw()
    assert department.withdraw().out["published"] == 1
    assert department.documents() == []
    assert department.office.state() is RecordState.WITHDRAWN


def test_a_run_that_was_killed_proposes_nothing_of_what_it_has_not_read(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.says({1: row(), 2: row("示例丁", 2), 3: row("示例戊", 3)})
    department.office.bus.kill_at(1, committed=False)
    with pytest.raises(Killed):
        department.office.run()
    assert department.documents() == []
    department.office.run()
    assert department.documents() == []


def test_a_memory_that_was_lost_learns_of_the_next_that_vanishes(department: Department) -> None:
    department.run({number: row(number=number) for number in (1, 2, 3)})
    for file in (department.office.folder / "connectors").iterdir():
        file.unlink()
    department.run({2: row(number=2), 3: row(number=3)})
    assert department.documents() == []
    department.run({3: row(number=3)})
    assert department.documents() == ["示列〔2026〕2号"]


def test_news_that_is_compared_is_withdrawn_without_a_place(department: Department) -> None:
    department.office.configured(tells="news")
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({2: row("示例丙", 2)})
    assert department.withdraw().out["published"] == 1
    assert department.sent()[-1]["header"]["reading"] is None
    assert department.documents() == []


def test_what_the_memory_keeps_and_cannot_be_read_is_told(department: Department) -> None:
    department.run({1: row(), 2: row("示例丙", 2)})
    department.run({2: row("示例丙", 2)})
    with _memory(department) as base:
        base.execute(f"UPDATE {'sent' if department.keys else 'contents'} SET event = x'00'")
    assert "is damaged; delete the file" in department.asks("vanished").err


def test_the_memory_of_the_version_before_is_read(department: Department) -> None:
    rows = {1: row(), 2: row("示例丙", 2), 3: row("示例丁", 3)}
    department.run(rows)
    _as_the_version_before(department, rows)
    department.run({2: row("示例戊", 2), 3: rows[3]})
    assert department.documents() == ["示列〔2026〕1号"]
    assert department.withdraw().out["published"] == 1
    assert department.office.state() is RecordState.WITHDRAWN
    department.run(rows)
    assert department.office.state() is RecordState.ACTIVE
    department.run({1: row()})
    assert sorted(department.documents()) == ["示列〔2026〕2号", "示列〔2026〕3号"]
    assert department.withdraw().out["published"] == 2


def test_a_row_whose_cells_the_version_before_could_not_keep_is_shown_and_not_withdrawn(department: Department) -> None:
    if not department.keys:
        pytest.skip("a file's memory has always kept events")
    department.run({1: row(), 2: row("示例丙", 2)})
    _as_the_version_before(department, {})
    department.run({2: row("示例丙", 2)})
    [found] = department.vanished()
    assert (found["possible"], found["document_no"]) == (False, "")
    assert department.withdraw().out["published"] == 0


def test_a_memory_of_a_later_version_is_left_alone(department: Department) -> None:
    department.run({1: row()})
    with _memory(department) as base:
        base.execute("PRAGMA user_version = 99")
    with pytest.raises(SourceError, match="has layout 99"):
        PublishedRows(department.office.folder, "lists")


def _memory(department: Department) -> sqlite3.Connection:
    return sqlite3.connect(department.office.folder / "connectors" / "lists.sqlite", isolation_level=None)


def _as_the_version_before(department: Department, rows: Mapping[int, Row]) -> None:
    """Bring the files to what the version before left: no events by key, but the table's cells in its state file."""
    with _memory(department) as base:
        base.executescript("DROP TABLE sent; DROP INDEX keyed_key; PRAGMA user_version = 2")
    if department.keys:
        with sqlite3.connect(department.office.folder / "rows.state") as state:
            for number, one in rows.items():
                cells = pack([item for pair in ({"id": number} | one).items() for item in pair])
                state.execute("UPDATE known SET cells = ? WHERE key = ?", (cells, name_of((number,))))


def _event(value: bytes) -> dict[str, Any]:
    source = BytesIO(value)
    source.seek(_FRAME)
    found: Any = fastavro.schemaless_reader(source, _SCHEMA, None)
    return dict(found)
