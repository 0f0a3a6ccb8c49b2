"""Folders over FTP, by fsspec and Python's ftplib."""

import ftplib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fsspec.implementations.ftp import FTPFileSystem

from creditbus.connectors.remote.server import Entry, FileState
from creditbus.connectors.remote.settings import RemoteFolderSettings

__all__ = ["ERRORS", "FINAL", "connect"]

ERRORS = (ftplib.Error, EOFError, ValueError)
"""ValueError: a name that is not in the encoding of the settings, or that no command can carry."""
FINAL = (ftplib.error_perm, ValueError)
_PORT = 21
_DIGITS = 14


class _FtpServer:
    whole = False

    def __init__(self, files: FTPFileSystem, root: str) -> None:
        self._files = files
        self.root = root

    def entries(self, path: str) -> Iterator[Entry]:
        for info in self._files.ls(path, detail=True):
            is_folder = info["type"] == "directory"
            yield Entry(info["name"].rpartition("/")[2], is_folder=is_folder, state=self._state(info, is_folder))

    def state(self, path: str) -> FileState:
        size = self._files.ftp.size(path)
        return FileState(-1 if size is None else size, self._moment(path))

    def copy(self, path: str, target: Path) -> None:
        # get_file would list the whole folder once more for each file, to see that it is not a folder
        with target.open("wb") as stream:
            self._files.ftp.retrbinary(f"RETR {path}", stream.write)

    def close(self) -> None:
        with suppress(OSError, *ERRORS):
            self._files.ftp.close()

    def _state(self, info: Mapping[str, Any], is_folder: bool) -> FileState:  # noqa: FBT001 -- of one entry
        if is_folder:
            return FileState(0, None)
        moment = _seconds(str(info.get("modify", "")))
        return FileState(info["size"], self._moment(info["name"]) if moment is None else moment)

    def _moment(self, path: str) -> float | None:
        """Ask for the last change of one file: servers without MLSD list it in a zone of their own, without seconds."""
        try:
            return _seconds(self._files.ftp.sendcmd(f"MDTM {path}").partition(" ")[2])
        except ftplib.error_perm:
            return None


def _seconds(text: str) -> float | None:
    """Read a time as RFC 3659 writes it: YYYYMMDDHHMMSS in UTC, with a fraction or without."""
    digits, _, fraction = text.strip().partition(".")
    if len(digits) != _DIGITS or not (digits + (fraction or "0")).isdigit():
        return None
    try:
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment.timestamp() + float(f"0.{fraction or 0}")


def connect(settings: RemoteFolderSettings) -> _FtpServer:
    """Log in.

    Raises:
        OSError: or one of the errors of the server: it cannot be reached, or refuses the login.
    """
    address = settings.address
    files = FTPFileSystem(
        address.host,
        port=address.port or _PORT,
        username=settings.user,
        password=settings.secret(),
        timeout=settings.connect_seconds,
        encoding=settings.name_encoding,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    files.ftp.timeout = settings.read_seconds
    files.ftp.sock.settimeout(settings.read_seconds)
    return _FtpServer(files, address.path or "/")
