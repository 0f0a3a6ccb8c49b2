"""A copy that is a file of JSON lines: every record of the feed, in the order in which it was read.

Position and data are in one file, because two files cannot be changed as one. After the records of a batch stands a
line with the positions after them, and with length and SHA-256 of the batch. A batch of which this line is missing or
does not fit was torn by a crash; it is cut off when the file is opened, and read from the feed again.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import orjson

from creditbus.services.query.feed_line import feed_json_line
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Taken
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.position import Position
from creditbus.topics.errors import ConfigurationError, UnavailableError

__all__ = ["JsonLinesCopy"]

_BEGINS: Final = b'{"creditbus_position":'
_OWNER_ONLY: Final = 0o600


class JsonLinesCopy:
    """A copy of one feed in a file; see `copy.Copy`.

    Args:
        path: of the file; its folder is there.
        topic: of the feed.

    """

    pause_seconds: Final = 0.0

    def __init__(self, path: Path, topic: str) -> None:
        self.place = str(path)
        self._path = path
        self._topic = topic
        self._positions: dict[int, Position] = {}
        self._file: BinaryIO | None = None
        self._size = 0
        self._unwritten = False

    def __enter__(self) -> Self:
        """Open or make the file, and cut off what a crash has torn."""
        with self._errors():
            file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY), "r+b")
            try:
                self._open(file)
            except BaseException:
                file.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, with the positions after the last markers."""
        if self._file is not None:
            with self._errors():
                if self._unwritten:
                    self._append(b"")
                self._file.close()

    def positions(self) -> Mapping[int, Position]:
        """See the contract."""
        return dict(self._positions)

    def take(self, batch: Batch) -> Taken:
        """See the contract."""
        if not batch.follows(self._positions):
            raise ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC())
        self._positions |= {partition: move.after for partition, move in batch.moves.items()}
        lines = [feed_json_line(one.partition, one.offset, one.fields) for one in batch.changes]
        self._unwritten = not lines
        if lines:
            # positions alone, after a transaction's marker, wait for the next records: the file would fill with them
            with self._errors():
                self._append(b"".join(lines))
        return Taken(len(lines), 0)

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """See the contract."""
        if before or self._positions:
            # its lines are a history: those that are in the view no more cannot be taken out of it
            raise ConfigurationError(self.place, messages.FILE_HAS_RECORDS(), messages.NEW_FILE())
        count, size, digest = 0, 0, sha256()
        file, begun = self._opened(), self._size
        self._positions = dict(view.positions())
        with self._errors():
            try:
                file.seek(begun)
                for chunk in view.chunks():
                    lines = b"".join(feed_json_line(one.partition, one.offset, one.fields) for one in chunk)
                    file.write(lines)
                    digest.update(lines)
                    count, size = count + len(chunk), size + len(lines)
                last = self._said(size, digest.hexdigest())
                file.write(last)
                file.flush()
                os.fsync(file.fileno())
            except BaseException:
                self._positions = {}
                self._cut(file, begun)
                raise
        self._size = begun + size + len(last)
        return Taken(count, 0)

    def _opened(self) -> BinaryIO:
        assert self._file is not None  # noqa: S101 -- for the type checker: it is open
        return self._file

    def _open(self, file: BinaryIO) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC()) from error
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        first = self._line(b"")
        if self._size < len(first):
            file.seek(0)
            if not first.startswith(file.read()):
                raise self._foreign()
            self._cut(file, 0)
            self._append(b"")
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            end, found = self._last_whole(content)
        self._take_up(found)
        self._cut(file, end)

    def _last_whole(self, content: mmap.mmap) -> tuple[int, dict[str, Any]]:
        """Return where the last whole batch ends, and the line that says so."""
        if content[: len(_BEGINS)] != _BEGINS:
            raise self._foreign()
        place = len(content)
        while place > 0:
            place = max(content.rfind(b"\n" + _BEGINS, 0, place) + 1, 0)
            end = content.find(b"\n", place) + 1
            line = _parsed(content[place:end])
            if line is not None and place >= line["bytes"]:
                # not a slice of its own: a snapshot is one batch, of any length
                with memoryview(content) as whole, whole[place - line["bytes"] : place] as batch:
                    digest = sha256(batch).hexdigest()
                if digest == line["sha256"]:
                    return end, line
        raise self._foreign()

    def _take_up(self, line: dict[str, Any]) -> None:
        kept = line["creditbus_position"]
        if kept["topic"] != self._topic:
            problem = messages.ANOTHER_FEED(topic=kept["topic"])
            raise ConfigurationError(self.place, problem, messages.ONE_FILE_EACH())
        for partition, (offset, sequence, digest) in kept["partitions"].items():
            self._positions[int(partition)] = Position(offset, sequence, bytes.fromhex(digest))

    def _append(self, lines: bytes) -> None:
        file = self._opened()
        data = lines + self._line(lines)
        try:
            file.seek(self._size)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            # a full disk takes half of it
            self._cut(file, self._size)
            raise
        self._size += len(data)
        self._unwritten = False

    def _cut(self, file: BinaryIO, size: int) -> None:
        os.truncate(file.fileno(), size)
        self._size = size

    def _line(self, lines: bytes) -> bytes:
        return self._said(len(lines), sha256(lines).hexdigest())

    def _said(self, size: int, digest: str) -> bytes:
        partitions = {
            str(one): (place.next_offset, place.feed_seq, place.last_hash.hex())
            for one, place in sorted(self._positions.items())
        }
        position = {"topic": self._topic, "partitions": partitions}
        said = {"creditbus_position": position, "bytes": size, "sha256": digest}
        return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)

    def _foreign(self) -> ConfigurationError:
        return ConfigurationError(self.place, messages.FOREIGN_FILE(), messages.NEW_FILE())

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = messages.SAYS(said=error.strerror or type(error).__name__)
            raise UnavailableError(self.place, said, messages.CHECK_FILE()) from error


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return found
