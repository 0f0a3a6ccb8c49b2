"""A catalogue item, and what the header of an event takes from the content under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from creditbus.services.domain.catalogue.fields import Disclosure, Field, Format
from creditbus.services.domain.catalogue.objections import ObjectionRule
from creditbus.services.domain.catalogue.publication import PublicationRules
from creditbus.services.domain.catalogue.rules import Rules
from creditbus.services.domain.event import NO_ACT, Act, RecordState, SubjectKind, Verb
from creditbus.services.domain.reasons import AnyReason, ItemReason, Reason

__all__ = ["ActsOn", "ConsentFields", "Derived", "Item", "NaturalKey", "Registers", "Stated", "Succession"]

Values = Mapping[str, str | None]

_FILLED = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class NaturalKey:
    """Where the identity of a record comes from: templates such as ``{CF_WSH}`` or ``{PJND}年度``.

    A name in braces is a content field, ``claim.<field>`` a code of the claim, ``department`` the id of the publishing
    department.
    """

    authority_code: str
    authority_name: str
    document_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """One way in which content states an event: all of `when` hold, hence `verb` and `state`, and `act` from fields.

    The value ``*`` in `when` holds for any value that is not empty.
    """

    when: tuple[tuple[str, str], ...]
    verb: Verb
    state: RecordState
    act: tuple[tuple[str, str], ...]

    def holds(self, content: Values) -> bool:
        """Tell whether content states this event."""
        return all(
            content.get(name) == value or (value == _FILLED and bool(content.get(name))) for name, value in self.when
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Fields of a registration that a subject's profile takes its registered name and district from."""

    name: str
    district: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFields:
    """Content fields of a consent of the subject (docs/adr/0045-consent.md).

    Attributes:
        receiver: unified social credit code of the institution that may be given records.
        purpose: what for.
        items: ids of catalogue items, with a separator between them; empty in a row: whatever the grant has.
        first: the first day.
        last: the last day, on which the record's publication ends.
        separator: between items.

    """

    receiver: str
    purpose: str
    items: str
    first: str
    last: str
    separator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActsOn:
    """Content fields by which a row acts on a record of another item (docs/adr/0021-acts-on-records.md).

    Attributes:
        number: the act's own number, unique in the city: the same number again is the same act.
        answers: number of the objection that the act answers; empty in a row: it answers none.
        changes: what the act changes in the record, in the format ``changes``.
        item: id of the record's item, where the row states it.
        statement: what the subject states about the record, in a row that annotates it: empty in one that takes the
            statement back. Empty: rows of the item annotate nothing.

    """

    number: str
    answers: str
    changes: str
    item: str
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """Content fields by which a row says that one subject takes the place of another (docs/adr/0022).

    The claim names the predecessor. Behind the resolver both fields of codes hold unified ones.

    Attributes:
        predecessor: code of the predecessor.
        predecessor_name: its name.
        successor: code of the successor: unified, or a legacy code by its shape.
        successor_name: its name.
        kind: how it came about (merger, split, change of code).
        since: date of effect.

    """

    predecessor: str
    predecessor_name: str
    successor: str
    successor_name: str
    kind: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a connector puts into header and act; nothing here was checked.

    `authority` is the authority's code, else its name. `subject_name` is empty for a natural person.
    """

    verb: Verb
    state: RecordState
    authority: str
    authority_name: str
    document_no: str
    subject_name: str
    subject_kind: SubjectKind
    act: Act

    def __repr__(self) -> str:
        """Say nothing of whom it is about."""
        return f"<Derived {self.verb} {self.state}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of the catalogue.

    Attributes:
        id: the entry's id, in lower case with hyphens.
        title: Chinese title.
        title_en: English title.
        category: category of the national base catalogue.
        legal_basis: the laws and rules by which it may be carried; never empty.
        entitled: ids of departments that may publish it; of a closed item neither these nor roles.
        entitled_roles: roles whose departments may publish it, too (`services.domain.entitlement`).
        subject_kinds: kinds of subjects admitted.
        verbs: verbs admitted.
        unregistered: a valid code that no registration has is kept back (``park``) or makes an ``unverified`` subject.
        registers: for the registration item, the fields a profile takes; else None.
        consents: for an item whose records are consents of their subjects, the fields that say so; else None.
        identifies: does an event tell legacy codes of its subject?
        identifiers: content fields that hold such a code, by field of the claim.
        acts_on: for an item whose rows act on records of other items, how they say so; else None. Such an item has no
            records of its own.
        succession: for an item whose rows join two subjects, how they name them; else None. Such a row becomes a record
            of each.
        checks_organisation_code: remark on an organisation code inside a USCC that fails its own check.
        fields: content fields by code, in the order of the schema.
        withheld_unless_disclosed: content field; a record is withheld as a whole from whoever may not see its value.
            Empty: none.
        claims: the standard's column codes by field of the claim.
        code_field: the claim's field that holds the USCC, or in older records a legacy code by its shape.
        code_mandatory: an empty `code_field` is refused, whatever other codes are given.
        name_field: content field of the subject's name; empty: none.
        category_field: content field that states the kind of subject; empty: none.
        kinds: kinds of subject by the value of `category_field`.
        natural_key: where authority and document number come from.
        events: how content states verb and state; the last holds always.
        reasons: reasons for conditions of its own, by code, in primary order; its rules use general ones besides.
        rules: rules between fields.
        publication: when its records end to be published.
        objections: by when the objections that its rows bring are to be answered; of several rules the first one that
            is in force on the day of the objection.
        due_working_days: updates are due within this many working days; None: no rule.

    """

    id: str
    title: str
    title_en: str
    category: str
    legal_basis: tuple[str, ...]
    entitled: frozenset[str]
    entitled_roles: frozenset[str]
    subject_kinds: frozenset[SubjectKind]
    verbs: frozenset[Verb]
    unregistered: str
    registers: Registers | None
    consents: ConsentFields | None
    identifies: bool
    identifiers: Mapping[str, str]
    acts_on: ActsOn | None
    succession: Succession | None
    checks_organisation_code: bool
    fields: Mapping[str, Field]
    withheld_unless_disclosed: str
    claims: Mapping[str, str]
    code_field: str
    code_mandatory: bool
    name_field: str
    category_field: str
    kinds: Mapping[str, SubjectKind]
    natural_key: NaturalKey
    events: tuple[Stated, ...]
    reasons: Mapping[str, ItemReason]
    rules: Rules
    publication: PublicationRules
    objections: tuple[ObjectionRule, ...]
    due_working_days: int | None

    @property
    def admits_persons(self) -> bool:
        """Tell whether records about natural persons may be carried."""
        return SubjectKind.NATURAL_PERSON in self.subject_kinds

    @property
    def authority_field(self) -> str:
        """The content field that names the deciding authority by its unified code; empty: rows name it otherwise.

        It is the one from which `natural_key` takes the authority's code.
        """
        name = self.natural_key.authority_code.removeprefix("{").removesuffix("}")
        field = self.fields.get(name)
        return "" if field is None or field.format is not Format.USCC else name

    def class_of(self, content: Values) -> Disclosure:
        """Return who may be shown a record of this content as a whole."""
        field = self.fields.get(self.withheld_unless_disclosed)
        return Disclosure.PUBLIC if field is None else field.class_of(content.get(field.code))

    def reason(self, code: str) -> AnyReason | None:
        """Give the reason that a code stands for, a general one or one of this item; None: another version's."""
        return Reason.__members__.get(code) or self.reasons.get(code)

    def stated_kind(self, content: Values, claim: Mapping[str, Any]) -> SubjectKind:
        """Give the kind that the row states.

        Without a statement, a filled identity number of a person means a natural person and everything else
        ``UNSTATED``: the code decides.
        """
        category = content.get(self.category_field) if self.category_field else None
        if category is None and claim.get("person_id"):
            return SubjectKind.NATURAL_PERSON
        return self.kinds.get(category or "", SubjectKind.UNSTATED)

    def derive(self, content: Values, claim: Mapping[str, Any], department: str) -> Derived:
        """Derive header and act from a row that is in lexical form; an empty field derives an empty string."""
        stated = self._stated(content)
        key = self.natural_key
        name = _fill(key.authority_name, content, claim, department)
        kind = self.stated_kind(content, claim)
        person = kind is SubjectKind.NATURAL_PERSON
        return Derived(
            verb=stated.verb,
            state=stated.state,
            authority=_fill(key.authority_code, content, claim, department) or name,
            authority_name=name,
            document_no=_fill(key.document_no, content, claim, department),
            subject_name="" if person else content.get(self.name_field) or "",
            subject_kind=kind,
            act=_act(stated, content),
        )

    def _stated(self, content: Values) -> Stated:
        for event in self.events:
            if event.holds(content):
                return event
        raise AssertionError("the last event of an item holds always")  # parsing saw to it


def _act(stated: Stated, content: Values) -> Act:
    act = NO_ACT.copy()
    for name, field in stated.act:
        act[name] = content.get(field)  # type: ignore[literal-required] # parsing compared the names with Act
    return act


def _fill(template: str, content: Values, claim: Mapping[str, Any], department: str) -> str:
    """Fill a template; a template with an empty field is empty, so that a key never holds half of what names it."""
    filled = ""
    for before, name, of_claim in _parts(template):
        filled += before
        if name:
            value = claim.get(name) if of_claim else department if name == "department" else content.get(name)
            if not value:
                return ""
            filled += value
    return filled


@lru_cache
def _parts(template: str) -> tuple[tuple[str, str, bool], ...]:
    """Split a template into texts and the names after them, each with whether it is the claim's."""
    before, *rest = template.split("{")
    parts = []
    for part in rest:
        name, _, after = part.partition("}")
        parts.append((before, name.removeprefix("claim."), name.startswith("claim.")))
        before = after
    return (*parts, (before, "", False))
