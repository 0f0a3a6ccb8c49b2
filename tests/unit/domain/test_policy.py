"""Since when an item is shown as it is: by which version, and since which day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.event import Policy
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory, day_of, policy_at
from tests.examples import shipped

GRADES, LISTS = shipped("tax-credit-grade"), shipped("red-black-list")
FIELDS = dict(GRADES.fields)
ITEMS = {item.id: item for item in (GRADES, LISTS)}
FIRST_DAY, DAY = date(1970, 1, 1), date(2020, 1, 1)


def number_of(day: date) -> int:
    return (day - FIRST_DAY).days


def grant(subscriber: str = "one", *items: str, **changes: Any) -> Grant:
    plain = Grant(
        subscriber=subscriber,
        purpose="-",
        legal_basis="-",
        items=frozenset(items or {GRADES.id}),
        subject_kinds=frozenset({"ENTERPRISE"}),
        districts=None,
        disclosure=Disclosure.SHARED,
        consent=False,
        valid_until=date(2099, 12, 31),
    )
    return replace(plain, **changes)


def version(number: int, *grants: Grant, items: Mapping[str, Item] = ITEMS) -> DeclaredGrants:
    return DeclaredGrants(number, {one.subscriber: one for one in grants}, items)


def versions_of(*versions: DeclaredGrants, on: date = DAY) -> dict[str, int]:
    return {item: policy["version"] for item, policy in GrantHistory(versions).policies(on).items()}


def test_an_item_keeps_the_version_since_which_it_is_shown_to_the_same_in_the_same_way() -> None:
    first = version(1, grant())
    assert versions_of(first) == {GRADES.id: 1, LISTS.id: 1}
    assert versions_of(first, version(2, grant()), version(4, grant("one"))) == {GRADES.id: 1, LISTS.id: 1}
    assert versions_of(first, version(2, grant(), grant("two", LISTS.id))) == {GRADES.id: 1, LISTS.id: 2}


def test_what_is_as_it_was_before_a_change_counts_from_when_it_became_so_again() -> None:
    assert versions_of(version(1, grant()), version(2), version(3, grant()), version(4, grant())) == {
        GRADES.id: 3,
        LISTS.id: 1,
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"districts": frozenset({"420106"})},
        {"subject_kinds": frozenset({"INSTITUTION"})},
        {"disclosure": Disclosure.PUBLIC},
        {"consent": True},
        {"valid_from": DAY},
        {"valid_until": DAY},
        {"fields": {GRADES.id: frozenset({"PJND"})}},
        {"masks": {GRADES.id: {"PJND": (1, 1)}}},
        {"purpose": "another one"},
        {"legal_basis": "another one"},
        {"institution": "91420100777777777X"},
    ],
)
def test_every_part_of_a_grant_makes_another_version_of_its_items_alone(changes: dict[str, Any]) -> None:
    after = version(2, grant(**changes))
    assert versions_of(version(1, grant()), after) == {GRADES.id: 2, LISTS.id: 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"items": frozenset(ITEMS)},
        {"fields": {LISTS.id: frozenset({"MDLX"})}},
        {"masks": {LISTS.id: {"MDLX": (1, 1)}}},
    ],
)
def test_what_a_grant_says_of_another_item_does_not_have_one_restated(changes: dict[str, Any]) -> None:
    assert versions_of(version(1, grant()), version(2, grant(**changes)))[GRADES.id] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"withheld_unless_disclosed": ""},
        {"fields": FIELDS | {"PJND": replace(GRADES.fields["PJND"], disclosure=Disclosure.AUTHORISED)}},
        {"fields": FIELDS | {"PJND": replace(GRADES.fields["PJND"], mask=(1, 1))}},
        {"fields": FIELDS | {"XYDJ": replace(GRADES.fields["XYDJ"], by_value={"B": Disclosure.PUBLIC})}},
        {"events": GRADES.events[:0]},
    ],
)
def test_what_shows_an_item_makes_another_version_of_it(changes: dict[str, Any]) -> None:
    after = version(2, grant(), items=ITEMS | {GRADES.id: replace(GRADES, **changes)})
    assert versions_of(version(1, grant()), after) == {GRADES.id: 2, LISTS.id: 1}


def test_an_item_that_was_not_there_counts_from_when_it_came() -> None:
    alone = {LISTS.id: LISTS}
    assert versions_of(version(1, grant(), items=alone), version(2, grant())) == {GRADES.id: 2, LISTS.id: 1}
    history = GrantHistory([version(1, grant(), items=alone), version(2, grant())])
    assert [turn for turn, _, _ in history.turns(GRADES.id)] == [2]
    assert [turn for turn, _, _ in history.turns(LISTS.id)] == [1]


def test_turns_are_the_versions_that_policies_name() -> None:
    wide, narrow = grant(), grant(districts=frozenset({"420106"}))
    made = [version(1, wide), version(2, wide), version(3, narrow), version(4), version(5, narrow)]
    found = [(turn, list(grants)) for turn, grants, _ in GrantHistory(made).turns(GRADES.id)]
    assert found == [(1, [wide]), (3, [narrow]), (4, []), (5, [narrow])]
    named = [versions_of(*made[:count])[GRADES.id] for count in range(1, 6)]
    assert named == [1, 1, 3, 4, 5]


def test_the_day_is_the_last_one_on_which_a_grant_of_the_item_began_or_was_over() -> None:
    last = DAY + timedelta(4)
    history = GrantHistory(
        [
            version(
                1,
                grant("begins", valid_from=DAY + timedelta(2)),
                grant("ends", valid_until=last),
                grant("of another item", LISTS.id, valid_from=DAY + timedelta(3)),
            )
        ]
    )
    days = [history.policies(DAY + timedelta(after))[GRADES.id]["day"] for after in range(7)]
    first, over = number_of(DAY) + 2, number_of(last) + 1
    assert days == [0, 0, first, first, first, over, over]


def test_the_days_on_which_grants_turn_are_those_of_the_newest_version_alone() -> None:
    before = version(1, grant(valid_until=DAY + timedelta(9)))
    history = GrantHistory([before, version(2, grant(valid_from=DAY, valid_until=DAY + timedelta(4)), grant("other"))])
    turns = {number_of(DAY), number_of(DAY) + 5, number_of(date(2100, 1, 1))}
    assert history.turning() == turns


def test_a_day_of_a_grant_that_is_no_more_is_no_turn() -> None:
    history = GrantHistory([version(1, grant(valid_from=DAY)), version(2, grant())])
    assert history.policies(DAY)[GRADES.id] == Policy(version=2, day=0)


def test_days_are_counted_from_1970() -> None:
    assert day_of(Policy(version=1, day=0)) == FIRST_DAY
    assert policy_at(3, DAY) == Policy(version=3, day=number_of(DAY))
    assert day_of(policy_at(3, DAY)) == DAY


def test_a_subscriber_is_one_since_it_was_last_missing() -> None:
    first = version(1, grant())
    assert GrantHistory([first]).since("one") == 1
    assert GrantHistory([first, version(2, grant(districts=frozenset()))]).since("one") == 1
    assert GrantHistory([first, version(2), version(3, grant()), version(4, grant())]).since("one") == 3
