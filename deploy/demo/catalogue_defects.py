"""Defects of the rows of any catalogue item, made from its schema and its rules."""

from collections.abc import Callable, Mapping
from datetime import date
from random import Random

from creditbus.deploy.demo.defects import FUTURE, Defect, Defects, blank, code_defects, not_a_date, put, with_a_time
from creditbus.deploy.demo.subjects import further_authority
from creditbus.deploy.demo.truth import Cells
from creditbus.services.domain.catalogue import Field, Item
from creditbus.services.domain.catalogue.rules import Required
from creditbus.services.domain.event import SubjectKind
from creditbus.services.domain.reasons import AnyReason, Reason

__all__ = ["catalogue_defects"]

_LONG_AGO = "2009-12-31"
_NOBODYS = further_authority(900, "示例他市机关", "示他")
"""An authority that no department of the demonstration speaks for."""

Plausible = Callable[[Field, date], str]


def catalogue_defects(item: Item, claims: Mapping[str, str], plausible: Plausible) -> Defects:
    """Give the ways to spoil a row of an item.

    Args:
        item: the catalogue item.
        claims: the column of each field of the claim.
        plausible: gives a valid value of a field, decided on a day.
    """
    title = {code: field.title for code, field in item.fields.items()}
    decided = title[dict(item.events[-1].act)["decided_on"]]
    ends = [title[period.end] for period in item.rules.periods]
    needed = next(field.title for field in item.fields.values() if field.mandatory and not field.values)
    found: dict[AnyReason, tuple[Defect, ...]] = {}
    if item.subject_kinds == {SubjectKind.NATURAL_PERSON}:
        found[Reason.ID_CHECK_DIGIT] = (_other_check(claims["person_id"]),)
    else:
        found |= code_defects(claims["uscc"])
        if not item.code_mandatory:
            found[Reason.COND_SUBJECT_CODE_MISSING] = (blank(claims["uscc"]),)
    if item.authority_field and not item.acts_on:
        found[Reason.CAT_OTHER_AUTHORITY] = (put(**{title[item.authority_field]: _NOBODYS.uscc}),)
    found[Reason.MANDATORY_EMPTY] = (blank(needed),)
    found[Reason.DATE_UNPARSABLE] = (not_a_date(decided),)
    found[Reason.DATE_WITH_TIME] = (with_a_time(decided),)
    lasting = [field.title for field in item.fields.values() if field.title in ends and field.mandatory]
    late = put(**dict.fromkeys((decided, *lasting), FUTURE))
    found[Reason.DATE_FUTURE] = (_both(late, blank(*(end for end in ends if end not in lasting))),)
    if ends:
        found[Reason.PERIOD_INVERTED] = (put(**{ends[0]: _LONG_AGO}),)
    listed = [field.title for field in item.fields.values() if field.values]
    if listed:
        found[Reason.ENUM_UNKNOWN] = (put(**{listed[0]: "示例未知值"}),)
    for rule in item.rules.required:
        found[rule.reason] = (*found.get(rule.reason, ()), _lacking(item, rule, plausible, decided))
    return found


def _lacking(item: Item, rule: Required, plausible: Plausible, decided: str) -> Defect:
    """Make a defect that gives a row the value for which a rule asks for more, and all that is asked for but one."""
    value = min(rule.when_values)
    asked = [other.field for other in item.rules.required if other.when_field == rule.when_field]

    def spoil(cells: Cells, _: Random) -> Cells:
        day = date.fromisoformat(str(cells[decided]))
        spoilt = cells | {item.fields[rule.when_field].title: value}
        for code in asked:
            field = item.fields[code]
            spoilt[field.title] = None if code == rule.field else spoilt[field.title] or plausible(field, day)
        return spoilt

    return spoil


def _both(first: Defect, second: Defect) -> Defect:
    return lambda cells, random: second(first(cells, random), random)


def _other_check(column: str) -> Defect:
    return lambda cells, _: (
        cells | {column: f"{str(cells[column])[:-1]}{'0' if str(cells[column])[-1] != '0' else '1'}"}
    )
