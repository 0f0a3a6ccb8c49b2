"""Proposals to withdraw: of the connector's own item alone, and never silently fewer than the memory holds."""

from __future__ import annotations

import sqlite3
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditbus.avro_schemas import event_schema
from creditbus.connectors.contract import Row
from creditbus.connectors.errors import SourceError
from creditbus.connectors.memory.published_rows import PublishedRows
from creditbus.connectors.memory.values import noted
from creditbus.connectors.publish.encoder import Encoder
from creditbus.connectors.setup.configuration import Connector, load_connector
from creditbus.connectors.withdraw.proposals import proposals
from creditbus.services.domain.framing import frame
from creditbus.topics.connection import Connection
from tests.unit.connectors.conftest import Write
from tests.unit.connectors.returned.test_refusals import _COLUMNS, _ROW

_LIST, _LICENCE = 1, 2
_SCHEMAS = {_LIST: event_schema("red-black-list"), _LICENCE: event_schema("administrative-licence")}


class _Registry:
    def find(self, *_: object) -> int:
        return _LIST

    def schema(self, number: int) -> Any:
        return _SCHEMAS[number]


@pytest.fixture
def connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setattr("creditbus.connectors.withdraw.proposals.SchemaRegistry", lambda _: _Registry())
    return Connection("", "", "", tmp_path)


@pytest.fixture
def connector(write_connector: Write, connection: Connection) -> Connector:
    """A connector whose last run missed the first of two rows that the run before it held."""
    found = load_connector(write_connector(""))
    cells = dict(zip(_COLUMNS.split(","), _ROW.split(","), strict=True))
    encoder = Encoder(found.item.id, _Registry())
    rows = []
    for number in (1, 2):
        row = Row(cells | {"列入决定文书号": f"示列〔2026〕{number}号"}, "rows.csv", "", number, number)
        mapped = found.mapper(row, "r1")
        rows.append(noted(mapped.event, encoder.event(mapped).value))
    with PublishedRows(connection.home, found.id) as memory:
        for run, held in (("r1", rows), ("r2", rows[1:])):
            noting = memory.begin(run, 0)
            noting.note(held, len(held))
            noting.complete()
    return found


def _keep(connection: Connection, connector: Connector, event: bytes) -> None:
    with sqlite3.connect(connection.home / "connectors" / f"{connector.id}.sqlite") as base:
        assert base.execute("UPDATE contents SET event = ? WHERE row = 1", (event,)).rowcount == 1


def _proposed(connector: Connector, connection: Connection) -> list[str]:
    return [one.document_no for one in proposals(connector, connection, date(2026, 3, 4))]


def test_what_the_last_run_missed_is_proposed(connector: Connector, connection: Connection) -> None:
    assert _proposed(connector, connection) == ["示列〔2026〕1号"]


def test_what_was_published_under_another_item_is_not(connector: Connector, connection: Connection) -> None:
    _keep(connection, connector, zlib.compress(frame(_LICENCE) + b"\x00"))
    assert _proposed(connector, connection) == []


@pytest.mark.parametrize("event", [b"no zlib", zlib.compress(b"no frame"), zlib.compress(frame(_LIST) + b"\x02")])
def test_a_damaged_memory_is_told_not_passed_over(connector: Connector, connection: Connection, event: bytes) -> None:
    _keep(connection, connector, event)
    with pytest.raises(SourceError, match=r"\.sqlite: what it keeps of rows\.csv  row 1 is damaged; delete the file"):
        _proposed(connector, connection)
