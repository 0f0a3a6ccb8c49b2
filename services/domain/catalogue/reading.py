"""Reads values out of an entry and names what is wrong with it."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from creditbus.services.domain.catalogue.errors import CatalogueError, Lines, Path

__all__ = ["Reader"]

E = TypeVar("E", bound=StrEnum)
_MISSING = object()


class Reader:
    """One mapping of an entry, with its place for the error message; `finish` names the keys that nobody read."""

    def __init__(self, item: str, file: str, data: Any, lines: Lines, path: Path = ()) -> None:
        self.item = item
        self.file = file
        self.path = path
        self._lines = lines
        if not isinstance(data, Mapping):
            self.fail("", "write a mapping of keys here")
        self._data: Mapping[str, Any] = data
        self._read: set[str] = set()

    def fail(self, key: str, fix: str) -> NoReturn:
        """Raise a `CatalogueError` about a key of this mapping."""
        raise CatalogueError(self.item, self.file, (*self.path, key) if key else self.path, fix, self._lines)

    def fail_unknown(self, key: str, name: str, known: Iterable[str]) -> NoReturn:
        """Raise a `CatalogueError` about a name that is not known, with the known one that it is most like."""
        self.fail(key, f"{name!r} is unknown; {_meant(name, known)}")

    def keys(self) -> Iterator[str]:
        """Iterate over the keys of the mapping."""
        return iter(self._data)

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text."""
        value = self._value(key, default)
        return value if isinstance(value, str) else self.fail(key, f"write a text, not {value!r}")

    def flag(self, key: str) -> bool:
        """Read true or false; false when missing."""
        value = self._value(key, default=False)
        return value if isinstance(value, bool) else self.fail(key, f"write true or false, not {value!r}")

    def whole(self, key: str, default: object = _MISSING) -> int:
        """Read a whole number that is not negative."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fail(key, f"write a whole number from 0, not {value!r}")
        return value

    def wholes(self, key: str) -> tuple[int, ...]:
        """Read a list of whole numbers."""
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(element, int) and element >= 0 for element in value):
            self.fail(key, f"write a list of whole numbers, not {value!r}")
        return tuple(value)

    def number(self, key: str) -> float:
        """Read a number."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"write a number, not {value!r}")
        return float(value)

    def day(self, key: str) -> date:
        """Read a date."""
        value = self._value(key)
        return value if isinstance(value, date) else self.fail(key, f"write a date as yyyy-MM-dd, not {value!r}")

    def texts(self, key: str, default: object = _MISSING) -> tuple[str, ...]:
        """Read a list of texts."""
        value = self._value(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(element, str) for element in value):
            self.fail(key, f"write a list of texts, not {value!r}")
        return tuple(value)

    def word(self, key: str, words: type[E], default: E | None = None) -> E:
        """Read one word of a closed list."""
        return self._word(key, self.text(key, default), words)

    def words(self, key: str, words: type[E]) -> frozenset[E]:
        """Read a list of words of a closed list; at least one."""
        values = self.texts(key)
        if not values:
            self.fail(key, "name at least one")
        return frozenset(self._word(key, value, words) for value in values)

    def table(self, key: str) -> "Reader":
        """Read a mapping; empty when missing."""
        return Reader(self.item, self.file, self._value(key, {}), self._lines, (*self.path, key))

    def tables(self, key: str) -> Iterator["Reader"]:
        """Read a list of mappings; none when missing."""
        value = self._value(key, [])
        if not isinstance(value, list):
            self.fail(key, "write a list here")
        for place, element in enumerate(value):
            yield Reader(self.item, self.file, element, self._lines, (*self.path, key, place))

    def finish(self) -> None:
        """Refuse keys that nobody read: a misspelt key must not be a rule that silently does not hold."""
        for key in self._data:
            if key not in self._read:
                self.fail(str(key), f"unknown key; {_meant(str(key), sorted(self._read))}")

    def _value(self, key: str, default: object = _MISSING) -> Any:
        self._read.add(key)
        value = self._data.get(key, default)
        if value is _MISSING or value is None:
            self.fail(key, "missing; add it")
        return value

    def _word(self, key: str, value: str, words: type[E]) -> E:
        try:
            return words(value)
        except ValueError:
            self.fail_unknown(key, value, words)


def _meant(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"use one of: {', '.join(names)}"
