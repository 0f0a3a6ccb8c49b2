"""What keeps a copy of a feed in PostgreSQL: how each is started, and what its columns are called."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import sqlalchemy as sa
from ground import Ground
from whole.feed_command import environment, feed_words
from whole.written_feed import WrittenFeed

from creditbus.services.subscriber.table_model import Column

__all__ = ["CONTESTANTS", "LIBRARIES", "Contestant", "CopyRun"]

LIBRARIES: Final = Path(__file__).parents[2] / "build" / "peers" / "jdbc-sink" / "libraries"
_SINK: Final = Path(__file__).parent / "jdbc-sink"


class CopyRun(NamedTuple):
    """One run of one contestant.

    Attributes:
        ground: the bus.
        feed: that is copied.
        database: a fresh one, by its URL.
        table: that the copy has.
        home: an empty folder.

    """

    ground: Ground
    feed: WrittenFeed
    database: sa.URL
    table: str
    home: Path

    @property
    def url(self) -> str:
        """Of the database, as SQLAlchemy writes it."""
        return self.database.render_as_string(hide_password=False)


class Contestant(NamedTuple):
    """A way to keep a copy.

    Attributes:
        command: that begins it with an empty copy.
        environment: of its process.
        column: what it calls a column of creditbus's own table.
        ends: whether it ends by itself when it has read the feed; else it is ended.

    """

    command: Callable[[CopyRun], Sequence[str]]
    environment: Callable[[CopyRun], Mapping[str, str]]
    column: Callable[[Column], str]
    ends: bool


def _environment(run: CopyRun) -> dict[str, str]:
    return environment(run.ground, str(run.home))


def _flat(column: Column) -> str:
    return f"{column.part}_{column.field}"


def _sync(run: CopyRun) -> list[str]:
    return feed_words("sync", run.feed.subscriber, "--to", run.url, "--once")


def _loop(run: CopyRun) -> list[str]:
    connection = run.ground.connection
    options = {
        "servers": connection.bootstrap_servers,
        "registry": connection.registry_url,
        "topic": run.feed.topic,
        "group": run.home.name,
        "url": run.url,
        "table": run.table,
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, str(Path(__file__).with_name("row_loop.py")), *words]


def _sink(run: CopyRun) -> list[str]:
    connection = run.ground.connection
    registry = connection.registry_url.partition("/apis/")[0] + "/apis/registry/v2"
    worker = {
        "bootstrap.servers": connection.bootstrap_servers,
        "value.converter.apicurio.registry.url": registry,
        "offset.storage.file.filename": run.home / "offsets",
    }
    database, port = run.database.database, run.database.query["port"]
    sink = {
        # its group's, too: another run's would go on where that one ended
        "name": run.home.name,
        "topics": run.feed.topic,
        "connection.url": f"jdbc:postgresql://127.0.0.1:{port}/{database}?reWriteBatchedInserts=true",
        "connection.username": run.database.username,
        "connection.password": "none",
        "collection.name.format": run.table,
        "primary.key.fields": "subject_code,record_authority,record_document_no",
    }
    files = [_settings(run.home, name, more) for name, more in (("worker", worker), ("sink", sink))]
    java = ["java", "-Xms1g", "-Xmx1g", "-XX:+UseParallelGC", "-Duser.timezone=UTC"]
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return [*java, quiet, "-cp", f"{LIBRARIES}/*", "org.apache.kafka.connect.cli.ConnectStandalone", *files]


def _settings(home: Path, name: str, more: Mapping[str, object]) -> str:
    path = home / f"{name}.properties"
    lines = [f"{key}={value}\n" for key, value in more.items()]
    path.write_text((_SINK / path.name).read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
    return str(path)


#: By name; the first one is measured against the others.
CONTESTANTS: Final = {
    "creditbus": Contestant(_sync, _environment, lambda column: column.name, ends=True),
    "loop": Contestant(_loop, _environment, _flat, ends=True),
    "sink": Contestant(_sink, _environment, _flat, ends=False),
}
