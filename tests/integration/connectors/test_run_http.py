"""Pages of a real web server onto a real bus: every record once, whoever dies when."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from creditbus.connectors.run.runner import run_connector
from creditbus.topics.connection import Connection
from tests.harness.published import killed_runs, rows_of
from tests.harness.web import Reply, Request, Web, running_web

_TOPIC = "ingest.tax-bureau"
_ROWS = 9000
_SIZE = 1000


@pytest.fixture
def web() -> Iterator[Web]:
    with running_web() as server:
        yield server


def _record(number: int, grade: str) -> dict[str, object]:
    taxpayer = {"code": f"{number:018d}", "name": f"示例企业{number}"}
    return {
        "taxpayer": taxpayer,
        "评价年度": "2018",
        "信用等级": grade,
        "评价单位": "示例税务局",
        "评定时间": "2019-04-01",
        "有效期始": "2019-04-01",
        "有效期止": "2020-04-01",
    }


def test_killed_again_and_again_every_record_is_there_once(bus: Connection, web: Web, tmp_path: Path) -> None:
    path = f"/grades-{uuid.uuid4().hex[:8]}"
    records = [_record(number, "B") for number in range(1, _ROWS + 1)]

    def answer(request: Request) -> Reply:
        assert request.path == path
        start = int(request.query["offset"])
        return Reply({"rows": records[start : start + _SIZE], "total": len(records)})

    web.answer = answer
    configuration = {
        "id": path[1:],
        "department": "tax-bureau",
        "item": "tax-credit-grade",
        "kind": "http",
        "settings": {
            "url": web.url + path,
            "records": "rows",
            "total": "total",
            "paging": {"by": "offset", "size": _SIZE},
        },
        "mapping": "tax-grades",
        "overrides": {"content": {"NSRMC": "taxpayer.name"}, "claim": {"tax_no": "taxpayer.code"}},
    }
    file = tmp_path / f"{path[1:]}.yaml"
    file.write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
    name = f"127.0.0.1{path}"
    killed_runs(bus, file, 3, seed=4)
    run_connector(file, bus)
    assert rows_of(bus, _TOPIC, name) == Counter(range(1, _ROWS + 1))
    again = run_connector(file, bus)
    assert (again.rows, again.skipped) == (0, _ROWS)
    records[3] = _record(4, "A")
    assert run_connector(file, bus).rows == _ROWS
