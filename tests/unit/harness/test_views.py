"""The check of views must find what a feed lacks, what it holds still, and what it shows as it was."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.harness.changes import changes_of
from tests.harness.feeds import grants_of_the_city
from tests.harness.memory_observer import MemoryWire, observed, publish
from tests.harness.problem import MISSING, SURPLUS, WRONG, Problem
from tests.harness.recomputation import recompute
from tests.harness.restatement import restatement
from tests.harness.traffic import Event, message, moved, party, penalty, registration
from tests.harness.views import views
from tests.harness.wire import Observer, Record
from tests.step_harness import Bus, machinery

ONE = party(1, "420106")
HERE = [registration(ONE, ""), penalty(ONE, 1, "0.5")]
Keep = Callable[[dict[str, Any]], bool]


def seen(*events: Event) -> Observer:
    """Give what a bus makes of these events, one after the other."""
    bus = Bus(machinery(1))
    wire = MemoryWire(bus)
    for row, event in enumerate(events, start=1):
        publish(bus, [message(wire, row, event)])
        bus.settle()
    return observed(bus)


def without(observer: Observer, topic: str, left_out: Keep) -> Observer:
    """Leave out the records of a topic of which this is true."""
    for place, records in observer.records.items():
        if place.topic == topic:
            observer.records[place] = [one for one in records if not left_out(observer.wire.decode(one.value))]
    return observer


def problems(observer: Observer) -> list[Problem]:
    changes = changes_of(observer, lambda _: ())
    by_events = [change for change in changes if change.by_event]
    return list(views(observer, recompute(observer), by_events, grants_of_the_city()))


def test_feeds_as_they_are_have_no_problem() -> None:
    assert problems(seen(*HERE, moved(ONE, 1), moved(ONE, 2))) == []


@pytest.mark.parametrize(
    ("event", "feed", "state", "kind"),
    [
        (moved(ONE, 1), "feed.district-wuchang", "WITHHELD", SURPLUS),
        (moved(ONE, 1), "feed.agency-xinda", "ACTIVE", WRONG),
        (registration(replace(ONE, name="虚构更名"), ""), "feed.district-wuchang", "ACTIVE", WRONG),
    ],
    ids=["a retraction is missing", "it shows where the subject was", "it shows the name that the subject had"],
)
def test_what_a_restatement_did_not_bring_is_found(event: Event, feed: str, state: str, kind: str) -> None:
    observer = seen(*HERE, event)

    def restated(entry: dict[str, Any]) -> bool:
        return (entry["record"]["change"], entry["record"]["state"]) == ("RESTATED", state)

    assert [(one.kind, one.cases) for one in problems(without(observer, feed, restated))] == [(kind, 1)]


def test_a_record_that_did_not_come_where_its_subject_went_is_found() -> None:
    away = replace(ONE, district="420102")
    observer = seen(registration(away, ""), penalty(away, 1, "0.5"), moved(away, 1))
    without(observer, "feed.district-wuchang", lambda entry: entry["record"]["change"] == "RESTATED")
    assert [(one.kind, one.cases) for one in problems(observer)] == [(MISSING, 1)]


def test_records_that_are_restated_in_another_order_are_found() -> None:
    observer = seen(*HERE, penalty(ONE, 2, "0.5"), moved(ONE, 1))
    changes = changes_of(observer, lambda _: ())
    *others, first, second = changes
    assert first.restated
    assert second.restated
    assert list(restatement(changes, None)) == []
    found = [one.text for one in restatement([*others, second, first], None)]
    assert [text for text in found if "after a record that was there later" in text] == found
    assert len(found) == 1


def test_a_change_that_is_missing_or_forgets_what_was_before_is_found() -> None:
    observer = seen(*HERE, moved(ONE, 1))
    without(observer, "credit.changes", lambda event: event["header"]["applied"]["change"] == "RESTATED")
    found = list(restatement(changes_of(observer, lambda _: ()), recompute(observer)))
    assert len(found) == 1
    assert "last emitted under" in found[0].text

    observer = seen(*HERE, moved(ONE, 1))
    changes = [one._replace(before=None) for one in changes_of(observer, lambda _: ())]
    texts = [one.text for one in restatement(changes, recompute(observer))]
    assert len(texts) == 2
    assert all("facts before it None" in text for text in texts)


def test_a_feed_that_is_not_keyed_by_record_is_found() -> None:
    observer = seen(*HERE)
    place = next(place for place, records in observer.records.items() if place.topic == "feed.agency-xinda" and records)
    observer.records[place] = [Record(*one[:2], ONE.code.encode(), one.value) for one in observer.records[place]]
    assert {one.kind for one in problems(observer)} == {MISSING, SURPLUS}
