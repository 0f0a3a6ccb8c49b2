"""Snapshots of one feed in a folder, one for each interval, named after the moment at which the interval begins."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.services.subscriber.snapshot.opening import MANIFEST

__all__ = ["SnapshotSeries"]

_NAME: Final = re.compile("[0-9]{8}T[0-9]{6}Z")
_GONE: Final = ".gone"


class SnapshotSeries:
    """The snapshots; all calls raise `UnavailableError` where the disk refuses.

    Args:
        folder: that holds them; it is made with the first.

    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, moment: float) -> Path:
        """Return where the snapshot of an interval stands that begins at a moment, in seconds since 1970 UTC."""
        return self._folder / datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")

    def has(self, target: Path) -> bool:
        """Tell whether there is something at the place of a snapshot."""
        with file_errors(str(self._folder)):
            return target.exists()

    def newest(self) -> Path | None:
        """Return the last snapshot that is there; None: there is none."""
        return next(reversed(self._whole()), None)

    def prepare(self) -> None:
        """Make the folder."""
        with file_errors(str(self._folder)):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def keep(self, count: int) -> None:
        """Take the oldest away, so that this many are left."""
        with file_errors(str(self._folder)):
            for one in self._whole()[:-count]:
                # under another name first: nobody is to take what is half there for a snapshot
                one.rename(one.with_name(f".{one.name}{_GONE}"))
            for one in self._folder.glob(f".*{_GONE}"):
                # people hide things under such names, too
                if _NAME.fullmatch(one.name.removeprefix(".").removesuffix(_GONE)):
                    shutil.rmtree(one)

    def _whole(self) -> list[Path]:
        with file_errors(str(self._folder)):
            if not self._folder.is_dir():
                return []
            there = (one for one in self._folder.iterdir() if _NAME.fullmatch(one.name))
            return sorted(one for one in there if (one / MANIFEST).is_file())
