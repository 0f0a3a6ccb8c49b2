"""What stands in a city's files as `city init`, `department add`, `subscriber add` and `item add` wrote it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from creditbus.services.cli.city.defaults import CITY_CODE, CITY_NAME, CITY_NAME_EN, DISTRICTS
from creditbus.services.cli.city.fault import CityFault
from creditbus.services.cli.messages import city as messages
from creditbus.topics.city.settings import CITY_FILE
from creditbus.topics.text import Message
from creditbus.topics.yaml_text import YamlError, load_yaml

__all__ = ["placeholders"]


class _Place(NamedTuple):
    """Files, a key in them, and what was written there."""

    files: str
    key: tuple[str, ...]
    written: Collection[Any]


def placeholders(folder: Path) -> list[CityFault]:
    """Find what nobody has filled in yet, file by file. It breaks nothing, and what a court reads may be invented."""
    return [remark for place in _places() for path in sorted(folder.glob(place.files)) for remark in _in(path, place)]


def _places() -> Sequence[_Place]:
    new, position = messages.NEW_ITEM, messages.POSITION
    return (
        _Place(CITY_FILE, ("name", "zh"), {CITY_NAME}),
        _Place(CITY_FILE, ("name", "en"), {CITY_NAME_EN}),
        _Place(CITY_FILE, ("code",), {CITY_CODE}),
        _Place(CITY_FILE, ("districts", "*", "name"), {one.partition("=")[2] for one in DISTRICTS.split(",")}),
        _Place("departments/*.yaml", ("contact",), _both(position)),
        _Place("subscribers/*.yaml", ("grant", "purpose"), {_in_template("subscriber", "grant.purpose")}),
        _Place("subscribers/*.yaml", ("grant", "legal_basis"), {_in_template("subscriber", "grant.legal_basis")}),
        _Place("catalogue/*/item.yaml", ("title", "zh"), _both(new)),
        _Place("catalogue/*/item.yaml", ("title", "en"), _both(new)),
        _Place("catalogue/*/item.yaml", ("legal_basis", "*"), _in_template("item", "legal_basis")),
    )


def _both(message: Message) -> frozenset[str]:
    return frozenset({message.zh, message.en})


def _in_template(name: str, key: str) -> Any:
    """Return what a template holds under a key: it stands in the line below the key's mark."""
    template = files("creditbus.services.cli").joinpath("city", "files", f"{name}.yaml").read_text(encoding="utf-8")
    lines = [line.strip() for line in template.splitlines()]
    (value,) = yaml.safe_load(lines[lines.index(f"#? {name}.{key}") + 1]).values()
    return value


def _in(path: Path, place: _Place) -> Iterator[CityFault]:
    try:
        document = load_yaml(path)
    except YamlError:
        return  # the check itself says so
    for found, value in _values(document.value, place.key, ()):
        if isinstance(value, str) and value in place.written:
            problem = messages.PLACEHOLDER(value=value)
            yield CityFault(str(path), document.line(found), ".".join(map(str, found)), problem, "")


def _values(
    value: Any, key: Sequence[str], found: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield what stands under a key, in which `*` is each place of a list."""
    if not key:
        yield found, value
    elif key[0] == "*" and isinstance(value, list):
        for place, one in enumerate(value):
            yield from _values(one, key[1:], (*found, place))
    elif isinstance(value, dict) and key[0] in value:
        yield from _values(value[key[0]], key[1:], (*found, key[0]))
