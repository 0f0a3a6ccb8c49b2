"""A copy in a folder: `current/position.json`, and next to it a file for each item."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Taken
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.files.description import POSITION, Described, FileTable
from creditbus.services.subscriber.files.form import TableForm, TableWriter, Values
from creditbus.services.subscriber.files.generations import Generations
from creditbus.services.subscriber.files.held import damaged_files, described_in, file_of
from creditbus.services.subscriber.planning import Key, Plan, plan_changes
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.services.subscriber.table_model import KEY
from creditbus.topics.errors import ConfigurationError

__all__ = ["FolderCopy"]

#: At most a tenth of the time is spent on writing: a step writes whole files, however few records it is for.
_PAUSES: Final = 9
_LEAST_SECONDS: Final = 1.0
_MOST_SECONDS: Final = 600.0


class FolderCopy:
    """A copy of one feed in a folder; see `copy.Copy`.

    Args:
        path: of the folder; its parent is there.
        topic: of the feed.
        form: of the files.
        clock: seconds, from any beginning.

    """

    def __init__(self, path: Path, topic: str, form: TableForm, clock: Callable[[], float] = time.monotonic) -> None:
        self.place = f"{form.name}:{path}"
        self.pause_seconds = _LEAST_SECONDS
        self._form = form
        self._clock = clock
        self._folder = Generations(path, self.place)
        self._present: Path | None = None
        self._described = Described(topic)
        self._unwritten = False

    def __enter__(self) -> Self:
        """Open or make the folder."""
        self._present = self._folder.open()
        try:
            if self._present is not None:
                with file_errors(self.place):
                    self._described = described_in(self._present, self.place, self._described.topic)
        except BaseException:
            self._folder.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, with the positions after the last markers."""
        try:
            if self._unwritten and kind is None:
                self._step(Plan(), self._described.positions)
        finally:
            self._folder.close()

    def positions(self) -> Mapping[int, Position]:
        """See the contract."""
        return dict(self._described.positions)

    def take(self, batch: Batch) -> Taken:
        """See the contract."""
        if not batch.follows(self._described.positions):
            raise ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC())
        positions = {**self._described.positions, **{one: move.after for one, move in batch.moves.items()}}
        plan = plan_changes(batch.changes)
        if plan.rows:
            self._step(plan, positions)
        else:
            # positions alone, after a transaction's marker, wait for the next records
            self._described, self._unwritten = replace(self._described, positions=positions), True
        counts = plan.counts()
        return Taken(counts[True], counts[False])

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """See the contract."""
        if before != self._described.positions:
            raise ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC())
        tables = dict(self._described.tables)
        for model in view.models():
            tables[model.name] = tables.get(model.name, FileTable("", ())).widened([model])
        stale = {(name, key) for name in self._described.tables for key in self._keys(name)}
        written = 0
        with self._folder.next() as folder, ExitStack() as opened:
            files = {name: opened.enter_context(self._new(folder, name)) for name in tables}
            writers = {name: self._form.writer(files[name], table.columns) for name, table in tables.items()}
            for writer in writers.values():
                opened.callback(writer.close)
            for chunk in view.chunks():
                plan = plan_changes(chunk)
                for name, changed in plan.rows.items():
                    writers[name].add(_rows(plan, name))
                    stale.difference_update((name, key) for key in changed)
            for name, writer in writers.items():
                tables[name] = self._closed(files[name], writer, tables[name])
                written += writer.rows
            described = self._finished(folder, tables, view.positions())
        self._adopt(folder, described)
        return Taken(written, len(stale))

    def _keys(self, name: str) -> Iterator[Key]:
        with (
            file_errors(self.place),
            self._file(self._there(), name).open("rb") as file,
            damaged_files(self.place),
        ):
            for row in self._form.rows(file, self._described.tables[name].columns):
                yield row[KEY[0]], row[KEY[1]], row[KEY[2]]

    def _step(self, plan: Plan, positions: Mapping[int, Position]) -> None:
        begun = self._clock()
        tables = dict(self._described.tables)
        with self._folder.next() as folder, ExitStack() as opened:
            for name in tables.keys() - plan.rows.keys():
                # the file itself under another name: it is never written again
                os.link(self._file(self._there(), name), self._file(folder, name))
            for name, changed in plan.rows.items():
                models = [model for model in plan.models if model.name == name]
                table = tables.get(name, FileTable("", ())).widened(models)
                new = opened.enter_context(self._new(folder, name))
                writer = self._form.writer(new, table.columns)
                opened.callback(writer.close)
                if name in tables:
                    old = opened.enter_context(self._file(self._there(), name).open("rb"))
                    with damaged_files(self.place):
                        writer.keep(old, changed.keys())
                writer.add(_rows(plan, name))
                tables[name] = self._closed(new, writer, table)
            described = self._finished(folder, tables, positions)
        self._adopt(folder, described)
        took = self._clock() - begun
        self.pause_seconds = min(max(took * _PAUSES, _LEAST_SECONDS), _MOST_SECONDS)

    def _closed(self, file: BinaryIO, writer: TableWriter, table: FileTable) -> FileTable:
        writer.close()
        file.flush()
        os.fsync(file.fileno())
        return replace(table, rows=writer.rows)

    def _finished(self, folder: Path, tables: Mapping[str, FileTable], positions: Mapping[int, Position]) -> Described:
        """Write where the copy stands, as the last file of a state."""
        described = Described(self._described.topic, dict(positions), tables)
        with (folder / POSITION).open("xb") as file:
            file.write(described.document())
            file.flush()
            os.fsync(file.fileno())
        return described

    def _adopt(self, folder: Path, described: Described) -> None:
        """Go on from a state, now that the link names it."""
        self._present, self._described, self._unwritten = folder, described, False

    def _there(self) -> Path:
        assert self._present is not None  # noqa: S101 -- for the type checker: there are tables
        return self._present

    def _file(self, folder: Path, name: str) -> Path:
        return file_of(folder, name, self._form)

    def _new(self, folder: Path, name: str) -> BinaryIO:
        return self._file(folder, name).open("xb")


def _rows(plan: Plan, name: str) -> Iterator[Values]:
    for place, rows in plan.kept(name).items():
        names = plan.models[place].names()
        for row in rows:
            yield dict(zip(names, row, strict=True))
