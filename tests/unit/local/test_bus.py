"""The bus in memory, as somebody uses it who has its package alone."""

from __future__ import annotations

from functools import cache

import pytest

from creditbus.services.domain.city_time import city_day
from creditbus.services.domain.event import partition_of
from creditbus.services.domain.framed_avro import UndecodableError
from creditbus.services.domain.framing import frame
from creditbus.services.local.bus import LocalBus
from creditbus.services.local.contents import decode, ledger_of, records_of, subject_of
from creditbus.services.local.stages import LocalStages
from creditbus.services.local.watching import header_of, watch
from creditbus.topics.registry import UnknownSchemaError
from tests.examples import EXAMPLES, SUBJECT
from tests.step_harness import sent

_REGISTRATION = EXAMPLES["enterprise-registration"]
_NOW = 1_577_808_000_000


@cache
def _stages() -> LocalStages:
    return LocalStages.build(lanes=2, person_key=bytes(32), on=city_day(_NOW))


def _published(stages: LocalStages) -> LocalBus:
    header, act = sent(_REGISTRATION)
    body, _ = stages.codec.write_body(header["item"], act, _REGISTRATION.claim, _REGISTRATION.content)  # type: ignore[arg-type] # plain dictionaries
    bus = LocalBus(stages, _NOW)
    bus.publish_bytes("market-supervision", b"key", stages.codec.seal(header, body))
    return bus


def test_a_registration_goes_through_all_stages() -> None:
    bus = _published(_stages())
    bus.settle()
    assert bus.busy() == []
    (change,) = bus.read("credit.changes")
    assert change.partition == partition_of(SUBJECT.encode(), 2)
    assert decode(bus.parts, change.value)["header"]["applied"]["change"] == "NEW"
    subject = subject_of(bus, SUBJECT)
    assert subject is not None
    assert subject.registered
    assert list(records_of(bus, SUBJECT)) == [f"enterprise-registration|market-supervision|{SUBJECT}"]
    assert ledger_of(bus).balanced


def test_watching_gives_a_hop_for_each_record_that_a_stage_takes() -> None:
    hops = list(watch(_published(_stages())))
    assert [hop.stage for hop in hops] == ["intake", "resolver", "profiles", "fanout"]
    intake, resolver, profiles, fanout = hops
    assert [one.topic for one in intake.sent] == ["credit.unresolved", "credit.events"]
    assert [(entry.outcome, count) for entry, count in intake.booked] == [("received", 1)]
    assert header_of(resolver.record) is None
    assert resolver.sent == ()
    assert [(entry.outcome, entry.reason) for entry, _ in profiles.booked] == [("applied", "NEW")]
    assert {one.topic.partition(".")[0] for one in fanout.sent} == {"feed"}
    assert "某某" not in repr(hops), "what is watched may speak of a person"


def test_a_subject_that_nobody_named_has_nothing() -> None:
    bus = LocalBus(_stages())
    assert subject_of(bus, SUBJECT) is None
    assert records_of(bus, SUBJECT) == {}


def test_what_no_schema_describes_is_not_decoded() -> None:
    with pytest.raises(UnknownSchemaError):
        decode(_stages(), frame(4711) + b"x")
    (change,) = _settled().read("credit.changes")
    with pytest.raises(UndecodableError):
        decode(_stages(), (change.value or b"") + b"x")


def _settled() -> LocalBus:
    bus = _published(_stages())
    bus.settle()
    return bus
