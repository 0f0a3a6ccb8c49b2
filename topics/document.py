"""Reading a declared YAML file, with every complaint naming file, line, key and fix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from importlib.resources.abc import Traversable
from typing import Any, Concatenate, ParamSpec, TypeVar

from creditbus.topics import messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.suggestion import nearest, suggestion
from creditbus.topics.yaml_text import Located, Path, YamlError, load_yaml

__all__ = ["DayRange", "DocumentError", "Section", "read"]

_A_TEXT, _TEXTS = messages.A_TEXT(), messages.TEXTS()
_P = ParamSpec("_P")
_T = TypeVar("_T")


class DocumentError(ConfigurationError):
    """A key of a declared file is wrong.

    Attributes:
        file: as a person would open it.
        line: from 1; 0 where no line can be named.
        key: within the keys above it, such as `grant.items`; empty: the file as a whole.
    """

    def __init__(self, file: str, line: int, path: Path, problem: str, fix: str = "") -> None:
        self.file = file
        self.line = line
        self.key = ".".join(map(str, path))
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {self.key}" if path else place, problem, fix)


@dataclass(frozen=True, slots=True)
class DayRange:
    """Days in a row, both ends included."""

    first: date
    last: date

    def days(self) -> Iterator[date]:
        """Yield each day."""
        return (self.first + timedelta(number) for number in range((self.last - self.first).days + 1))


def read(file: Traversable, faults: list[DocumentError] | None = None) -> Section:
    """Parse `file`, whose top level must be a mapping.

    Args:
        file: on a disk, in a package or in memory.
        faults: takes what is wrong with single values, so that a reader goes on with the next key; None: the first such
            value raises.

    Raises:
        DocumentError: it cannot be read, is not YAML or has another top level.
    """
    try:
        found = load_yaml(file)
    except YamlError as error:
        raise DocumentError(str(file), error.line, error.path, error.problem, error.fix) from error
    return Section(str(file), found, (), faults)


def _instead(
    value: Any,
) -> Callable[[Callable[Concatenate[Section, _P], _T]], Callable[Concatenate[Section, _P], _T]]:
    """Let a method give `value` in place of a wrong one where the section's faults are collected."""

    def collecting(method: Callable[Concatenate[Section, _P], _T]) -> Callable[Concatenate[Section, _P], _T]:
        @wraps(method)
        def reading(section: Section, /, *args: _P.args, **named: _P.kwargs) -> _T:
            try:
                return method(section, *args, **named)
            except DocumentError as error:
                section.report(error)
                instead: _T = value
                return instead

        return reading

    return collecting


class Section:
    """A mapping of a file. Each key is read once by a typed method; `finish` refuses what nobody read.

    Attributes:
        faults: takes what the typed methods and `finish` find wrong; they give a value of their own instead. None: they
            raise.
    """

    def __init__(self, file: str, document: Located, path: Path, faults: list[DocumentError] | None = None) -> None:
        self.faults = faults
        self._file = file
        self._document = document
        self._path = path
        value: Any = document.value
        for key in path:
            value = value[key]
        self._values: Mapping[str, Any] = value
        self._asked: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """The keys as they stand in the file."""
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @_instead("")
    def text(self, key: str, pattern: str = r".+", hint: str = _A_TEXT) -> str:
        """A text that matches `pattern` wholly."""
        return self._matching(key, self._value(key), pattern, hint)

    @_instead(None)
    def optional_text(self, key: str, pattern: str = r".+", hint: str = _A_TEXT) -> str | None:
        """As `text`; None when the key is missing or null."""
        value = self._value(key, None)
        return None if value is None else self._matching(key, value, pattern, hint)

    @_instead(())
    def texts(self, key: str, pattern: str = r".+", hint: str = _TEXTS) -> tuple[str, ...]:
        """A list of different texts, not empty, each matching `pattern` wholly."""
        values = self._value(key)
        if not isinstance(values, list) or not values:
            raise self.wrong(key, messages.NOT_A_FILLED_LIST(), messages.WRITE_A_LIST(hint=hint))
        texts = tuple(self._matching(key, value, pattern, hint) for value in values)
        if len(set(texts)) < len(texts):
            raise self.wrong(key, messages.NAMES_TWICE(), messages.LEAVE_ONE_OUT())
        return texts

    @_instead("")
    def choice(self, key: str, options: Collection[str]) -> str:
        """One of `options`."""
        return self._one_of(key, self._value(key), options)

    @_instead(())
    def choices(self, key: str, options: Collection[str]) -> tuple[str, ...]:
        """A list of `options`, not empty."""
        return tuple(self._one_of(key, value, options) for value in self.texts(key))

    @_instead(1)
    def number(self, key: str, lowest: int, default: int | None = None) -> int:
        """A whole number, `lowest` or more."""
        value = self._value(key) if default is None else self._value(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
            raise self._not(key, messages.WHOLE_NUMBER_FROM(lowest=lowest), value)
        return value

    @_instead(None)
    def optional_number(self, key: str, lowest: int) -> int | None:
        """As `number`, where null is a value too; a missing key is not."""
        return None if self._value(key) is None else self.number(key, lowest)

    @_instead(False)
    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise self._not(key, messages.TRUE_OR_FALSE(), value)
        return value

    @_instead(date.max)
    def day(self, key: str) -> date:
        """A date, written 2020-12-31."""
        value = self._value(key)
        if type(value) is not date:
            raise self._not(key, messages.A_DATE(), value, messages.WRITE_IT_AS(example="2020-12-31"))
        return value

    @_instead((0, 0))
    def pair(self, key: str) -> tuple[int, int]:
        """Two whole numbers from 0 on, written [1, 0]."""
        value = self._value(key)
        if not isinstance(value, list) or [type(one) for one in value] != [int, int] or min(value) < 0:
            raise self._not(key, messages.TWO_NUMBERS(), value, messages.WRITE_IT_AS(example="[1, 0]"))
        return value[0], value[1]

    @_instead([])
    def day_ranges(self, key: str) -> list[DayRange]:
        """A list of days, written 2020-12-31, and of ranges of days, written 2020-12-30..2020-12-31; may be empty."""
        values = self._value(key)
        if not isinstance(values, list):
            raise self.wrong(key, messages.NOT_A_LIST_OF_DAYS(), messages.WRITE_IT_AS(example="[2020-12-31]"))
        return [self._day_range(key, place, value) for place, value in enumerate(values)]

    def section(self, key: str) -> Section:
        """A mapping; where faults are taken and it is not there, one in which nothing more is found wrong."""
        section = self.optional_section(key)
        if section is None:
            self.report(self.wrong(key, messages.IS_MISSING(), messages.GIVE_A_MAPPING()))
            return Section(self._file, Located({}, {}), (), [])
        return section

    @_instead(None)
    def optional_section(self, key: str) -> Section | None:
        """A mapping; None when the key is missing."""
        self._asked.append(key)
        if key not in self._values:
            return None
        if not isinstance(self._values[key], dict):
            raise self.wrong(key, messages.NOT_A_MAPPING(), messages.GIVE_A_MAPPING())
        return self._at(key)

    @_instead(())
    def sections(self, key: str) -> Sequence[Section]:
        """A list of mappings, not empty."""
        values = self._value(key)
        if not isinstance(values, list) or not values or not all(isinstance(value, dict) for value in values):
            raise self.wrong(key, messages.NOT_MAPPINGS(), messages.GIVE_MAPPINGS())
        return [self._at(key, place) for place in range(len(values))]

    @_instead([])
    def text_lists(self, key: str) -> list[tuple[str, ...]]:
        """A list of lists of texts; empty when the key is missing."""
        values = self._value(key, [])
        if not isinstance(values, list) or not all(isinstance(value, list) for value in values):
            raise self.wrong(key, messages.NOT_LISTS())
        return [tuple(self._matching(key, text, r".+", _TEXTS) for text in value) for value in values]

    @_instead(None)
    def finish(self) -> None:
        """Refuse keys that were not asked for.

        Raises:
            ConfigurationError: there is one, most often a slip of the pen.
        """
        unknown = [key for key in self._values if key not in self._asked]
        for key in unknown:
            error = self.wrong(key, messages.NOT_A_KNOWN_KEY(), suggestion(key, self._asked))
            if self.faults is None or key == unknown[-1]:
                raise error
            self.faults.append(error)

    def report(self, error: DocumentError) -> None:
        """Take the error of a check that compares values, so that the reader goes on; raise it where none is taken."""
        if self.faults is None:
            raise error
        self.faults.append(error)

    def wrong(self, key: str, problem: str, fix: str = "") -> DocumentError:
        """An error about `key`, for checks that look at several values, too."""
        path = (*self._path, key)
        return DocumentError(self._file, self._document.line(path), path, problem, fix)

    def wrong_element(self, key: str, place: int, problem: str, fix: str = "") -> DocumentError:
        """An error about one element of the list `key`: it names the element's line."""
        line = self._document.line((*self._path, key, place))
        return DocumentError(self._file, line, (*self._path, key), problem, fix)

    def _at(self, *further: str | int) -> Section:
        return Section(self._file, self._document, (*self._path, *further), self.faults)

    def _day_range(self, key: str, place: int, value: Any) -> DayRange:
        if type(value) is date:
            return DayRange(value, value)
        first, dots, last = value.partition("..") if isinstance(value, str) else ("", "", "")
        try:
            days = DayRange(date.fromisoformat(first), date.fromisoformat(last if dots else first))
        except ValueError as error:
            problem = messages.MUST_BE(wanted=messages.A_DAY_OR_RANGE(), value=repr(value))
            fix = messages.WRITE_IT_AS(example="2020-12-30..2020-12-31")
            raise self.wrong_element(key, place, problem, fix) from error
        if days.last < days.first:
            raise self.wrong_element(key, place, messages.RANGE_BACKWARDS(value=value), messages.EARLIER_DAY_FIRST())
        return days

    def _value(self, key: str, *default: Any) -> Any:
        self._asked.append(key)
        if key in self._values:
            return self._values[key]
        if default:
            return default[0]
        near = nearest(key, [name for name in self._values if name not in self._asked])
        fix = messages.IS_IT_MEANT(name=near) if near else messages.ADD_IT()
        raise self.wrong(key, messages.IS_MISSING(), fix)

    def _matching(self, key: str, value: Any, pattern: str, hint: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL):
            fix = messages.QUOTE_IT() if isinstance(value, (int, float, date)) else ""
            raise self._not(key, hint, value, fix)
        return value

    def _one_of(self, key: str, value: Any, options: Collection[str]) -> str:
        if not isinstance(value, str) or value not in options:
            near = nearest(value, options) if isinstance(value, str) else None
            fix = messages.DID_YOU_MEAN(name=near) if near else ""
            raise self._not(key, messages.ONE_OF(names=", ".join(options)), value, fix)
        return value

    def _not(self, key: str, wanted: str, value: Any, fix: str = "") -> DocumentError:
        return self.wrong(key, messages.MUST_BE(wanted=wanted, value=repr(value)), fix)
