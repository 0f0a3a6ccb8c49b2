"""Published, waiting, expired, received: the sums, and when they may be called balanced."""

from __future__ import annotations

from typing import Any

import pytest

from creditbus.services.domain.ledger import Bookings, Ledger, Outcome
from creditbus.services.domain.statements import Acceptance, Publication
from creditbus.services.query.accounts import Accounts, Loss
from creditbus.services.query.backlog import StageBacklog, TopicBacklog

TOPIC = "ingest.court"


class Bus:
    """Facts that may contradict a balance, one at a time."""

    def __init__(self) -> None:
        self.bookings = Bookings()
        self.publications: list[Publication] = []
        self.accepted: list[Acceptance] = []
        self.topics: dict[str, list[TopicBacklog]] = {}
        self.through = True

    def published(self, run: str, count: int) -> None:
        self.publications.append(Publication("court", run, count))

    def received(self, run: str, count: int, decided: int | None = None) -> None:
        origin: Any = {"department": "court", "run": run, "file": "f", "sheet": "", "row": 1}
        self.bookings.book(origin, "item", Outcome.RECEIVED, count=count)
        self.bookings.book(origin, "item", Outcome.APPLIED, "NEW", count if decided is None else decided)

    def waits(self, stage: str, topic: str, records: int, *, exact: bool = True, cut: int = 0) -> None:
        one = TopicBacklog(topic, records, exact, 1000 if records else None, cut, read=True)
        self.topics.setdefault(stage, []).append(one)

    @property
    def accounts(self) -> Accounts:
        ledger = Ledger()
        ledger.add(self.bookings.deltas())
        stages = [
            StageBacklog(stage, 1, 4, 4, tuple(self.topics.get(stage, ())))
            for stage in ("intake", "resolver", "profiles", "fanout")
        ]
        return Accounts([*self.publications, *self.accepted], stages, ledger, through=self.through)


@pytest.fixture
def bus() -> Bus:
    """A department of which all that was published is decided."""
    bus = Bus()
    bus.published("run", 12)
    bus.received("run", 12)
    return bus


def department(accounts: Accounts) -> Any:
    found: Any = accounts.as_json()["departments"]
    return found["court"]


def test_what_was_published_read_and_decided_balances(bus: Bus) -> None:
    assert bus.accounts.is_balanced
    assert department(bus.accounts)["published"] == 12


@pytest.mark.parametrize(
    ("stage", "topic"),
    [
        ("intake", TOPIC),
        ("resolver", "credit.unresolved"),
        ("profiles", "credit.events"),
        ("fanout", "credit.changes"),
        ("intake", "ingest.of-nobody"),
    ],
)
def test_what_waits_anywhere_keeps_it_from_balancing(bus: Bus, stage: str, topic: str) -> None:
    bus.waits(stage, topic, 1, exact=False)
    assert not bus.accounts.is_balanced
    assert [one.stage for one in bus.accounts.waiting] == [stage]


def test_what_waits_is_part_of_what_was_published(bus: Bus) -> None:
    bus.published("later", 28)
    bus.waits("intake", TOPIC, 28)
    found = department(bus.accounts)
    assert (found["published"], found["waiting"]["records"], found["missing"]) == (40, 28, 0)
    assert [(gap.run, gap.published, gap.received) for gap in bus.accounts.gaps] == [("later", 28, 0)]


@pytest.mark.parametrize("booked", [True, False])
def test_what_expired_is_known_exactly_where_connectors_told_what_they_published(bus: Bus, *, booked: bool) -> None:
    bus.published("later", 28)
    if booked:
        bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, 31)
    else:
        bus.waits("intake", TOPIC, 0, cut=31)
    assert bus.accounts.losses == [Loss(TOPIC, 31, 0, 28, exact=True)]
    assert not bus.accounts.is_balanced
    assert department(bus.accounts)["published"] == 40
    assert department(bus.accounts)["balanced"] is False


@pytest.mark.parametrize("offsets", [3, 28])
def test_offsets_that_no_connector_misses_may_be_anybodys(bus: Bus, offsets: int) -> None:
    """Marks of transactions, or another client that never said anything: nothing that is cut is called balanced."""
    bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, offsets)
    assert bus.accounts.losses == [Loss(TOPIC, offsets, 0, offsets, exact=False)]
    assert not bus.accounts.is_balanced


def test_more_offsets_than_connectors_miss_are_a_bound(bus: Bus) -> None:
    bus.published("later", 28)
    bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, 60)
    assert bus.accounts.losses == [Loss(TOPIC, 60, 0, 60, exact=False)]


def test_of_a_publisher_that_tells_nothing_the_offsets_are_a_bound(bus: Bus) -> None:
    bus.received("of another client", 5)
    bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, 3)
    assert bus.accounts.losses == [Loss(TOPIC, 3, 0, 3, exact=False)]
    assert not bus.accounts.is_balanced


def test_of_a_topic_created_again_the_connectors_know_what_was_lost(bus: Bus) -> None:
    bus.published("later", 4)
    bus.bookings.book_loss("court", TOPIC, Outcome.TOPIC_RECREATED, 4)
    assert bus.accounts.losses == [Loss(TOPIC, 0, 4, 4, exact=True)]


def test_of_a_topic_created_again_whose_publisher_tells_nothing_nothing_is_known(bus: Bus) -> None:
    bus.received("of another client", 5)
    bus.bookings.book_loss("court", TOPIC, Outcome.TOPIC_RECREATED, 1)
    assert bus.accounts.losses == [Loss(TOPIC, 0, 1, 0, exact=False)]
    assert not bus.accounts.is_balanced


def test_events_that_all_have_their_outcome_were_not_lost_on_the_way(bus: Bus) -> None:
    bus.bookings.book_loss("", "credit.events", Outcome.EXPIRED_UNREAD, 2)
    assert bus.accounts.is_balanced
    bus.received("run", 2, decided=1)
    assert bus.accounts.losses == [Loss("credit.events", 2, 0, 2, exact=False)]


@pytest.mark.parametrize("topic", ["credit.changes", "credit.unresolved"])
def test_behind_the_outcomes_a_loss_is_a_bound(bus: Bus, topic: str) -> None:
    bus.bookings.book_loss("", topic, Outcome.EXPIRED_UNREAD, 2)
    assert bus.accounts.losses == [Loss(topic, 2, 0, 2, exact=False)]
    assert not bus.accounts.is_balanced


def test_a_loss_that_was_seen_to_balances_until_the_next_one(bus: Bus) -> None:
    bus.published("later", 28)
    bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, 31)
    bus.bookings.book_loss("", "credit.changes", Outcome.TOPIC_RECREATED, 4)
    bus.accepted.append(Acceptance("court", TOPIC, 31, 0, "sent again", 1))
    assert [loss.settled for loss in bus.accounts.losses] == [True, False]
    told = [bus.accounts.is_balanced]
    bus.accepted.append(Acceptance("", "credit.changes", 0, 4, "feeds were made anew", 1))
    told.append(bus.accounts.is_balanced)
    assert department(bus.accounts)["published"] == 40
    bus.bookings.book_loss("court", TOPIC, Outcome.EXPIRED_UNREAD, 1)
    told.append(bus.accounts.is_balanced)
    assert told == [False, True, False]


def test_what_was_published_and_is_nowhere_is_told(bus: Bus) -> None:
    bus.published("later", 3)
    assert department(bus.accounts)["missing"] == 3
    assert not bus.accounts.is_balanced


def test_what_cannot_be_decoded_is_received_under_no_run(bus: Bus) -> None:
    bus.published("later", 3)
    bus.received("", 3)
    assert department(bus.accounts)["missing"] == 0
    assert bus.accounts.is_balanced


def test_a_ledger_that_was_not_read_to_its_end_proves_nothing(bus: Bus) -> None:
    bus.through = False
    assert not bus.accounts.is_balanced
    bus.published("later", 3)
    assert department(bus.accounts)["missing"] == 0


def test_a_loss_is_no_account_of_a_department(bus: Bus) -> None:
    bus.bookings.book_loss("", "credit.changes", Outcome.EXPIRED_UNREAD, 2)
    assert bus.accounts.departments == ["court"]
    assert bus.accounts.account("court").balanced
