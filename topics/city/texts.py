"""Files and folders that are kept in memory, read like those of a package or a disk."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import IO, Any, NamedTuple

from creditbus.topics import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.system_errors import reason_of

__all__ = ["KeptText", "TextFolder", "folder_of", "kept_text", "texts_of"]


class KeptText(NamedTuple):
    """A file's content.

    Attributes:
        text: what it says.
        origin: what errors call the file: where a person would change it.

    """

    text: str
    origin: str


class _TextFile(Traversable):
    def __init__(self, name: str, kept: KeptText) -> None:
        self._name = name
        self._kept = kept

    @property
    def name(self) -> str:
        return self._name

    def __str__(self) -> str:
        return self._kept.origin

    def is_dir(self) -> bool:
        return False

    def is_file(self) -> bool:
        return True

    def iterdir(self) -> Iterator[Traversable]:
        raise NotADirectoryError(self._kept.origin)

    def joinpath(self, *_: Any) -> Traversable:
        raise NotADirectoryError(self._kept.origin)

    def open(self, mode: str = "r", *_: Any, encoding: str | None = None, **__: Any) -> IO[Any]:
        content = io.BytesIO(self.read_bytes())
        return content if "b" in mode else io.TextIOWrapper(content, encoding or "utf-8")

    def read_bytes(self) -> bytes:
        return self._kept.text.encode("utf-8")

    def read_text(self, encoding: str | None = None) -> str:  # noqa: ARG002 -- the signature of a Traversable
        return self._kept.text


class TextFolder(Traversable):
    """A folder in memory; a path that is not in it is a file that does not exist, as on a disk."""

    def __init__(self, name: str, entries: Mapping[str, Traversable] | None) -> None:
        self._name = name
        self._entries = entries

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self._name.rpartition("/")[2]

    def __str__(self) -> str:
        return self._name

    def is_dir(self) -> bool:
        """Whether it is there."""
        return self._entries is not None

    def is_file(self) -> bool:
        """Say no."""
        return False

    def iterdir(self) -> Iterator[Traversable]:
        """Give what is in it, by name."""
        if self._entries is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self._name)
        return iter([self._entries[name] for name in sorted(self._entries)])

    def joinpath(self, *descendants: Any) -> Traversable:
        """Give a file or folder below this one."""
        first, *rest = [part for one in descendants for part in str(one).split("/") if part != "."] or ["."]
        found = (self._entries or {}).get(first, TextFolder(f"{self._name}/{first}", None))
        return found.joinpath(*rest) if rest else found

    def open(self, mode: str = "r", *_: Any, **__: Any) -> IO[Any]:  # noqa: ARG002 -- the signature of a Traversable
        """Refuse, as a disk would."""
        raise self._unreadable()

    def read_bytes(self) -> bytes:
        """Refuse, as a disk would."""
        raise self._unreadable()

    def read_text(self, encoding: str | None = None) -> str:  # noqa: ARG002 -- the signature of a Traversable
        """Refuse, as a disk would."""
        raise self._unreadable()

    def _unreadable(self) -> OSError:
        code = errno.ENOENT if self._entries is None else errno.EISDIR
        return OSError(code, os.strerror(code), self._name)


def folder_of(texts: Mapping[str, KeptText], name: str) -> TextFolder:
    """Return the folder of these files, which are named by their paths in it, with slashes."""
    entries: dict[str, Traversable] = {}
    below: dict[str, dict[str, KeptText]] = {}
    for path, kept in texts.items():
        first, _, rest = path.partition("/")
        if rest:
            below.setdefault(first, {})[rest] = kept
        else:
            entries[first] = _TextFile(first, kept)
    entries |= {first: folder_of(inside, f"{name}/{first}") for first, inside in below.items()}
    return TextFolder(name, entries)


def texts_of(folder: Traversable, suffixes: tuple[str, ...]) -> dict[str, KeptText]:
    """Return all files below a folder whose names end so, by their paths in it; none where there is no such folder.

    Raises:
        ConfigurationError: one of them cannot be read, or is not UTF-8.

    """
    found: dict[str, KeptText] = {}
    if not folder.is_dir():
        return found
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= {f"{entry.name}/{path}": kept for path, kept in texts_of(entry, suffixes).items()}
        elif entry.name.endswith(suffixes):
            found[entry.name] = kept_text(entry)
    return found


def kept_text(file: Traversable) -> KeptText:
    """Read a file; errors as of `texts_of`."""
    try:
        return KeptText(file.read_text(encoding="utf-8"), str(file))
    except OSError as error:
        raise ConfigurationError(str(file), messages.CANNOT_BE_READ(reason=reason_of(error))) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(file), messages.NOT_UTF8(), messages.SAVE_AS_UTF8()) from error
