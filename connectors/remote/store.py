"""A folder on a server: listed and copied from, over a connection that may break."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote import messages
from creditbus.connectors.remote.protocols import protocol_of
from creditbus.connectors.remote.server import FileState, Server
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.topics.system_errors import reason_of
from creditbus.topics.text import Text

__all__ = ["MARK_CHARACTERS", "RemoteFile", "Store"]

_Found = TypeVar("_Found")
_ATTEMPTS = 2
_MOST_ENTRIES = 200_000
_LONGEST_REASON = 200
_ERRNO = re.compile(r"^\[Errno \d+\] ")
MARK_CHARACTERS = 16
"""Of a SHA-256, in hexadecimal: 64 bits tell apart the states of the files of one folder."""


class RemoteFile(NamedTuple):
    """A file as the server listed it."""

    name: str
    """Relative to the folder."""
    path: str
    """As the server calls it."""
    state: FileState

    @property
    def mark(self) -> str:
        """Names the file in this state: another name, size or time is another mark."""
        text = "\0".join((self.name, str(self.state.size), repr(self.state.time), self.state.tag))
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:MARK_CHARACTERS]


class Store:
    """Use as a context manager. Connects when it is first needed, and once more when the connection breaks.

    Args:
        settings: Where the folder is.
    """

    def __init__(self, settings: RemoteFolderSettings) -> None:
        self._settings = settings
        self._server: Server | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    @property
    def appear_whole(self) -> bool:
        """Whether files appear as a whole; asked after the first listing."""
        return self._server is not None and self._server.whole

    def files(self, deep: int | None) -> list[RemoteFile]:
        """List the files of the folder and of folders in it.

        Args:
            deep: how many folders deep; ``None``: all.

        Raises:
            SourceError: the folder cannot be listed.
        """
        return self._attempt(lambda server: list(_walk(server, server.root, "", deep)), self._settings.url)

    def copy(self, file: RemoteFile, target: Path) -> bool:
        """Copy a file to this machine; false: it is gone, or is not what was listed any more.

        Raises:
            SourceError: it cannot be read.
        """

        def copied(server: Server) -> bool:
            try:
                server.copy(file.path, target)
                now = server.state(file.path)
            except FileNotFoundError:
                return False
            # what is written on meanwhile is not complete, whatever its time says
            return now == file.state and target.stat().st_size == file.state.size

        return self._attempt(copied, f"{self._settings.url}/{file.name}")

    def _attempt(self, work: Callable[[Server], _Found], place: str) -> _Found:
        """Do something on the server, once more over a new connection where the first one broke."""
        protocol = protocol_of(self._settings)
        errors: tuple[type[Exception], ...] = (OSError, *protocol.ERRORS)
        for attempt in range(_ATTEMPTS):
            try:
                if self._server is None:
                    self._server = protocol.connect(self._settings)
                return work(self._server)
            except FileNotFoundError as error:
                raise SourceError(place, messages.NOT_THERE(), messages.CHECK_URL()) from error
            except errors as error:
                self._close()
                if attempt + 1 == _ATTEMPTS or isinstance(error, (PermissionError, *protocol.FINAL)):
                    raise SourceError(place, messages.SAYS(said=_said(error)), messages.RUN_AGAIN_OR_CHECK()) from error
        raise AssertionError  # the last attempt returned or raised

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _walk(server: Server, path: str, below: str, deep: int | None) -> Iterator[RemoteFile]:
    for count, entry in enumerate(server.entries(path)):
        if count >= _MOST_ENTRIES:
            raise SourceError(path, messages.TOO_MANY_FILES(most=_MOST_ENTRIES), messages.MOVE_FILES_AWAY())
        name, inside = f"{below}{entry.name}", f"{path.rstrip('/')}/{entry.name}" if path else entry.name
        if entry.name.startswith((".", "~$")):
            continue
        if not entry.is_folder:
            yield RemoteFile(name, inside, entry.state)
        elif deep is None or deep > 0:
            yield from _walk(server, inside, f"{name}/", None if deep is None else deep - 1)


def _said(error: Exception) -> Text:
    """Give in a few words what a library says of a server."""
    if isinstance(error, OSError) and error.strerror is not None:
        return reason_of(error)
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    # obstore writes what it asked for, " - " and the answer, with its body; httpx may begin with a number of the system
    answer = first.rpartition(" - ")[2].partition(": <")[0]
    words = _ERRNO.sub("", answer).rstrip(": ")[:_LONGEST_REASON]
    return Text(words, f"“{words}”")  # a quotation, for a reader of Chinese
