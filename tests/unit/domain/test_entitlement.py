"""Who may publish what, and whose decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from creditbus.services.domain.entitlement import HEADER_AUTHORITY, is_entitled, publishers
from creditbus.services.domain.entitlement_faults import EntitlementFault, FaultKind, entitlement_faults
from creditbus.services.domain.reasons import Reason
from creditbus.services.domain.validation import Admitted, Refused, compile_item
from tests.examples import CATALOGUE, EXAMPLES, shipped

PENALTY = EXAMPLES["administrative-penalty"]
OWN, HOSTED, FOREIGN = "11990100AU0000010W", "11990100AF00000407", "11990100AU000007XW"


@dataclass(frozen=True)
class Office:
    """A department as the rule sees it."""

    id: str = "office"
    roles: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    authorities: frozenset[str] | None = frozenset({OWN, HOSTED})


ENFORCER = Office(roles={"enforcement": None})


def reasons(
    office: Office, item: str = PENALTY.item.id, header: str = "", **content: str | None
) -> list[tuple[str, str]]:
    """Why a row of an office is refused."""
    example = EXAMPLES[item].changed(**content).headed(origin={"department": office.id})
    example = example.headed(verb=example.item.derive(example.content, example.claim, office.id).verb)
    if header:
        example = example.headed(authority=header)
    validator = compile_item(example.item, publishers(example.item, [office]))
    outcome = validator.examine(example.header, example.claim, example.content, date(2019, 12, 31))
    return [(one.reason.value, one.field) for one in outcome.findings] if isinstance(outcome, Refused) else []


@pytest.mark.parametrize(
    ("roles", "entitled"),
    [
        ({}, False),
        ({"enforcement": None}, True),
        ({"enforcement": frozenset({"administrative-penalty"})}, True),
        ({"enforcement": frozenset({"administrative-penalty-2016"})}, False),
        ({"approval": None}, False),
        ({"approval": None, "enforcement": None}, True),
    ],
)
def test_a_role_entitles_to_the_items_that_name_it(
    roles: Mapping[str, frozenset[str] | None], *, entitled: bool
) -> None:
    office = Office(roles=roles)
    assert is_entitled(PENALTY.item, office) is entitled
    assert (office.id in publishers(PENALTY.item, [office])) is entitled
    assert reasons(office, CF_CFJGDM=OWN) == ([] if entitled else [("CAT_NOT_ENTITLED", "origin.department")])


def test_an_item_may_name_departments_and_roles() -> None:
    item = replace(PENALTY.item, entitled=frozenset({"office"}))
    assert is_entitled(item, Office())
    assert is_entitled(item, Office("other", {"enforcement": None}))
    assert not is_entitled(item, Office("other"))


@pytest.mark.parametrize("code", [OWN, HOSTED])
def test_a_department_publishes_decisions_of_the_authorities_that_it_speaks_for(code: str) -> None:
    assert reasons(ENFORCER, CF_CFJGDM=code) == []


def test_a_decision_of_another_authority_is_refused_by_field() -> None:
    assert reasons(ENFORCER, CF_CFJGDM=FOREIGN) == [("CAT_OTHER_AUTHORITY", "CF_CFJGDM")]
    assert reasons(replace(ENFORCER, authorities=frozenset()), CF_CFJGDM=OWN) == [("CAT_OTHER_AUTHORITY", "CF_CFJGDM")]


def test_a_department_that_speaks_for_everyone_publishes_every_decision() -> None:
    assert reasons(replace(ENFORCER, authorities=None), CF_CFJGDM=FOREIGN) == []


def test_the_code_by_which_the_record_is_named_counts_as_well() -> None:
    assert reasons(ENFORCER, CF_CFJGDM=OWN, header=OWN) == []
    assert reasons(ENFORCER, CF_CFJGDM=OWN, header=HOSTED) == []
    assert reasons(ENFORCER, CF_CFJGDM=OWN, header="示例局") == []
    assert reasons(ENFORCER, CF_CFJGDM=OWN, header=FOREIGN) == [("CAT_OTHER_AUTHORITY", HEADER_AUTHORITY)]
    assert reasons(ENFORCER, CF_CFJGDM=FOREIGN, header=FOREIGN) == [("CAT_OTHER_AUTHORITY", "CF_CFJGDM")]


def test_a_row_without_a_code_is_no_decision_of_another_authority() -> None:
    """An optional field may be empty; a mandatory one is missed by its own reason alone."""
    assert reasons(ENFORCER, CF_CFJGDM=None) == [("MANDATORY_EMPTY", "CF_CFJGDM")]
    field = replace(PENALTY.item.fields["CF_CFJGDM"], mandatory=False)
    item = replace(PENALTY.item, fields={**PENALTY.item.fields, "CF_CFJGDM": field})
    example = PENALTY.changed(CF_CFJGDM=None).headed(origin={"department": "office"})
    outcome = compile_item(item, publishers(item, [ENFORCER])).examine(
        example.header, example.claim, example.content, date(2019, 12, 31)
    )
    assert isinstance(outcome, Admitted)


@pytest.mark.parametrize(
    ("code", "reason"),
    [(FOREIGN[:-1], "ID_LENGTH"), (FOREIGN.lower(), "ID_LOWER_CASE"), (FOREIGN[:-1] + "X", "ID_CHECK_DIGIT")],
)
def test_a_wrong_code_is_refused_for_what_is_wrong_with_it(code: str, reason: str) -> None:
    assert reasons(ENFORCER, CF_CFJGDM=code) == [(reason, "CF_CFJGDM")]


@pytest.mark.parametrize("item", ["administrative-penalty-2016", "tax-credit-grade", "enterprise-registration"])
def test_an_item_whose_rows_name_no_code_is_not_judged_by_it(item: str) -> None:
    assert shipped(item).authority_field == ""
    office = Office("tax-bureau", {"enforcement": None, "registry": None}, frozenset())
    assert reasons(office, item, header=FOREIGN) == []


def test_an_act_on_a_record_names_the_authority_of_the_record() -> None:
    office = Office("credit-office", authorities=frozenset())
    assert shipped("objection-and-repair").authority_field == "JGDM"
    assert reasons(office, "objection-and-repair", JGDM=FOREIGN) == []


def test_the_reason_stands_before_those_of_the_row() -> None:
    assert Reason.CAT_NOT_ENTITLED.rank < Reason.CAT_OTHER_AUTHORITY.rank < Reason.MANDATORY_EMPTY.rank


@pytest.mark.parametrize(
    ("office", "fault"),
    [
        (ENFORCER, None),
        (Office(roles={"enforcment": None}), (FaultKind.NO_ITEM_NAMES_ROLE, ("enforcment",))),
        (
            Office(roles={"list-keeper": frozenset({"tourism-black-list", "moon-list"})}),
            (FaultKind.ITEM_WITHOUT_ROLE, ("list-keeper", "moon-list")),
        ),
        (
            Office(roles={"list-keeper": frozenset({"judgment-defaulter"})}),
            (FaultKind.ITEM_WITHOUT_ROLE, ("list-keeper", "judgment-defaulter")),
        ),
        (Office(authorities=frozenset({OWN[:-1] + "X"})), (FaultKind.NO_CREDIT_CODE, (OWN[:-1] + "X",))),
        (replace(ENFORCER, authorities=frozenset()), (FaultKind.SPEAKS_FOR_NOBODY, ("administrative-penalty",))),
        (Office("tax-bureau-2", authorities=frozenset()), None),
        (Office(roles={"registry": frozenset({"enterprise-registration"})}, authorities=frozenset()), None),
        (replace(ENFORCER, authorities=None), None),
    ],
)
def test_what_is_wrong_with_a_department_is_said(
    office: Office, fault: tuple[FaultKind, tuple[str, ...]] | None
) -> None:
    found = list(entitlement_faults(CATALOGUE, [office]))
    assert found == ([] if fault is None else [EntitlementFault(office.id, *fault)])
