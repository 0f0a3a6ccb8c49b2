"""A grant that needs consents holds records of a subject as long as a consent to it is in force, and no longer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from creditbus.services.domain.city_time import numbered_day
from creditbus.services.domain.profile.consents import consents_to
from creditbus.topics.declarations import declarations
from creditbus.topics.names import CHANGES, EVENTS
from tests.examples import CATALOGUE, EXAMPLES, Example
from tests.harness.another_day import pass_to
from tests.harness.changes import changes_of
from tests.harness.memory_observer import observed
from tests.harness.restatement import restatement
from tests.step_harness import Bus, built

CODE, OTHER = "91420106MA4KAAA16H", "91420106MA4KBBB29G"
AGENCY, BANK = "11990100AF0000155D", "11990100AU0000010W"
PURPOSE = "企业征信产品"
ITEMS = ("administrative-penalty", "red-black-list", "enterprise-registration", "subject-consent")
REGISTERED = EXAMPLES["enterprise-registration"].claiming(uscc=CODE)
PENALTY = EXAMPLES["administrative-penalty"].claiming(uscc=CODE).changed(CF_GSJZQ=None, CF_JDRQ="2019-12-01")
LISTED = EXAMPLES["red-black-list"].claiming(uscc=CODE)
CONSENT = EXAMPLES["subject-consent"].claiming(uscc=CODE)
REVOKED = CONSENT.changed(SQZT="撤回", CHRQ="2019-12-31")
PERSON = {"person_id_kind": "身份证", "person_id": "990100197001010013"}
SUBSCRIBERS = [
    replace(one, items=(*ITEMS, "practitioner-record"), subject_kinds=("ENTERPRISE", "NATURAL_PERSON"), consent=True)
    for one in declarations().subscribers.values()
    if one.id == "agency-xinda"
]
STAGES = built(1, CATALOGUE, SUBSCRIBERS)


class Feed:
    """The agency's."""

    def __init__(self) -> None:
        self.bus = Bus(STAGES)
        self._read = 0

    def say(self, *events: Example) -> list[tuple[str, str, str | None]]:
        """Publish events one by one; return what the feed gets: item, state, and why it is withheld."""
        for event in events:
            self.bus.publish(event)
            self.bus.settle()
        return self.got()

    def be(self, day: str) -> list[tuple[str, str, str | None]]:
        """Let it be another day; return as of `say`."""
        pass_to(self.bus, SUBSCRIBERS, date.fromisoformat(day))
        self.bus.settle()
        return self.got()

    def got(self) -> list[tuple[str, str, str | None]]:
        entries = [self.bus.decode(one.value) for one in self.bus.read("feed.agency-xinda")]
        new, self._read = entries[self._read :], len(entries)
        return [(one["record"]["item"], one["record"]["state"], one["record"]["withheld_for"]) for one in new]

    def changes(self) -> list[dict[str, Any]]:
        """Headers of all changes."""
        return [self.bus.decode(one.value)["header"] for one in self.bus.topics[CHANGES, 0]]


@pytest.fixture
def feed() -> Feed:
    """A registered subject with two records, of which the feed has none."""
    feed = Feed()
    assert feed.say(REGISTERED, PENALTY, LISTED) == []
    return feed


def shown(*items: str) -> list[tuple[str, str, str | None]]:
    return [(item, "ACTIVE", None) for item in items]


def taken(*items: str) -> list[tuple[str, str, str | None]]:
    return [(item, "WITHHELD", "CONSENT") for item in items]


def test_a_consent_brings_the_records_and_its_revocation_takes_them_back(feed: Feed) -> None:
    assert sorted(feed.say(CONSENT)) == sorted(shown(*ITEMS))
    assert feed.say(PENALTY.changed(CF_NR="其他内容")) == shown("administrative-penalty")
    assert sorted(feed.say(REVOKED)) == sorted(taken(*ITEMS))
    assert feed.say(PENALTY.changed(CF_NR="再改")) == []
    assert feed.changes()[-1]["applied"]["consents"] == []


def test_what_counts_stands_in_the_change_with_what_counted_before(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX="red-black-list"))
    to_agency = [{"receiver": AGENCY, "purpose": PURPOSE}]
    restated = feed.changes()[-1]
    assert (restated["item"], restated["applied"]["consents"]) == ("red-black-list", to_agency)
    assert restated["applied"]["before"]["consents"] == []
    assert all(one["applied"]["consents"] == [] for one in feed.changes() if one["item"] != "red-black-list")
    feed.say(REVOKED)
    assert feed.changes()[-1]["applied"]["before"]["consents"] == to_agency


def test_a_consent_to_fewer_items_takes_the_others_back(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX="administrative-penalty;red-black-list"))
    assert feed.say(CONSENT.changed(SQSX="administrative-penalty")) == taken("red-black-list")


@pytest.mark.parametrize(
    "other",
    [{"CXYT": "放贷"}, {"BSQJGDM": BANK}, {"SQSX": "tax-credit-grade"}],
    ids=["for another purpose", "to another institution", "to other items"],
)
def test_a_consent_to_something_else_brings_nothing(feed: Feed, other: dict[str, str]) -> None:
    said = CONSENT.changed(**other).headed(origin={"department": "credit-office"})
    assert feed.say(said) == []
    subject = feed.bus.subject(CODE)
    assert subject is not None
    assert len(subject.consents) == 1


def test_the_consent_of_another_subject_brings_nothing(feed: Feed) -> None:
    assert feed.say(REGISTERED.claiming(uscc=OTHER), CONSENT.claiming(uscc=OTHER).changed(SQSX=ITEMS[0])) == []


@pytest.mark.parametrize("verb", ["WITHDRAW", "DISPUTE"])
def test_a_consent_that_is_withdrawn_or_disputed_counts_no_more(feed: Feed, verb: str) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0]))
    assert feed.say(CONSENT.changed(SQSX=ITEMS[0]).headed(verb=verb)) == taken(ITEMS[0])


def test_a_dispute_that_is_settled_lets_the_consent_count_again(feed: Feed) -> None:
    said = CONSENT.changed(SQSX=ITEMS[0])
    feed.say(said, said.headed(verb="DISPUTE"))
    # what counts is what the record says, not what comes with the act
    assert feed.say(said.changed(SQSX="tax-credit-grade").headed(verb="SETTLE")) == shown(ITEMS[0])


def test_a_consent_runs_out_with_its_last_day_and_takes_nothing_with_it_before(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0], SQJZRQ="2020-01-03"))
    assert feed.be("2020-01-03") == []
    assert feed.be("2020-01-04") == taken(ITEMS[0])
    subject = feed.bus.subject(CODE)
    assert subject is not None
    assert subject.consents == ()


@pytest.mark.parametrize("first", ["2149-06-05", "2149-06-06", "2149-06-07", "9999-12-31"])
def test_a_consent_of_a_day_beyond_what_a_lane_can_file_is_recorded_and_stops_nothing(feed: Feed, first: str) -> None:
    far = CONSENT.changed(SQSX=ITEMS[0], SQQSRQ=first, SQJZRQ="9999-12-31")
    assert feed.say(far, PENALTY.changed(CF_NR="其他内容")) == []
    subject = feed.bus.subject(CODE)
    assert subject is not None
    assert [numbered_day(one.first).isoformat() for one in subject.consents] == [first]
    assert feed.bus.ledger().balanced
    (consent,) = subject.consents
    counting = [len(consents_to([consent], ITEMS[0], consent.first + days)) for days in (-1, 0)]
    assert counting == [0, 1]


def test_a_consent_counts_from_its_first_day_on(feed: Feed) -> None:
    assert feed.say(CONSENT.changed(SQSX=ITEMS[0], SQQSRQ="2020-01-03")) == []
    assert feed.be("2020-01-02") == []
    assert feed.be("2020-01-03") == shown(ITEMS[0])


def test_an_event_of_the_new_day_goes_by_the_consents_of_that_day_before_anything_due_is_looked_at(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0], SQJZRQ="2020-01-03"))
    feed.bus.publish(PENALTY.changed(CF_NR="新内容"))
    feed.bus.turn("intake", 0)
    pass_to(feed.bus, SUBSCRIBERS, date(2020, 1, 4))
    feed.bus.turn("profiles", 0, 1)
    feed.bus.turn("fanout", 0)
    assert feed.got() == taken(ITEMS[0])
    feed.bus.settle()
    assert feed.got() == []


def test_records_that_come_after_the_consent_come_into_the_feed_at_once(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0]))
    assert feed.say(PENALTY.changed(CF_WSH="某罚〔2019〕2号")) == shown(ITEMS[0])
    assert feed.changes()[-1]["applied"]["before"] is None


def test_of_two_consents_the_other_one_goes_on(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0]), CONSENT.changed(SQSX=ITEMS[0], SQSBH="示授2号"))
    assert feed.say(CONSENT.changed(SQSX=ITEMS[0], SQZT="撤回", CHRQ="2019-12-31")) == []
    again = CONSENT.changed(SQSX=ITEMS[0], SQSBH="示授2号", SQZT="撤回", CHRQ="2019-12-31")
    assert feed.say(again) == taken(ITEMS[0])


def test_a_consent_given_again_counts_again_and_said_again_says_nothing(feed: Feed) -> None:
    said = CONSENT.changed(SQSX=ITEMS[0])
    feed.say(said, said.changed(SQZT="撤回", CHRQ="2019-12-31"))
    later = said.changed(SQJZRQ="2020-06-30")
    assert feed.say(later) == shown(ITEMS[0])
    assert feed.say(later) == []


def test_a_persons_consent_goes_by_the_token(feed: Feed) -> None:
    licence = EXAMPLES["practitioner-record"].claiming(**PERSON)
    given = CONSENT.claiming(**PERSON).changed(SQRLB="自然人", SQSX="practitioner-record")
    assert feed.say(licence) == []
    assert feed.say(given) == shown("practitioner-record")
    assert feed.say(given.headed(verb="WITHDRAW")) == taken("practitioner-record")


def test_a_consent_that_has_run_out_as_it_comes_brings_nothing(feed: Feed) -> None:
    assert feed.say(CONSENT.changed(SQJZRQ="2019-12-31")) == []


def test_a_large_subject_goes_in_pieces(feed: Feed) -> None:
    feed.say(*(PENALTY.changed(CF_WSH=f"某罚〔2019〕{number}号") for number in range(10, 90)))
    feed.bus.publish(CONSENT.changed(SQSX=ITEMS[0]))
    feed.bus.turn("intake", 0)
    feed.bus.turn("profiles", 0, 1)
    assert feed.bus.unread("profiles", 0)
    feed.bus.settle()
    assert feed.got() == shown(*[ITEMS[0]] * 81)


def test_a_day_that_looks_at_a_large_subject_in_parts_restates_it_no_more_often_for_that(feed: Feed) -> None:
    for number in range(400):
        feed.bus.publish(PENALTY.changed(CF_WSH=f"示罚〔2019〕{number}号"))
    feed.say(CONSENT.changed(SQJZRQ="2020-01-03"))
    said = len(feed.bus.read(EVENTS))
    assert set(feed.be("2020-01-04")) == {(item, "WITHHELD", "CONSENT") for item in ITEMS}
    pieces = [one for one in feed.bus.read(EVENTS)[said:] if one.key == CODE.encode()]
    # two after each beginning: with the first part of the day, and with the end of the consent's own record
    assert len(pieces) == 4


def test_a_day_begins_a_subject_again_that_was_gone_through_under_the_consents_of_the_day_before(feed: Feed) -> None:
    feed.say(CONSENT.changed(SQSX=ITEMS[0], SQJZRQ="2020-01-03"))
    feed.say(*(PENALTY.changed(CF_WSH=f"某罚〔2019〕{number}号") for number in range(10, 90)))
    feed.bus.publish(REGISTERED.changed(DOMDISTRICT="420103"))
    feed.bus.turn("intake", 0)
    feed.bus.turn("profiles", 0, 1)
    assert feed.bus.unread("profiles", 0)
    feed.bus.turn("fanout", 0)
    feed.got()
    # the next part goes by the new day, and the lane comes to what the day brings after it
    assert feed.be("2020-01-04") == taken(*[ITEMS[0]] * 81)
    assert list(restatement(changes_of(observed(feed.bus), lambda _: ()), None)) == []
