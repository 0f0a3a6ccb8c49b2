"""The files of a copy as somebody else reads them, and a sync of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pyarrow import parquet

from creditbus.services.subscriber.comparing import HeldRow
from creditbus.services.subscriber.files.csv_form import CsvForm
from creditbus.services.subscriber.files.folder_copy import FolderCopy
from creditbus.services.subscriber.files.form import TableForm
from creditbus.services.subscriber.files.held import held_rows
from creditbus.services.subscriber.files.parquet_form import ParquetForm
from creditbus.services.subscriber.position import Position
from tests.feed_copies import TOPIC
from tests.harness.copied import Copied, Key

__all__ = ["CopiedFolder"]

_NUMBERS = {"subject_version", "record_revision", "feed_seq"}


class CopiedFolder(Copied):
    """A folder that holds a copy."""

    def __init__(self, path: Path, form: str) -> None:
        self.path = path
        self.form: TableForm = CsvForm() if form == "csv" else ParquetForm()

    @property
    def backend(self) -> str:
        return self.form.name

    def copy(self, topic: str = TOPIC) -> FolderCopy:
        return FolderCopy(self.path, topic, self.form)

    @contextmanager
    def held(self) -> Iterator[tuple[Mapping[int, Position], Iterator[HeldRow]]]:
        with held_rows(self.path, TOPIC, self.form) as held:
            yield held

    def names(self) -> list[str]:
        return sorted(one.stem for one in (self.path / "current").glob(f"*.{self.form.name}"))

    def rows(self, name: str) -> dict[Key, dict[str, Any]]:
        file = self.path / "current" / f"{name}.{self.form.name}"
        if self.form.name == "parquet":
            found: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
        else:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                found = [
                    {column: _typed(column, text) for column, text in row.items()} for row in csv.DictReader(lines)
                ]
        return self.by_key(found)


def _typed(column: str, text: str) -> Any:
    if not text:
        return None
    if column in _NUMBERS:
        return int(text)
    if column == "record_received_at":
        return datetime.fromisoformat(text)
    return text == "true" if column == "subject_registered" else text
