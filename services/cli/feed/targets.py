"""What `--to` of the commands about copies may name: a database, a folder, a file, a receiver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from creditbus.services.cli.messages import feed as messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from creditbus.services.subscriber.comparing import HeldRow
    from creditbus.services.subscriber.copy import Copy
    from creditbus.services.subscriber.files.form import TableForm
    from creditbus.services.subscriber.position import Position

__all__ = ["copy_at", "held_at", "resumed_at"]


def copy_at(to: str, topic: str, problem: Text | None = None) -> Copy:
    """Return the copy of a feed in the database of a URL, in a folder, or in a file whose name ends with `.jsonl`.

    Args:
        to: as it was given.
        topic: of the feed.
        problem: is said of what is none of these; None: what `feed sync` takes.

    Raises:
        ConfigurationError: this is not a URL, or there is no driver.

    """
    # each kind loads what it needs alone: copies are started often
    folder = folder_at(to)
    if folder is not None:
        from creditbus.services.subscriber.files.folder_copy import FolderCopy

        path, form = folder
        return FolderCopy(path, topic, form)
    if is_lines(to):
        from creditbus.services.subscriber.json_lines import JsonLinesCopy

        return JsonLinesCopy(Path(to), topic)
    from creditbus.services.subscriber.sql.sql_copy import SqlCopy

    return SqlCopy(tables_at(to, problem), topic)


def resumed_at(to: str, topic: str, subscriber: str) -> Copy:
    """Return a copy that can be brought to a snapshot.

    Raises:
        ConfigurationError: it is not such a copy, or there is no driver.

    """
    from creditbus.services.subscriber.webhook.address import is_webhook

    if is_webhook(to):
        raise ConfigurationError("--to", messages.NO_RESUMING(), messages.BEGIN_RECEIVER(subscriber=subscriber))
    return copy_at(to, topic, messages.NO_RESUMING_THERE())


@contextmanager
def held_at(to: str, topic: str) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
    """Give positions and rows of a copy as they were at one moment.

    Raises:
        ConfigurationError: such a copy cannot be read, or is not there.
        UnavailableError: it cannot be reached.

    """
    from creditbus.services.subscriber.files.held import held_rows
    from creditbus.services.subscriber.sql.held import held_rows as held_tables
    from creditbus.services.subscriber.webhook.address import is_webhook

    folder = folder_at(to)
    if folder is not None:
        path, form = folder
        with held_rows(path, topic, form) as held:
            yield held
        return
    if is_webhook(to) or is_lines(to):
        raise ConfigurationError("--to", messages.NO_COMPARING_THERE())
    with held_tables(tables_at(to, messages.NO_COMPARING_THERE()), topic) as held:
        yield held


def is_lines(to: str) -> bool:
    """Tell whether a target is a file of JSON lines."""
    return to.endswith(".jsonl") and "://" not in to


def folder_at(to: str) -> tuple[Path, TableForm] | None:
    """Return the folder that `csv:FOLDER` or `parquet:FOLDER` names, and the form of its files; None: it is neither.

    Raises:
        ConfigurationError: pyarrow is not installed.

    """
    form, _, folder = to.partition(":")
    if form == "csv" and folder:
        from creditbus.services.subscriber.files.csv_form import CsvForm

        return Path(folder), CsvForm()
    if form == "parquet" and folder:
        from creditbus.services.subscriber.files.parquet_form import ParquetForm

        return Path(folder), ParquetForm()
    return None


def tables_at(to: str, problem: Text | None = None) -> Engine:
    """Return what makes connections to the database of a URL.

    Args:
        to: as it was given.
        problem: is said of what is not a URL; None: what `feed sync` takes.

    Raises:
        ConfigurationError: this is not a URL, or there is no driver.

    """
    from creditbus.connectors.sql.drivers import how_to_connect
    from creditbus.services.subscriber.sql.database import engine_of

    return engine_of(to, how_to_connect, problem)
