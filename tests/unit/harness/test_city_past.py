"""The check of a city's past must find what feeds lack and hold still after grants, classes and days have changed."""

import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from creditbus.avro_schemas import raw_catalogue
from creditbus.topics.names import STAGES
from tests.harness.changes import changes_of
from tests.harness.changing_city import ChangingCity
from tests.harness.city_past import problems_under
from tests.harness.code_story import CodeStory
from tests.harness.consent_story import ConsentStory, Receiver
from tests.harness.consents import CONSENT, TURNS
from tests.harness.declaring import ITEMS, RECEIVERS
from tests.harness.feeds import Grant
from tests.harness.given_up import BACK, GIVEN_UP
from tests.harness.memory_observer import MemoryWire, observed, publish
from tests.harness.problem import DOUBLED, LOST, MISSING, SURPLUS, WRONG, Problem
from tests.harness.recomputation import recompute
from tests.harness.traffic import (
    DISTRICTS,
    Event,
    Traffic,
    list_entry,
    message,
    party,
    penalty,
    registration,
    withdrawn,
)
from tests.harness.view_changes import MIDNIGHT, ViewChanges, schedule_of
from tests.harness.wire import Observer

_LANES = 2
_ONE = party(1, "420106")


def grant(subscriber: str, districts: list[str], disclosure: str, *, consent: bool = False) -> Grant:
    return {
        "uscc": RECEIVERS[subscriber],
        "purpose": "one",
        "legal_basis": "law",
        "items": list(ITEMS),
        "subject_kinds": ["ENTERPRISE"],
        "districts": districts,
        "disclosure": disclosure,
        "consent": consent,
        "valid_until": date(2099, 12, 31),
    }


class City:
    """A bus in memory whose city changes its mind."""

    def __init__(self, seed: int, *, consent: bool = False) -> None:
        self.chance = Random(seed)
        self._city = ChangingCity(seed, _LANES, free=False)
        self.wire = MemoryWire(self._city.bus)
        first = self._city.newest
        self.mind = ViewChanges(
            {
                "agency-xinda": grant("agency-xinda", ["all"], "public", consent=consent),
                "department-housing": grant("department-housing", ["all"], "shared"),
            },
            {"district-wuchang": grant("district-wuchang", ["420106"], "shared")},
            {**first.declared.items, CONSENT: raw_catalogue()[CONSENT]},
            self._city.witness.on,
            number=2,
            lasting=["agency-xinda"] if consent else [],
        )
        self._city.put_in_force(self.mind.versions[0])
        self.mind.versions.insert(0, first)
        self._rows = 0
        self.proof: Counter[str] = Counter()
        self.turns: Counter[str] = Counter()

    def tell(self, *events: Event) -> None:
        self._rows += len(events)
        publish(self._city.bus, [message(self.wire, self._rows, event, f"said-{self._rows}") for event in events])

    def traffic(self) -> list[Any]:
        return Traffic(3, 20, large=30).messages(self.wire)

    def publish(self, messages: list[Any]) -> None:
        publish(self._city.bus, messages)
        self._city.work(self.chance.randrange(2**32), self.chance.randint(1, 12))

    def work(self) -> None:
        self._city.work(self.chance.randrange(2**32), self.chance.choice((0, 1, 3, 12)))

    def change(self, kind: str) -> None:
        made, _ = self.mind.change(kind, self.chance)
        if made == MIDNIGHT:
            self._city.pass_days(1)
        else:
            self._city.put_in_force(self.mind.versions[-1])

    def settled(self) -> Observer:
        self._city.work(1)
        return observed(self._city.bus)

    def problems(self, seen: Observer) -> list[Problem]:
        stores = {(stage, lane): self._city.bus.stores[stage, lane] for stage in STAGES for lane in range(_LANES)}
        changes = changes_of(seen, lambda _: (), self.mind.past.gates)
        held = problems_under(
            seen, recompute(seen), self.mind.past, changes, self.proof, self.turns, lambda _, *place: stores[place]
        )
        return list(held)


def ending(number: int, last: date) -> dict[str, Any]:
    """Make a penalty whose publication ends on a day."""
    event = penalty(_ONE, number, "0.5")
    return {**event, "content": {**event["content"], "CF_GSJZQ": last.isoformat()}}


def without(observer: Observer, topic: str, left_out: Callable[[dict[str, Any]], bool]) -> Observer:
    for place, records in observer.records.items():
        if place.topic == topic:
            observer.records[place] = [one for one in records if not left_out(observer.wire.decode(one.value))]
    return observer


@pytest.mark.parametrize("seed", [1, 2])
def test_a_city_that_changes_its_mind_has_no_problem(seed: int) -> None:
    city = City(seed)
    first = city.mind.on
    city.tell(registration(_ONE, ""), *(ending(number, first + timedelta(number - 1)) for number in range(12)))
    messages = city.traffic()
    kinds = schedule_of(city.chance, 20)
    part = len(messages) // len(kinds)
    for kind in kinds:
        city.publish(messages[:part])
        del messages[:part]
        city.change(kind)
    city.publish(messages)
    assert city.problems(city.settled()) == []
    # else it would prove nothing
    assert {"restated", "withheld for GRANT"} <= city.proof.keys()


def test_a_value_for_which_a_version_withheld_records_is_said_by_later_ones() -> None:
    city = City(1)
    city.tell(registration(_ONE, ""), list_entry(_ONE, _ONE.code, {"SJLX": "列入"}))
    city.settled()
    for number in range(12):
        city.change("class changed")
        city.tell(registration(replace(_ONE, name=f"{_ONE.name}{number}"), ""))
        city.settled()
    seen = city.settled()
    assert "red-black-list" not in city.mind.disclosed
    assert city.mind.past.gates["red-black-list"] == "MDLX"
    said = [seen.wire.decode(one.value)["header"]["applied"]["before"] for one in seen.of("credit.changes")]
    assert any(before is not None and before["gate"] == "MDLX=红" for before in said)
    assert city.problems(seen) == []


def test_a_publication_ends_although_the_registration_is_withdrawn() -> None:
    city = City(1)
    city.tell(registration(_ONE, ""), ending(1, city.mind.on))
    city.settled()
    city.tell(withdrawn(_ONE, ""))
    city.settled()
    city.change(MIDNIGHT)
    seen = city.settled()
    verbs = [seen.wire.decode(one.value)["header"]["verb"] for one in seen.of("credit.changes")]
    assert verbs[-1] == "EXPIRE"
    assert city.problems(seen) == []


def kinds_of(found: list[Problem]) -> set[tuple[str, bool]]:
    """Give the kinds of problems, and whether they are of what is held in the end."""
    return {(one.kind, one.text.startswith("view of")) for one in found}


@pytest.mark.parametrize(
    ("what", "left_out", "kinds"),
    [
        ("grant ended", lambda entry: entry["record"]["withheld_for"] == "GRANT", {(LOST, False), (SURPLUS, True)}),
        ("grant begun", lambda entry: entry["record"]["change"] == "RESTATED", {(LOST, False), (MISSING, True)}),
        (MIDNIGHT, lambda entry: entry["record"]["verb"] == "EXPIRE", {(LOST, False), (SURPLUS, True)}),
    ],
)
def test_what_a_change_of_view_did_not_bring_is_found(
    what: str, left_out: Callable[[dict[str, Any]], bool], kinds: set[tuple[str, bool]]
) -> None:
    city = City(1)
    city.tell(registration(_ONE, ""), ending(1, city.mind.on))
    city.settled()
    city.change(what)
    city.change(MIDNIGHT)
    seen = city.settled()
    assert city.problems(seen) == []
    for feed in city.mind.past.feeds:
        without(seen, feed, left_out)
    # what is left out leaves a gap in the numbers of the feed, too
    assert kinds <= kinds_of(city.problems(seen))


def test_a_publication_that_ends_too_early_twice_or_never_is_found() -> None:
    city = City(1)
    city.tell(registration(_ONE, ""), ending(1, city.mind.on))
    city.settled()
    city.change(MIDNIGHT)
    seen = city.settled()
    ended = [place for place, records in seen.records.items() if place.topic == "credit.changes" and len(records) > 1]
    (place,) = ended
    ends = seen.records[place][-1]
    assert seen.wire.decode(ends.value)["header"]["verb"] == "EXPIRE"
    city.mind.on -= timedelta(1)
    assert any("before its last day" in one.text for one in city.problems(seen))
    city.mind.on += timedelta(1)
    seen.records[place].append(ends)
    assert (DOUBLED, False) in kinds_of(city.problems(seen))
    del seen.records[place][-2:]
    assert any(one.kind == WRONG and "true is EXPIRED" in one.text for one in city.problems(seen))


class Consenting(City):
    """Its subjects consent, and its register corrects itself; one subscriber is given nothing without a consent."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, consent=True)
        days = [self.mind.on + timedelta(number) for number in range(-1, 4)]
        receivers = [Receiver(RECEIVERS["agency-xinda"], "one"), Receiver(RECEIVERS["district-wuchang"], "one")]
        numbers = itertools.count(100)
        consents = ConsentStory(self.chance, receivers, days, by_itself=True)
        codes = CodeStory(self.chance, lambda: party(next(numbers), self.chance.choice(DISTRICTS)))
        makers = [codes.correction, codes.by_number, codes.old_row]
        self.tell(codes.number())
        for turn in range(1, 5):
            for _ in range(14):
                self.tell(self.chance.choice(makers)(), *consents.next_of(self.chance.choice(codes.parties)))
                self.work()
            self.change(MIDNIGHT if turn % 2 else "consents needed or not")
        self.tell(*codes.rest())
        self.settled()
        self.change(MIDNIGHT)


@pytest.fixture(scope="module")
def consenting() -> Consenting:
    return Consenting(1)


def test_records_that_follow_consents_and_codes_have_no_problem(consenting: Consenting) -> None:
    assert consenting.problems(consenting.settled()) == []
    assert {*TURNS, GIVEN_UP, BACK, "withheld for CONSENT"} <= (consenting.turns + consenting.proof).keys()


def test_a_consent_that_counted_no_more_and_took_nothing_back_is_found(consenting: Consenting) -> None:
    seen = consenting.settled()
    without(seen, "feed.agency-xinda", lambda entry: entry["record"]["withheld_for"] == "CONSENT")
    assert {(LOST, False), (SURPLUS, True)} <= kinds_of(consenting.problems(seen))


def test_a_record_that_stays_where_its_code_was_is_found(consenting: Consenting) -> None:
    seen = consenting.settled()
    without(seen, "credit.changes", lambda change: change["header"]["verb"] == "WITHDRAW" and change["act"]["reason"])
    without(seen, "feed.department-housing", lambda entry: entry["record"]["verb"] == "WITHDRAW")
    assert any(one.kind == DOUBLED and "records with changes" in one.text for one in consenting.problems(seen))
