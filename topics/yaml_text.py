"""YAML with the line of every key, so that an error can name file, line, key and fix.

All YAML that people write is read here: declarations, connectors and mappings, and by `catalogue lint` the entries of
the catalogue. What the values mean is up to the reader: `document.Section`, pydantic, or the domain's catalogue.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from creditbus.topics import messages
from creditbus.topics.system_errors import reason_of

__all__ = ["Located", "Path", "YamlError", "load_yaml", "read_yaml"]

#: A key within the keys above it; places in a list count from 0.
Path = tuple[str | int, ...]


class YamlError(ValueError):
    """A text is not the YAML that it should be.

    Attributes:
        line: from 1; 0 where no line can be named.
        path: the key at fault; empty for the text as a whole.
        problem: what is wrong.
        fix: what to do about it.

    """

    def __init__(self, line: int, path: Path, problem: str, fix: str = "") -> None:
        super().__init__(line, path, problem, fix)
        self.line = line
        self.path = path
        self.problem = problem
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Located:
    """The value of a text, and where its keys and the elements of its lists stand: lines from 1."""

    value: dict[str, Any] = field(repr=False)
    lines: Mapping[Path, int] = field(repr=False)

    def line(self, path: Sequence[str | int]) -> int:
        """Return the line of a key, of the nearest key above it where it is not there."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)


def load_yaml(file: Traversable) -> Located:
    """Read a file; errors as of `read_yaml`, also where there is no file or it is not UTF-8."""
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise YamlError(0, (), messages.CANNOT_BE_READ(reason=reason_of(error))) from error
    except UnicodeDecodeError as error:
        raise YamlError(0, (), messages.NOT_UTF8(), messages.SAVE_AS_UTF8()) from error
    return read_yaml(text)


def read_yaml(text: str) -> Located:
    """Read a text whose top is a mapping; its keys become texts.

    Raises:
        YamlError: it is not YAML, its top is something else, a key stands twice, or a value is of no type that YAML
            has.

    """
    try:
        node = _compose(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlError(line, (), messages.NOT_YAML(problem=error.problem or error.context)) from error
    except yaml.YAMLError as error:
        raise YamlError(0, (), messages.NOT_YAML(problem=" ".join(str(error).split()))) from error
    if not isinstance(node, yaml.MappingNode):
        raise YamlError(1, (), messages.NOT_A_MAPPING())
    reader = _Reader()
    return Located(reader.mapping(node, ()), reader.lines)


def _compose(text: str) -> yaml.Node | None:
    """Compose by libyaml where PyYAML has it, five times as fast; what it refuses, PyYAML itself explains."""
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=yaml.CSafeLoader)
    return yaml.compose(text, Loader=yaml.SafeLoader)


class _Reader:
    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._scalars = yaml.constructor.SafeConstructor()
        self._around: set[int] = set()

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), _line(key_node)
            if key in value:
                raise YamlError(line, (*path, key), messages.STANDS_TWICE(), messages.LEAVE_ONE_OUT())
            self.lines[*path, key] = line
            value[key] = self._any(value_node, (*path, key))
        return value

    def _any(self, node: yaml.Node, path: Path) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if id(node) in self._around:
            raise YamlError(self.lines[path], path, messages.HOLDS_ITSELF())
        self._around.add(id(node))
        value = self.mapping(node, path) if isinstance(node, yaml.MappingNode) else self._list(node, path)
        self._around.remove(id(node))
        return value

    def _list(self, node: yaml.Node, path: Path) -> list[Any]:
        found = []
        for place, child in enumerate(node.value):
            self.lines[*path, place] = _line(child)
            found.append(self._any(child, (*path, place)))
        return found

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        try:
            return self._scalars.construct_object(node)
        except (yaml.MarkedYAMLError, ValueError) as error:
            raise YamlError(self.lines[path], path, messages.NO_YAML_VALUE(), messages.QUOTE_IT()) from error


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
