"""Properties of the chained stages, whatever departments publish and however the stages take turns."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from creditbus.services.domain.event import Applied, Change
from creditbus.services.domain.ledger import Entry, Outcome
from creditbus.services.engine.stage.ledger_writer import read_deltas
from creditbus.services.engine.stage.output import Output
from creditbus.services.engine.stage.state_view import MissingKeysError, StateView
from creditbus.services.local.bus import apply_changes
from creditbus.topics.names import LEDGER
from tests.effort import share
from tests.examples import Example
from tests.step_harness import LANES, Bus, Choose, machinery, sent
from tests.strategies import SUBJECTS, publications

ANY_CODE = ("uscc", "organisation_code", "registration_no")
#: Its events act on records of other items.
_ACTS = "objection-and-repair"
STAGES = ("intake", "resolver", "profiles", "fanout")
FEEDS = ("feed.district-wuchang", "feed.department-housing", "feed.agency-xinda")
GARBAGE = (
    None,
    b"",
    b"\x00",
    b"\x00\x00\x00\x00\x01",
    b"\x00\x00\x00\x00\x01\xff\xff",
    b"\x00\x00\x00\x13\x37abc",
    b"{}",
)


def by_chance(data: st.DataObject) -> Choose:
    """Let hypothesis say whose turn it is, and with how many records."""
    return lambda busy: (*data.draw(st.sampled_from(busy)), data.draw(st.integers(1, 4)))


def published(events: Sequence[Example], *, look_ups: bool = True) -> Bus:
    bus = Bus(machinery(), look_ups=look_ups)
    for event in events:
        bus.publish(event)
    return bus


@given(
    st.data(),
    publications(*ANY_CODE),
    st.lists(st.sampled_from(GARBAGE), max_size=3),
    st.sampled_from(["behind", "up to date"]),
)
@settings(max_examples=share(60))
def test_the_ledger_balances_after_every_batch(
    data: st.DataObject, events: list[Example], garbage: list[bytes | None], look_ups: str
) -> None:
    bus = published(events, look_ups=look_ups == "up to date")
    for value in garbage:
        bus.publish_bytes("tax-bureau", b"key", value)

    def check() -> None:
        ledger = bus.ledger()
        accounts = {name: account for name, account in ledger.departments.items() if account.counts}
        assert {name: account.in_flight for name, account in accounts.items() if account.in_flight} == bus.under_way()
        for outcome in (Outcome.PARKED, Outcome.HELD):
            booked = {name: account.counts[outcome] for name, account in accounts.items() if account.counts[outcome]}
            assert booked == bus.waiting(outcome)
        said, found = bus.counted_as_waiting()
        assert said == found
        assert not [account for account in ledger.files.values() if min(account.counts.values(), default=0) < 0]

    bus.settle(by_chance(data), check)
    assert bus.ledger().balanced
    counts = sum((account.counts for account in bus.ledger().departments.values()), Counter[str]())
    assert counts[Outcome.RECEIVED] == len(events) + len(garbage)
    assert counts[Outcome.REJECTED] == sum(len(log) for (topic, _), log in bus.topics.items() if "rejects." in topic)
    changes = [message.value or b"" for message in bus.read("credit.changes")]
    # of what is restated nobody said anything
    said = [value for value in changes if _decided(bus, value)["change"] != Change.RESTATED]
    assert counts[Outcome.APPLIED] == sum(len(bus.departments_of(value)) for value in said)


def _decided(bus: Bus, value: bytes) -> Applied:
    applied = bus.parts.codec.open(value).header["applied"]
    assert applied is not None
    return applied


@given(st.data(), publications(*ANY_CODE))
@settings(max_examples=share(60))
def test_versions_and_feeds_are_dense_whatever_the_turns(data: st.DataObject, events: list[Example]) -> None:
    bus = published(events)
    bus.settle(by_chance(data))
    versions: defaultdict[str, list[int]] = defaultdict(list)
    for message in bus.read("credit.changes"):
        header = bus.parts.codec.open(message.value or b"").header
        assert header["applied"] is not None
        versions[header["subject"]].append(header["applied"]["version"])
    for code, seen in versions.items():
        subject = bus.subject(code)
        assert subject is not None
        assert seen == list(range(1, subject.version + 1))
        assert len(bus.records(code)) == subject.records
    for feed in FEEDS:
        for lane in range(LANES):
            previous = bytes(32)
            for place, message in enumerate(bus.topics[feed, lane], 1):
                evidence = bus.decode(message.value)["feed"]
                assert evidence == {"feed_seq": place, "previous_hash": previous}
                previous = sha256(message.value or b"").digest()


def run_alone(bus: Bus, stage: str, lane: int, cuts: Sequence[int]) -> tuple[Any, ...]:
    """Run one stage on all that one of its lanes read, cut into batches; give everything that comes of it."""
    # what the stage passes to itself is among what it reads already
    alone = Bus(bus.parts, now=bus.now, apart=frozenset(bus.parts.stages[stage].topics))
    for topic in bus.parts.stages[stage].topics:
        alone.topics[topic, lane] = bus.topics[topic, lane]
    looked_up = bus.parts.stages[stage].looks_up
    alone.stores |= {place: store for place, store in bus.stores.items() if place[0] == looked_up}
    cut = iter(cuts)
    while alone.unread(stage, lane):
        alone.turn(stage, lane, next(cut, None))
    sums: Counter[Entry] = Counter()
    for message in alone.read(LEDGER):
        sums.update(dict(read_deltas(message.value or b"")))
    changelog = bus.parts.stages[stage].changelog
    outputs = {
        place: [(message.key, message.value) for message in log]
        for place, log in alone.topics.items()
        if log and place[0] not in {LEDGER, changelog, *bus.parts.stages[stage].topics}
    }
    if changelog:
        rebuilt: dict[bytes, bytes] = {}
        for message in alone.topics[changelog, lane]:
            apply_changes(rebuilt, {message.key or b"": message.value})
        assert rebuilt == alone.stores[stage, lane]
    return outputs, {entry: count for entry, count in sums.items() if count}, alone.stores[stage, lane]


@given(st.data(), publications(*ANY_CODE), st.lists(st.integers(1, 5), max_size=20))
@settings(max_examples=share(60))
def test_batch_boundaries_and_replay_change_nothing(
    data: st.DataObject, events: list[Example], cuts: list[int]
) -> None:
    bus = published(events)
    bus.settle(by_chance(data))
    for stage in STAGES:
        for lane in range(LANES):
            at_once = run_alone(bus, stage, lane, [])
            assert at_once == run_alone(bus, stage, lane, cuts)
            assert at_once == run_alone(bus, stage, lane, [1] * 100)
            # from the start again, the stage ends where it stands; intake looked codes up when fewer were known
            if stage != "intake":
                assert at_once[2] == bus.stores[stage, lane]


def results(bus: Bus, events: Sequence[Example]) -> dict[str, Any]:
    """Give what each record has become, apart from the versions of its subject that it was applied with.

    What a record remembers of its contents is in the order in which they came about, and those that a correction made
    are among them: of a record that something acts on it is left out, for an act may come before or after its record.
    """
    acted_on = {(event.claim["uscc"], sent(event)[0]["document_no"]) for event in events if event.item.id == _ACTS}
    found = {}
    for codes in SUBJECTS:
        for key, record in bus.records(codes["uscc"]).items():
            seen = () if (codes["uscc"], key.rpartition("|")[2]) in acted_on else record.seen
            told = (record.state, record.revision, record.content_hash, seen, record.source_time)
            found[f"{codes['uscc']}|{key}"] = told
    return found


def record_of(event: Example) -> tuple[str | None, ...]:
    header, _ = sent(event)
    return event.item.id, header["document_no"], event.claim["uscc"]


@given(st.data(), publications("uscc"))
@settings(max_examples=share(60))
def test_events_of_other_records_in_between_change_no_record(data: st.DataObject, events: list[Example]) -> None:
    bus = published(events)
    bus.settle()
    queues: defaultdict[tuple[str | None, ...], list[Example]] = defaultdict(list)
    for event in events:
        queues[record_of(event)].append(event)
    # any merge that keeps the order within each record
    places = data.draw(st.permutations([record_of(event) for event in events]))
    other = published([queues[place].pop(0) for place in places])
    other.settle(by_chance(data))
    assert results(other, events) == results(bus, events)
    assert waiting(other) == waiting(bus)


def waiting(bus: Bus) -> tuple[Counter[str], Counter[str]]:
    return bus.waiting("parked"), bus.waiting("held")


@given(st.data(), publications(*ANY_CODE))
@settings(max_examples=share(60))
def test_work_may_run_again(data: st.DataObject, events: list[Example]) -> None:
    """Keys that turn up late lead to the same as keys that were there at once, on the same work."""
    bus = published(events)
    bus.settle(lambda busy: (*busy[0], data.draw(st.integers(1, 4))))
    for stage in STAGES:
        for lane in range(LANES):
            assert_runs_again(bus, stage, lane)


def assert_runs_again(bus: Bus, stage: str, lane: int) -> None:
    messages = [message for topic in bus.parts.stages[stage].topics for message in bus.topics[topic, lane]]
    step = bus.parts.stages[stage].step
    asyncio.run(bus.parts.schemas.learn(messages))
    work, keys = step.prepare(messages)
    stores = [store for (name, _), store in bus.stores.items() if name == (bus.parts.stages[stage].looks_up or stage)]
    # A plain dictionary, as the engine gives one: compiled Python looks into a subclass as if it were plain.
    everything: dict[bytes, bytes | None] = {key: value for store in stores for key, value in store.items()}
    everything |= {key: None for key in keys if key not in everything}
    while True:
        whole, whole_view = Output(lane), StateView(dict(everything))
        try:
            step.begin(work, whole_view, whole).complete(work)
        except MissingKeysError as missing:
            absent = set(missing.keys) - everything.keys()
            if not absent:
                raise
            everything |= dict.fromkeys(absent)
        else:
            break
    state: dict[bytes, bytes | None] = {key: everything[key] for key in keys}
    while True:
        out, view = Output(lane), StateView(state)
        try:
            step.begin(work, view, out).complete(work)
        except MissingKeysError as missing:
            late = {key: everything[key] for key in missing.keys if key not in state}
            if not late:
                raise
            state |= late
        else:
            break
    assert out.records == whole.records
    assert out.bookings.deltas() == whole.bookings.deltas()
    assert view.written == whole_view.written
