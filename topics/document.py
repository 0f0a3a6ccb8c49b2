"""Reading a declared YAML file, with every complaint naming file, line and key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from creditbus.topics.errors import ConfigurationError

__all__ = ["Section", "read"]


def read(file: Traversable) -> Section:
    """Parse `file`, whose top level must be a mapping.

    Raises:
        ConfigurationError: it cannot be read, is not YAML or has another top level.
    """
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(file), "cannot be read as UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{file}:{line}", f"is not YAML: {error.problem}") from error
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{file}:1", "must be a mapping of keys to values")
    return Section(str(file), "", node)


class Section:
    """A mapping of a file. Each key is read once by a typed method; `finish` refuses what nobody read."""

    def __init__(self, file: str, path: str, node: yaml.MappingNode) -> None:
        self._file = file
        self._path = path
        self._line = node.start_mark.line + 1
        self._nodes: dict[str, yaml.Node] = {}
        self._asked: list[str] = []
        for key_node, value in node.value:
            key = str(key_node.value)
            if key in self._nodes:
                raise self._wrong(key, "stands here twice", node=key_node)
            self._nodes[key] = value

    def __iter__(self) -> Iterator[str]:
        """The keys as they stand in the file."""
        return iter(self._nodes)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def text(self, key: str, pattern: str = r".+", hint: str = "a text") -> str:
        """A text that matches `pattern` wholly."""
        return self._matching(key, self._value(key), pattern, hint)

    def optional_text(self, key: str, pattern: str = r".+", hint: str = "a text") -> str | None:
        """As `text`; None when the key is missing or null."""
        value = self._value(key, None)
        return None if value is None else self._matching(key, value, pattern, hint)

    def texts(self, key: str, pattern: str = r".+", hint: str = "texts") -> tuple[str, ...]:
        """A list of different texts, not empty, each matching `pattern` wholly."""
        values = self._value(key)
        if not isinstance(values, list) or not values:
            raise self._wrong(key, "must be a list that is not empty", f"write a list of {hint}")
        texts = tuple(self._matching(key, value, pattern, hint) for value in values)
        if len(set(texts)) < len(texts):
            raise self._wrong(key, "names something twice")
        return texts

    def choice(self, key: str, options: Collection[str]) -> str:
        """One of `options`."""
        return self._one_of(key, self._value(key), options)

    def choices(self, key: str, options: Collection[str]) -> tuple[str, ...]:
        """A list of `options`, not empty."""
        return tuple(self._one_of(key, value, options) for value in self.texts(key))

    def number(self, key: str, lowest: int, default: int | None = None) -> int:
        """A whole number, `lowest` or more."""
        value = self._value(key) if default is None else self._value(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
            raise self._wrong(key, f"must be a whole number, {lowest} or more, and is {value!r}")
        return value

    def optional_number(self, key: str, lowest: int) -> int | None:
        """As `number`, where null is a value too; a missing key is not."""
        return None if self._value(key) is None else self.number(key, lowest)

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise self._wrong(key, f"must be true or false, and is {value!r}")
        return value

    def day(self, key: str) -> date:
        """A date, written 2020-12-31."""
        value = self._value(key)
        if type(value) is not date:
            raise self._wrong(key, f"must be a date, and is {value!r}", "write it like 2020-12-31")
        return value

    def section(self, key: str) -> Section:
        """A mapping."""
        section = self.optional_section(key)
        if section is None:
            raise self._wrong(key, "is missing", "give it a mapping of keys to values")
        return section

    def optional_section(self, key: str) -> Section | None:
        """A mapping; None when the key is missing."""
        self._asked.append(key)
        node = self._nodes.get(key)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            raise self._wrong(key, "must be a mapping of keys to values")
        return Section(self._file, f"{self._path}{key}.", node)

    def text_lists(self, key: str) -> list[tuple[str, ...]]:
        """A list of lists of texts; empty when the key is missing."""
        values = self._value(key, [])
        if not isinstance(values, list) or not all(isinstance(value, list) for value in values):
            raise self._wrong(key, "must be a list of lists")
        return [tuple(self._matching(key, text, r".+", "texts") for text in value) for value in values]

    def finish(self) -> None:
        """Refuse keys that were not asked for.

        Raises:
            ConfigurationError: there is one, most often a slip of the pen.
        """
        for key in self._nodes:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                fix = f"did you mean {near[0]}?" if near else f"known here: {', '.join(dict.fromkeys(self._asked))}"
                raise self._wrong(key, "is not known", fix)

    def wrong(self, key: str, problem: str, fix: str = "") -> ConfigurationError:
        """An error about `key`, for checks that look at several values."""
        return self._wrong(key, problem, fix)

    def _value(self, key: str, *default: Any) -> Any:
        self._asked.append(key)
        node = self._nodes.get(key)
        if node is None:
            if default:
                return default[0]
            near = difflib.get_close_matches(key, [name for name in self._nodes if name not in self._asked], n=1)
            raise self._wrong(key, "is missing", f"is {near[0]} meant to be it?" if near else "add it")
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(node, deep=True)
        except (yaml.MarkedYAMLError, ValueError) as error:
            raise self._wrong(key, "is not a value that YAML knows") from error
        finally:
            loader.dispose()

    def _matching(self, key: str, value: Any, pattern: str, hint: str) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.DOTALL):
            fix = "put it in quotes" if isinstance(value, (int, float, date)) else ""
            raise self._wrong(key, f"must be {hint}, and is {value!r}", fix)
        return value

    def _one_of(self, key: str, value: Any, options: Collection[str]) -> str:
        if not isinstance(value, str) or value not in options:
            raise self._wrong(key, f"must be one of {', '.join(options)}, and is {value!r}")
        return value

    def _wrong(self, key: str, problem: str, fix: str = "", *, node: yaml.Node | None = None) -> ConfigurationError:
        at = node or self._nodes.get(key)
        line = at.start_mark.line + 1 if at else self._line
        return ConfigurationError(f"{self._file}:{line}: {self._path}{key}", problem, fix)
