"""One thing that is wrong with a city's files."""

from __future__ import annotations

from typing import NamedTuple

from creditbus.topics.errors import UserError
from creditbus.topics.text import Text

__all__ = ["CityFault", "fault_of"]


class CityFault(NamedTuple):
    """What is wrong, where, and what to do about it."""

    file: str
    line: int
    """From 1; 0 where no line can be named."""
    key: str
    """Within the keys above it; empty: the file as a whole."""
    problem: str
    fix: str
    """Empty where the problem says it already."""

    @property
    def where(self) -> str:
        """File, line and key."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}" if self.key else place

    def text(self) -> Text:
        """All of it in one line, in both languages."""
        return UserError(self.where, self.problem, self.fix).text()


def fault_of(error: UserError) -> CityFault:
    """Take an error apart, as far as it names its parts."""
    file, line, key = getattr(error, "file", error.place), getattr(error, "line", 0), getattr(error, "key", "")
    return CityFault(str(file), line, key, error.problem, error.fix)
