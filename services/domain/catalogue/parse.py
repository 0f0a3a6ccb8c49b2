"""Turns the raw files of the catalogue into values, and refuses a wrong entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from creditbus.services.domain.catalogue.entry_schema import CODE_FIELDS, UNREGISTERED
from creditbus.services.domain.catalogue.errors import CatalogueError, Lines
from creditbus.services.domain.catalogue.fields import Disclosure, Field, Format
from creditbus.services.domain.catalogue.item import (
    ActsOn,
    ConsentFields,
    Item,
    NaturalKey,
    Registers,
    Stated,
    Succession,
)
from creditbus.services.domain.catalogue.objections import ObjectionRule, parse_objections
from creditbus.services.domain.catalogue.parse_disclosure import parse_disclosure, refuse_names_by_value
from creditbus.services.domain.catalogue.parse_publication import parse_publication
from creditbus.services.domain.catalogue.parse_rules import parse_reasons, parse_rules
from creditbus.services.domain.catalogue.reading import Reader
from creditbus.services.domain.catalogue.remedies import Remedy
from creditbus.services.domain.event import CLAIM_FIELDS, ROW_ACT_FIELDS, TO_SUCCESSOR, RecordState, SubjectKind, Verb
from creditbus.services.domain.reasons import AnyReason, ItemReason

__all__ = ["Catalogue"]

_ENTRY = "item.yaml"
_SCHEMA = "schema"
_MASK_ENDS = 2


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All items, by id."""

    items: Mapping[str, Item]

    @classmethod
    def parse(
        cls,
        raw: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]],
        lines: Mapping[str, Lines] | None = None,
    ) -> Self:
        """Read items from (content schema, entry) pairs by item id.

        Args:
            raw: schemas and entries.
            lines: where the keys of an item's entry stand, so that an error names the line, too.

        Raises:
            CatalogueError: naming item, file, key and remedy of the first thing that is wrong.

        """
        known = lines or {}
        items = {
            item_id: _parse_item(item_id, schema, entry, known.get(item_id, {}))
            for item_id, (schema, entry) in raw.items()
        }
        _refuse_two_meanings(items.values(), known)
        _refuse_two_clocks(items.values(), known)
        return cls(items)

    def item(self, item_id: str) -> Item | None:
        """Give an item; None when the catalogue has no such entry."""
        return self.items.get(item_id)

    def reason(self, code: str) -> AnyReason | None:
        """Give the reason that a code stands for, a general one or one of an item; None: another version's."""
        found = (item.reason(code) for item in self)
        return next((reason for reason in found if reason is not None), None)

    @property
    def objections(self) -> tuple[ObjectionRule, ...]:
        """The rules by which objections are to be answered, whatever item brings them."""
        return next((item.objections for item in self if item.objections), ())

    def __iter__(self) -> Iterator[Item]:
        """Iterate over the items."""
        return iter(self.items.values())


def _parse_item(item_id: str, schema: Mapping[str, Any], entry: Mapping[str, Any], lines: Lines) -> Item:
    fields = _parse_fields(Reader(item_id, _SCHEMA, schema, {}))
    reader = Reader(item_id, _ENTRY, entry, lines)
    if reader.text("id") != item_id:
        reader.fail("id", Remedy.FOLDER_NAME, name=item_id)
    fields, withheld = parse_disclosure(reader.table("disclosure"), fields)
    title, subject = reader.table("title"), reader.table("subject")
    reasons = parse_reasons(reader.table("reasons"))
    item = Item(
        id=item_id,
        title=title.text("zh"),
        title_en=title.text("en"),
        category=reader.text("category"),
        legal_basis=_not_empty(reader, "legal_basis"),
        entitled=_entitled(reader, "entitled", other="entitled_roles"),
        entitled_roles=_entitled(reader, "entitled_roles", other="entitled"),
        subject_kinds=reader.words("subject_kinds", SubjectKind),
        verbs=reader.words("verbs", Verb),
        unregistered=_one_of(reader, "unregistered_subject", UNREGISTERED),
        registers=_parse_registers(reader, fields),
        consents=_parse_consents(reader, fields),
        identifies=reader.has("identifies"),
        identifiers=_parse_names(reader.table("identifies"), fields),
        acts_on=_parse_acts_on(reader, fields),
        succession=_parse_succession(reader, fields),
        checks_organisation_code=reader.flag("checks_organisation_code"),
        fields=fields,
        withheld_unless_disclosed=withheld,
        claims=_parse_claims(reader.table("claim")),
        code_field=_one_of(subject, "code", CODE_FIELDS),
        code_mandatory=subject.flag("code_mandatory"),
        name_field=_field(subject, "name", fields, optional=True),
        category_field=_field(subject, "category", fields, optional=True),
        kinds=_parse_kinds(subject.table("kinds")),
        natural_key=_parse_key(reader.table("natural_key"), fields),
        events=(events := _parse_events(reader, fields)),
        reasons=reasons,
        rules=parse_rules(reader.table("rules"), fields, reasons),
        publication=parse_publication(reader, fields, events[-1]),
        objections=parse_objections(reader),
        due_working_days=reader.whole("due_working_days") if reader.has("due_working_days") else None,
    )
    for part in (title, subject, reader):
        part.finish()
    if item.objections and (item.acts_on is None or Verb.DISPUTE not in item.verbs):
        reader.fail("objections", Remedy.CLOCK)
    _refuse_unadmitted_verbs(reader, item)
    _refuse_half_a_succession(reader, item)
    refuse_names_by_value(reader, item)
    return item


def _parse_fields(schema: Reader) -> dict[str, Field]:
    fields = [_parse_field(field) for field in schema.tables("fields")]
    if not fields:
        schema.fail("fields", Remedy.FIELDS)
    return {field.code: field for field in fields}


def _parse_field(reader: Reader) -> Field:
    code = reader.text("code")
    if reader.text("name") != code:
        reader.fail("code", Remedy.FIELD_NAME, name=reader.text("name"))
    return Field(
        code=code,
        title=reader.text("title"),
        title_en=reader.text("title_en"),
        disclosure=reader.word("disclosure", Disclosure),
        mask=_parse_mask(reader),
        format=reader.word("format", Format, Format.TEXT),
        mandatory=reader.flag("mandatory"),
        max_length=reader.whole("max_length") if reader.has("max_length") else None,
        values=reader.texts("values", ()),
        separator=reader.text("separator", ""),
    )


def _parse_mask(reader: Reader) -> tuple[int, int] | None:
    if not reader.has("mask"):
        return None
    ends = reader.wholes("mask")
    if len(ends) != _MASK_ENDS:
        reader.fail("mask", Remedy.MASK)
    return ends[0], ends[1]


def _parse_registers(reader: Reader, fields: Mapping[str, Field]) -> Registers | None:
    if not reader.has("registers"):
        return None
    table = reader.table("registers")
    registers = Registers(name=_field(table, "name", fields), district=_field(table, "district", fields))
    table.finish()
    return registers


def _parse_consents(reader: Reader, fields: Mapping[str, Field]) -> ConsentFields | None:
    """Read where an item states consents.

    Who may publish decisions of the receiver alone publishes no consents to others, so the receiver is the authority.
    """
    if not reader.has("consents"):
        return None
    table = reader.table("consents")
    parts = {name: _field(table, name, fields) for name in ("receiver", "purpose", "items", "first")}
    parts["last"] = _field(reader, "publication_until", fields)
    for name in ("receiver", "purpose", "first"):
        if not fields[parts[name]].mandatory:
            table.fail(name, Remedy.MANDATORY, field=parts[name])
    if not fields[parts["last"]].mandatory:
        reader.fail("publication_until", Remedy.MANDATORY, field=parts["last"])
    if reader.table("natural_key").text("authority_code") != f"{{{parts['receiver']}}}":
        table.fail("receiver", Remedy.RECEIVER)
    table.finish()
    return ConsentFields(**parts, separator=fields[parts["items"]].separator or ";")


def _parse_acts_on(reader: Reader, fields: Mapping[str, Field]) -> ActsOn | None:
    if not reader.has("acts_on"):
        return None
    table = reader.table("acts_on")
    parts = {name: _field(table, name, fields) for name in ("number", "answers", "changes", "item")}
    parts["statement"] = _field(table, "statement", fields, optional=True)
    if fields[parts["changes"]].format is not Format.CHANGES:
        table.fail("changes", Remedy.CHANGES)
    if not parts["statement"] and Verb.ANNOTATE in reader.words("verbs", Verb):
        table.fail("statement", Remedy.MISSING)
    table.finish()
    return ActsOn(**parts)


def _parse_succession(reader: Reader, fields: Mapping[str, Field]) -> Succession | None:
    if not reader.has("succession"):
        return None
    table = reader.table("succession")
    parts = {name: _field(table, name, fields) for name in Succession.__dataclass_fields__}
    for name in ("predecessor", "successor", "kind", "since"):
        if not fields[parts[name]].mandatory:
            table.fail(name, Remedy.MANDATORY, field=parts[name])
    table.finish()
    return Succession(**parts)


def _parse_names(table: Reader, fields: Mapping[str, Field]) -> dict[str, str]:
    names = {key: _field(table, key, fields) for key in table.keys()}  # noqa: SIM118 # not a dictionary
    for key in names:
        _refuse_unknown(table, key, key, CLAIM_FIELDS)
    return names


def _parse_claims(table: Reader) -> dict[str, str]:
    claims = {key: table.text(key) for key in table.keys()}  # noqa: SIM118 # not a dictionary
    for key in claims:
        _refuse_unknown(table, key, key, CLAIM_FIELDS)
    return claims


def _parse_kinds(table: Reader) -> dict[str, SubjectKind]:
    return {category: table.word(category, SubjectKind) for category in table.keys()}  # noqa: SIM118 # not a dictionary


def _parse_key(table: Reader, fields: Mapping[str, Field]) -> NaturalKey:
    known = {*fields, "department", *(f"claim.{name}" for name in CLAIM_FIELDS)}
    parts = {name: table.text(name) for name in ("authority_code", "authority_name", "document_no")}
    for name, template in parts.items():
        for part in template.split("{")[1:]:
            _refuse_unknown(table, name, part.partition("}")[0], known)
    if not parts["document_no"] or not (parts["authority_code"] or parts["authority_name"]):
        table.fail("document_no", Remedy.NATURAL_KEY)
    table.finish()
    return NaturalKey(**parts)


def _parse_events(reader: Reader, fields: Mapping[str, Field]) -> tuple[Stated, ...]:
    events = tuple(_parse_event(table, fields) for table in reader.tables("events"))
    if not events or events[-1].when:
        reader.fail("events", Remedy.LAST_EVENT)
    return events


def _parse_event(reader: Reader, fields: Mapping[str, Field]) -> Stated:
    when, act = reader.table("when"), reader.table("act")
    for name in when.keys():  # noqa: SIM118 # not a dictionary
        _refuse_unknown(when, name, name, fields)
    for name in act.keys():  # noqa: SIM118 # not a dictionary
        _refuse_unknown(act, name, name, ROW_ACT_FIELDS)
    stated = Stated(
        when=tuple((name, when.text(name)) for name in when.keys()),  # noqa: SIM118 # not a dictionary
        verb=reader.word("verb", Verb),
        state=reader.word("state", RecordState),
        act=tuple((name, _field(act, name, fields)) for name in act.keys()),  # noqa: SIM118 # not a dictionary
    )
    reader.finish()
    return stated


def _field(reader: Reader, key: str, fields: Mapping[str, Field], *, optional: bool = False) -> str:
    name = reader.text(key, "" if optional else None)
    if name or not optional:
        _refuse_unknown(reader, key, name, fields)
    return name


def _refuse_unknown(reader: Reader, key: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        reader.fail_unknown(key, name, sorted(known))


def _one_of(reader: Reader, key: str, known: tuple[str, ...]) -> str:
    value = reader.text(key)
    if value not in known:
        reader.fail_unknown(key, value, known)
    return value


def _not_empty(reader: Reader, key: str) -> tuple[str, ...]:
    return reader.texts(key) or reader.fail(key, Remedy.AT_LEAST_ONE)


def _entitled(reader: Reader, key: str, *, other: str) -> frozenset[str]:
    """Read departments or roles; an entry names either, or both. Nobody publishes a closed item any more."""
    closed = reader.flag("closed")
    # of a closed one, too: an overlay that closes an item of the product leaves its departments where they are
    named = _not_empty(reader, key) if reader.has(key) or not (closed or reader.has(other)) else ()
    return frozenset(() if closed else named)


def _refuse_unadmitted_verbs(reader: Reader, item: Item) -> None:
    for event in item.events:
        if event.verb not in item.verbs:
            reader.fail("verbs", Remedy.VERBS, verb=event.verb)


def _refuse_two_meanings(items: Iterable[Item], lines: Mapping[str, Lines]) -> None:
    """Refuse a reason that two items declare and explain differently: who reads a code must know what it means."""
    known: dict[str, tuple[Item, ItemReason]] = {}
    for item in items:
        for code, reason in item.reasons.items():
            first, meant = known.setdefault(code, (item, reason))
            if (reason.zh, reason.sentence) != (meant.zh, meant.sentence):
                values, of = {"item": first.id}, lines.get(item.id, {})
                raise CatalogueError(item.id, _ENTRY, ("reasons", code), Remedy.SAY_THE_SAME, values, of)


def _refuse_two_clocks(items: Iterable[Item], lines: Mapping[str, Lines]) -> None:
    """Refuse rules for objections in two items: a record under objection does not say which of them brought it."""
    first = ""
    for item in items:
        if item.objections and first:
            of = lines.get(item.id, {})
            raise CatalogueError(item.id, _ENTRY, ("objections",), Remedy.ONE_CLOCK, {"item": first}, of)
        first = first or (item.id if item.objections else "")


def _refuse_half_a_succession(reader: Reader, item: Item) -> None:
    """Refuse a succession whose two records could not be distinguished from others, or undone together."""
    if item.succession is None:
        return
    pair = f"{TO_SUCCESSOR}{{{item.succession.successor}}}"
    if not item.natural_key.document_no.endswith(pair):
        reader.fail("natural_key", Remedy.PAIR, pair=pair)
    if item.admits_persons or item.code_field != "uscc" or item.identifies or item.acts_on or item.registers:
        reader.fail("succession", Remedy.ORGANISATIONS)
    if item.verbs - {Verb.ISSUE, Verb.AMEND, Verb.WITHDRAW}:
        reader.fail("verbs", Remedy.BOTH_RECORDS)
