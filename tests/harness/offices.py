"""A fictional department with one connector, whose source says what a test wants, at every kind of source."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.run.summary import RunSummary
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.services.domain.event import RecordState
from tests.harness.memory_bus import MemoryBus
from tests.harness.web import Reply, Web

__all__ = ["KINDS", "SQL", "WHOLE", "Office", "removal", "row"]

Row = dict[str, Any]

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


class Office:
    """A department with one connector of a kind."""

    def __init__(
        self,
        kind: str,
        folder: Path,
        bus: MemoryBus,
        web: Web | None = None,
        url: str = "sqlite:///rows.db",
        **changes: Any,
    ) -> None:
        self.kind, self.folder, self.bus = kind, folder, bus
        self._deliveries = 0
        settings: dict[str, Any] = {"path": f"rows.{kind}"}
        if kind in SQL:
            settings = {"url": url, "table": "rows", "key": ["id"], "mode": kind, **SQL[kind]}
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
            "kind": "sql" if kind in SQL else kind,
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


SQL: dict[str, dict[str, Any]] = {
    "watermark": {"watermark": "changed", "window": 0},
    "compare": {"state": "rows.state"},
    "staging": {"status": "state"},
}


def _write_csv(office: Office, rows: Sequence[Row]) -> None:
    path = office.folder / "rows.csv"
    if office.kind == "folder":
        path = office.folder / "in" / f"{office.delivery():03}.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(row()))
        writer.writeheader()
        writer.writerows(rows)


def _write_xlsx(office: Office, rows: Sequence[Row]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(row()))
    for one in rows:
        sheet.append(list(one.values()))
    book.save(office.folder / "rows.xlsx")


def _write_jsonl(office: Office, rows: Sequence[Row]) -> None:
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in rows)
    (office.folder / "rows.jsonl").write_text(lines, encoding="utf-8")


def _write_xml(office: Office, rows: Sequence[Row]) -> None:
    inside = "".join(f"<row>{''.join(f'<{k}>{v}</{k}>' for k, v in one.items())}</row>" for one in rows)
    (office.folder / "rows.xml").write_text(f"<rows>{inside}</rows>", encoding="utf-8")


def _write_answer(office: Office, rows: Sequence[Row]) -> None:
    answer = [dict(one) for one in rows]
    office.web.answer = lambda _: Reply(answer)


def _write_table(office: Office, rows: Sequence[Row]) -> None:
    """Change rows in place as an application does: what says the same is not touched."""
    names = list(row())
    with sqlite3.connect(office.folder / "rows.db") as base:
        base.execute(
            f"CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, {', '.join(f'{n} TEXT' for n in names)}, "
            "state TEXT, changed INTEGER)"
        )
        (clock,) = base.execute("SELECT coalesce(max(changed), 0) FROM rows").fetchone()
        clock = max(clock, office.delivery() * 1000)
        for number, one in enumerate(rows, start=1):
            values = [str(value) for value in one.values()]
            was = base.execute(f"SELECT {', '.join(names)} FROM rows WHERE id = ?", (number,)).fetchone()
            if was is None or list(was) != values:
                marks = ", ".join("?" * (len(names) + 3))
                base.execute(f"INSERT OR REPLACE INTO rows VALUES ({marks})", (number, *values, "new", clock + number))
        base.execute("DELETE FROM rows WHERE id > ?", (len(rows),))


_WRITERS: dict[str, Callable[[Office, Sequence[Row]], None]] = {
    "csv": _write_csv,
    "folder": _write_csv,
    "xlsx": _write_xlsx,
    "jsonl": _write_jsonl,
    "xml": _write_xml,
    "http": _write_answer,
}
WHOLE = ["csv", "xlsx", "jsonl", "xml", "http"]
KINDS = [*WHOLE, "folder", *SQL]
