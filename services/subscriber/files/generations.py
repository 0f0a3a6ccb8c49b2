"""A folder whose content changes as a whole: each state of it is a folder of its own, and `current` a link to one.

A link is replaced in one step, so whoever opens `current` finds the state before or the one after, whatever crashes.
The state before stays until the next one, for readers who are still at it.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.files.description import POSITION
from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.topics.errors import ConfigurationError

__all__ = ["Generations", "StateGoneError", "present_state"]

_CURRENT: Final = "current"
_NEXT: Final = "current.next"
_LOCK: Final = "creditbus.lock"
_OWNER_ONLY: Final = 0o600
_OWNER_ONLY_FOLDER: Final = 0o700
_DIGITS: Final = 9
_STATE: Final = re.compile(f"[0-9]{{{_DIGITS}}}")


class StateGoneError(ConfigurationError):
    """The present state is not there: it went under a reader, or somebody took it away."""


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
            try:
                present = present_state(self._path, self._place)
            except ConfigurationError:
                self.close()
                raise
            self._remove_but(present)
            return present

    def close(self) -> None:
        """Let other processes have it."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @contextmanager
    def next(self) -> Iterator[Path]:
        """Give an empty folder that becomes the present state when nothing was raised, and goes otherwise."""
        with file_errors(self._place):
            before = present_state(self._path, self._place)
            new = self._path / _following(before)
            new.mkdir(mode=_OWNER_ONLY_FOLDER)
            try:
                yield new
                _synchronise(new)
                link = self._path / _NEXT
                link.unlink(missing_ok=True)
                link.symlink_to(new.name)
                link.replace(self._path / _CURRENT)
            except BaseException:
                if not _names(self._path / _CURRENT, new):
                    shutil.rmtree(new, ignore_errors=True)
                raise
            _synchronise(self._path)
            self._remove_but(before, new)

    def _remove_but(self, before: Path | None, present: Path | None = None) -> None:
        kept = {path.name for path in (before, present) if path}
        for one in self._path.iterdir():
            # none of a number that was not reached yet: people name folders by codes and days, too
            ours = _STATE.fullmatch(one.name) and one.name <= _following(present or before)
            if ours and one.name not in kept and one.is_dir() and not one.is_symlink():
                shutil.rmtree(one)


def present_state(folder: Path, place: str) -> Path | None:
    """Return the folder of the present state; None: there is none yet.

    Args:
        folder: that holds the states.
        place: what a person calls it.

    Raises:
        StateGoneError: `current` names none that is there, or is gone itself.
        OSError: the disk refuses.

    """
    link = folder / _CURRENT
    if not link.is_symlink():
        # a crash may leave the first state without a link, but no later one
        later = (one for one in folder.iterdir() if _STATE.fullmatch(one.name) and one.name != _following(None))
        if link.exists() or any((one / POSITION).exists() for one in later):
            raise StateGoneError(place, messages.NO_STATE(link=_CURRENT), messages.STATE_BACK())
        return None
    # read once: whoever writes may replace it meanwhile
    target = link.readlink()
    state = folder / target.name
    there = _STATE.fullmatch(state.name) and (state / POSITION).is_file()
    if not there or not (folder / target).exists() or not state.samefile(folder / target):
        raise StateGoneError(place, messages.NO_STATE(link=_CURRENT), messages.STATE_BACK())
    return state


def _names(link: Path, state: Path) -> bool:
    return link.is_symlink() and link.readlink().name == state.name


def _following(state: Path | None) -> str:
    return f"{1 if state is None else int(state.name) + 1:0{_DIGITS}}"


def _synchronise(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
