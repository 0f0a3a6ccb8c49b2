"""What a server of files can do for us, whatever it speaks; each protocol implements it in a module of its own."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

__all__ = ["Entry", "FileState", "Server"]


class FileState(NamedTuple):
    """By what a server distinguishes a file from what it was before."""

    size: int
    time: float | None
    """Of its last change, in seconds since 1970 by the server's clock; ``None``: the server does not say."""
    tag: str = ""
    """The server's own name of its content (ETag), where it has one."""


class Entry(NamedTuple):
    """One name in a folder."""

    name: str
    is_folder: bool
    state: FileState


class Server(Protocol):
    """An open connection.

    Its methods raise FileNotFoundError for what is not there, other OSErrors, and the `ERRORS` of its
    module.
    """

    @property
    def root(self) -> str:
        """The folder of the settings, as the server calls it."""

    @property
    def whole(self) -> bool:
        """Whether a file appears as a whole, never while it is being written."""

    def entries(self, path: str) -> Iterable[Entry]:
        """List a folder, as it is now."""

    def state(self, path: str) -> FileState:
        """Return the state of a file, as it is now."""

    def copy(self, path: str, target: Path) -> None:
        """Copy a file to this machine."""

    def close(self) -> None:
        """Close the connection; never raises."""
