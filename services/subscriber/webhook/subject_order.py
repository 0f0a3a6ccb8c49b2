"""The records of a view of any length, those of a subject together and in their order, in little memory.

A snapshot gives its records file by file, and each file in parts. They go to files by a checksum of their subjects.
Each file then holds all records of its subjects and fits into memory, where they are sorted.
"""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self
from zlib import crc32

from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.services.subscriber.webhook.posting import Rendered

__all__ = ["SubjectOrder"]

_PARTS: Final = 256
_BUFFER_BYTES: Final = 8 << 20
_OWNER_ONLY: Final = 0o700
#: Partition, offset, bytes of the subject, bytes of the line.
_HEAD: Final = struct.Struct("<iqII")


class _Placed(NamedTuple):
    """A record and where it stands in the feed, by which it is sorted."""

    partition: int
    offset: int
    rendered: Rendered


class SubjectOrder:
    """Takes records in any order. All calls raise `UnavailableError` where the disk refuses.

    Args:
        folder: for the files; what a killed run has left of it goes. It is there while the records are.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: list[list[bytes]] = [[] for _ in range(_PARTS)]
        self._bytes = 0

    def __enter__(self) -> Self:
        """Make the folder."""
        with file_errors(str(self._folder)):
            if self._folder.exists():
                shutil.rmtree(self._folder)
            self._folder.mkdir(mode=_OWNER_ONLY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take it away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, partition: int, offset: int, rendered: Rendered) -> None:
        """Take a record."""
        subject = rendered.subject.encode()
        head = _HEAD.pack(partition, offset, len(subject), len(rendered.line))
        self._waiting[crc32(subject) % _PARTS].append(head + subject + rendered.line)
        self._bytes += _HEAD.size + len(subject) + len(rendered.line)
        if self._bytes >= _BUFFER_BYTES:
            with file_errors(str(self._folder)):
                self._write()

    def parts(self) -> Iterator[list[Rendered]]:
        """Yield the records, those of a subject in one list and in the order of the feed."""
        for number, waiting in enumerate(self._waiting):
            path = self._folder / f"{number:03}"
            with file_errors(str(self._folder)):
                written = path.read_bytes() if path.exists() else b""
            content = written + b"".join(waiting)
            if content:
                yield [one.rendered for one in sorted(_read(content), key=lambda one: (one.partition, one.offset))]

    def _write(self) -> None:
        for number, waiting in enumerate(self._waiting):
            if waiting:
                with (self._folder / f"{number:03}").open("ab") as file:
                    file.write(b"".join(waiting))
                waiting.clear()
        self._bytes = 0


def _read(content: bytes) -> Iterator[_Placed]:
    place = 0
    while place < len(content):
        partition, offset, of_subject, of_line = _HEAD.unpack_from(content, place)
        begins = place + _HEAD.size + of_subject
        place = begins + of_line
        yield _Placed(
            partition, offset, Rendered(content[begins - of_subject : begins].decode(), content[begins:place])
        )
