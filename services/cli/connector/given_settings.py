"""Settings that a command is given as KEY=VALUE: a text as it stands, and YAML where a setting takes something else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from creditbus.services.cli.messages import connector as messages
from creditbus.topics.errors import ConfigurationError

__all__ = ["given_settings"]

_OPTION: Final = "--set"
_NULL: Final = frozenset({"", "~", "null"})
_QUOTES: Final = ("'", '"')
#: By the types that YAML gives; no setting takes its dates.
_TYPES: Final[Mapping[type, frozenset[str]]] = {
    bool: frozenset({"boolean"}),
    int: frozenset({"integer", "number"}),
    float: frozenset({"number"}),
    list: frozenset({"array"}),
    dict: frozenset({"object"}),
}


def given_settings(schema: Mapping[str, Any], given: Sequence[str]) -> dict[str, Any]:
    """Return settings by key; one within another is given by the keys above it, such as ``password.file=x``.

    Args:
        schema: JSON Schema of the settings: it says which of them are texts, for which no sign means anything.
        given: each KEY=VALUE.

    Raises:
        ConfigurationError: one has no equals sign, or a key holds a value and others within it.

    """
    found: dict[str, Any] = {}
    for pair in given:
        key, mark, value = pair.partition("=")
        if not mark:
            raise ConfigurationError(_OPTION, messages.NOT_KEY_VALUE(pair=pair), messages.KEY_VALUE_EXAMPLE())
        path = key.split(".")
        _put(found, path, _value(value, frozenset(_types(schema, path, schema.get("$defs", {})))))
    return found


def _put(settings: dict[str, Any], path: Sequence[str], value: Any) -> None:
    *above, last = path
    for name in above:
        inner = settings.setdefault(name, {})
        if not isinstance(inner, dict):
            raise ConfigurationError(_OPTION, messages.SET_TWICE(name=name), messages.KEY_VALUE_EXAMPLE())
        settings = inner
    settings[last] = value


def _value(typed: str, types: frozenset[str]) -> Any:
    """Read a value as YAML where it cannot be a text: there `*`, `|`, `#1` and a tab mean something else or nothing."""
    stripped = typed.strip()
    if stripped == r"\t":
        return "\t"  # few can type the sign itself, and no setting is the two signs
    try:
        value = yaml.safe_load(typed)
    except yaml.YAMLError:
        value = typed
    if "string" not in types or (isinstance(value, str) and stripped.startswith(_QUOTES)):
        return value
    if value is None and "null" in types and stripped in _NULL:
        return None
    # 010 and 1:30 are numbers to YAML, and names to all who write them
    as_written = not isinstance(value, (int, float)) or isinstance(value, bool) or str(value) == stripped
    if as_written and not _TYPES.get(type(value), frozenset()).isdisjoint(types):
        return value
    return stripped or typed


def _types(schema: Mapping[str, Any], path: Sequence[str], named: Mapping[str, Any]) -> Iterator[str]:
    """Give the JSON types that the setting at a path may have; none where there is no such setting."""
    if "$ref" in schema:
        yield from _types(named.get(schema["$ref"].rpartition("/")[2], {}), path, named)
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _types(one, path, named)
    if not path:
        said = schema.get("type", "string" if "enum" in schema or "const" in schema else ())
        yield from (said,) if isinstance(said, str) else said
        return
    below = schema.get("properties", {}).get(path[0], schema.get("additionalProperties"))
    if isinstance(below, Mapping):
        yield from _types(below, path[1:], named)
