"""The page of the mapping language, made from the model: every key with its meaning, its default and an example."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from creditbus.connectors.mapping import page_messages as messages
from creditbus.connectors.mapping.model import LookupTable, MappingModel, Rule, Unit
from creditbus.connectors.mapping.page_examples import EXAMPLES, WHOLE, Case, Example
from creditbus.topics.text import Language, Message, in_language

__all__ = ["PREFIXES", "keys_of", "mapping_page"]

PREFIXES: Mapping[type[BaseModel], str] = {MappingModel: "mapping", Rule: "rule", Unit: "unit", LookupTable: "table"}
"""What the names of a model's keys begin with, in messages and examples."""

_BELOW: Mapping[str, type[BaseModel]] = {"rule.unit": Unit, "mapping.tables": LookupTable}
"""Keys that hold keys of their own."""
_SHEETS = "settings: {path: ../inbox/penalties.xlsx, sheet: [罚款, 没收]}   # sheet: '*'\n"


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, FieldInfo]]:
    """Give the name of every key of a model, with its model's prefix, in the order of the model."""
    for name, field in model.model_fields.items():
        yield f"{PREFIXES[model]}.{field.alias or name}", field


def mapping_page(language: Language, made: str = "") -> str:
    """Write the page in one language.

    Args:
        language: Of the text; examples are the same in both.
        made: A line after the title that says how the page is made; empty: none.
    """
    return "\n\n".join(filter(None, _parts(_Words(language), made))) + "\n"


class _Words:
    def __init__(self, language: Language) -> None:
        self._language = language

    def __call__(self, message: Message, **values: object) -> str:
        return in_language(message(**values), self._language)


def _parts(words: _Words, made: str) -> Iterator[str]:
    yield f"# {words(messages.TITLE)}"
    yield made
    yield words(messages.INTRODUCTION)
    yield words(messages.NOTHING_GUESSED)
    yield f"## {words(messages.WHOLE)}"
    yield _code(WHOLE)
    yield f"## {words(messages.OF_FILE)}"
    for name, field in keys_of(MappingModel):
        yield from _key(words, name, field)
    yield f"## {words(messages.OF_RULE)}"
    yield words(messages.ORDER)
    for name, field in keys_of(Rule):
        yield from _key(words, name, field)
    yield f"## {words(messages.ELSEWHERE)}"
    yield words(messages.SHEETS)
    yield _code(_SHEETS)


def _key(words: _Words, name: str, field: FieldInfo) -> Iterator[str]:
    yield f"### `{name.partition('.')[2]}`"
    yield " ".join((words(messages.MEANINGS[name]), _default(words, field)))
    keys_below = list(keys_of(_BELOW[name])) if name in _BELOW else []
    if keys_below:
        yield "\n".join(
            f"- `{below.partition('.')[2]}`: {words(messages.MEANINGS[below])} {_default(words, of)}"
            for below, of in keys_below
        )
    for shown in (name, *(below for below, _ in keys_below)):
        if example := EXAMPLES.get(shown):
            yield from _example(words, example)


def _default(words: _Words, field: FieldInfo) -> str:
    if field.is_required():
        return words(messages.REQUIRED)
    value: Any = field.get_default(call_default_factory=True)
    written = yaml.safe_dump(_plain(value), allow_unicode=True, default_flow_style=True, width=200)
    return words(messages.DEFAULT_IS, value=f"`{written.replace('...', '').strip()}`")


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _example(words: _Words, example: Example) -> Iterator[str]:
    yield _code(example.yaml)
    if example.cases:
        lines = [(words(messages.CELLS), words(messages.GIVES)), ("---", "---")]
        lines += [(_cells(words, case), _outcome(words, case)) for case in example.cases]
        yield "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(words: _Words, case: Case) -> str:
    parts = [f"{name} `{value}`" for name, value in case.cells.items()]
    parts += [words(messages.NAME_OF_FILE, name=f"`{case.file}`")] if case.file else []
    parts += [words(messages.NAME_OF_SHEET, name=f"`{case.sheet}`")] if case.sheet else []
    return ", ".join(parts)


def _outcome(words: _Words, case: Case) -> str:
    value = words(messages.NO_VALUE) if case.value is None else f"`{case.value}`"
    if case.reason:
        value = words(messages.REFUSED, value=value, reason=f"`{case.reason}`")
    return f"`{case.field}` {value}"


def _code(text: str) -> str:
    return f"```yaml\n{text}```"
