"""A folder that is there whole or not at all: written under another name, made durable, and then renamed."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO, Final

from creditbus.services.domain.evidence.snapshot import SnapshotFile
from creditbus.services.subscriber import messages
from creditbus.topics.errors import ConfigurationError, UnavailableError

__all__ = ["file_errors", "finished_file", "whole_folder"]

_UNFINISHED: Final = ".unfinished"
_NO_NAMES: Final = ("", "..")
_OWNER_ONLY: Final = 0o700
_OF_DISKS: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
"""Servers that are away are an `OSError`, too, and another line."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder that becomes `target` when nothing was raised, and goes otherwise.

    What a killed run has left of it is taken away by the next one.

    Raises:
        ConfigurationError: the target is there already, has no name of its own, or somebody else writes it at this
            moment.
        UnavailableError: the disk refuses.

    """
    place = str(target)
    if target.name in _NO_NAMES:
        # it becomes the target by being renamed, which a folder can be by its own name alone
        raise ConfigurationError(place, messages.NO_FOLDER_NAME(), messages.NEW_FOLDER())
    with file_errors(place):
        taken = target.exists() and not (target.is_dir() and not any(target.iterdir()))
    if taken:
        raise ConfigurationError(place, messages.FOLDER_EXISTS(), messages.NEW_FOLDER())
    unfinished = target.with_name(f".{target.name}{_UNFINISHED}")
    with file_errors(place):
        unfinished.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        handle = os.open(unfinished, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(handle, place)
        try:
            with file_errors(place):
                _empty(unfinished)
            try:
                yield unfinished
            except OSError as error:
                if error.errno not in _OF_DISKS:
                    raise
                with file_errors(place):
                    raise
            with file_errors(place):
                _keep(unfinished, handle, target)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    finally:
        os.close(handle)


def finished_file(file: BinaryIO, path: Path, item: str, schema_id: int, records: int) -> SnapshotFile:
    """Make an open file durable, and return what a manifest says of it.

    Raises:
        OSError: the disk refuses.

    """
    file.flush()
    os.fsync(file.fileno())
    with path.open("rb") as written:
        digest = file_digest(written, "sha256").digest()
    return SnapshotFile(path.name, item, schema_id, records, path.stat().st_size, digest)


@contextmanager
def file_errors(place: str) -> Iterator[None]:
    """Turn what the disk says into one line.

    Raises:
        UnavailableError: it refuses.

    """
    try:
        yield
    except OSError as error:
        said = messages.SAYS(said=error.strerror or type(error).__name__)
        raise UnavailableError(place, said, messages.CHECK_FOLDER()) from error


def _lock(handle: int, place: str) -> None:
    try:
        # the folder itself: a file of locks would have to go before the folder gets its name
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigurationError(place, messages.ANOTHER_WRITES(), messages.NEW_FOLDER()) from error


def _empty(folder: Path) -> None:
    for one in folder.iterdir():
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink()


def _keep(unfinished: Path, handle: int, target: Path) -> None:
    os.fsync(handle)
    unfinished.rename(target)
    parent = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
