"""The workers' log while it is written: every line that is more than information is reported at once, and counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

__all__ = ["LogTail"]

_LINE = re.compile(r"^\d{4}-\d\d-\d\d [\d:,]+ (?P<level>[A-Z]+)\s+(?P<logger>\S+) ")
_QUIET = ("DEBUG", "INFO")
_SHOWN_OF_KIND = 5
_LONGEST = 300


class LogTail:
    """Reads on from where it was each time.

    Args:
        path: of the log.
        say: hears of the first few lines of each kind.

    """

    def __init__(self, path: Path, say: Callable[[str], None]) -> None:
        self.counts: Counter[str] = Counter()
        """Lines by level and logger; `other` are those without a level, as of a traceback."""
        self._path = path
        self._say = say
        self._at = 0
        self._rest = b""

    @property
    def alarming(self) -> int:
        """How many lines were worse than a warning, or not a log's at all."""
        return sum(count for kind, count in self.counts.items() if not kind.startswith("WARNING"))

    def look(self) -> None:
        """Take what is new."""
        with self._path.open("rb") as log:
            log.seek(self._at)
            new = log.read()
        self._at += len(new)
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._take(line.decode(errors="replace"))

    def _take(self, line: str) -> None:
        found = _LINE.match(line)
        if not line.strip() or (found and found["level"] in _QUIET):
            return
        kind = f"{found['level']} {found['logger']}" if found else "other"
        self.counts[kind] += 1
        if self.counts[kind] <= _SHOWN_OF_KIND:
            self._say(f"  worker's log: {line[:_LONGEST]}")
