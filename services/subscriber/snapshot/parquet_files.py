"""Parquet files of a snapshot: one for each item, with the columns of the tables that `feed sync` makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from creditbus.services.domain.evidence.snapshot import SnapshotFile
from creditbus.services.domain.framed_avro import read_record
from creditbus.services.domain.framing import schema_id
from creditbus.services.subscriber.arrow import arrow_field, pa, parquet
from creditbus.services.subscriber.snapshot.collecting import Kind
from creditbus.services.subscriber.snapshot.folder import finished_file
from creditbus.services.subscriber.snapshot.spill import Part
from creditbus.services.subscriber.table_model import Column, Row, TableModel, table_model

__all__ = ["write_parquet"]

_GROUP_RECORDS: Final = 20_000


def write_parquet(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[Part]) -> list[SnapshotFile]:
    """Write the newest records of a feed, and return what files there are.

    Raises:
        OSError: the disk refuses.

    """
    models = {number: table_model(kind.item, kind.schema) for number, kind in kinds.items()}
    with ExitStack() as opened:
        files: dict[str, _ParquetFile] = {}
        for part in parts:
            for value in part.values():
                number = schema_id(value)
                item = kinds[number].item
                file = files.get(item)
                if file is None:
                    of_item = [models[one] for one in sorted(kinds) if kinds[one].item == item]
                    file = files[item] = _ParquetFile(folder / f"{item}.parquet", item, of_item, opened)
                fields = read_record(value, kinds[number].schema)
                file.write(models[number].names(), models[number].row(fields))
        return [file.close() for file in files.values()]


class _ParquetFile:
    """Writes one file.

    Args:
        path: where it is to stand.
        item: whose records it holds.
        models: of all versions of the item's schema among the records.
        opened: closes it.

    """

    def __init__(self, path: Path, item: str, models: Sequence[TableModel], opened: ExitStack) -> None:
        columns: dict[str, Column] = {column.name: column for model in models for column in model.columns}
        self._path = path
        self._item = item
        self._schema = pa.schema(
            [arrow_field(one.name, one.kind, one.comment) for one in columns.values()], {"title": models[-1].comment}
        )
        self._file = opened.enter_context(path.open("xb"))
        self._writer = opened.enter_context(parquet.ParquetWriter(self._file, self._schema, compression="zstd"))
        self._rows: list[dict[str, Any]] = []
        self._count = 0

    def write(self, names: Sequence[str], row: Row) -> None:
        """Write a row; columns that it does not name are empty in it."""
        self._rows.append(dict(zip(names, row, strict=True)))
        if len(self._rows) >= _GROUP_RECORDS:
            self._write()

    def close(self) -> SnapshotFile:
        """Write what is left, make it durable, and say what the file is."""
        self._write()
        self._writer.close()
        return finished_file(self._file, self._path, self._item, 0, self._count)

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
        self._count += len(self._rows)
        self._rows = []
