"""Where a receiver stands, in a file of this machine: a receiver over HTTP has no part in a transaction of ours."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.position import Position
from creditbus.topics.errors import ConfigurationError, UnavailableError

__all__ = ["PositionFile"]

_OWNER_ONLY: Final = 0o600


class PositionFile:
    """The file. It is replaced as a whole, so that a crash leaves the one before or the new one.

    All calls raise `UnavailableError` where the disk refuses.

    Args:
        path: of the file; its folder is made.
        topic: of the feed.

    """

    def __init__(self, path: Path, topic: str) -> None:
        self._path = path
        self._topic = topic
        self._lock: BinaryIO | None = None

    def open(self) -> dict[int, Position]:
        """Shut out other processes, and return the positions.

        Raises:
            ConfigurationError: another process has it, it is of another feed, or creditbus did not write it.

        """
        with self._errors():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
            self._lock = os.fdopen(lock, "r+b")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self.close()
                raise ConfigurationError(str(self._path), messages.MOVED_MEANWHILE(), messages.ONE_SYNC()) from error
            content = self._path.read_bytes() if self._path.exists() else b""
        try:
            return self._read(content) if content else {}
        except ConfigurationError:
            self.close()
            raise

    def write(self, positions: Mapping[int, Position]) -> None:
        """Keep these positions; they are on the disk when it returns."""
        partitions = {
            str(one): (place.next_offset, place.feed_seq, place.last_hash.hex()) for one, place in positions.items()
        }
        new = self._path.with_name(f"{self._path.name}.new")
        with self._errors():
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNER_ONLY), "wb") as file:
                file.write(orjson.dumps({"topic": self._topic, "partitions": partitions}))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def close(self) -> None:
        """Let other processes have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _read(self, content: bytes) -> dict[int, Position]:
        try:
            kept = orjson.loads(content)
            topic = kept["topic"]
            places = {
                int(partition): Position(offset, sequence, bytes.fromhex(digest))
                for partition, (offset, sequence, digest) in kept["partitions"].items()
            }
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ConfigurationError(str(self._path), messages.NOT_POSITIONS(), messages.NEW_FILE()) from error
        if topic != self._topic:
            raise ConfigurationError(str(self._path), messages.ANOTHER_FEED(topic=topic), messages.ONE_FILE_EACH())
        return places

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            said = messages.SAYS(said=error.strerror or type(error).__name__)
            raise UnavailableError(str(self._path), said, messages.CHECK_FILE()) from error
