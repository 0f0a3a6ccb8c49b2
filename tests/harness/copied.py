"""The tables of a copy as somebody else reads them, and a sync of them."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from creditbus.connectors.sql.drivers import how_to_connect
from creditbus.services.subscriber.comparing import Comparison, HeldRow, compare
from creditbus.services.subscriber.copy import Copy
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.reading import FeedReader
from creditbus.services.subscriber.sql.database import engine_of
from creditbus.services.subscriber.sql.held import held_rows
from creditbus.services.subscriber.sql.sql_copy import SqlCopy
from creditbus.services.subscriber.syncing import Progress, sync
from tests.feed_copies import BUS, TOPIC

__all__ = ["Copied", "CopiedTables", "Key", "flat"]

_KEY = ("subject_code", "record_authority", "record_document_no")
Key = tuple[str, str, str]


class Copied(ABC):
    """Where a copy is."""

    @property
    @abstractmethod
    def backend(self) -> str:
        """Return what kind of place it is."""

    @abstractmethod
    def copy(self, topic: str = TOPIC) -> Copy:
        """Return the copy, not open."""

    @abstractmethod
    def held(self) -> AbstractContextManager[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
        """Give what `feed compare` reads."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of the tables of items."""

    @abstractmethod
    def rows(self, name: str) -> dict[Key, dict[str, Any]]:
        """Return the rows of a table."""

    def sync(self) -> Progress:
        """Bring it to the end of the feed that stands in for Kafka."""
        progress = Progress()
        with self.copy() as copy:
            asyncio.run(sync(FeedReader(BUS, TOPIC), copy, progress, follow=False))
        return progress

    def compare(self) -> Comparison:
        with self.held() as (positions, rows):
            return asyncio.run(compare(FeedReader(BUS, TOPIC), positions, rows))

    @staticmethod
    def by_key(found: list[dict[str, Any]]) -> dict[Key, dict[str, Any]]:
        rows = {(one[_KEY[0]], one[_KEY[1]], one[_KEY[2]]): one for one in found}
        assert len(rows) == len(found)
        return {key: {name: _plain(name, value) for name, value in row.items()} for key, row in rows.items()}

    def holds(self, view: Mapping[str, Mapping[Key, Mapping[str, Any]]], *, lenient: bool = False) -> bool:
        """Whether each table holds exactly the newest record of each key; `lenient`: empty ones count for nothing."""
        found = {name: self.rows(name) for name in self.names()}
        wanted = {item.replace("-", "_"): dict(records) for item, records in view.items()}
        if lenient:
            found = {name: rows for name, rows in found.items() if rows}
            wanted = {name: rows for name, rows in wanted.items() if rows}
        assert found.keys() == wanted.keys()
        for name, records in wanted.items():
            assert found[name].keys() == records.keys(), name
            for key, fields in records.items():
                row = {column: value for column, value in found[name][key].items() if value is not None}
                assert row == {column: value for column, value in flat(fields).items() if value is not None}
        return True


class CopiedTables(Copied):
    """A database that holds a copy."""

    def __init__(self, url: str, *, autocommit: bool = False) -> None:
        self.url = url
        self._engine = sa.create_engine(url, poolclass=sa.NullPool)
        if autocommit:
            # databases and accounts are made outside of transactions
            self._engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def backend(self) -> str:
        return self._engine.dialect.name

    def copy(self, topic: str = TOPIC) -> SqlCopy:
        return SqlCopy(engine_of(self.url, how_to_connect), topic)

    @contextmanager
    def held(self) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
        with held_rows(engine_of(self.url, how_to_connect), TOPIC) as held:
            yield held

    def run(self, statement: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.text(statement))

    def names(self) -> list[str]:
        """Return the names of the tables of items."""
        return sorted(name for name in self.all_names() if not name.startswith("creditbus_"))

    def all_names(self) -> list[str]:
        return sa.inspect(self._engine).get_table_names()

    def rows(self, name: str) -> dict[Key, dict[str, Any]]:
        table = sa.Table(name, sa.MetaData(), autoload_with=self._engine)
        with self._engine.connect() as connection:
            found = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        return self.by_key(found)

    def described(self, name: str) -> tuple[str | None, dict[str, str | None]]:
        """Return the comments of a table and of its columns."""
        there = sa.inspect(self._engine)
        return there.get_table_comment(name)["text"], {one["name"]: one["comment"] for one in there.get_columns(name)}


def flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a decoded record out as a row, by the names that the page of `feed sync` gives."""
    row: dict[str, Any] = {"feed_seq": fields["feed"]["feed_seq"]}
    for part in ("subject", "record", "act"):
        row |= {f"{part}_{name}": value for name, value in fields[part].items()}
    del row["record_item"]
    row.pop("record_withheld_for", None)
    moment = row["record_received_at"]
    if isinstance(moment, int):
        row["record_received_at"] = datetime.fromtimestamp(moment / 1000, UTC)
    return row | {name.lower(): value for name, value in fields["content"].items()}


def _plain(name: str, value: Any) -> Any:
    """Give what databases have no type for as Python has it."""
    if name == "subject_registered" and value is not None:
        return bool(value)
    if name == "record_received_at":
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return value
