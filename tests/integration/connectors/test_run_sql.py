"""Tables of a real database onto a real bus: every row once, whoever dies when, and nothing withdrawn by itself."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from creditbus.connectors.errors import SourceError
from creditbus.connectors.run.runner import run_connector
from creditbus.connectors.setup.configuration import load_connector
from creditbus.connectors.sql import messages
from creditbus.connectors.sql.compare import CompareSource
from creditbus.connectors.sql.staging import StagingSource
from creditbus.services.cli.commands import command_tree
from creditbus.topics.connection import Connection
from tests.harness.postgres import running_postgres
from tests.harness.published import headers_of, killed_runs, rows_of

_TOPIC = "ingest.tax-bureau"
_ROWS = 9000
_SETTINGS: dict[str, dict[str, Any]] = {
    "staging": {"status": "state"},
    "watermark": {"watermark": "changed_at"},
    "compare": {"state": "rows.state"},
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_postgres() as found:
        yield found


@pytest.fixture
def table(url: str) -> str:
    """A table of fictional grades that no other test uses."""
    name = f"grades_{uuid.uuid4().hex[:8]}"
    with _changing(url) as change:
        change(
            f"CREATE TABLE {name} AS SELECT number AS id, lpad(number::text, 18, '0') AS 纳税人识别号, "
            "'示例企业' || number AS 纳税人名称, '2018' AS 评价年度, 'B' AS 信用等级, '示例税务局' AS 评价单位, "
            "date '2019-04-01' AS 评定时间, date '2019-04-01' AS 有效期始, date '2020-04-01' AS 有效期止, "
            f"'new' AS state, now() AS changed_at FROM generate_series(1, {_ROWS}) AS number"
        )
        change(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
    return name


class _changing:  # noqa: N801 -- used as a function
    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)

    def __enter__(self) -> Callable[[str], Any]:
        self._connection = self._engine.connect()
        return lambda statement: self._connection.execute(sa.text(statement))

    def __exit__(self, *_: object) -> None:
        self._connection.commit()
        self._connection.close()


@pytest.fixture
def configure(url: str, table: str, tmp_path: Path) -> Callable[..., Path]:
    """Write the connector of a mode."""

    def configure(mode: str) -> Path:
        configuration = {
            "id": table.replace("_", "-"),
            "department": "tax-bureau",
            "item": "tax-credit-grade",
            "kind": "sql",
            "settings": {"url": url, "table": table, "key": ["id"], "mode": mode, **_SETTINGS[mode]},
            "mapping": "tax-grades",
        }
        file = tmp_path / f"{configuration['id']}.yaml"
        file.write_text(json.dumps(configuration, ensure_ascii=False), encoding="utf-8")
        return file

    return configure


@pytest.mark.parametrize("mode", _SETTINGS)
def test_killed_again_and_again_every_row_is_there_once(
    mode: str, bus: Connection, table: str, url: str, configure: Callable[..., Path]
) -> None:
    file = configure(mode)
    killed_runs(bus, file, 3, seed=list(_SETTINGS).index(mode))
    run_connector(file, bus)
    assert rows_of(bus, _TOPIC, table) == Counter(range(1, _ROWS + 1))
    with _changing(url) as change:
        change(f"UPDATE {table} SET 信用等级 = 'A', changed_at = now(), state = 'new' WHERE id = 7")
    assert run_connector(file, bus).rows == 1
    assert rows_of(bus, _TOPIC, table) == Counter({**dict.fromkeys(range(1, _ROWS + 1), 1), 7: 2})
    if mode == "staging":
        with _changing(url) as change:
            states = change(f"SELECT state, count(*) FROM {table} GROUP BY state").all()
        assert states == [("sent", _ROWS)]


@pytest.mark.parametrize(("mode", "source"), [("staging", StagingSource), ("compare", CompareSource)])
def test_killed_between_the_commit_and_what_follows_it_nothing_is_doubled(
    mode: str,
    source: type,
    bus: Connection,
    table: str,
    configure: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(_self: object, _position: object) -> None:
        raise SourceError("power", "cut")

    connector = load_connector(configure(mode))
    with monkeypatch.context() as patch:
        patch.setattr(source, "settle", die)
        with pytest.raises(SourceError, match="power"):
            run_connector(connector, bus)
    assert sum(rows_of(bus, _TOPIC, table).values()) == 2000
    run_connector(connector, bus)
    assert rows_of(bus, _TOPIC, table) == Counter(range(1, _ROWS + 1))


def test_what_vanished_is_told_and_withdrawn_on_a_person_s_word(
    bus: Connection, table: str, url: str, configure: Callable[..., Path], environment: Path
) -> None:
    file = configure("compare")
    with _changing(url) as change:  # the other rows have no code that intake admits: it refuses them
        for number, code in ((4, "91990106FC0090109B"), (5, "91990106FC0007002W")):
            change(f"UPDATE {table} SET 纳税人识别号 = '{code}' WHERE id = {number}")
    run_connector(file, bus)
    with _changing(url) as change:
        change(f"DELETE FROM {table} WHERE id IN (4, 5, 6)")
    summary = run_connector(file, bus)
    assert summary.rows == 0
    assert summary.remarks == (
        f"0 new, 0 changed, {_ROWS - 3:,} unchanged",
        messages.NOT_SENT_AGAIN(),
        "3 vanished: `creditbus connector vanished` shows what is still published of them",
    )
    assert environment == bus.home
    run = CliRunner().invoke
    shown = json.loads(run(command_tree(), ["connector", "vanished", str(file), "--json"]).stdout)
    assert [(one["document_no"], one["possible"]) for one in shown] == [("2018年度", True)] * 2
    refused = run(command_tree(), ["connector", "withdraw", str(file), "--all"], input="n\n")
    assert refused.exit_code == 1
    assert sum(header["verb"] == "WITHDRAW" for header in headers_of(bus, _TOPIC, table)) == 0
    done = json.loads(run(command_tree(), ["connector", "withdraw", str(file), "--all", "--yes", "--json"]).stdout)
    assert (done["published"], [one["key"] for one in done["withdrawn"]]) == (2, [one["key"] for one in shown])
    withdrawn = [header for header in headers_of(bus, _TOPIC, table) if header["verb"] == "WITHDRAW"]
    assert [header["state"] for header in withdrawn] == ["WITHDRAWN"] * 2
    assert json.loads(run(command_tree(), ["connector", "vanished", str(file), "--json"]).stdout) == []
    with _changing(url) as change:
        change(
            f"INSERT INTO {table} SELECT 4, * FROM (SELECT 纳税人识别号, 纳税人名称, 评价年度, 信用等级, 评价单位, "
            f"评定时间, 有效期始, 有效期止, state, changed_at FROM {table} WHERE id = 7) AS one"
        )
    assert run_connector(file, bus).rows == 1
