"""Folders over SFTP, by fsspec and paramiko."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote import messages
from creditbus.connectors.remote.server import Entry, FileState
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.topics.system_errors import reason_of

__all__ = ["ERRORS", "FINAL", "connect"]

ERRORS = (paramiko.SSHException, EOFError)
FINAL = (paramiko.AuthenticationException,)
_PORT = 22
_PIECE_BYTES = 1 << 20


class _SftpServer:
    whole = False

    def __init__(self, files: SFTPFileSystem, root: str) -> None:
        self._files = files
        self.root = root

    def entries(self, path: str) -> Iterator[Entry]:
        for info in self._files.ls(path, detail=True):
            name = info["name"].rpartition("/")[2]
            if info["type"] == "link":
                try:
                    found = self._files.info(info["name"])
                except FileNotFoundError:
                    continue  # it leads nowhere
                if found["type"] == "file":  # a folder could lead in a circle
                    yield Entry(name, is_folder=False, state=_state(found))
            else:
                yield Entry(name, is_folder=info["type"] == "directory", state=_state(info))

    def state(self, path: str) -> FileState:
        return _state(self._files.info(path))

    def copy(self, path: str, target: Path) -> None:
        with self._files.ftp.open(path, "rb") as remote, target.open("wb") as local:
            _ask_ahead(remote)
            shutil.copyfileobj(remote, local, _PIECE_BYTES)

    def close(self) -> None:
        with contextlib.suppress(OSError, *ERRORS):
            self._files.client.close()


def _ask_ahead(remote: paramiko.SFTPFile) -> None:
    """Ask for all pieces of a file at once, so that a distant server takes one round trip and not one for each piece.

    paramiko asks in a thread of its own, and a connection that breaks shows its user the traceback of that thread
    (paramiko issue 2379). Whoever reads the file gets the error of the break anyway.
    """
    ask = remote._prefetch_thread  # noqa: SLF001 -- there is no public way

    def ask_quietly(*arguments: object) -> None:
        with contextlib.suppress(OSError, *ERRORS):
            ask(*arguments)

    remote._prefetch_thread = ask_quietly  # noqa: SLF001 -- as above
    remote.prefetch()


def _state(info: Mapping[str, Any]) -> FileState:
    return FileState(info["size"], info["mtime"].timestamp())


class _KnownHosts(paramiko.MissingHostKeyPolicy):  # type: ignore[misc] # it has no types
    """Admits the servers of a file. fsspec's own default admits every server, and remembers nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._keys = paramiko.HostKeys(str(file))
        except OSError as error:
            raise SourceError(str(file), reason_of(error), messages.ADD_SERVER_KEY()) from error

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        del client
        if not self._keys.check(hostname, key):
            known = self._keys.lookup(hostname)
            words = messages.OTHER_KEY if known else messages.UNKNOWN_SERVER
            problem = words(server=hostname, kind=key.get_name(), fingerprint=key.fingerprint)
            raise SourceError(str(self._file), problem, messages.ADD_SERVER_KEY())


def connect(settings: RemoteFolderSettings) -> _SftpServer:
    """Log in.

    Raises:
        SourceError: the server is not the known one, or the private key cannot be read.
        OSError: or one of the errors of the server: it cannot be reached, or refuses the login.
    """
    address, secret, key = settings.address, settings.secret(), settings.private_key
    if key is not None:
        try:
            key.read_bytes()
        except OSError as error:
            raise SourceError(str(key), reason_of(error), messages.CHECK_PRIVATE_KEY()) from error
    known_hosts = settings.known_hosts or Path.home() / ".ssh" / "known_hosts"
    files = SFTPFileSystem(
        address.host,
        port=address.port or _PORT,
        username=settings.user,
        password=None if key else secret,
        key_filename=str(key) if key else None,
        passphrase=secret if key else None,
        # the keys of whoever runs this are tried where the settings name nothing else
        look_for_keys=secret is None and key is None,
        allow_agent=secret is None and key is None,
        timeout=settings.connect_seconds,
        banner_timeout=settings.connect_seconds,
        auth_timeout=settings.read_seconds,
        host_key_policy=_KnownHosts(known_hosts),
        skip_instance_cache=True,
    )
    files.ftp.get_channel().settimeout(settings.read_seconds)
    path = address.path
    return _SftpServer(files, path.removeprefix("/~/") if path.startswith("/~/") else path or "/")
