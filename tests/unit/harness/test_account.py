"""The account must find what a soak is made to find."""

import hashlib
from typing import Any

from tests.harness.account import Account
from tests.harness.checker import DOUBLED, LOST, WRONG
from tests.harness.numbered import Event, Events, number_of
from tests.harness.wire import Place

_FEEDS = ("feed.one", "feed.two")


class Feed:
    """Writes a feed's records as fanout does."""

    def __init__(self, account: Account, topic: str) -> None:
        self.account, self.place = account, Place(topic, 0)
        self.number, self.previous = 0, bytes(32)

    def show(self, event: Event, subject: str = "", change: str = "NEW") -> None:
        self.number += 1
        entry: dict[str, Any] = {
            "feed": {"feed_seq": self.number, "previous_hash": self.previous},
            "record": {"document_no": event.told["header"]["document_no"], "change": change},
            "subject": {"code": subject or event.subject},
        }
        value = repr(entry).encode()
        self.account.shown(self.place, entry, value)
        self.previous = hashlib.sha256(value).digest()


def bus(count: int) -> tuple[Account, list[Event], list[Feed]]:
    """An account of this many events, none of them shown."""
    account, source = Account(_FEEDS), Events(7)
    told = [source.draw() for _ in range(count)]
    for event in told:
        account.publish(event)
    return account, [event for event in told if not event.repeated], [Feed(account, topic) for topic in _FEEDS]


def booked(account: Account, **more: int) -> None:
    """Let the ledger say what is true, but for what is given."""
    true = {"received": account.published, "applied": account.distinct, "duplicate": account.repeated}
    account.book([{"outcome": name, "count": count} for name, count in (true | more).items()])


def kinds(account: Account) -> list[tuple[str, int]]:
    account.close()
    return [(problem.kind, problem.cases) for problem in account.problems]


def test_numbers_stand_in_the_documents() -> None:
    source = Events(3)
    told = [source.draw() for _ in range(3000)]
    assert [number_of(event.told["header"]["document_no"]) for event in told] == [event.number for event in told]
    fresh = [event.number for event in told if not event.repeated]
    assert fresh == list(range(1, len(fresh) + 1))
    assert len(fresh) < len(told)


def test_all_is_well_when_every_feed_shows_every_event_once() -> None:
    account, events, feeds = bus(500)
    for feed in feeds:
        for event in events:
            feed.show(event)
    before = account.through
    booked(account)
    assert (before, account.through) == (False, True)
    assert kinds(account) == []
    assert len(account.take_seconds()) == len(events)
    assert account.take_seconds() == []


def test_an_event_that_one_feed_does_not_show_is_lost() -> None:
    account, events, (first, second) = bus(50)
    for event in events:
        first.show(event)
    for event in events[:-2]:
        second.show(event)
    booked(account)
    assert not account.through
    assert kinds(account) == [(LOST, 2)]


def test_an_event_that_a_feed_shows_twice_is_doubled() -> None:
    account, events, feeds = bus(50)
    for feed in feeds:
        for event in events:
            feed.show(event)
    feeds[1].show(events[3])
    booked(account)
    assert kinds(account) == [(DOUBLED, 1)]


def test_an_event_that_nobody_published_is_doubled() -> None:
    account, events, feeds = bus(50)
    for feed in feeds:
        for event in events:
            feed.show(event)
    feeds[0].show(events[-1]._replace(told={"header": {"document_no": "虚罚〔2018〕-999号"}}))
    booked(account)
    assert kinds(account) == [(DOUBLED, 1)]


def test_a_broken_chain_is_told_once_where_it_breaks() -> None:
    account, events, feeds = bus(50)
    for feed in feeds:
        for event in events:
            if event is events[20] and feed is feeds[0]:
                feed.previous = bytes(32)
            feed.show(event)
    booked(account)
    assert kinds(account) == [(WRONG, 1)]


def test_another_subject_is_wrong() -> None:
    account, events, feeds = bus(50)
    for feed in feeds:
        for event in events:
            feed.show(event, "91420106000000000X" if event is events[9] and feed is feeds[0] else "")
    booked(account)
    assert kinds(account) == [(WRONG, 1)]


def test_a_ledger_that_counts_an_event_twice_is_wrong() -> None:
    account, events, feeds = bus(50)
    for feed in feeds:
        for event in events:
            feed.show(event)
    booked(account, received=51)
    assert kinds(account) == [(WRONG, 1)]


def test_a_record_that_is_restated_is_no_second_showing() -> None:
    account, told, feeds = bus(40)
    for feed in feeds:
        for event in told:
            feed.show(event)
        feed.show(told[3], change="RESTATED")
    booked(account)
    assert kinds(account) == []


def test_a_record_that_is_restated_before_it_was_shown_is_wrong() -> None:
    account, told, feeds = bus(40)
    feeds[0].show(told[3], change="RESTATED")
    for feed in feeds:
        for event in told:
            feed.show(event)
    booked(account)
    assert kinds(account) == [(WRONG, 1)]
