"""Reads values out of an entry and names what is wrong with it."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

from creditbus.services.domain.catalogue.errors import CatalogueError, Lines, Path
from creditbus.services.domain.catalogue.remedies import Remedy

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
            self.fail("", Remedy.MAPPING)
        self._data: Mapping[str, Any] = data
        self._read: set[str] = set()

    def fail(self, key: str, remedy: Remedy, **values: object) -> NoReturn:
        """Raise a `CatalogueError` about a key of this mapping; the values are those of the remedy's templates."""
        path = (*self.path, key) if key else self.path
        raise CatalogueError(self.item, self.file, path, remedy, values, self._lines)

    def fail_unknown(self, key: str, name: str, known: Iterable[str]) -> NoReturn:
        """Raise a `CatalogueError` about a name that is not known, with the known one that it is most like."""
        names = list(known)
        if near := _nearest(name, names):
            self.fail(key, Remedy.UNKNOWN_NAME_MEANT, name=name, near=near)
        self.fail(key, Remedy.UNKNOWN_NAME, name=name, known=", ".join(names))

    def keys(self) -> Iterator[str]:
        """Iterate over the keys of the mapping."""
        return iter(self._data)

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text."""
        value = self._value(key, default)
        return value if isinstance(value, str) else self.fail(key, Remedy.TEXT, value=value)

    def flag(self, key: str) -> bool:
        """Read true or false; false when missing."""
        value = self._value(key, default=False)
        return value if isinstance(value, bool) else self.fail(key, Remedy.FLAG, value=value)

    def whole(self, key: str, default: object = _MISSING) -> int:
        """Read a whole number that is not negative."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fail(key, Remedy.WHOLE, value=value)
        return value

    def wholes(self, key: str) -> tuple[int, ...]:
        """Read a list of whole numbers."""
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(element, int) and element >= 0 for element in value):
            self.fail(key, Remedy.WHOLES, value=value)
        return tuple(value)

    def number(self, key: str) -> float:
        """Read a number."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, Remedy.NUMBER, value=value)
        return float(value)

    def day(self, key: str) -> date:
        """Read a date."""
        value = self._value(key)
        return value if isinstance(value, date) else self.fail(key, Remedy.DATE, value=value)

    def texts(self, key: str, default: object = _MISSING) -> tuple[str, ...]:
        """Read a list of texts."""
        value = self._value(key, default)
        if not isinstance(value, list | tuple) or not all(isinstance(element, str) for element in value):
            self.fail(key, Remedy.TEXTS, value=value)
        return tuple(value)

    def word(self, key: str, words: type[E], default: E | None = None) -> E:
        """Read one word of a closed list."""
        return self._word(key, self.text(key, default), words)

    def words(self, key: str, words: type[E]) -> frozenset[E]:
        """Read a list of words of a closed list; at least one."""
        values = self.texts(key)
        if not values:
            self.fail(key, Remedy.AT_LEAST_ONE)
        return frozenset(self._word(key, value, words) for value in values)

    def table(self, key: str) -> "Reader":
        """Read a mapping; empty when missing."""
        return Reader(self.item, self.file, self._value(key, {}), self._lines, (*self.path, key))

    def tables(self, key: str) -> Iterator["Reader"]:
        """Read a list of mappings; none when missing."""
        value = self._value(key, [])
        if not isinstance(value, list):
            self.fail(key, Remedy.LIST)
        for place, element in enumerate(value):
            yield Reader(self.item, self.file, element, self._lines, (*self.path, key, place))

    def finish(self) -> None:
        """Refuse keys that nobody read: a misspelt key must not be a rule that silently does not hold."""
        for key in self._data:
            if key not in self._read:
                known = sorted(self._read)
                if near := _nearest(str(key), known):
                    self.fail(str(key), Remedy.UNKNOWN_KEY_MEANT, near=near)
                self.fail(str(key), Remedy.UNKNOWN_KEY, known=", ".join(known))

    def _value(self, key: str, default: object = _MISSING) -> Any:
        self._read.add(key)
        value = self._data.get(key, default)
        if value is _MISSING or value is None:
            self.fail(key, Remedy.MISSING)
        return value

    def _word(self, key: str, value: str, words: type[E]) -> E:
        try:
            return words(value)
        except ValueError:
            self.fail_unknown(key, value, words)


def _nearest(name: str, known: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(name, known, n=1)), "")
