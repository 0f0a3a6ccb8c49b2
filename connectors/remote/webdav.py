"""Folders over WebDAV, by webdav4."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from webdav4.client import ClientError, ForbiddenOperation
from webdav4.fsspec import WebdavFileSystem

from creditbus.connectors.remote.server import Entry, FileState
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.connectors.remote.trust import trusting

__all__ = ["ERRORS", "FINAL", "connect"]

ERRORS = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ClientError)
FINAL = (ForbiddenOperation, httpx.InvalidURL)
_HTTP = {"webdav": "http", "webdavs": "https"}


class _WebdavServer:
    whole = False
    root = ""

    def __init__(self, files: WebdavFileSystem) -> None:
        self._files = files

    def entries(self, path: str) -> Iterator[Entry]:
        for info in self._files.ls(_escaped(path), detail=True):
            name = str(info["name"]).rstrip("/").rpartition("/")[2]
            yield Entry(name, is_folder=info["type"] == "directory", state=_state(info))

    def state(self, path: str) -> FileState:
        return _state(self._files.info(_escaped(path)))

    def copy(self, path: str, target: Path) -> None:
        # the library would ask first whether it is a folder
        client = self._files.client
        with target.open("wb") as stream, client.http.stream("GET", client.join_url(_escaped(path))) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise FileNotFoundError(path)
            answer.raise_for_status()
            for block in answer.iter_bytes():
                stream.write(block)

    def close(self) -> None:
        self._files.client.http.close()


def _escaped(path: str) -> str:
    """Write a name so that a ``%`` in it stays one: all other characters are escaped by the library."""
    return path.replace("%", "%25")


def _state(info: Mapping[str, Any]) -> FileState:
    moment = info.get("modified")
    return FileState(info.get("size") or 0, moment.timestamp() if moment else None, str(info.get("etag") or ""))


def connect(settings: RemoteFolderSettings) -> _WebdavServer:
    """Make a client; nothing is sent before the first question."""
    address = settings.address
    port = f":{address.port}" if address.port else ""
    files = WebdavFileSystem(
        f"{_HTTP[address.scheme]}://{address.host}{port}{quote(address.path)}",
        auth=None if settings.user is None else (settings.user, settings.secret() or ""),
        timeout=httpx.Timeout(settings.read_seconds, connect=settings.connect_seconds),
        verify=trusting(settings.ca_file),
    )
    return _WebdavServer(files)
