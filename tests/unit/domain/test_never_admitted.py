"""What a grant names and can never get: each reason, and grants next to it that are in order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.feed.never_admitted import Never, never_admitted
from tests.examples import shipped
from tests.unit.domain.test_policy import grant

CODE, OTHER = "11990100AF0000155D", "11990100AF0000032C"
GRADES, CONSENTS, PERSONS = shipped("tax-credit-grade"), shipped("subject-consent"), shipped("practitioner-record")
ACTS = shipped("objection-and-repair")
ITEMS = {item.id: item for item in (GRADES, CONSENTS, PERSONS, ACTS, shipped("enterprise-registration"))}
PERSON = {"items": frozenset({PERSONS.id}), "subject_kinds": frozenset({"NATURAL_PERSON"})}
CONSENTED = {"consent": True, "institution": CODE}


@dataclass(frozen=True)
class Department:
    id: str
    authorities: frozenset[str] | None
    roles: Mapping[str, frozenset[str] | None]


REGISTRAR = Department("office", frozenset({CODE}), {"consent-registrar": None})


def narrowed(item: Item, disclosure: Disclosure, **changes: Any) -> Item:
    fields = {code: replace(field, disclosure=disclosure, by_value={}) for code, field in item.fields.items()}
    return replace(item, fields=MappingProxyType(fields), **changes)


HIDDEN = narrowed(GRADES, Disclosure.AUTHORISED, withheld_unless_disclosed="XYDJ")
CLOSED = narrowed(GRADES, Disclosure.AUTHORISED, withheld_unless_disclosed="")


@pytest.mark.parametrize(
    ("changes", "items", "department", "found"),
    [
        ({"consent": True}, {}, REGISTRAR, (Never.NOT_NAMED, "", ())),
        (
            {"consent": True, "institution": CODE[:-1] + "E"},
            {},
            REGISTRAR,
            (Never.NO_CREDIT_CODE, "", (CODE[:-1] + "E",)),
        ),
        (CONSENTED, {CONSENTS.id: GRADES}, REGISTRAR, (Never.NO_CONSENTS, "", ())),
        (CONSENTED, {}, replace(REGISTRAR, roles={}), (Never.NOBODY_RECORDS, "", (CODE,))),
        (CONSENTED, {}, replace(REGISTRAR, authorities=frozenset({OTHER})), (Never.NOBODY_RECORDS, "", (CODE,))),
        ({"items": PERSON["items"]}, {}, REGISTRAR, (Never.OTHER_KINDS, PERSONS.id, ("NATURAL_PERSON",))),
        (
            PERSON | {"districts": frozenset({"420106"})},
            {},
            REGISTRAR,
            (Never.NO_DISTRICT, PERSONS.id, ("NATURAL_PERSON",)),
        ),
        ({"items": frozenset({ACTS.id})}, {}, REGISTRAR, (Never.NO_RECORDS, ACTS.id, ())),
        ({}, {GRADES.id: HIDDEN}, REGISTRAR, (Never.WITHHELD, GRADES.id, ("XYDJ", "authorised"))),
        ({}, {GRADES.id: CLOSED}, REGISTRAR, (Never.NO_FIELD, GRADES.id, ("authorised",))),
        (
            PERSON | {"fields": {PERSONS.id: frozenset({"CJLX"})}},
            {},
            REGISTRAR,
            (Never.NO_FIELD, PERSONS.id, ("authorised",)),
        ),
        ({}, {}, REGISTRAR, None),
        (CONSENTED, {}, REGISTRAR, None),
        (CONSENTED, {}, Department("credit-agency", None, {}), None),
        (PERSON, {}, REGISTRAR, None),
        ({"districts": frozenset({"420106"})}, {}, REGISTRAR, None),
        ({"disclosure": Disclosure.AUTHORISED}, {GRADES.id: HIDDEN}, REGISTRAR, None),
        ({"items": frozenset({"other"})}, {}, REGISTRAR, None),
    ],
)
def test_a_grant_of_what_it_can_never_get_is_named(
    changes: dict[str, Any],
    items: dict[str, Item],
    department: Department,
    found: tuple[Never, str, tuple[str, ...]] | None,
) -> None:
    given = grant(**changes)
    assert list(never_admitted(given, ITEMS | items, [department])) == ([] if found is None else [found])
