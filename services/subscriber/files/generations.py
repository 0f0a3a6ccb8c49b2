"""A folder whose content changes as a whole: each state of it is a folder of its own, and `current` a link to one.

A link is replaced in one step, so whoever opens `current` finds the state before or the one after, whatever crashes.
The state before stays until the next one, for readers who are still at it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.topics.errors import ConfigurationError

__all__ = ["CURRENT", "Generations"]

CURRENT: Final = "current"
_NEXT: Final = "current.next"
_LOCK: Final = "creditbus.lock"
_OWNER_ONLY: Final = 0o600
_OWNER_ONLY_FOLDER: Final = 0o700
_DIGITS: Final = 9


class Generations:
    """The states of one folder, and who may write the next one.

    All calls raise `UnavailableError` where the disk refuses.

    Args:
        path: of the folder; it is made.
        place: what a person calls it.

    """

    def __init__(self, path: Path, place: str) -> None:
        self._path = path
        self._place = place
        self._lock: BinaryIO | None = None

    def open(self) -> Path | None:
        """Shut out other processes, take away what a crash has left, and return the present state; None: there is none.

        Raises:
            ConfigurationError: another process has it, or something else is in the folder.

        """
        with file_errors(self._place):
            self._path.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
            if not (self._path / _LOCK).exists() and any(self._path.iterdir()):
                raise ConfigurationError(self._place, messages.FOLDER_EXISTS(), messages.NEW_FOLDER())
            lock = os.open(self._path / _LOCK, os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
            self._lock = os.fdopen(lock, "r+b")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self.close()
                raise ConfigurationError(self._place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC()) from error
            present = self.present()
            self._remove_but(present)
            return present

    def close(self) -> None:
        """Let other processes have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def present(self) -> Path | None:
        """Return the folder of the present state."""
        link = self._path / CURRENT
        return link.resolve() if link.is_symlink() else None

    @contextmanager
    def next(self) -> Iterator[Path]:
        """Give an empty folder that becomes the present state when nothing was raised, and goes otherwise."""
        with file_errors(self._place):
            before = self.present()
            number = 1 if before is None else int(before.name) + 1
            new = self._path / f"{number:0{_DIGITS}}"
            new.mkdir(mode=_OWNER_ONLY_FOLDER)
            try:
                yield new
                _synchronise(new)
                link = self._path / _NEXT
                link.unlink(missing_ok=True)
                link.symlink_to(new.name)
                link.replace(self._path / CURRENT)
            except BaseException:
                if self.present() != new.resolve():
                    shutil.rmtree(new, ignore_errors=True)
                raise
            _synchronise(self._path)
            self._remove_but(before, new)

    def _remove_but(self, *kept: Path | None) -> None:
        for one in self._path.iterdir():
            if one.name.isdecimal() and one.is_dir() and one.name not in {path.name for path in kept if path}:
                shutil.rmtree(one)


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
