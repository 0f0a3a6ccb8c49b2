"""Properties of the rule who may publish what, and whose decisions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from creditbus.services.domain.catalogue import Item
from creditbus.services.domain.entitlement import publishers
from creditbus.services.domain.validation import Refused, compile_item
from tests.examples import CATALOGUE, EXAMPLES, Example

CODES = ("11990100AU0000010W", "11990100AF00000407", "11990100AU000007XW", "11990100AD0000019U")
ROLES = ("approval", "enforcement", "list-keeper", "registry", "a role of no item")
ITEMS = st.sampled_from(sorted(CATALOGUE.items))
AUTHORITIES = st.none() | st.frozensets(st.sampled_from(CODES))


@dataclass(frozen=True)
class Office:
    """A department as the rule sees it."""

    id: str
    roles: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    authorities: frozenset[str] | None = frozenset()


OFFICES = st.builds(
    Office,
    st.sampled_from(("tax-bureau", "court", "office-1", "office-2")),
    st.dictionaries(st.sampled_from(ROLES), st.none() | st.frozensets(ITEMS, max_size=3), max_size=3),
    AUTHORITIES,
)


def reasons(example: Example, offices: list[Office], department: str) -> set[str]:
    """Which of the reasons about the publisher an event is refused for."""
    validator = compile_item(example.item, publishers(example.item, offices))
    event = example.headed(origin={"department": department})
    outcome = validator.examine(event.header, event.claim, event.content, date(2019, 12, 31))
    found = {one.reason.value for one in outcome.findings} if isinstance(outcome, Refused) else set()
    return found & {"CAT_NOT_ENTITLED", "CAT_OTHER_AUTHORITY"}


def wanted(item: Item, office: Office, codes: list[str | None]) -> set[str]:
    """Say it once more, as an official would."""
    carried = [role for role, items in office.roles.items() if items is None or item.id in items]
    if office.id not in item.entitled and item.entitled_roles.isdisjoint(carried):
        return {"CAT_NOT_ENTITLED"}
    judged = any(
        one.format == "uscc" and f"{{{one.code}}}" == item.natural_key.authority_code for one in item.fields.values()
    )
    if item.acts_on or not judged or office.authorities is None:
        return set()
    return {"CAT_OTHER_AUTHORITY"} if {code for code in codes if code} - office.authorities else set()


@given(ITEMS, OFFICES, st.none() | st.sampled_from(CODES), st.sampled_from(("", "示例局", *CODES)))
def test_a_row_is_refused_where_an_official_would_refuse_it(
    item_id: str, office: Office, code: str | None, named: str
) -> None:
    example = EXAMPLES[item_id].headed(authority=named)
    item = example.item
    if item.authority_field:
        example = example.changed(**{item.authority_field: code})
    codes = [code if item.authority_field else None, named if named in CODES else None]
    assert reasons(example, [office], office.id) == wanted(item, office, codes)


@given(ITEMS, st.lists(OFFICES, unique_by=lambda office: office.id), st.sampled_from(CODES))
def test_other_departments_and_their_order_change_nothing(item_id: str, offices: list[Office], code: str) -> None:
    example = EXAMPLES[item_id]
    if example.item.authority_field:
        example = example.changed(**{example.item.authority_field: code})
    for office in offices:
        assert reasons(example, offices, office.id) == reasons(example, [office], office.id)
        assert reasons(example, offices[::-1], office.id) == reasons(example, [office], office.id)


@given(ITEMS, OFFICES, AUTHORITIES, st.sampled_from(CODES))
def test_who_speaks_for_more_is_refused_no_more(
    item_id: str, office: Office, more: frozenset[str] | None, code: str
) -> None:
    example = EXAMPLES[item_id]
    if example.item.authority_field:
        example = example.changed(**{example.item.authority_field: code})
    wider = None if more is None or office.authorities is None else office.authorities | more
    assert reasons(example, [replace(office, authorities=wider)], office.id) <= reasons(example, [office], office.id)


@given(ITEMS, OFFICES)
def test_who_is_not_declared_publishes_nothing(item_id: str, office: Office) -> None:
    assert reasons(EXAMPLES[item_id], [office], "somebody") == {"CAT_NOT_ENTITLED"}
