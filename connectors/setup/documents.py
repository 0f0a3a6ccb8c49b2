"""YAML files of ours, checked by models: an error names file, line, key and fix."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from creditbus.connectors.errors import MappingError
from creditbus.connectors.setup.faults import said_of
from creditbus.connectors.setup.known_keys import known_keys
from creditbus.topics import messages
from creditbus.topics.suggestion import nearest, suggestion
from creditbus.topics.yaml_text import Located, YamlError, load_yaml, read_yaml
from creditbus.topics.yaml_text import Path as Keys

__all__ = ["Document", "faults_of", "first_fault", "load_document", "parse_document", "validated"]

_Model = TypeVar("_Model", bound=BaseModel)

_KEY = "[key]"
"""What pydantic puts at the end of a path when the key itself is wrong."""
_UNQUOTED = (int, float, date)
"""What YAML makes of a text that is not in quotes, such as 2099-12-31, 0012 or yes."""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and where each of its keys stands."""

    file: Path
    value: dict[str, Any] = field(repr=False)
    places: Mapping[Keys, tuple[Path, int]] = field(repr=False)

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

    def at(self, path: Sequence[str | int]) -> Mapping[str, Any]:
        """Return the mapping that stands at a path; empty where there is none."""
        value: Any = self.value
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}

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
    return _document(file, lambda: load_yaml(file))


def parse_document(file: Path, text: str) -> Document:
    """Read YAML text on behalf of a file; errors as :func:`load_document`."""
    return _document(file, lambda: read_yaml(text))


def _document(file: Path, read: Callable[[], Located]) -> Document:
    try:
        found = read()
    except YamlError as error:
        key = ".".join(map(str, error.path))
        raise MappingError(file, error.line, key, error.problem, error.fix) from error
    return Document(file, found.value, {path: (file, line) for path, line in found.lines.items()})


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
        raise first_fault(errors, model, document) from errors


def first_fault(errors: ValidationError, model: type[BaseModel], document: Document, *above: str) -> MappingError:
    """Say what does not fit first; `above` are the keys under which a document holds what the model reads."""
    return next(faults_of(errors, model, document, *above))


def faults_of(
    errors: ValidationError, model: type[BaseModel], document: Document, *above: str
) -> Iterator[MappingError]:
    """Say everything that does not fit; `above` as of `first_fault`."""
    for one in errors.errors(include_url=False):
        path = [part for part in one["loc"] if part != _KEY]
        problem, fix = said_of(one), ""
        if one["type"] == "extra_forbidden":
            fix = suggestion(str(path[-1]), known_keys(model, path[:-1]))
        elif one["type"] == "string_type" and isinstance(one["input"], _UNQUOTED):
            fix = messages.QUOTE_IT()
        elif one["type"] == "missing":
            given = document.at((*above, *path[:-1]))
            near = nearest(str(path[-1]), [key for key in given if key not in known_keys(model, path[:-1])])
            fix = messages.IS_IT_MEANT(name=near) if near else messages.ADD_IT()
        yield document.error((*above, *path), problem, fix)
