"""YAML files of ours, read so that an error can name file, line and key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from creditbus.connectors.errors import MappingError

__all__ = ["Document", "load_document", "parse_document", "validated"]

_Model = TypeVar("_Model", bound=BaseModel)
_Path = tuple[str | int, ...]

_KEY = "[key]"
"""What pydantic puts at the end of a path when the key itself is wrong."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and where each of its keys stands."""

    file: Path
    value: dict[str, Any] = field(repr=False)
    places: Mapping[_Path, tuple[Path, int]] = field(repr=False)

    def place(self, path: Sequence[str | int]) -> tuple[Path, int]:
        """Return file and line of a key; of the nearest key above it that is there, else of the document."""
        known = tuple(path)
        while known and known not in self.places:
            known = known[:-1]
        return self.places.get(known, (self.file, 1))

    def error(self, path: Sequence[str | int], problem: str, fix: str = "") -> MappingError:
        """Make the error that names a key and where it stands."""
        file, line = self.place(path)
        return MappingError(file, line, ".".join(map(str, path)), problem, fix)

    def overlaid(self, other: "Document", key: str) -> "Document":
        """Lay what another document holds under a key over this one; mappings are merged, all else is replaced."""
        over = other.value.get(key, {})
        moved = {path[1:]: place for path, place in other.places.items() if path[:1] == (key,) and path[1:]}
        value = _merged(self.value, over)
        return Document(self.file, value, {**self.places, **moved})


def load_document(file: Path) -> Document:
    """Read a YAML file whose top is a mapping.

    Raises:
        MappingError: it is missing, no YAML, has a key twice, or is something else than a mapping.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise MappingError(file, 0, "", f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise MappingError(file, 0, "", "is not UTF-8", "save it as UTF-8") from error
    return parse_document(file, text)


def parse_document(file: Path, text: str) -> Document:
    """Read YAML text on behalf of a file; errors as :func:`load_document`."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise MappingError(file, line, "", f"is no YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise MappingError(file, 0, "", "is no YAML") from error
    if not isinstance(node, yaml.MappingNode):
        raise MappingError(file, 1, "", "is not a mapping of keys to values")
    reader = _Reader(file)
    return Document(file, reader.mapping(node, ()), reader.places)


class _Reader:
    def __init__(self, file: Path) -> None:
        self.places: dict[_Path, tuple[Path, int]] = {}
        self._file = file
        self._scalars = yaml.constructor.SafeConstructor()

    def mapping(self, node: yaml.MappingNode, path: _Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in value:
                raise MappingError(self._file, line, ".".join(map(str, (*path, key))), "stands here a second time")
            self.places[(*path, key)] = (self._file, line)
            value[key] = self._any(value_node, (*path, key))
        return value

    def _any(self, node: yaml.Node, path: _Path) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            found = []
            for place, child in enumerate(node.value):
                self.places[(*path, place)] = (self._file, child.start_mark.line + 1)
                found.append(self._any(child, (*path, place)))
            return found
        return self._scalars.construct_object(node)


def _merged(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    return {**base, **{key: _merged(base.get(key), value) for key, value in over.items()}}


def validated(model: type[_Model], document: Document, context: Mapping[str, Any] | None = None) -> _Model:
    """Read a document into a model.

    Raises:
        MappingError: the first thing that does not fit, with its line.
    """
    try:
        return model.model_validate(document.value, context=dict(context or {}))
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        path = [part for part in first["loc"] if part != _KEY]
        raise document.error(path, _sentence(first["type"], first["msg"])) from errors


def _sentence(kind: str, message: str) -> str:
    known = {"extra_forbidden": "is not a known key", "missing": "is missing"}
    return known.get(
        kind, message.removeprefix("Value error, ")[:1].lower() + message.removeprefix("Value error, ")[1:]
    )
