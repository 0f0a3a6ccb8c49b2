"""Which files of a folder are there, complete, and of which content."""

import hashlib
import time
from collections.abc import Callable, Iterator
from os import stat_result
from pathlib import Path
from typing import NamedTuple

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.origin import content_version, known_name, reading
from creditbus.connectors.folder import messages
from creditbus.connectors.folder.settings import FolderSettings

__all__ = ["DIGEST_CHARACTERS", "UNFINISHED", "Arrivals", "ArrivedFile"]

UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download")
"""Endings that programs give to what they have not finished."""
DIGEST_CHARACTERS = 24
"""Of a SHA-256, in hexadecimal: 96 bits tell apart whatever a department will ever drop."""


class ArrivedFile(NamedTuple):
    """One complete file."""

    name: str
    """Relative to the folder."""
    path: Path
    digest: str
    """Of its content: the same for a file that was renamed or dropped again."""
    state: tuple[int, ...]
    """Size and times, to find out whether it changed meanwhile."""


class Arrivals:
    """Looks into one folder.

    Args:
        settings: Folder and pattern, and when a file is complete.
        clock: Seconds since 1970, as the file system counts them.

    Attributes:
        repeating: whether a file that is dropped again is another one, though its content was there before.
    """

    def __init__(self, settings: FolderSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self.repeating = False
        self._digests: dict[tuple[str, tuple[int, ...]], str] = {}

    def complete(self) -> list[ArrivedFile]:
        """List the complete files, the oldest first; a digest is computed once for each state of a file.

        Raises:
            SourceError: the folder or one of its files cannot be read.
        """
        found, digests = [], {}
        for name, path, state in sorted(self._candidates(), key=lambda one: (one[2].st_mtime_ns, one[0])):
            if not self._is_complete(path, state):
                continue
            marks = _marks(state)
            digest = self._digests.get((name, marks))
            if digest is None:
                try:
                    digest = self._name(content_version(path), name, state)
                    changed = _marks(path.stat()) != marks
                except (SourceError, FileNotFoundError):
                    if path.exists():
                        raise
                    continue  # taken away meanwhile
                if changed:
                    continue  # not complete, then
            digests[name, marks] = digest
            found.append(ArrivedFile(name, path, digest, marks))
        self._digests = digests
        return found

    def waiting(self) -> int:
        """Count the files that are there and not complete."""
        return sum(not self._is_complete(path, state) for _, path, state in self._candidates())

    def is_unchanged(self, arrival: ArrivedFile) -> bool:
        """Say whether a file is still there as it was listed."""
        try:
            return _marks(arrival.path.stat()) == arrival.state
        except OSError:
            return False

    def _name(self, content: str, name: str, state: stat_result) -> str:
        if self.repeating:
            content = hashlib.sha256(f"{content} {name} {state.st_ctime_ns}".encode()).hexdigest()
        return content[:DIGEST_CHARACTERS]

    def _candidates(self) -> Iterator[tuple[str, Path, stat_result]]:
        folder, marker = self._settings.path, self._settings.marker
        if not folder.is_dir():
            raise SourceError(str(folder), messages.NOT_A_FOLDER(), messages.CHECK_PATH())
        with reading(folder):
            paths = list(folder.glob(self._settings.pattern))
        for path in paths:
            name = path.relative_to(folder).as_posix()
            if any(part.startswith((".", "~$")) for part in name.split("/")) or name.endswith((*UNFINISHED, marker)):
                continue
            try:
                if path.is_file():
                    yield known_name(name), path, path.stat()
            except FileNotFoundError:
                continue  # taken away meanwhile

    def _is_complete(self, path: Path, state: stat_result) -> bool:
        settings = self._settings
        if settings.ready == "marker":
            return path.with_name(path.name + settings.marker).exists()
        # a copy that keeps its dates sets back the one time, and cannot set back the other
        return self._clock() - max(state.st_mtime, state.st_ctime) >= settings.quiet_seconds


def _marks(state: stat_result) -> tuple[int, ...]:
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino
