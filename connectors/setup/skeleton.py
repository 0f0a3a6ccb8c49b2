"""A mapping to be filled in, where no template knows the columns: guesses with their scores, and what is still open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import yaml

from creditbus.connectors.common.field_names import admitted_values, mandatory_where
from creditbus.connectors.contract import Cell, Row, Sampling, Source, Table
from creditbus.connectors.errors import UserError
from creditbus.connectors.mapping.cells import typed_text
from creditbus.connectors.mapping.day_numbers import DaySystem
from creditbus.connectors.mapping.units import stated_unit
from creditbus.connectors.setup import messages
from creditbus.connectors.setup.field_guess import FieldGuess, field_guesses
from creditbus.connectors.setup.templates import template_mappers
from creditbus.connectors.setup.value_hints import all_say_their_unit, rule_hints
from creditbus.services.domain.catalogue import Field, Item
from creditbus.services.domain.invisible import visible
from creditbus.services.domain.normalise import trim
from creditbus.topics.text import Language, in_language

__all__ = ["Skeleton", "head_lines", "skeleton"]

_SURE = 0.7
"""A guess of a lower score is written as a comment: a person has to say that it is right."""
_SAMPLED_ROWS = 100
_LONGEST = 80
_MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What is guessed of a table's columns for one item, and what nobody could guess."""

    item: Item
    table: Table
    guesses: tuple[FieldGuess, ...]
    hints: Mapping[str, Mapping[str, Any]]
    """Further keys of the rule of a guess, by code of the content field: of every guess, sure or not, for without them
    a comment that a person makes a rule would read its column wrongly."""
    derived: Mapping[str, Mapping[str, Any]]
    """Whole rules of content fields that no column fills, by code."""
    unsure: frozenset[str] = frozenset()
    """Content fields in a unit of money whose column does not say which one its amounts have: a guess of that would be
    wrong by ten thousand times, and nothing would show it."""

    @property
    def open(self) -> tuple[str, ...]:
        """Mandatory fields without a column, by code."""
        filled = {one.field for one in self.taken if one.part == "content"} | set(self.derived)
        return tuple(code for code, field in self.item.fields.items() if field.mandatory and code not in filled)

    @property
    def open_where(self) -> tuple[str, ...]:
        """Fields without a column that are mandatory under a condition, by code."""
        filled = {one.field for one in self.taken if one.part == "content"} | set(self.derived)
        asked = {rule.field for rule in self.item.rules.required}
        return tuple(code for code in self.item.fields if code in asked and code not in filled | set(self.open))

    @property
    def taken(self) -> tuple[FieldGuess, ...]:
        """Guesses that are good enough to stand in the mapping; the others are comments of it."""
        return tuple(
            one
            for one in self.guesses
            if one.score >= _SURE and (one.part != "content" or one.field not in self.unsure)
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """Columns that fill nothing yet."""
        used = {one.column for one in self.taken}
        return tuple(column.name for column in self.table.columns if column.name not in used)

    @property
    def score(self) -> float:
        """How much of the item the columns may fill: the sum of the guesses."""
        return round(sum(one.score for one in self.guesses), 2)

    def text(self, language: Language) -> str:
        """Write the mapping file, with what is open as comments in one language."""
        return "\n".join(_lines(self, language)) + "\n"


def skeleton(item: Item, table: Table, source: Source) -> Skeleton:
    """Guess columns and how they are written from the first rows; a source that gives none is judged by names alone."""
    samples = _samples(table, source)
    known: dict[tuple[str, str], list[str]] = {}
    for _, of, mapper in template_mappers():
        if of.id == item.id:
            for target in mapper.targets():
                known.setdefault((target.part, target.name), []).extend(target.columns)
    titles = {column.name: column.title for column in table.columns}
    guesses = field_guesses(item, known, samples, titles)
    # what stands above a table holds for all of its columns that say nothing else
    above = [text for _, text in table.above]
    units = {column.name: stated_unit((column.name, column.title, *above)) for column in table.columns}
    unsure = frozenset(
        one.field
        for one in guesses
        if one.part == "content"
        and stated_unit((item.fields[one.field].title,))
        and not units[one.column]
        and not all_say_their_unit(samples[one.column])
    )
    days: DaySystem = 1904 if table.details.get("day_numbers") == "1904" else 1900
    hints: dict[str, Mapping[str, Any]] = {}
    for one in guesses:
        if one.part == "content":
            field = item.fields[one.field]
            said = rule_hints(field, units[one.column], samples[one.column], days)
            hints[one.field] = _with_open_unit(said, field) if one.field in unsure else said
    derived: dict[str, Mapping[str, Any]] = {}
    code = next((one.column for one in guesses if (one.part, one.field) == ("claim", item.code_field)), None)
    category = item.category_field
    if code and category and all(one.field != category or one.score < _SURE for one in guesses):
        derived[category] = {"column": code, "find": "party"}
    return Skeleton(item, table, tuple(guesses), hints, derived, unsure)


def _with_open_unit(hints: Mapping[str, Any], field: Field) -> Mapping[str, Any]:
    """Leave open in the keys of a rule in which unit its amounts are."""
    return {**hints, "unit": {**hints.get("unit", {}), "from": "", "to": stated_unit((field.title,))}}


def _samples(table: Table, source: Source) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {column.name: [] for column in table.columns}
    try:
        for cells in _sampled(table, source):
            for column, cell in cells.items():
                if column in found and (text := trim(typed_text(cell) or "")):
                    found[column].append(text)
    except UserError:
        pass  # names alone, then: what is wrong with its rows, check and preview say
    return found


def _sampled(table: Table, source: Source) -> Iterable[Mapping[str, Cell]]:
    if isinstance(source, Sampling):
        return source.sample(table.name, _SAMPLED_ROWS)
    return (row.cells for row in islice(source.read(None), _SAMPLED_ROWS) if isinstance(row, Row))


def head_lines(table: Table, language: Language) -> Iterator[str]:
    """Say which header was taken, which rows stand above it, and how another one is named."""
    row = table.details.get("header_row")
    names = ", ".join(visible(column.name, _LONGEST) for column in table.columns[:_MOST_COLUMNS])
    if row is None:
        yield in_language(messages.COLUMNS_FOUND(table=table.name, names=names), language)
        return
    yield in_language(messages.HEADER_TAKEN(table=table.name, row=row, names=names), language)
    for number, text in table.above:
        yield in_language(messages.ROW_ABOVE(row=number, text=visible(text, _LONGEST)), language)
    yield in_language(messages.ANOTHER_HEADER(), language)


def _lines(made: Skeleton, language: Language) -> Iterator[str]:
    yield f"# {in_language(messages.SKELETON(), language)}"
    yield from (f"# {line}" for line in head_lines(made.table, language))
    yield f"item: {made.item.id}"
    yield from _part("content", list(_content(made, language)))
    yield from _part("claim", list(_claim(made, language)))
    if made.unused:
        yield f"# {in_language(messages.UNUSED_COLUMNS(), language)}"
        yield f"# ignore: {_flow(list(made.unused))}"


def _part(name: str, lines: list[str]) -> Iterator[str]:
    yield f"{name}:"
    yield from (f"  {line}" for line in lines)


def _content(made: Skeleton, language: Language) -> Iterator[str]:
    guesses = {one.field: one for one in made.guesses if one.part == "content"}
    for code, field in made.item.fields.items():
        guess, derived = guesses.get(code), made.derived.get(code)
        if guess is None and derived is None and code in made.item.claims.values():
            continue  # it stands under claim
        yield f"# {_described(made.item, field, language)}"
        if derived is not None:
            yield f"{code}: {_flow(dict(derived))}"
        elif guess is None:
            yield f"# {code}: {in_language(messages.OPEN(), language)}"
        else:
            mark = "" if guess in made.taken else "# "
            yield f"{mark}{code}: {_rule(guess, made.hints.get(code, {}))}{_says(made, guess, field, language)}"


def _says(made: Skeleton, guess: FieldGuess, field: Field, language: Language) -> str:
    """Say after a rule how sure it is, and what a person has to write into it."""
    if guess.field not in made.unsure:
        return _score(guess, language)
    unit = stated_unit((field.title,))
    return f"  # {in_language(messages.UNIT_OPEN(score=guess.score, unit=unit), language)}"


def _claim(made: Skeleton, language: Language) -> Iterator[str]:
    guesses = {one.field: one for one in made.guesses if one.part == "claim"}
    for name in made.item.claims:
        one = guesses.get(name)
        mark = "" if one in made.taken else "# "
        yield f"{mark}{name}: {_flow(one.column)}{_score(one, language)}" if one else f"# {name}:"


def _score(guess: FieldGuess, language: Language) -> str:
    return f"  # {in_language(messages.GUESSED(score=guess.score), language)}"


def _described(item: Item, field: Field, language: Language) -> str:
    title = field.title if language == "zh" or not field.title_en else f"{field.title} ({field.title_en})"
    parts = [title, in_language(messages.MANDATORY(), language) if field.mandatory else ""]
    parts += [in_language(one, language) for one in mandatory_where(item, field.code)]
    parts += [in_language(messages.FORMAT_IS(format=field.format.value), language)]
    parts += [in_language(admitted_values(field), language)]
    return "; ".join(filter(None, parts))


def _rule(guess: FieldGuess, hint: Mapping[str, Any]) -> str:
    return _flow({"column": guess.column, **hint} if hint else guess.column)


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000)
    return text.removesuffix("...\n").strip()
