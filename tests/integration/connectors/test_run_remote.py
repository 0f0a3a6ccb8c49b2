"""Files of a real SFTP server onto a real bus: every row once, whoever dies when."""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from pathlib import Path

from creditbus.connectors.run.runner import run_connector
from creditbus.topics.connection import Connection
from tests.harness.file_servers import running_file_server
from tests.harness.published import killed_runs, rows_of

_TOPIC = "ingest.tax-bureau"
_HEADER = "纳税人识别号,纳税人名称,评价年度,信用等级,评价单位,评定时间,有效期始,有效期止\n"


def _drop(folder: Path, name: str, rows: range) -> None:
    body = (f"{row:018d},示例企业{row},2018,B,示例税务局,2019-04-01,2019-04-01,2020-04-01\n" for row in rows)
    (folder / name).write_text(_HEADER + "".join(body), encoding="utf-8")
    os.utime(folder / name, (rows.start, rows.start))


def test_killed_again_and_again_every_row_of_every_file_is_there_once(bus: Connection, tmp_path: Path) -> None:
    name = f"grades-{uuid.uuid4().hex[:8]}"
    files = {f"{name}-1.csv": range(1, 5001), f"{name}-2.csv": range(5001, 9001)}
    with running_file_server("sftp", tmp_path) as server:
        for file, rows in files.items():
            _drop(server.folder, file, rows)
        configuration = {
            "id": name,
            "department": "tax-bureau",
            "item": "tax-credit-grade",
            "kind": "remote-folder",
            "settings": server.settings,
            "mapping": "tax-grades",
        }
        path = tmp_path / f"{name}.yaml"
        path.write_text(json.dumps(configuration), encoding="utf-8")
        killed_runs(bus, path, 3, seed=5)
        run_connector(path, bus)
        assert run_connector(path, bus).rows == 0
        (server.folder / f"{name}-1.csv").rename(server.folder / f"{name}-renamed.csv")
        _drop(server.folder, f"{name}-3.csv", range(9001, 9002))
        assert run_connector(path, bus).rows == 1
    for file, rows in files.items():
        assert rows_of(bus, _TOPIC, file) == Counter(range(1, len(rows) + 1))
