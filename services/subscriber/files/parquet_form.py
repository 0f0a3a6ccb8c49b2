"""Parquet, with the columns of the tables of `feed sync`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Final

from creditbus.services.subscriber.arrow import arrow_field, pa, parquet
from creditbus.services.subscriber.files.description import FileColumn
from creditbus.services.subscriber.files.form import TableWriter, Values
from creditbus.services.subscriber.planning import Key
from creditbus.services.subscriber.table_model import KEY

__all__ = ["ParquetForm"]

_GROUP_ROWS: Final = 20_000


class ParquetForm:
    """See the contract."""

    name = "parquet"

    def writer(self, new: BinaryIO, columns: Sequence[FileColumn]) -> TableWriter:
        """See the contract."""
        return _ParquetWriter(new, columns)

    def rows(self, file: BinaryIO, columns: Sequence[FileColumn]) -> Iterator[Values]:
        """See the contract."""
        del columns  # the file says itself what it holds
        for group in _groups(file):
            yield from group.to_pylist()


class _ParquetWriter:
    """See the contract."""

    def __init__(self, new: BinaryIO, columns: Sequence[FileColumn]) -> None:
        self.rows = 0
        self._schema = pa.schema([arrow_field(one.name, one.kind, one.title) for one in columns])
        self._writer = parquet.ParquetWriter(new, self._schema, compression="zstd")
        self._waiting: list[Values] = []

    def keep(self, old: BinaryIO, gone: Collection[Key]) -> None:
        """See the contract."""
        for group in _groups(old):
            keys = zip(*(group.column(name).to_pylist() for name in KEY), strict=True)
            kept = group.filter(pa.array([key not in gone for key in keys], pa.bool_()))
            self._writer.write_table(_widened(kept, self._schema))
            self.rows += kept.num_rows

    def add(self, rows: Iterable[Values]) -> None:
        """See the contract."""
        for row in rows:
            self._waiting.append(row)
            if len(self._waiting) == _GROUP_ROWS:
                self._write()

    def close(self) -> None:
        """See the contract."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
            self.rows += len(self._waiting)
            self._waiting = []


def _groups(file: BinaryIO) -> Iterator[Any]:
    with parquet.ParquetFile(file) as opened:
        yield from opened.iter_batches(_GROUP_ROWS)


def _widened(group: Any, schema: Any) -> Any:
    there = set(group.schema.names)
    parts = [group.column(one.name) if one.name in there else pa.nulls(group.num_rows, one.type) for one in schema]
    return pa.Table.from_arrays(parts, schema=schema)
