"""The bytes of one file, wherever they are: in a folder, or in an archive."""

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import BinaryIO, cast

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.origin import known_name, reading

__all__ = ["Blob", "blob_of"]


@dataclass(frozen=True, slots=True)
class Blob:
    """One file's bytes."""

    name: str
    """As the department knows it; what rows name as their file."""
    place: str
    """For errors: with folder and archive."""
    open: Callable[[], AbstractContextManager[BinaryIO]]
    """Opens it at its start; raises SourceError when it cannot be read."""
    on_disk: bool = True
    """Jumping about in it costs nothing."""

    def head(self, size: int) -> bytes:
        """Read its first bytes."""
        with self.open() as stream:
            return stream.read(size)

    @contextmanager
    def open_at_random(self, limit: int) -> Iterator[BinaryIO]:
        """Open it for jumping about; a file of an archive is unpacked to the disk first, not to memory.

        Raises:
            SourceError: it cannot be read, or is longer than ``limit`` bytes.
        """
        with self.open() as stream:
            if self.on_disk:
                yield stream
                return
            with tempfile.TemporaryFile() as unpacked:
                shutil.copyfileobj(_Limited(stream, limit, self.place), unpacked)
                unpacked.seek(0)
                yield unpacked


class _Limited(io.RawIOBase):
    def __init__(self, stream: BinaryIO, limit: int, place: str) -> None:
        self._stream, self._left, self._place = stream, limit, place

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise SourceError(self._place, messages.TOO_LONG(), messages.RAISE_IT())
        return block


def blob_of(path: Traversable, name: str | None = None) -> Blob:
    """Give the blob of a file, on a disk or kept in memory."""

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with reading(path), path.open("rb") as stream:
            yield cast("BinaryIO", stream)

    return Blob(known_name(name or path.name), known_name(str(path)), opened)
