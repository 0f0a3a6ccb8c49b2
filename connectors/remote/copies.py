"""Copies of remote files on this machine, each for as long as it is read."""

import hashlib
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from creditbus.connectors.files.origin import content_version
from creditbus.connectors.folder.arrivals import DIGEST_CHARACTERS
from creditbus.connectors.remote.store import RemoteFile, Store

__all__ = ["Copies"]


class Copies:
    """Use as a context manager: at its end no copy is left.

    A file is read from a copy and never from the server: what is read twice is then the same, whatever happens there,
    and workbooks and archives are read from all over.

    Args:
        store: Where the files are.
        most_bytes: Of a larger file no copy is made.
        repeating: A file that is dropped again is another one, though its content was there before.
    """

    def __init__(self, store: Store, most_bytes: int, *, repeating: bool) -> None:
        self._store = store
        self._most_bytes = most_bytes
        self._repeating = repeating
        self._folder = tempfile.TemporaryDirectory(prefix="creditbus-copies-")
        self._digests: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def path(self, file: RemoteFile) -> Path:
        """Return where the copy of a file is, once its digest is known."""
        return Path(self._folder.name) / file.mark

    def is_too_large(self, file: RemoteFile) -> bool:
        """Say whether no copy is made of a file."""
        return file.state.size > self._most_bytes

    def digest(self, file: RemoteFile) -> str | None:
        """Copy a file and name its content; ``None``: it is gone, or changed while it was copied.

        Raises:
            SourceError: it cannot be copied.
        """
        if file.mark not in self._digests:
            self._digests[file.mark] = self._copied(file)
        return self._digests[file.mark]

    def discard(self, file: RemoteFile) -> None:
        """Remove the copy of a file."""
        self.path(file).unlink(missing_ok=True)

    def _copied(self, file: RemoteFile) -> str | None:
        if self.is_too_large(file):
            content = ""
        elif not self._store.copy(file, self.path(file)):
            self.discard(file)
            return None
        else:
            content = content_version(self.path(file))
            if not self._repeating:
                return content[:DIGEST_CHARACTERS]
        return hashlib.sha256(f"{content} {file.mark}".encode()).hexdigest()[:DIGEST_CHARACTERS]
