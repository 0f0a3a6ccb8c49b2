"""A mapping resolved against its catalogue item: every field with its columns and what is done to a cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.cells import Transform, date_reader, scaler
from creditbus.connectors.mapping.model import UNITS, Form, MappingModel, Rule
from creditbus.connectors.mapping.moments import day_reader, epoch_reader, moment_reader
from creditbus.connectors.mapping.tables import division_finder, load_lookup
from creditbus.connectors.setup.documents import Document
from creditbus.services.domain import normalise
from creditbus.services.domain.catalogue import Disclosure, Field, Format, Item
from creditbus.services.domain.event import SubjectKind
from creditbus.topics.text import said_by

__all__ = ["MappingPlan", "Target", "resolve"]

Part = Literal["content", "claim", "header"]
_FORMS: dict[Format, Form] = {
    Format.TEXT: "text",
    Format.CODE: "code",
    Format.DATE: "date",
    Format.DATE_OPEN: "date-open",
    Format.NUMBER: "number",
    Format.YEAR: "code",
    Format.USCC: "code",
    Format.DIVISION: "code",
    Format.CHANGES: "text",
}
_HEADER_FORMS: dict[str, Form] = {
    "authority": "text",
    "authority_name": "text",
    "document_no": "code",
    "subject_kind": "code",
    "subject_name": "text",
    "source_time": "datetime",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One field that a column fills."""

    part: Part
    name: str
    columns: tuple[str, ...]
    form: Form
    empties: frozenset[str]
    transform: Callable[[str], Any] | None
    otherwise: bool = False
    """Counts only where nothing else fills the field."""


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """A mapping, checked and ready to compile."""

    targets: tuple[Target, ...]
    constants: Mapping[tuple[Part, str], str]
    ignored: tuple[str, ...]
    carried: tuple[str, ...] = ()
    """Fields that may hold citizens' numbers under an item that admits no natural persons."""
    further_key: tuple[str, ...] = ()
    """Content fields that tell rows of one decision apart."""


def resolve(mapping: MappingModel, document: Document, item: Item, folder: Path) -> MappingPlan:
    """Resolve a mapping.

    Args:
        mapping: The mapping.
        document: Where it stands, for errors.
        item: The catalogue item that it names.
        folder: What paths of lookup tables are relative to.

    Raises:
        MappingError: a field that the item does not have, a table that is not declared, a form that cannot be.
        SourceError: a lookup table cannot be read.
    """
    for name in mapping.content:
        if name not in item.fields:
            known = ", ".join(item.fields)
            raise document.error(("content", name), messages.NO_SUCH_FIELD(id=item.id), messages.FIELDS(known=known))
    builder = _Builder(mapping, document, folder)
    targets: list[Target] = []
    constants: dict[tuple[Part, str], str] = {}
    for part, name, rule, field in _rules(mapping, item):
        if rule.constant is not None:
            constants[part, name] = _kind(document, name, rule.constant) if name == "subject_kind" else rule.constant
        else:
            targets.append(builder.target(part, name, rule, field))
            if rule.otherwise is not None:
                targets.append(replace(builder.target(part, name, rule.otherwise, field), otherwise=True))
    for name in mapping.further_key:
        if name not in item.fields:
            raise document.error(
                ("further_key",),
                messages.NO_FIELD(id=item.id, name=name),
                messages.ITS_FIELDS(fields=", ".join(item.fields)),
            )
    carried = _carried(mapping, document, item)
    return MappingPlan(tuple(targets), constants, mapping.ignore, carried, mapping.further_key)


def _carried(mapping: MappingModel, document: Document, item: Item) -> tuple[str, ...]:
    for name in mapping.carry_numbers:
        field = item.fields.get(name)
        if field is None or field.disclosure is not Disclosure.AUTHORISED or field.mask is None:
            meant = [one.code for one in item.fields.values() if one.disclosure is Disclosure.AUTHORISED and one.mask]
            fix = messages.MEANT(meant=", ".join(meant) or "none")
            raise document.error(("carry_numbers",), messages.NOT_FOR_NUMBERS(name=name, id=item.id), fix)
    return mapping.carry_numbers


def _rules(mapping: MappingModel, item: Item) -> Iterator[tuple[Part, str, Rule, Field | None]]:
    for name, field in item.fields.items():
        rule = mapping.content.get(name, Rule() if mapping.by_name else None)
        if rule is not None:
            yield "content", name, rule, field
    for claim, rule in mapping.claim.items():
        yield "claim", claim, rule, None
    for header, rule in mapping.header.items():
        yield "header", header, rule, None


def _kind(document: Document, name: str, value: str) -> str:
    if value not in SubjectKind.__members__:
        known = ", ".join(SubjectKind.__members__)
        raise document.error(
            ("header", name), messages.NOT_A_SUBJECT_KIND(value=value), messages.KNOWN_ARE(known=known)
        )
    return value


class _Builder:
    def __init__(self, mapping: MappingModel, document: Document, folder: Path) -> None:
        self._mapping = mapping
        self._document = document
        self._folder = folder

    def target(self, part: Part, name: str, rule: Rule, field: Field | None) -> Target:
        columns = rule.column or ((field.code, field.title) if field else ())
        if not columns:
            raise self._document.error((part, name), messages.NAMES_NO_COLUMN(), messages.GIVE_A_COLUMN())
        form = rule.form or _form(part, name, rule, field)
        steps = list(self._steps((part, name), rule, form, field))
        empties = frozenset(self._mapping.empties if rule.empties is None else ("", *rule.empties))
        return Target(part, name, columns, form, empties | {""}, _chain(steps))

    def _steps(
        self, path: tuple[str, str], rule: Rule, form: Form, field: Field | None
    ) -> Iterator[Callable[[str], Any]]:
        if rule.values:
            table = rule.values
            yield lambda text: table.get(text, text)
        if form in ("date", "date-open"):
            yield self._date(path, rule, open_end=form == "date-open")
        elif form in ("datetime", "epoch_ms"):
            yield self._moment(path, form, field)
        if rule.unit:
            yield scaler(UNITS[rule.unit.source], UNITS[rule.unit.target])
        if rule.lookup:
            yield from self._lookup(rule.lookup)
        if rule.find:
            yield division_finder()
        if path == ("header", "subject_kind"):
            yield SubjectKind.__members__.get

    def _date(self, path: tuple[str, str], rule: Rule, *, open_end: bool) -> Transform:
        try:
            return date_reader(rule.date_forms, open_end=open_end)
        except ValueError as error:
            raise self._document.error((*path, "date_forms"), said_by(error)) from error

    def _moment(self, path: tuple[str, str], form: Form, field: Field | None) -> Callable[[str], Any]:
        try:
            moment = epoch_reader() if form == "epoch_ms" else moment_reader(self._mapping.time_zone)
        except ValueError as error:
            raise self._document.error(("time_zone",), said_by(error)) from error
        if field is not None and field.format in (Format.DATE, Format.DATE_OPEN):
            return day_reader(moment, open_end=field.format is Format.DATE_OPEN)
        if path != ("header", "source_time"):
            fix = messages.FORM_IS_FOR()
            raise self._document.error((*path, "form"), messages.FORM_DOES_NOT_FIT(form=form), fix)
        return moment

    def _lookup(self, name: str) -> Iterator[Transform]:
        declared = self._mapping.tables.get(name)
        if declared is None:
            return
        table = load_lookup(self._folder / declared.path, declared.key, declared.value)
        yield lambda text: table.get(normalise.half_width(text), text)


def _form(part: Part, name: str, rule: Rule, field: Field | None) -> Form:
    if rule.find:
        return "text"  # what is searched is free text, whatever is found
    if field is not None:
        return _FORMS[field.format]
    return _HEADER_FORMS[name] if part == "header" else "code"


def _chain(steps: list[Callable[[str], Any]]) -> Callable[[str], Any] | None:
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
