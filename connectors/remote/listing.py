"""Which files of a remote folder are there, and which of them are complete."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from creditbus.connectors.folder.arrivals import UNFINISHED
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.connectors.remote.store import RemoteFile, Store

__all__ = ["Listing", "listed"]

_ANY_FOLDERS = "**"


class Listing(NamedTuple):
    """One look at a folder."""

    complete: Sequence[RemoteFile]
    """The oldest first."""
    waiting: int
    """Number of files that are not complete."""
    undated: int
    """Number of those among them of which the server does not say when they were changed."""
    marks: frozenset[str]
    """Of all files, complete or not."""


def listed(store: Store, settings: RemoteFolderSettings, now: float) -> Listing:
    """Look at a folder.

    Args:
        store: The folder.
        settings: Pattern, and when a file is complete.
        now: Seconds since 1970, as the server counts them.

    Raises:
        SourceError: it cannot be listed.
    """
    pattern = settings.pattern.split("/")
    files = store.files(None if _ANY_FOLDERS in pattern else len(pattern) - 1)
    names = frozenset(file.name for file in files)
    found = [
        file
        for file in files
        if _matches(file.name.split("/"), pattern) and not file.name.endswith((*UNFINISHED, settings.marker))
    ]
    complete, waiting, undated = [], 0, 0
    for file in sorted(found, key=lambda one: (one.state.time or 0, one.name)):
        if settings.ready == "marker":
            rests = file.name + settings.marker in names
        elif store.appear_whole or not settings.quiet_seconds:
            rests = True
        else:
            undated += file.state.time is None
            rests = file.state.time is not None and now - file.state.time >= settings.quiet_seconds
        if rests:
            complete.append(file)
        waiting += not rests
    return Listing(complete, waiting, undated, frozenset(file.mark for file in found))


def _matches(name: Sequence[str], pattern: Sequence[str]) -> bool:
    """Match as the kind folder does, part by part; ``**`` stands for any number of folders."""
    if not pattern:
        return not name
    if pattern[0] == _ANY_FOLDERS:
        return any(_matches(name[start:], pattern[1:]) for start in range(len(name)))
    return bool(name) and fnmatchcase(name[0], pattern[0]) and _matches(name[1:], pattern[1:])
