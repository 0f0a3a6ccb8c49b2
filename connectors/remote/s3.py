"""Folders of an object store that speaks S3, by obstore."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from creditbus.connectors.errors import SourceError
from creditbus.connectors.remote import messages
from creditbus.connectors.remote.server import Entry, FileState
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.topics.system_errors import reason_of

__all__ = ["ERRORS", "FINAL", "connect"]

ERRORS = (BaseError, ValueError)
FINAL = (PermissionDeniedError, UnauthenticatedError)
_RETRIES = 2
_BLOCK = 1 << 20


class _S3Server:
    whole = True

    def __init__(self, store: S3Store, root: str) -> None:
        self._store = store
        self.root = root

    def entries(self, path: str) -> Iterator[Entry]:
        # a store has no folders: one from which all files were taken away is not there, and lists as an empty one
        found = self._store.list_with_delimiter(path or None)
        for folder in found["common_prefixes"]:
            yield Entry(folder.rpartition("/")[2], is_folder=True, state=FileState(0, None))
        for one in found["objects"]:
            if one["path"] != path:  # the mark that some programs leave of a folder
                yield Entry(one["path"].rpartition("/")[2], is_folder=False, state=_state(one))

    def state(self, path: str) -> FileState:
        return _state(self._store.head(path))

    def copy(self, path: str, target: Path) -> None:
        with target.open("wb") as stream:
            for block in self._store.get(path).stream(min_chunk_size=_BLOCK):
                stream.write(block)

    def close(self) -> None:
        """Do nothing: the library keeps its connections to itself."""


def _state(found: Any) -> FileState:
    # Lists give parts of a second, and some servers the tag without quotes: of a single object both are different.
    return FileState(found["size"], found["last_modified"].timestamp() // 1, (found["e_tag"] or "").strip('"'))


def connect(settings: RemoteFolderSettings) -> _S3Server:
    """Make a client; nothing is sent before the first question.

    Raises:
        SourceError: the certificates to trust cannot be read.
    """
    address = settings.address
    config: dict[str, str] = {}
    if settings.user is not None:
        config |= {"access_key_id": settings.user, "secret_access_key": settings.secret() or ""}
    if settings.endpoint is not None:
        config["endpoint"] = settings.endpoint
    options: dict[str, Any] = {
        "connect_timeout": timedelta(seconds=settings.connect_seconds),
        "read_timeout": timedelta(seconds=settings.read_seconds),
        "timeout": timedelta(days=1),  # of one answer as a whole: a large file takes its time
        "allow_http": (settings.endpoint or "").startswith("http:"),
    }
    if settings.ca_file is not None:
        try:
            options["root_certificate"] = settings.ca_file.read_bytes()
        except OSError as error:
            raise SourceError(str(settings.ca_file), reason_of(error), messages.CHECK_CA_FILE()) from error
    store = S3Store(
        address.host,
        region=settings.region or "us-east-1",
        virtual_hosted_style_request=settings.addressing == "virtual",
        config=config,  # type: ignore[arg-type] # a TypedDict of strings
        client_options=options,  # type: ignore[arg-type] # likewise
        retry_config={"max_retries": _RETRIES, "retry_timeout": timedelta(seconds=settings.read_seconds)},
    )
    return _S3Server(store, address.path.lstrip("/"))
