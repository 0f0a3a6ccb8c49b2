"""What is done to a cell of one field, step by step, in the order that `model.Rule` states."""

import re
from collections.abc import Callable, Iterator
from importlib.resources.abc import Traversable
from typing import Any

from creditbus.connectors.common.field_names import field_name
from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.amounts import number_reader
from creditbus.connectors.mapping.cells import Transform, date_reader
from creditbus.connectors.mapping.day_numbers import day_number_reader
from creditbus.connectors.mapping.model import Form, MappingModel, Rule, Unit
from creditbus.connectors.mapping.moments import day_reader, epoch_reader, moment_reader
from creditbus.connectors.mapping.parties import categories_of, party_finder
from creditbus.connectors.mapping.tables import division_finder, load_lookup
from creditbus.connectors.mapping.units import stated_unit
from creditbus.connectors.setup.documents import Document
from creditbus.services.domain import normalise
from creditbus.services.domain.catalogue import Field, Format, Item
from creditbus.services.domain.event import SubjectKind
from creditbus.topics.text import said_by

__all__ = ["Step", "Steps"]

Step = Callable[[str], Any]

_DATES = ("date", "date-open")
_MOMENTS = ("datetime", "epoch_ms")
_KIND = ("header", "subject_kind")
_OF_FIELD = 2
"""Parts of a rule's path that name its field."""


class Steps:
    """Makes one function of the steps of a rule.

    Args:
        mapping: The mapping that holds the rules.
        document: Where it stands, for errors.
        item: The catalogue item that it names.
        folder: What paths of lookup tables are relative to.
    """

    def __init__(self, mapping: MappingModel, document: Document, item: Item, folder: Traversable) -> None:
        self._mapping = mapping
        self._document = document
        self._item = item
        self._folder = folder

    def of(self, path: tuple[str, ...], rule: Rule, form: Form, field: Field | None) -> Step | None:
        """Return the function; ``None``: the cell stays as it is.

        Args:
            path: The rule in the mapping: content, claim or header, the field, and perhaps `otherwise`.
            rule: Its rule.
            form: How a cell is read.
            field: The content field; ``None`` in claim and header.

        Raises:
            MappingError: a step does not fit the field.
            SourceError: a lookup table cannot be read.
        """
        return _chain(list(self._steps(path, rule, form, field)))

    def _steps(self, path: tuple[str, ...], rule: Rule, form: Form, field: Field | None) -> Iterator[Step]:
        if rule.pattern is not None:
            yield _part(rule.pattern)
        if rule.values:
            table = rule.values
            yield lambda text: table.get(text, text)
        yield from self._dates(path, rule, form, field)
        yield from self._numbers(path, rule, field)
        if rule.lookup:
            yield from self._lookup(rule.lookup)
        if rule.find == "division":
            yield division_finder()
        elif rule.find:
            yield self._party(path)
        if path[:_OF_FIELD] == _KIND:
            yield SubjectKind.__members__.get

    def _numbers(self, path: tuple[str, ...], rule: Rule, field: Field | None) -> Iterator[Step]:
        unit = rule.unit
        asked = {"thousands": rule.thousands, "suffixes": rule.suffixes, "unit": unit}
        used = [name for name, value in asked.items() if value]
        if not used:
            return
        if field is None or field.format is not Format.NUMBER:
            # in a field of texts nothing would refuse what is not a number in the end
            raise self._document.error(path, messages.OF_NUMBERS(names=", ".join(used)))
        if unit is None:
            yield number_reader(thousands=rule.thousands, suffixes=rule.suffixes)
            return
        self._check_unit(path, unit, field)
        names = unit.source, unit.target
        yield number_reader(thousands=rule.thousands, suffixes=rule.suffixes, unit=names, written=unit.written)

    def _check_unit(self, path: tuple[str, ...], unit: Unit, field: Field) -> None:
        stated = stated_unit((field.title,))
        if stated and unit.target != stated:
            problem = messages.NOT_THE_FIELDS_UNIT(field=field_name(self._item, field.code), unit=stated)
            raise self._document.error((*path, "unit", "to"), problem, messages.WRITE_THE_FIELDS_UNIT(unit=stated))

    def _dates(self, path: tuple[str, ...], rule: Rule, form: Form, field: Field | None) -> Iterator[Step]:
        if rule.day_numbers is not None:
            if form not in (*_DATES, "datetime"):
                raise self._document.error((*path, "day_numbers"), messages.OF_DATES())
            yield day_number_reader(rule.day_numbers)
        if form in _DATES:
            yield self._date(path, rule, open_end=form == "date-open")
        elif form in _MOMENTS:
            yield self._moment(path, form, field)

    def _date(self, path: tuple[str, ...], rule: Rule, *, open_end: bool) -> Transform:
        try:
            return date_reader(rule.date_forms, open_end=open_end)
        except ValueError as error:
            raise self._document.error((*path, "date_forms"), said_by(error)) from error

    def _moment(self, path: tuple[str, ...], form: Form, field: Field | None) -> Step:
        try:
            moment = epoch_reader() if form == "epoch_ms" else moment_reader(self._mapping.time_zone)
        except ValueError as error:
            raise self._document.error(("time_zone",), said_by(error)) from error
        if field is not None and field.format in (Format.DATE, Format.DATE_OPEN):
            return day_reader(moment, open_end=field.format is Format.DATE_OPEN)
        if path[:_OF_FIELD] != ("header", "source_time"):
            fix = messages.FORM_IS_FOR()
            raise self._document.error((*path, "form"), messages.FORM_DOES_NOT_FIT(form=form), fix)
        return moment

    def _lookup(self, name: str) -> Iterator[Transform]:
        declared = self._mapping.tables.get(name)
        if declared is None:
            return
        table = load_lookup(self._folder / declared.path, declared.key, declared.value)
        yield lambda text: table.get(normalise.half_width(text), text)

    def _party(self, path: tuple[str, ...]) -> Step:
        if path[:_OF_FIELD] == _KIND:
            return party_finder({kind: kind.name for kind in SubjectKind})
        field = self._item.category_field
        if not field or path[:_OF_FIELD] != ("content", field):
            fix = messages.CATEGORY_FIELD(field=field) if field else ""
            raise self._document.error((*path, "find"), messages.OF_PARTIES(), fix)
        return party_finder(categories_of(self._item))


def _part(pattern: str) -> Step:
    expression = re.compile(pattern)

    def read(text: str) -> str | None:
        match = expression.search(text)
        return None if match is None else match[expression.groups]  # the one group, or all that was found

    return read


def _chain(steps: list[Step]) -> Step | None:
    if len(steps) < 2:  # noqa: PLR2004 -- one step needs no chain
        return steps[0] if steps else None

    def run(text: str) -> Any:
        value: Any = text
        for step in steps:
            if value is None:
                break
            value = step(value)
        return value

    return run
