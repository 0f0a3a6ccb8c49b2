"""A mapping resolved against its catalogue item: every field with its columns and what is done to a cell."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.resources.abc import Traversable
from typing import Any, Literal

from creditbus.connectors.common.field_names import field_name, field_names
from creditbus.connectors.mapping import messages
from creditbus.connectors.mapping.fixed import FixedValues
from creditbus.connectors.mapping.model import Form, MappingModel, NameOf, Rule
from creditbus.connectors.mapping.steps import Steps
from creditbus.connectors.setup.documents import Document
from creditbus.services.domain.catalogue import Disclosure, Field, Format, Item
from creditbus.topics import messages as shared
from creditbus.topics.suggestion import nearest
from creditbus.topics.text import Text

__all__ = ["FURTHER_KEY", "MappingPlan", "Target", "resolve"]

FURTHER_KEY = "further_key."
"""How the names of header fields begin that hold columns of a further key."""

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
    """One field that a column fills, or the name of a file or sheet."""

    part: Part
    name: str
    columns: tuple[str, ...]
    """Names of the column; empty where the value is a name."""
    form: Form
    empties: frozenset[str]
    transform: Callable[[str], Any] | None
    otherwise: bool = False
    """Counts only where nothing else fills the field."""
    name_of: NameOf | None = None
    """The value is the name of the row's file or sheet."""


@dataclass(frozen=True, slots=True)
class MappingPlan:
    """A mapping, checked and ready to compile."""

    targets: tuple[Target, ...]
    """Those that columns fill."""
    constants: Mapping[tuple[Part, str], Any]
    """Values of fields in every row, in the form of their fields."""
    ignored: tuple[str, ...]
    carried: tuple[str, ...] = ()
    """Fields that may hold citizens' numbers under an item that admits no natural persons."""
    further_key: tuple[tuple[Part, str], ...] = ()
    """What tells rows of one decision apart: content fields, and columns as fields of the header that no event has."""
    named: tuple[Target, ...] = ()
    """Those that the name of a file or sheet fills."""
    defaults: Mapping[tuple[Part, str], Any] = field(default_factory=dict)
    """Values of fields that nothing else fills, likewise."""
    party_field: str = ""
    """The field of categories, where the mapping finds it by the code of the party; else empty."""


def resolve(mapping: MappingModel, document: Document, item: Item, folder: Traversable) -> MappingPlan:
    """Resolve a mapping.

    Args:
        mapping: The mapping.
        document: Where it stands, for errors.
        item: The catalogue item that it names.
        folder: What paths of lookup tables are relative to.

    Raises:
        MappingError: a field that the item does not have, a fixed value that intake would refuse, a step that does not
            fit.
        SourceError: a lookup table cannot be read.
    """
    for name in mapping.content:
        if name not in item.fields:
            raise document.error(("content", name), messages.NO_SUCH_FIELD(id=item.id), _meant(name, item))
    steps = Steps(mapping, document, item, folder)
    fixed = FixedValues(steps, document, item)
    targets: list[Target] = []
    constants: dict[tuple[Part, str], Any] = {}
    defaults: dict[tuple[Part, str], Any] = {}
    for part, name, rule, of in _rules(mapping, item):
        if rule.constant is not None:
            constants[part, name] = fixed.read((part, name), "constant", rule, _own_form(part, name, rule, of), of)
            continue
        target = partial(_target, steps, mapping, document, part, name, of=of)
        targets.append(target(rule))
        if rule.otherwise is not None:
            targets.append(replace(target(rule.otherwise, "otherwise"), otherwise=True))
        if rule.default is not None:
            defaults[part, name] = fixed.read((part, name), "default", rule, _own_form(part, name, rule, of), of)
    further = tuple(_further_key(mapping, document, item))
    targets += (target for _, target in further if target is not None)
    return MappingPlan(
        targets=tuple(target for target in targets if not target.name_of),
        constants=constants,
        ignored=mapping.ignore,
        carried=_carried(mapping, document, item),
        further_key=tuple(key for key, _ in further),
        named=tuple(target for target in targets if target.name_of),
        defaults=defaults,
        party_field=item.category_field if _finds_party(mapping.content.get(item.category_field)) else "",
    )


def _finds_party(rule: Rule | None) -> bool:
    return rule is not None and (rule.find == "party" or _finds_party(rule.otherwise))


def _meant(name: str, item: Item) -> Text:
    """Name the field that was probably meant, by a code or a title that is like it; else all fields."""
    codes = {known: one.code for one in item.fields.values() for known in (one.code, one.title)}
    near = nearest(name, codes)
    if near:
        return shared.DID_YOU_MEAN(name=field_name(item, codes[near]))
    return messages.FIELDS(known=field_names(item, item.fields))


def _further_key(
    mapping: MappingModel, document: Document, item: Item
) -> Iterator[tuple[tuple[Part, str], Target | None]]:
    """Give each part of the further key with the target that reads its column; None: a field of content is read."""
    for place, one in enumerate(mapping.further_key):
        if isinstance(one, str):
            if one not in item.fields:
                problem = messages.NO_FIELD(id=item.id, name=one)
                raise document.error(("further_key",), problem, _meant(one, item))
            yield ("content", one), None
        else:
            name = f"{FURTHER_KEY}{place}"
            yield ("header", name), Target("header", name, one.column, "code", frozenset(("", *mapping.empties)), None)


def _carried(mapping: MappingModel, document: Document, item: Item) -> tuple[str, ...]:
    for name in mapping.carry_numbers:
        of = item.fields.get(name)
        if of is None or of.disclosure is not Disclosure.AUTHORISED or of.mask is None:
            meant = [one.code for one in item.fields.values() if one.disclosure is Disclosure.AUTHORISED and one.mask]
            fix = messages.MEANT(meant=field_names(item, meant) or "-")
            problem = messages.NOT_FOR_NUMBERS(name=field_name(item, name), id=item.id)
            raise document.error(("carry_numbers",), problem, fix)
    return mapping.carry_numbers


def _rules(mapping: MappingModel, item: Item) -> Iterator[tuple[Part, str, Rule, Field | None]]:
    for name, of in item.fields.items():
        rule = mapping.content.get(name, Rule() if mapping.by_name else None)
        if rule is not None:
            yield "content", name, rule, of
    for claim, rule in mapping.claim.items():
        yield "claim", claim, rule, None
    for header, rule in mapping.header.items():
        yield "header", header, rule, None


def _target(
    steps: Steps,
    mapping: MappingModel,
    document: Document,
    part: Part,
    name: str,
    rule: Rule,
    *below: str,
    of: Field | None,
) -> Target:
    columns = () if rule.name_of else rule.column or ((of.code, of.title) if of else ())
    if not columns and not rule.name_of:
        raise document.error((part, name, *below), messages.NAMES_NO_COLUMN(), messages.GIVE_A_COLUMN())
    form = rule.form or _form(part, name, rule, of)
    empties = frozenset(mapping.empties if rule.empties is None else rule.empties)
    transform = steps.of((part, name, *below), rule, form, of)
    return Target(part, name, columns, form, empties | {""}, transform, name_of=rule.name_of)


def _form(part: Part, name: str, rule: Rule, of: Field | None) -> Form:
    if rule.find:
        return "text" if rule.find == "division" else "code"  # of what is searched, whatever is found
    return _form_of_field(part, name, of)


def _own_form(part: Part, name: str, rule: Rule, of: Field | None) -> Form:
    """Return the form of a field's fixed value: where cells are searched or looked up, their form is another one."""
    of_cells = None if rule.find or rule.lookup else rule.form
    return of_cells or _form_of_field(part, name, of)


def _form_of_field(part: Part, name: str, of: Field | None) -> Form:
    if of is not None:
        return _FORMS[of.format]
    return _HEADER_FORMS[name] if part == "header" else "code"
