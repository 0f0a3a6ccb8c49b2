"""What `profile show --as` says about a subject is what the subscriber's feed shows of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.feed.denial import Denial
from creditbus.services.domain.feed.disclosure import RETRACTED, Projection
from creditbus.services.domain.feed.grants import Grant
from creditbus.services.domain.feed.view import Disclosed, Facing, disclose
from creditbus.services.domain.feed.withholding import WITHHELD
from creditbus.services.domain.profile.consents import consent_pairs
from creditbus.services.domain.profile.record import Record
from creditbus.services.fanout.app import grant_of
from creditbus.topics.declarations import declarations
from creditbus.topics.names import feed
from tests.effort import share
from tests.examples import CATALOGUE, Example
from tests.properties.test_stages import by_chance, published
from tests.step_harness import Bus
from tests.strategies import SUBJECTS, publications

GRANTS = [grant_of(subscriber) for subscriber in declarations().subscribers.values()]
TAKEN_BACK = {WITHHELD, *(state.value for state in RETRACTED)}


def filled(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if value is not None}


def on_show(bus: Bus, grant: Grant) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Give act and content of the newest record of each key of a feed, where it is not a retraction."""
    newest = {message.key or b"": bus.decode(message.value) for message in bus.read(feed(grant.subscriber))}
    return {
        key.decode(): (filled(one["act"]), filled(one["content"]))
        for key, one in newest.items()
        if one["record"]["state"] not in TAKEN_BACK
    }


def all_disclosed(bus: Bus, grant: Grant, codes: Iterable[str]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Give the same of these subjects as their profiles disclose them."""
    seen = {}
    for code in codes:
        for name, record in bus.records(code).items():
            found = disclosed(bus, grant, code, record, name.partition("|")[0])
            if isinstance(found, Disclosed):
                seen[f"{code}|{name}"] = (found.act, found.content)
    return seen


def disclosed(bus: Bus, grant: Grant, code: str, record: Record, item: str) -> Disclosed | Denial:
    subject = bus.subject(code)
    assert subject is not None
    codec = bus.parts.codec
    opened = codec.open(codec.last_emission(record.content, record.act)[0].value)
    act, _, content, _ = codec.read_body(item, opened.body)
    on = city_day(bus.now)
    facing = Facing(subject.kind.value, subject.district, on, consent_pairs(subject.consents, item, on))
    return disclose(Projection(grant, CATALOGUE.items[item]), facing, record.state, act, content)


@given(st.data(), publications("uscc", "registration_no"))
@settings(max_examples=share(60))
def test_a_profile_as_a_subscriber_sees_it_is_its_feed(data: st.DataObject, events: list[Example]) -> None:
    bus = published(events)
    bus.settle(by_chance(data))
    for grant in GRANTS:
        assert all_disclosed(bus, grant, [one["uscc"] for one in SUBJECTS]) == on_show(bus, grant)
