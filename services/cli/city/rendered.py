"""Texts of the files that a city starts from, with the meaning of each key as a comment above it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import yaml

from creditbus.services.cli.language import language, spoken
from creditbus.services.cli.messages import city as messages
from creditbus.services.domain.catalogue.entry_meanings import MEANINGS as OF_ENTRIES
from creditbus.topics.city.key_messages import MEANINGS

__all__ = ["plain", "record_name", "rendered", "schema_text"]

_MARK: Final = "#? "
_OF: Final = "of"
_NAMED: Final = "+"
"""At the end of a key: its name stands before its meaning, since other keys share the lines below."""
_TEXT: Final = ["null", "string"]


def rendered(name: str, of: str, values: Mapping[str, str]) -> str:
    """Fill in one of the templates in `files/`.

    Args:
        name: of the template.
        of: what the file is, for the comment at its top.
        values: what stands in place of `@name`.

    """
    template = files("creditbus.services.cli").joinpath("city", "files", f"{name}.yaml").read_text(encoding="utf-8")
    text = "".join(_commented(template, of))
    for key in sorted(values, key=len, reverse=True):  # @item is the beginning of @items
        text = text.replace(f"@{key}", values[key])
    return text


def plain(text: str) -> str:
    """Write a text as YAML needs it within a mapping in braces."""
    return yaml.safe_dump([str(text)], allow_unicode=True, default_flow_style=True, width=10_000).strip()[1:-1]


def schema_text(item: str) -> str:
    """Write the content schema of a new item: one field a line, as those of the product are."""
    template = files("creditbus.services.cli").joinpath("city", "files", "fields.yaml").read_text(encoding="utf-8")
    lines = ",\n    ".join(json.dumps(_field(one), ensure_ascii=False) for one in yaml.safe_load(template))
    head = json.dumps({"type": "record", "name": record_name(item), "namespace": "creditbus", "doc": item}, indent=2)
    return f'{head.removesuffix("}").rstrip()},\n  "fields": [\n    {lines}\n  ]\n}}\n'


def record_name(item: str) -> str:
    """Name the record of an item: `tax-refund` is TaxRefund."""
    return "".join(word.capitalize() for word in item.split("-"))


def _field(described: dict[str, Any]) -> dict[str, Any]:
    return {"name": described["code"], "type": _TEXT, "default": None, **described}


def _commented(template: str, of: str) -> Iterator[str]:
    for line in template.splitlines(keepends=True):
        bare = line.lstrip(" ")
        if not bare.startswith(_MARK):
            yield line
            continue
        indent, key = line[: len(line) - len(bare)], bare.removeprefix(_MARK).strip()
        meaning = of if key == _OF else _meaning(key)
        yield from (f"{indent}# {one}\n" for one in meaning.splitlines())


def _meaning(key: str) -> str:
    if key.endswith(_NAMED):
        key = key.removesuffix(_NAMED)
        return spoken(messages.KEY_AND_MEANING, key=key.rpartition(".")[2], meaning=_meaning(key))
    kind, _, name = key.partition(".")
    if kind == "item":
        return OF_ENTRIES[name][0 if language() == "zh" else 1]
    return spoken(MEANINGS[key])
