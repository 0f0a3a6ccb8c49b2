"""The examination of one event under one item."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.entitlement import Publishers, foreign_authority
from creditbus.services.domain.event import CLAIM_FIELDS, SubjectKind
from creditbus.services.domain.identifiers import organisation_code, uscc
from creditbus.services.domain.identifiers.persons import claim_names_person
from creditbus.services.domain.identifiers.subject_kind import kind_of
from creditbus.services.domain.reasons import AnyReason, Caution, Reason
from creditbus.services.domain.validation.cell_marks import marked_cells, without_consequences
from creditbus.services.domain.validation.conditions import condition_checks, dates_check, magnitude_check
from creditbus.services.domain.validation.outcome import Admitted, Finding, Refused, in_primary_order
from creditbus.services.domain.validation.subject import ClaimCheck, Named, divided_codes, examine_person
from creditbus.services.domain.validation.successor import examine_successor
from creditbus.services.domain.validation.values import Values, value_checks

__all__ = ["Validator", "compile_item"]

_NO_CAUTIONS: tuple[Caution, ...] = ()
_NATURAL_PERSON = SubjectKind.NATURAL_PERSON


def compile_item(item: Item, publishers: Publishers) -> "Validator":
    """Compile an item's fields and rules. Costs about a millisecond: once an item, not once an event.

    Args:
        item: the catalogue item.
        publishers: who may publish it, and for whom (`services.domain.entitlement.publishers`); whoever only asks for
            `Validator.faults` needs none.

    """
    return Validator(item, publishers)


class Validator:
    """Examines events under one item; keeps nothing of them but a bounded memory of dates and authority codes."""

    __slots__ = (
        "_authority",
        "_checks",
        "_claim",
        "_codes",
        "_columns",
        "_dates",
        "_exceeds",
        "_publishers",
        "_succession",
        "item",
    )

    def __init__(self, item: Item, publishers: Publishers) -> None:
        self.item = item
        self._authority = item.authority_field
        self._publishers: Publishers = dict(publishers)
        self._claim = ClaimCheck(item)
        self._codes = frozenset(item.claims.get(name, name) for name in CLAIM_FIELDS)
        self._checks = (*value_checks(item), *condition_checks(item))
        self._dates = dates_check(item)
        self._exceeds = magnitude_check(item)
        self._columns: dict[str, str | None] = dict.fromkeys(item.fields)
        self._succession = item.succession

    def examine(
        self, header: Mapping[str, Any], claim: Mapping[str, Any], content: Values | None, today: date
    ) -> Admitted | Refused:
        """Examine an event in lexical form.

        Args:
            header: its header; ``verb``, ``authority``, ``subject_kind``, ``origin.department`` and ``warnings`` are
                looked at.
            claim: the subject's codes as given.
            content: all content fields; None or a missing key counts as empty.
            today: dates after it lie in the future.

        Returns:
            `Refused` with every reason, each once, in primary order; else `Admitted`. A natural person under an item
            that admits none is refused for that alone: nothing else of the row is looked at. So is a row of a category
            that the item does not know, which a connector sends without claim and name; where the category's cell
            is at fault, for that fault.

        """
        item = self.item
        warnings = header.get("warnings")
        if content is None or len(content) < len(self._columns):
            content = {**self._columns, **(content or {})}
        person = _is_person(item, header, content, claim)
        if not item.admits_persons and (alone := self._bars(content, claim, person=person)) is not None:
            return Refused((Finding(_of_its_cell(alone, item.category_field, warnings), item.category_field),))
        findings: list[Finding] = [*marked_cells(warnings)] if warnings else []
        if header["verb"] not in item.verbs:
            findings.append(Finding(Reason.CAT_VERB_NOT_ADMITTED, "verb"))
        self._judge_publisher(header, content, findings)
        for check in self._checks:
            check(content, findings)
        self._dates(content, _iso(today), findings)
        named = self._name(claim, findings, person=person)
        cautions = self._cautions(named, content)
        succession = self._succession
        if (
            succession is not None
            and examine_successor(item, succession, named, content, findings)
            and not named.legacy_keys
        ):
            cautions = (Caution.LEGACY_CODE, *cautions)
        if named.uscc and (kind := kind_of(named.uscc)) not in item.subject_kinds:
            findings.append(Finding(Reason.CAT_SUBJECT_KIND_NOT_ADMITTED, item.category_field))
        crosswalk = (
            self._claim.crosswalk(named.uscc, claim, content, findings) if item.identifies and named.uscc else ()
        )
        findings += divided_codes(item, claim)
        if findings:
            return Refused(in_primary_order(without_consequences(findings, warnings or (), self._codes)), cautions)
        if person:
            return Admitted("", (), _NATURAL_PERSON, (), cautions, person=True)
        if not named.uscc:
            return Admitted("", named.legacy_keys, SubjectKind(header["subject_kind"]), (), cautions)
        return Admitted(named.uscc, (), kind, crosswalk, cautions)

    def faults(self, content: Values, today: date) -> tuple[Finding, ...]:
        """Say what is wrong with content alone; each reason once."""
        findings: list[Finding] = []
        for check in self._checks:
            check(content, findings)
        self._dates(content, _iso(today), findings)
        return in_primary_order(findings)

    def _judge_publisher(self, header: Mapping[str, Any], content: Values, findings: list[Finding]) -> None:
        department: str = header["origin"]["department"]
        if department not in self._publishers:
            findings.append(Finding(Reason.CAT_NOT_ENTITLED, "origin.department"))
            return
        authorities = self._publishers[department]
        if authorities is not None and (field := foreign_authority(self._authority, header, content, authorities)):
            findings.append(Finding(Reason.CAT_OTHER_AUTHORITY, field))

    def _bars(self, content: Values, claim: Mapping[str, Any], *, person: bool) -> Reason | None:
        """Give the reason to refuse a row unread: a person, or claim and name left out for an unknown category."""
        item = self.item
        if person or (_holds_digits(claim) and claim_names_person(claim, content.get(item.name_field) or "")):
            return Reason.CAT_NATURAL_PERSON
        category = content[item.category_field] if item.category_field else None
        if not category or item.fields[item.category_field].admits(category):
            return None
        named = any(claim.values()) or (item.name_field and content[item.name_field])
        return None if named else Reason.ENUM_UNKNOWN

    def _name(self, claim: Mapping[str, Any], findings: list[Finding], *, person: bool) -> Named:
        if person:
            examine_person(self.item, claim, findings)
            return Named()
        return self._claim.examine(claim, findings)

    def _cautions(self, named: Named, content: Values) -> tuple[Caution, ...]:
        exceeds = self._exceeds is not None and self._exceeds(content)
        doubtful = self.item.checks_organisation_code and named.uscc and not _has_sound_organisation_code(named.uscc)
        if not (named.legacy_keys or exceeds or doubtful):
            return _NO_CAUTIONS
        found = (
            (Caution.LEGACY_CODE, named.legacy_keys),
            (Caution.AMOUNT_MAGNITUDE, exceeds),
            (Caution.ID_ORGCODE_WARN, doubtful),
        )
        return tuple(caution for caution, holds in found if holds)


def _of_its_cell(alone: Reason, category: str, warnings: Iterable[str] | None) -> AnyReason:
    """Say what is wrong with the cell of a category that the item does not know, where that is why it is unknown."""
    if alone is not Reason.ENUM_UNKNOWN or not warnings:
        return alone
    return next((found.reason for found in marked_cells(warnings) if found.field == category), alone)


def _is_person(item: Item, header: Mapping[str, Any], content: Values, claim: Mapping[str, Any]) -> bool:
    if header["subject_kind"] == _NATURAL_PERSON:
        return True
    category = content[item.category_field] if item.category_field else None
    # A connector that forgot to say so must not bring a person's row past an item that admits none.
    return item.kinds.get(category) is _NATURAL_PERSON if category else bool(claim.get("person_id"))


def _holds_digits(claim: Mapping[str, Any]) -> bool:
    """Tell whether a code may be a citizen's number: nearly all codes have a letter before their end."""
    return any(code is not None and code[:15].isdigit() for code in claim.values())


@lru_cache(8)
def _iso(today: date) -> str:
    return today.isoformat()


def _has_sound_organisation_code(code: str) -> bool:
    return organisation_code.is_valid(uscc.organisation_code(code))
