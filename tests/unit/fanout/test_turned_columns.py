"""A version changes an item's columns and, at the same time, what may be seen: each version is judged by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest

from creditbus.services.domain.catalogue import Catalogue, Disclosure, Field, Item
from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.feed.policy import DeclaredGrants, GrantHistory
from creditbus.services.fanout.app import grant_of
from creditbus.services.local.stages import LocalStages
from creditbus.topics.declarations import declarations
from tests.examples import CATALOGUE, EXAMPLES
from tests.harness.turned_stages import turned_stages
from tests.step_harness import START_MS, Bus, built

CODE = "91420106MA4KAAA16H"
REGISTERED = EXAMPLES["enterprise-registration"].claiming(uscc=CODE)
GRADE = EXAMPLES["tax-credit-grade"].claiming(tax_no="420106MA4KAAA16")
ITEM = CATALOGUE.items["tax-credit-grade"]
GIVEN = ITEM.fields["XYDJ"]
SUBSCRIBER = next(
    replace(one, items=(ITEM.id,), subject_kinds=("ENTERPRISE",), disclosure="public", districts=None)
    for one in declarations().subscribers.values()
    if one.id == "agency-xinda"
)
_ABSENT = "not there"
FEED = f"feed.{SUBSCRIBER.id}"

Fields = Mapping[str, Field]


def open_to_all(fields: Fields) -> Item:
    """Every grade may be seen."""
    return replace(ITEM, fields=_graded(fields, Disclosure.PUBLIC, {}), withheld_unless_disclosed="")


def best_alone(fields: Fields) -> Item:
    """A record is withheld unless its grade is A."""
    shared = _graded(fields, Disclosure.SHARED, {"A": Disclosure.PUBLIC})
    return replace(ITEM, fields=shared, withheld_unless_disclosed="XYDJ")


def worst_hidden(fields: Fields) -> Item:
    """A record is withheld if its grade is D."""
    public = _graded(fields, Disclosure.PUBLIC, {"D": Disclosure.SHARED})
    return replace(ITEM, fields=public, withheld_unless_disclosed="XYDJ")


def hidden_for_another(fields: Fields) -> Item:
    """A record is withheld for a field that is gone by now."""
    gone = replace(GIVEN, code="GONE", disclosure=Disclosure.SHARED, by_value={"A": Disclosure.PUBLIC})
    return replace(open_to_all(fields), fields={**fields, "GONE": gone}, withheld_unless_disclosed="GONE")


def _graded(fields: Fields, disclosure: Disclosure, by_value: Mapping[str, Disclosure]) -> Fields:
    return {**fields, "XYDJ": replace(fields["XYDJ"], disclosure=disclosure, by_value=by_value)}


def as_now(fields: Fields) -> Fields:
    return fields


def one_less(fields: Fields) -> Fields:
    return {code: field for code, field in fields.items() if code != "YXQZ"}


def one_more(fields: Fields) -> Fields:
    return {"EXTRA": replace(fields["PJDW"], code="EXTRA"), **fields}


def two_more_at_the_end(fields: Fields) -> Fields:
    return {**fields, **{code: replace(fields["PJDW"], code=code) for code in ("EXTRA", "OTHER")}}


def turned(fields: Fields) -> Fields:
    return dict(reversed([*fields.items()]))


COLUMNS = pytest.mark.parametrize("columns", [as_now, one_less, one_more, two_more_at_the_end, turned])
Rule = Callable[[Fields], Item]


def _stages(base: LocalStages, now: Item, versions: Sequence[Item]) -> LocalStages:
    carried = {**CATALOGUE.items, ITEM.id: now}
    grants = {SUBSCRIBER.id: grant_of(SUBSCRIBER)}
    history = GrantHistory(
        [DeclaredGrants(number, grants, {**carried, ITEM.id: item}) for number, item in enumerate(versions, 1)]
    )
    return turned_stages(base, Catalogue(carried), history, city_day(START_MS))


class City:
    """A city whose first version had other columns than its second; all that is read was written again by the second's.

    Args:
        first: what may be seen by the first version.
        columns: makes its columns of those of the second.
        second: what may be seen by the second.

    """

    def __init__(self, first: Rule, columns: Callable[[Fields], Fields], second: Rule) -> None:
        base = built(1, CATALOGUE, [])
        now = second(ITEM.fields)
        shown_first = open_to_all if first is hidden_for_another else first
        self._later = _stages(base, now, [first(columns(ITEM.fields)), now])
        self._bus = Bus(_stages(base, shown_first(ITEM.fields), [shown_first(ITEM.fields)]))

    def say(self, *grades: str, late: bool = False) -> None:
        """Publish grades of one year, one after the other; late: fanout comes to them only under the second version."""
        self._bus.publish(REGISTERED)
        for grade in grades:
            self._bus.publish(GRADE.changed(XYDJ=grade))
        while busy := [(stage, lane) for stage, lane in self._bus.busy() if not (late and stage == "fanout")]:
            self._bus.turn(*busy[0])

    def turn(self) -> None:
        """Let the second version come."""
        self._bus.switch(self._later)
        self._bus.settle()

    def feed(self) -> list[tuple[str, str | None]]:
        found = (self._bus.decode(one.value) for one in self._bus.read(FEED))
        return [(one["record"]["withheld_for"] or one["record"]["state"], one["content"].get("XYDJ")) for one in found]

    def shown(self, field: str) -> list[str | None]:
        """Give a column of all records of the feed."""
        return [self._bus.decode(one.value)["content"].get(field, _ABSENT) for one in self._bus.read(FEED)]


@COLUMNS
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("first", "second", "grade", "hidden"),
    [
        (open_to_all, best_alone, "B", True),
        (open_to_all, best_alone, "A", False),
        (open_to_all, worst_hidden, "D", True),
        (worst_hidden, best_alone, "C", True),
        (hidden_for_another, best_alone, "B", True),
    ],
)
def test_what_was_shown_and_may_be_seen_no_more_is_taken_back(
    first: Rule, second: Rule, columns: Callable[[Fields], Fields], grade: str, *, hidden: bool, late: bool
) -> None:
    city = City(first, columns, second)
    city.say(grade, late=late)
    city.turn()
    feed = city.feed()
    if first is hidden_for_another and late:
        # nothing says any more whether the first version showed it: it is not given now
        assert ("ACTIVE", grade) not in feed
    elif hidden:
        assert feed == [("ACTIVE", grade), ("VALUE", None)]
    else:
        assert set(feed) == {("ACTIVE", grade)}


@COLUMNS
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("first", "second", "grade"), [(best_alone, worst_hidden, "D"), (worst_hidden, best_alone, "D")]
)
def test_of_what_was_never_shown_a_feed_learns_nothing(
    first: Rule, second: Rule, columns: Callable[[Fields], Fields], grade: str, *, late: bool
) -> None:
    city = City(first, columns, second)
    city.say(grade, late=late)
    city.turn()
    assert city.feed() == []


@COLUMNS
@pytest.mark.parametrize("late", [False, True])
def test_what_may_be_seen_from_now_on_comes_whole_and_once(columns: Callable[[Fields], Fields], *, late: bool) -> None:
    city = City(best_alone, columns, open_to_all)
    city.say("B", late=late)
    city.turn()
    assert city.feed() == [("ACTIVE", "B")]


def test_a_column_that_is_gone_by_now_is_null_in_what_the_first_version_showed() -> None:
    city = City(open_to_all, one_more, best_alone)
    city.say("A", late=True)
    city.turn()
    assert city.shown("EXTRA") == [None, _ABSENT]
    assert city.shown("NSRMC")[0] == city.shown("NSRMC")[1] is not None
