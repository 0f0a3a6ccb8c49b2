"""Pages on disk: one download is one content, however often it is read, and the next one asks only for what changed."""

import hashlib
import json
import shutil
import tempfile
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx

from creditbus.connectors.errors import SourceError
from creditbus.connectors.http import messages
from creditbus.topics.system_errors import reason_of

__all__ = ["Spool"]

_CONDITIONS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


@dataclass(frozen=True, slots=True)
class _Names:
    body: Path
    marks: Path


class Spool:
    """A folder of pages.

    Args:
        folder: Where they stay; ``None`` for a folder that goes with this object.

    Raises:
        SourceError: the folder cannot be made.
    """

    def __init__(self, folder: Path | None) -> None:
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="creditbus-http-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(folder, error) from error

    def conditions(self, url: httpx.URL) -> dict[str, str]:
        """Return the headers under which a server may say that a page is as it was kept."""
        return {_CONDITIONS[name]: value for name, value in self._marks(url).items() if name in _CONDITIONS}

    def link(self, url: httpx.URL) -> str | None:
        """Return the header ``Link`` of a page that was kept: an answer "not changed" need not repeat it."""
        return self._marks(url).get("link")

    def keep(self, url: httpx.URL, headers: httpx.Headers, body: bytes) -> None:
        """Keep a page, its marks last: a process may die in between."""
        names = self._names(url)
        try:
            names.marks.unlink(missing_ok=True)
            names.body.write_bytes(body)
            names.marks.write_text(
                json.dumps({name: headers[name] for name in (*_CONDITIONS, "link") if name in headers})
            )
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def load(self, url: httpx.URL) -> bytes:
        """Return a page that was kept."""
        try:
            return self._names(url).body.read_bytes()
        except OSError as error:
            raise _unusable(self._folder, error) from error

    def discard_others(self, urls: Iterable[httpx.URL]) -> None:
        """Throw away the pages that are none of these."""
        wanted = {path for url in urls for path in (self._names(url).body, self._names(url).marks)}
        for path in self._folder.glob("*.page*"):
            if path not in wanted:
                path.unlink(missing_ok=True)

    def _marks(self, url: httpx.URL) -> dict[str, str]:
        names = self._names(url)
        try:
            return dict(json.loads(names.marks.read_text(encoding="utf-8"))) if names.body.exists() else {}
        except (OSError, ValueError):
            return {}

    def _names(self, url: httpx.URL) -> _Names:
        name = hashlib.sha256(str(url).encode()).hexdigest()[:32]
        return _Names(self._folder / f"{name}.page", self._folder / f"{name}.page-marks")


def _unusable(folder: Path, error: OSError) -> SourceError:
    return SourceError(str(folder), messages.CANNOT_BE_USED(strerror=reason_of(error)), messages.CHECK_CACHE())
