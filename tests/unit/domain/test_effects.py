"""What a version changes of what subscribers are shown, and what becomes of each record that they hold."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from creditbus.services.domain.catalogue import Disclosure, Item
from creditbus.services.domain.event import RecordState
from creditbus.services.domain.feed.effects import Effect, HeldRecords, ViewChange, count_effects, gates, view_changes
from tests.unit.domain.test_policy import DAY, FIELDS, GRADES, LISTS, grant, version

ACTIVE, WITHDRAWN, EXPIRED, REPAIRED = (
    RecordState.ACTIVE,
    RecordState.WITHDRAWN,
    RecordState.EXPIRED,
    RecordState.REPAIRED,
)
PLACE, OTHER = "420106", "420103"
TAKEN, GIVEN, ALTERED, LEFT = Effect.TAKEN, Effect.GIVEN, Effect.ALTERED, Effect.LEFT


def held(
    grade: str | None = "A", district: str = PLACE, state: RecordState = ACTIVE, item: Item = GRADES
) -> HeldRecords:
    gated = (("XYDJ", grade),) if item is GRADES else ()
    return HeldRecords(item.id, "ENTERPRISE", district, state, gated)


RECORDS = {
    held(): 1,
    held("B"): 10,
    held(district=OTHER): 100,
    held(state=WITHDRAWN): 1000,
    held(state=EXPIRED): 1000,
    held(state=REPAIRED): 1000,
    held(item=LISTS): 10_000,
}


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None, **items: Item) -> list[ViewChange]:
    """Compare two versions of one grant; None: there is none."""
    was = () if before is None else (grant(**before),)
    will = () if after is None else (grant(**after),)
    known = {item.id: item for item in (GRADES, LISTS)}
    return list(view_changes(version(1, *was), version(2, *will, items=known | {GRADES.id: items.get("item", GRADES)})))


def counted(found: list[ViewChange], on: date = DAY) -> Counter[Effect]:
    """Sum over all items; the numbers of RECORDS tell which records they are."""
    return sum(count_effects(found, RECORDS, on).values(), Counter())


PUBLIC = {"disclosure": Disclosure.PUBLIC}
NARROW = {"districts": frozenset({PLACE})}
BOTH = {"items": frozenset({GRADES.id, LISTS.id})}


@pytest.mark.parametrize(
    ("before", "after", "effects"),
    [
        (None, {}, {GIVEN: 111}),
        ({}, None, {LEFT: 111}),
        ({}, BOTH, {GIVEN: 10_000}),
        (BOTH, {}, {TAKEN: 10_000}),
        ({}, NARROW, {TAKEN: 100}),
        (NARROW, {}, {GIVEN: 100}),
        (NARROW, {"districts": frozenset({OTHER})}, {TAKEN: 11, GIVEN: 100}),
        ({}, {"subject_kinds": frozenset({"INSTITUTION"})}, {TAKEN: 111}),
        ({"consent": True}, {}, {GIVEN: 111}),
        ({}, {"valid_until": DAY - timedelta(1)}, {TAKEN: 111}),
        ({}, {"valid_until": DAY}, {}),
        ({}, {"valid_from": DAY + timedelta(1)}, {TAKEN: 111}),
        ({}, {"valid_from": DAY}, {}),
        ({}, {"fields": {GRADES.id: frozenset({"PJND"})}}, {ALTERED: 111}),
        ({}, {"masks": {GRADES.id: {"PJND": (1, 1)}}}, {ALTERED: 111}),
        # a grade other than A is shared: the records that stay are shown in the same way, and are judged by their value
        ({}, PUBLIC, {TAKEN: 10, ALTERED: 101}),
        (PUBLIC, {}, {GIVEN: 10, ALTERED: 101}),
        ({}, {**PUBLIC, **NARROW}, {TAKEN: 110, ALTERED: 1}),
        ({}, {"purpose": "another", "legal_basis": "another"}, {}),
    ],
)
def test_what_becomes_of_records(
    before: dict[str, Any] | None, after: dict[str, Any] | None, effects: dict[Effect, int]
) -> None:
    assert counted(changes(before, after)) == effects


def test_the_day_decides_which_grants_are_valid() -> None:
    ends = changes({}, {"valid_until": DAY})
    assert counted(ends, DAY) == {}
    assert counted(ends, DAY + timedelta(1)) == {TAKEN: 111}


@pytest.mark.parametrize(
    ("catalogue", "effects", "fields"),
    [
        ({"PJND": replace(FIELDS["PJND"], disclosure=Disclosure.AUTHORISED)}, {ALTERED: 111}, ((), ("PJND",), ())),
        ({"PJND": replace(FIELDS["PJND"], mask=(1, 1))}, {ALTERED: 111}, ((), (), ("PJND",))),
        ({"XYDJ": replace(FIELDS["XYDJ"], by_value={"B": Disclosure.AUTHORISED})}, {}, ((), (), ("XYDJ",))),
        ({"PJND": replace(FIELDS["PJND"], title="另一名称")}, {}, None),
    ],
)
def test_an_item_whose_fields_get_other_classes(
    catalogue: dict[str, Any], effects: dict[Effect, int], fields: tuple[tuple[str, ...], ...] | None
) -> None:
    found = changes({}, {}, item=replace(GRADES, fields=FIELDS | catalogue))
    if fields is None:
        assert found == []
        return
    (one,) = found
    assert (
        tuple(tuple(code for code in codes if "." not in code) for codes in (one.appearing, one.disappearing))
        == (fields[:2])
    )
    assert one.otherwise == fields[2]
    got = counted(found)
    assert got[ALTERED] + got[TAKEN] == 111 if effects == {} else got == effects


def test_only_what_may_change_is_named() -> None:
    assert changes({}, {}) == []
    assert changes({}, {"purpose": "another"}) == []
    assert [(one.subscriber, one.item) for one in changes(BOTH, {**BOTH, "masks": {LISTS.id: {"MDMC": (1, 1)}}})] == [
        ("one", LISTS.id)
    ]
    assert [one.item for one in changes(BOTH, {**BOTH, **NARROW})] == [LISTS.id, GRADES.id]
    assert changes({}, None)[0].removed


def test_values_are_asked_for_of_items_that_are_withheld_for_them() -> None:
    assert gates(changes(BOTH, {**BOTH, **NARROW})) == {GRADES.id: frozenset(), LISTS.id: frozenset()}
    assert gates(changes(BOTH, {**BOTH, **PUBLIC}))[GRADES.id] == {"XYDJ"}


def test_what_is_held_says_nothing_of_values() -> None:
    assert "B" not in repr(held("B"))
