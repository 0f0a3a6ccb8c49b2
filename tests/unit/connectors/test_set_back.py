"""A value that is changed by mistake and set back is a change, at every kind of source that tells its present state."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from creditbus.connectors import gone
from creditbus.connectors.configuration import Connector, load_connector
from creditbus.connectors.runner import RunSummary, run_connector
from creditbus.connectors.withdrawal import proposals, withdraw
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import RecordState
from tests.harness.memory_bus import Killed, MemoryBus
from tests.harness.web import Reply, Web, running_web

Row = dict[str, Any]
Put = Callable[[Sequence[Row]], None]

_CODE = "91990106FC0090109B"


def row(name: str = "示例甲", number: int = 1, **changes: Any) -> Row:
    """One row of a list; its subject's name is the value that is changed and set back."""
    return {
        "事件类型": "列入",
        "名单名称": "经营异常名录",
        "名单类型": "黑",
        "主体类别": "法人及非法人组织",
        "主体名称": name,
        "主体代码": _CODE,
        "认定单位": "示例局",
        "认定单位代码": "11990100AU0000010W",
        "列入决定文书号": f"示列〔2026〕{number}号",
        "法律依据": "条例",
        "列入日期": "2026-03-03",
        "移出原因": "",
        "移出日期": "",
        "更新时间": "",
        **changes,
    }


def removal(number: int = 1) -> Row:
    return row("示例甲", number, 事件类型="移出", 移出原因="改正", 移出日期="2026-04-01")


class Shop:
    """A department with one connector of a kind."""

    def __init__(self, kind: str, folder: Path, bus: MemoryBus, web: Web | None = None, **changes: Any) -> None:
        self.kind, self.folder, self.bus = kind, folder, bus
        self._deliveries = 0
        settings: dict[str, Any] = {"path": f"rows.{kind}"}
        if kind in _SQL:
            settings = {"url": "sqlite:///rows.db", "table": "rows", "key": ["id"], "mode": kind, **_SQL[kind]}
        elif kind == "folder":
            settings = {"path": "in", "quiet_seconds": 0}
            (folder / "in").mkdir()
            changes = {"tells": "state"} | changes
        elif kind == "http":
            assert web is not None
            self.web = web
            settings = {"url": f"{self.web.url}/rows", "cache": "cache"}
        elif kind == "xml":
            settings["record"] = "row"
        self.raw = {
            "id": "lists",
            "department": "credit-office",
            "item": "red-black-list",
            "kind": "sql" if kind in _SQL else kind,
            "settings": settings,
            "mapping": "red-black-lists",
            **changes,
        }
        self.connector = self.configured()

    def configured(self, **changes: Any) -> Connector:
        """Write the configuration with changes, and use it from now on."""
        self.raw |= changes
        file = self.folder / f"{self.raw['id']}.yaml"
        file.write_text(json.dumps(self.raw), encoding="utf-8")
        self.connector = load_connector(file)
        return self.connector

    def says(self, *rows: Row) -> None:
        """Let the source say this now."""
        _WRITERS.get(self.kind, _write_table)(self, rows)

    def run(self, *, resend: bool = False) -> RunSummary:
        return run_connector(self.connector, self.bus.connection, resend=resend)

    def told(self, number: int = 1) -> str:
        return self.bus.told(f"示列〔2026〕{number}号")[1]

    def state(self, number: int = 1) -> RecordState:
        return self.bus.told(f"示列〔2026〕{number}号")[0]

    def delivery(self) -> int:
        self._deliveries += 1
        return self._deliveries


_SQL: dict[str, dict[str, Any]] = {
    "watermark": {"watermark": "changed", "window": 0},
    "compare": {"state": "rows.state"},
    "staging": {"status": "state"},
}


def _write_csv(shop: Shop, rows: Sequence[Row]) -> None:
    path = shop.folder / "rows.csv"
    if shop.kind == "folder":
        path = shop.folder / "in" / f"{shop.delivery():03}.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(row()))
        writer.writeheader()
        writer.writerows(rows)


def _write_xlsx(shop: Shop, rows: Sequence[Row]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(row()))
    for one in rows:
        sheet.append(list(one.values()))
    book.save(shop.folder / "rows.xlsx")


def _write_jsonl(shop: Shop, rows: Sequence[Row]) -> None:
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    (shop.folder / "rows.jsonl").write_text(lines, encoding="utf-8")


def _write_xml(shop: Shop, rows: Sequence[Row]) -> None:
    inside = "".join(f"<row>{''.join(f'<{k}>{v}</{k}>' for k, v in one.items())}</row>" for one in rows)
    (shop.folder / "rows.xml").write_text(f"<rows>{inside}</rows>", encoding="utf-8")


def _write_answer(shop: Shop, rows: Sequence[Row]) -> None:
    answer = [dict(one) for one in rows]
    shop.web.answer = lambda _: Reply(answer)


def _write_table(shop: Shop, rows: Sequence[Row]) -> None:
    """Change rows in place as an application does: what says the same is not touched."""
    names = list(row())
    with sqlite3.connect(shop.folder / "rows.db") as base:
        base.execute(
            f"CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, {', '.join(f'{n} TEXT' for n in names)}, "
            "state TEXT, changed INTEGER)"
        )
        (clock,) = base.execute("SELECT coalesce(max(changed), 0) FROM rows").fetchone()
        clock = max(clock, shop.delivery() * 1000)
        for number, one in enumerate(rows, start=1):
            values = [str(value) for value in one.values()]
            was = base.execute(f"SELECT {', '.join(names)} FROM rows WHERE id = ?", (number,)).fetchone()
            if was is None or list(was) != values:
                marks = ", ".join("?" * (len(names) + 3))
                base.execute(f"INSERT OR REPLACE INTO rows VALUES ({marks})", (number, *values, "new", clock + number))
        base.execute("DELETE FROM rows WHERE id > ?", (len(rows),))


_WRITERS: dict[str, Callable[[Shop, Sequence[Row]], None]] = {
    "csv": _write_csv,
    "folder": _write_csv,
    "xlsx": _write_xlsx,
    "jsonl": _write_jsonl,
    "xml": _write_xml,
    "http": _write_answer,
}
_WHOLE = ["csv", "xlsx", "jsonl", "xml", "http"]
_KINDS = [*_WHOLE, "folder", *_SQL]


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MemoryBus:
    return MemoryBus("red-black-list", tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with running_web() as found:
        yield found


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path, bus: MemoryBus, web: Web) -> Shop:
    return Shop(getattr(request, "param", "csv"), tmp_path, bus, web)


every_kind = pytest.mark.parametrize("shop", _KINDS, indirect=True)


@every_kind
def test_a_value_that_is_set_back_is_told(shop: Shop) -> None:
    for name in ("示例甲", "示例乙", "示例甲", "示例乙", "示例甲"):
        shop.says(row(name), row("示例丙", 2))
        shop.run()
        assert shop.told() == name
    assert shop.bus.outcomes["Stale"] == 0
    assert shop.bus.outcomes["Moved"] == 6


@every_kind
@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("commit", [1, 2])
def test_it_is_told_once_whenever_the_process_dies(shop: Shop, commit: int, *, committed: bool) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name), row("示例丙", 2))
        shop.run()
    shop.says(row(), row("示例丙", 2))
    shop.bus.kill_at(commit, committed=committed)
    try:
        shop.run()
    except Killed:
        shop.run()
    assert shop.told() == "示例甲"
    assert shop.bus.outcomes["Moved"] == 4


@every_kind
def test_what_died_unpublished_counts_as_not_said(shop: Shop) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    shop.says(row("示例甲"))
    shop.bus.kill_at(1, committed=False)
    with pytest.raises(Killed):
        shop.run()
    # a row more, so that it is another file: the run that died is not gone on with
    shop.says(row("示例甲"), row("示例丙", 2))
    shop.run()
    assert (shop.told(), shop.told(2)) == ("示例甲", "示例丙")


@every_kind
def test_a_memory_that_is_lost_costs_no_change(shop: Shop) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    for file in (shop.folder / "connectors").iterdir():
        file.unlink()
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_positions_that_are_lost_cost_no_change(shop: Shop) -> None:
    for name in ("示例甲", "示例乙"):
        shop.says(row(name))
        shop.run()
    shop.bus.lose_positions()
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_a_row_that_was_refused_in_between_may_be_set_back(shop: Shop) -> None:
    for name in ("示例甲", "示例乙", "拒", "示例甲"):
        shop.says(row(name))
        shop.run()
    assert shop.told() == "示例甲"
    shop.says(row("拒"))
    shop.run()
    shop.says(row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*_WHOLE, "folder"], indirect=True)
def test_a_row_that_moved_may_be_set_back(shop: Shop) -> None:
    shop.says(row("示例甲"), row("示例丙", 2))
    shop.run()
    shop.says(row("示例丙", 2), row("示例乙"))
    shop.run()
    shop.says(row("示例丁", 3), row("示例甲"), row("示例丙", 2))
    shop.run()
    assert shop.told() == "示例甲"


@every_kind
def test_a_source_that_is_sent_again_as_it_is_changes_nothing(shop: Shop) -> None:
    shop.says(row("示例甲"), row("示例乙"), row("示例丙", 2))
    shop.run()
    moved = shop.bus.outcomes["Moved"]
    shop.says(row("示例甲"), row("示例乙"), row("示例丙", 2), row("示例丁", 3))
    shop.run()
    assert shop.bus.outcomes["Moved"] == moved + 1
    assert shop.told() == "示例乙"


@every_kind
def test_sent_again_on_demand_a_source_is_the_truth(shop: Shop) -> None:
    shop.says(row("示例甲"))
    shop.run()
    other = Shop("csv" if shop.kind == "jsonl" else "jsonl", shop.folder, shop.bus, id="other", tells="news")
    other.says(row("示例乙"))
    other.run()
    assert shop.told() == "示例乙"
    shop.run()
    if shop.kind not in {"folder", "staging"}:  # what was read there is gone, or marked as sent
        shop.run(resend=True)
        assert shop.told() == "示例甲"


def test_a_folder_of_deliveries_tells_news(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Shop("folder", tmp_path, bus, tells="news")
    for name in ("示例甲", "示例乙", "示例甲"):
        shop.says(row(name), row("示例丙", int(shop.delivery()) + 10))
        shop.run()
    assert shop.told() == "示例乙"
    assert bus.marked == 0


def test_a_file_that_tells_news_changes_nothing_when_an_old_one_is_put_back(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Shop("csv", tmp_path, bus, tells="news")
    for name in ("示例甲", "示例乙", "示例甲"):
        shop.says(row(name))
        shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*_WHOLE, "watermark", "compare"], indirect=True)
def test_an_old_row_with_a_time_does_not_count_when_it_is_mended(shop: Shop) -> None:
    shop.configured(overrides={"header": {"source_time": ["更新时间"]}})
    new = row("示例乙", 更新时间="2026-05-02 00:00:00")
    shop.says(new, row("示例甲", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(new, row("示例丁", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(row("示例戊", 更新时间="2026-05-03 00:00:00"), row("示例丁", 更新时间="2026-05-01 00:00:00"))
    shop.run()
    assert shop.told() == "示例戊"


@every_kind
def test_a_time_that_is_set_back_counts(shop: Shop) -> None:
    shop.configured(overrides={"header": {"source_time": ["更新时间"]}})
    for name, day in (("示例甲", 2), ("示例乙", 1), ("示例甲", 2), ("示例丙", 9), ("示例甲", 2)):
        shop.says(row(name, 更新时间=f"2026-05-0{day} 00:00:00"))
        shop.run()
        assert shop.told() == name


@pytest.mark.parametrize("shop", _WHOLE, indirect=True)
def test_of_two_rows_the_one_that_is_left_counts(shop: Shop) -> None:
    shop.says(row("示例甲"), row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"
    shop.says(row("示例甲"))
    shop.run()
    assert shop.told() == "示例甲"
    shop.says(row("示例甲"), row("示例乙"))
    shop.run()
    assert shop.told() == "示例乙"


@pytest.mark.parametrize("shop", [*_WHOLE, "watermark", "compare", "staging"], indirect=True)
def test_a_removal_that_is_taken_back_is_lifted(shop: Shop) -> None:
    for again in range(2):
        shop.says(row())
        shop.run()
        assert shop.state() is RecordState.ACTIVE, again
        shop.says(removal())
        shop.run()
        assert shop.state() is RecordState.EXITED, again
    shop.says(row("示例乙"))
    shop.run()
    assert (shop.state(), shop.told()) == (RecordState.ACTIVE, "示例乙")


@pytest.mark.parametrize("shop", _WHOLE, indirect=True)
def test_a_removal_beside_its_entry_stays_until_its_row_is_gone(shop: Shop) -> None:
    shop.says(row(), removal())
    shop.run()
    assert shop.state() is RecordState.EXITED
    for name in ("示例乙", "示例甲"):
        shop.says(row(name), removal())
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.EXITED, name)
    shop.says(removal(), row("示例丙", 2), row())
    shop.run()
    assert shop.state() is RecordState.EXITED
    shop.says(row("示例丙", 2), row())
    shop.run()
    assert shop.state() is RecordState.ACTIVE


@pytest.mark.parametrize("shop", _WHOLE, indirect=True)
@pytest.mark.parametrize("committed", [None, False, True])
@pytest.mark.parametrize("name", ["示例甲", "示例乙"])
def test_a_withdrawn_row_that_comes_back_is_there_again(shop: Shop, name: str, *, committed: bool | None) -> None:
    for _ in range(2):
        shop.says(row(), row("示例丙", 2))
        shop.run()
        assert shop.state() is RecordState.ACTIVE
        shop.says(row("示例丙", 2))
        shop.run()
        chosen = proposals(shop.connector, shop.bus.connection, datetime.now(UTC).date())
        assert len(chosen) == 1
        if committed is not None:
            shop.bus.kill_at(1, committed=committed)
            with pytest.raises(Killed):
                withdraw(shop.connector, shop.bus.connection, chosen)
            if committed:
                shop.says(row(name), row("示例丙", 2))
                shop.run()
                assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)
                continue
        withdraw(shop.connector, shop.bus.connection, chosen)
        assert shop.state() is RecordState.WITHDRAWN
        shop.says(row(name), row("示例丙", 2))
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)


@pytest.mark.parametrize("committed", [None, False, True])
@pytest.mark.parametrize("name", ["示例甲", "示例乙"])
@pytest.mark.parametrize("shop", ["compare"], indirect=True)
def test_a_row_of_a_table_that_was_withdrawn_and_comes_back_is_there_again(
    shop: Shop, name: str, *, committed: bool | None
) -> None:
    for _ in range(2):
        shop.says(row("示例丙", 2), row())
        shop.run()
        assert shop.state() is RecordState.ACTIVE
        shop.says(row("示例丙", 2))
        shop.run()
        if committed is not None:
            shop.bus.kill_at(1, committed=committed)
            with pytest.raises(Killed):
                withdraw_all(shop)
        if not committed:
            assert withdraw_all(shop) == 1
            assert shop.state() is RecordState.WITHDRAWN
        shop.says(row("示例丙", 2), row(name))
        shop.run()
        assert (shop.state(), shop.told()) == (RecordState.ACTIVE, name)


def test_a_row_that_came_back_lifts_a_withdrawal_once(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Shop("compare", tmp_path, bus)
    shop.says(row("示例丙", 2), row())
    shop.run()
    shop.says(row("示例丙", 2))
    shop.run()
    withdraw_all(shop)
    shop.says(row("示例丙", 2), row(), removal(), row("示例丁", 3))
    shop.run()
    assert shop.state() is RecordState.EXITED
    shop.says(row("示例丙", 2), row("示例乙"), removal(), row("示例丁", 3))
    shop.run()
    assert (shop.state(), shop.told()) == (RecordState.EXITED, "示例乙")


def withdraw_all(shop: Shop) -> int:
    keys = [one.key for one in gone.proposals(shop.connector)]
    return gone.withdraw(shop.connector, shop.bus.connection, keys).published


def test_a_withdrawal_says_its_own_date_and_reason(tmp_path: Path, bus: MemoryBus) -> None:
    shop = Shop("compare", tmp_path, bus)
    shop.says(row("示例丙", 2), row())
    shop.run()
    shop.says(row("示例丙", 2))
    shop.run()
    withdraw_all(shop)
    act = bus.last_act
    assert (act["reason"], act["decided_on"]) == ("来源数据中已无此记录", city_day(int(time.time() * 1000)).isoformat())
    assert act["decision_no"] is act["legal_basis"] is act["effective_from"] is None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", _KINDS)
def test_whatever_a_source_says_and_whenever_its_connector_dies_the_last_reading_is_what_all_have(
    kind: str, seed: int, tmp_path: Path, bus: MemoryBus, web: Web
) -> None:
    chance = random.Random(f"{kind} {seed}")
    shop = Shop(kind, tmp_path, bus, web)
    said = ["示例甲"] * 3
    for _ in range(8):
        said = [chance.choice(["示例甲", "示例乙", "拒", one]) for one in said]
        rows = [row(name, number) for number, name in enumerate(said, start=1)]
        if kind not in _SQL:  # where a row has no key, it may stand anywhere
            chance.shuffle(rows)
        shop.says(*rows)
        if chance.random() < 0.5:
            bus.kill_at(chance.randint(1, 2), committed=chance.random() < 0.5)
        again = chance.random() < 0.7
        try:
            shop.run(resend=chance.random() < 0.1 and kind not in {"folder", "staging"})
        except Killed:
            if again:
                shop.run()
    bus.kill_at(0, committed=False)
    shop.run()
    assert [shop.told(number) for number, name in enumerate(said, start=1) if name != "拒"] == [
        name for name in said if name != "拒"
    ]


def test_two_connectors_of_one_department_do_not_take_turns(tmp_path: Path, bus: MemoryBus) -> None:
    one, other = Shop("csv", tmp_path, bus, id="one"), Shop("jsonl", tmp_path, bus, id="other")
    one.says(row("示例甲"))
    other.says(row("示例乙"))
    one.run()
    other.run()
    moved = bus.outcomes["Moved"]
    for number in range(5, 9):
        one.says(row("示例甲"), row("示例丙", number))
        other.says(row("示例乙"), row("示例丁", 10 + number))
        one.run()
        other.run()
        assert one.told() == "示例乙"
    assert bus.outcomes["Moved"] == moved + 8
    one.says(row("示例戊"))
    one.run()
    one.says(row("示例甲"))
    one.run()
    assert one.told() == "示例甲"
