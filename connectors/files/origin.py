"""What all files share: being there, and being the same as last time."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path

from creditbus.connectors.common.characters import decoded
from creditbus.connectors.contract import Finding
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.topics.system_errors import reason_of

__all__ = ["content_version", "file_finding", "known_name", "reading"]


def content_version(path: Path) -> str:
    """Return the SHA-256 of a file's bytes: its name and its date say nothing about its rows.

    Raises:
        SourceError: it cannot be read.
    """
    with reading(path), path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_finding(path: Path) -> Finding:
    """Say whether a file is there and readable."""
    place = known_name(str(path))
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except OSError as error:
        return Finding("file", ok=False, message=messages.FILE_REASON(place=place, reason=reason_of(error)))
    if empty:
        return Finding("file", ok=False, message=messages.FILE_EMPTY(place=place))
    return Finding("file", ok=True, message=messages.FILE_SIZE(place=place, st_size=path.stat().st_size))


def known_name(path: str) -> str:
    """Give the name of a file as text: one that is no UTF-8 comes from a system that wrote GBK."""
    return path if path.isprintable() else "/".join(map(_known_part, path.split("/")))


def _known_part(name: str) -> str:
    raw = os.fsencode(name)
    return decoded(raw) or raw.decode("utf-8", "replace")


@contextmanager
def reading(path: Traversable) -> Iterator[None]:
    """Turn what the operating system says about a file into one line that names it."""
    try:
        yield
    except OSError as error:
        raise SourceError(
            known_name(str(path)), messages.UNREADABLE(strerror=reason_of(error)), messages.CHECK_PATH()
        ) from error
