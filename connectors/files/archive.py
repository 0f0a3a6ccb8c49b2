"""Files inside a zip archive. Never unpacked as a whole; bounded, whatever the archive says of itself."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from typing import IO, BinaryIO

from creditbus.connectors.common.characters import decoded
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.blob import Blob

__all__ = ["ZIP_MAGIC", "damaged", "members", "open_archive", "refuse_bombs", "unpacking"]

ZIP_MAGIC = b"PK\x03\x04"
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_MOST_MEMBERS = 10_000
_BLOCK = 65_536
_MOST_SAID = 100
_HARMLESS_BYTES = 64 * 1_048_576
_MOST_RATIO = 200
"""Tables compress to a tenth or a thirtieth; what unpacks to more than this many times its size was made to."""

_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What zipfile raises over an archive that it cannot read; RuntimeError stands for a password."""


@contextmanager
def damaged(place: str) -> Iterator[None]:
    """Turn what zipfile says of a broken archive into one line that names it."""
    try:
        yield
    except SourceError:
        raise
    except _DAMAGES as error:
        raise SourceError(place, messages.DAMAGED(said=_said(error)), messages.HAND_IN_AGAIN()) from error


def _said(error: Exception) -> str:
    """Give what zipfile says, unless it quotes from the file."""
    said = str(error)
    return said if said.isprintable() and 0 < len(said) < _MOST_SAID else type(error).__name__


def open_archive(stream: BinaryIO, place: str) -> zipfile.ZipFile:
    """Open an archive.

    Raises:
        SourceError: it is not an archive, or names more files than any delivery has.
    """
    with damaged(place):
        archive = zipfile.ZipFile(stream)
    if len(archive.filelist) > _MOST_MEMBERS:
        raise SourceError(place, messages.TOO_MANY_FILES(most_members=_MOST_MEMBERS))
    return archive


def refuse_bombs(archive: zipfile.ZipFile, place: str, limit: int) -> None:
    """Refuse an archive that unpacks to more than a sound one does. zipfile reads no more than what is declared.

    Raises:
        SourceError: one of its files is encrypted, or unpacks to more than ``limit`` bytes or far more than its size.
    """
    for info in archive.infolist():
        refuse_member(info, place, limit)


def refuse_member(info: zipfile.ZipInfo, place: str, limit: int) -> None:
    """Refuse one file of an archive; errors as :func:`refuse_bombs`."""
    name, size = _name(info), info.file_size
    if info.flag_bits & _ENCRYPTED:
        raise SourceError(place, messages.ENCRYPTED(name=name), messages.WITHOUT_PASSWORD())
    if size > limit:
        fix = messages.RAISE_THE_LIMIT()
        raise SourceError(place, messages.UNPACKS_TO(name=name, size=size, limit=limit), fix)
    if size > _HARMLESS_BYTES and size > _MOST_RATIO * info.compress_size:
        times = size // max(info.compress_size, 1)
        raise SourceError(place, messages.UNPACKS_TIMES(name=name, times=times))


@contextmanager
def unpacking(archive: zipfile.ZipFile, member: zipfile.ZipInfo | str, place: str) -> Iterator[BinaryIO]:
    """Open a file of an archive.

    Raises:
        SourceError: here and while it is read: it is damaged.
    """
    with damaged(place):
        packed = archive.open(member)
    with packed, io.BufferedReader(_Unpacking(packed, place), _BLOCK) as stream:
        yield stream


def members(blob: Blob, pattern: str, limit: int) -> list[Blob]:
    """List the files of an archive whose names match, by name.

    Raises:
        SourceError: the archive cannot be read, has two files of one name, or holds none that matches.
    """
    with blob.open() as stream, open_archive(stream, blob.place) as archive:
        found: dict[str, zipfile.ZipInfo] = {}
        for info in archive.infolist():
            name = _name(info)
            if info.is_dir() or not _matches(name, pattern):
                continue
            if name in found:
                raise SourceError(blob.place, messages.HOLDS_TWICE(name=name))
            refuse_member(info, blob.place, limit)
            found[name] = info
    if not found:
        raise SourceError(blob.place, messages.NO_MEMBER(pattern=pattern), messages.SEE_MEMBER())
    return [_member(blob, name, info.orig_filename) for name, info in sorted(found.items())]


def _matches(name: str, pattern: str) -> bool:
    if name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith((".", "~$")):
        return False  # what file managers leave behind
    return fnmatch(name, pattern) or fnmatch(name.rpartition("/")[2], pattern)


def _member(blob: Blob, name: str, stored: str) -> Blob:
    place = f"{blob.place}:{name}"

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with blob.open() as stream, open_archive(stream, blob.place) as archive:
            info = next(info for info in archive.infolist() if info.orig_filename == stored)
            with unpacking(archive, info, place) as unpacked:
                yield unpacked

    return Blob(f"{blob.name}/{name}", place, opened, on_disk=False)


class _Unpacking(io.RawIOBase):
    """Reads a file of an archive; damage is one line that names it."""

    def __init__(self, stream: IO[bytes], place: str) -> None:
        self._stream, self._place = stream, place

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override] # any writable buffer
        with damaged(self._place):
            block = self._stream.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _name(info: zipfile.ZipInfo) -> str:
    """Give a file's name. Old archivers of Chinese systems wrote GBK, and zipfile reads it as cp437."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        name = decoded(name.encode("cp437", "replace")) or name
    name = name.replace("\\", "/")
    return name if name.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in name)
