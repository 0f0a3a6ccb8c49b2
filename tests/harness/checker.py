"""The independent checker: holds everything that the bus wrote against what was published, and lists what is wrong."""

import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date
from typing import Any

from tests.harness.changelog import replay, stored
from tests.harness.changes import Change, changes_of
from tests.harness.ends import ends
from tests.harness.feeds import all_shown, compared, feeds, grants_of_the_city
from tests.harness.given_up import earlier_stays, last_stays
from tests.harness.problem import DOUBLED, FOREIGN, LOST, WRONG, Problem
from tests.harness.recomputation import CONTENT_VERBS, Recomputation, RecordId, recompute
from tests.harness.restatement import restatement
from tests.harness.views import views
from tests.harness.wire import Observer, Place

__all__ = [
    "DOUBLED",
    "FOREIGN",
    "LOST",
    "WRONG",
    "Held",
    "Problem",
    "check",
    "problems",
    "problems_before_feeds",
    "replay",
    "stored",
]

Held = Callable[[Observer, str, int], dict[bytes, bytes]]

_SHOWN = 8


def check(observer: Observer) -> Recomputation:
    """Fail with what is wrong; return what was recomputed."""
    truth = recompute(observer)
    found = list(problems(observer, truth))
    assert not found, f"{len(found)} problems:\n" + "\n".join(map(str, found[:_SHOWN]))
    return truth


def problems(
    observer: Observer, truth: Recomputation, free: Collection[str] = (), *, held: Held = stored
) -> Iterator[Problem]:
    """Say what is wrong.

    Args:
        observer: has seen everything.
        truth: recomputed from the ingest topics.
        free: items that admit unregistered subjects, as for `recompute`.
        held: gives what the store of a stage holds for a lane.

    """
    grants = grants_of_the_city()
    changes = changes_of(observer, lambda event: all_shown(grants, event))
    yield from problems_before_feeds(changes, observer, truth, held)
    yield from restatement(changes, truth, free)
    for number, grant in enumerate(grants):
        yield from feeds(changes, observer, number, grant)
    yield from views(observer, truth, [change for change in changes if change.by_event], grants)


def problems_before_feeds(
    changes: Sequence[Change],
    observer: Observer,
    truth: Recomputation,
    held: Held = stored,
    on: date | None = None,
) -> Iterator[Problem]:
    """Say what is wrong with all that no grant decides on; arguments as of `problems`.

    `on` is the day in the end; None: one on which no publication has ended.
    """
    by_events = [change for change in last_stays(changes) if change.by_event]
    yield from earlier_stays(changes, truth)
    yield from _ledger(observer, truth)
    yield from _rejects(observer, truth)
    yield from _versions(changes)
    yield from _once(by_events, truth)
    yield from _records(by_events, truth)
    yield from ends(changes, truth, on)
    yield from _stores(changes, observer, truth, held)


# -- the ledger and what went back -----------------------------------------------------------------


def _ledger(observer: Observer, truth: Recomputation) -> Iterator[Problem]:
    booked: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in observer.of("credit.ledger"):
        for delta in observer.wire.decode(record.value)["deltas"]:
            outcome = delta["outcome"]
            if outcome in {"applied", "duplicate", "stale"}:
                outcome = "decided"
            elif outcome == "rejected":
                outcome = f"rejected {delta['reason']}"
            elif outcome in {"caution", "normalised"}:
                continue
            booked[delta["department"]][outcome] += delta["count"]
    for department in booked.keys() | truth.counts.keys():
        have, want = +booked[department], +truth.counts[department]
        if have != want:
            yield Problem(WRONG, 1, f"ledger of {department}: {dict(have)}, true is {dict(want)}")


def _rejects(observer: Observer, truth: Recomputation) -> Iterator[Problem]:
    found: Counter[Any] = Counter()
    for record in observer.of("rejects."):
        reject = observer.wire.decode(record.value)
        place = (reject["topic"], reject["partition"], reject["offset"])
        found[place, (reject["findings"][0]["reason"], reject["original"])] += 1
    yield from compared(found, Counter(truth.rejected.items()), "rejects")


# -- changes ---------------------------------------------------------------------------------------


def _versions(changes: Sequence[Change]) -> Iterator[Problem]:
    last: dict[str, tuple[Place, int]] = {}
    for change in changes:
        subject, version, place = change.name.subject, change.version, change.record.place
        home, before = last.get(subject, (place, 0))
        if version != before + 1 or place != home:
            yield Problem(WRONG, 1, f"subject {subject}: version {version} at {place} follows {before} at {home}")
        last[subject] = (place, version)


def _once(changes: Sequence[Change], truth: Recomputation) -> Iterator[Problem]:
    # a succession changes two subjects, each once
    sent = {(event.place, name.subject): event.said for name, story in truth.stories.items() for event in story.events}
    seen: set[tuple[tuple[str, int, int], str]] = set()
    for change in changes:
        where, place = change.where, change.source
        told = (place, change.name.subject)
        if told in seen:
            yield Problem(DOUBLED, 1, f"{where}: what was received at {place} is applied a second time")
        seen.add(told)
        if told not in sent:
            yield Problem(DOUBLED, 1, f"{where}: nothing admissible was published at {place}")
        elif sent[told] != change.said:
            yield Problem(WRONG, 1, f"{where}: is not what was published at {place}")


def _records(changes: Sequence[Change], truth: Recomputation) -> Iterator[Problem]:
    found: defaultdict[RecordId, list[Change]] = defaultdict(list)
    for change in changes:
        found[change.name].append(change)
    yield from compared(Counter(dict.fromkeys(found, 1)), Counter(dict.fromkeys(truth.told, 1)), "records with changes")
    for name in found.keys() & truth.told.keys():
        events, story = found[name], truth.told[name]
        if next(event.content for event in reversed(events) if event.verb in CONTENT_VERBS) != story.contents[-1]:
            yield Problem(WRONG, 1, f"record {name}: does not hold the content that was stated last")
        sequence = [event.applied[:2] for event in events]
        true = [(step.change, step.revision) for step in story.steps()]
        if story.ordered and sequence != true:
            yield Problem(WRONG, 1, f"record {name}: {sequence}, true is {true}")
            yield from compared(Counter(sequence), Counter(true), f"changes of {name}")
    for name in truth.overtaken:
        yield Problem(WRONG, 1, f"record {name}: an event of it waits, and a later one was applied")


# -- stores ----------------------------------------------------------------------------------------


def _stores(changes: Sequence[Change], observer: Observer, truth: Recomputation, held: Held) -> Iterator[Problem]:
    profiles: dict[bytes, bytes] = {}
    waiting = 0
    for number in range(observer.partitions):
        for stage, topic in (("profiles", "credit.records"), ("resolver", "credit.crosswalk")):
            have, want = held(observer, stage, number), replay(observer, topic, number)
            if have != want:
                differing = {key for key in have.keys() | want.keys() if have.get(key) != want.get(key)}
                yield Problem(WRONG, len(differing), f"{stage}/{number}: keys in Redis differ from {topic}")
            if stage == "profiles":
                profiles |= want
            else:
                waiting += sum(key.startswith(b"w|") for key in want)
        yield from _tails(observer, number)
    if waiting != truth.parked_codes:
        yield Problem(WRONG, 1, f"{waiting} events wait for the owner of a code, true is {truth.parked_codes}")
    parked = sum(key.startswith(b"q|") for key in profiles)
    if parked != truth.parked_subjects:
        yield Problem(WRONG, 1, f"{parked} events wait for a registration, true is {truth.parked_subjects}")
    yield from _profiles(changes, profiles, truth)


def _profiles(changes: Sequence[Change], profiles: dict[bytes, bytes], truth: Recomputation) -> Iterator[Problem]:
    records = Counter("|".join(("r", *name)).encode() for name in truth.told)
    held = Counter(key for key in profiles if key.startswith(b"r|"))
    yield from compared(held, records, "records in the store")
    latest = {
        "|".join(("r", *change.name)).encode(): change.record.value or b""
        for change in changes
        if change.verb in CONTENT_VERBS
    }
    for key in records.keys() & held.keys() & latest.keys():
        if not profiles[key].endswith(latest[key]):
            yield Problem(WRONG, 1, f"{key.decode()}: the store does not hold the content that was told last")


def _tails(observer: Observer, number: int) -> Iterator[Problem]:
    for key, tail in replay(observer, "credit.feeds", number).items():
        if key.startswith(b"p|"):  # how far the lane has read
            continue
        feed = observer.records[Place(f"feed.{key.decode()}", number)]
        if struct.unpack(">Q32s", tail) != (len(feed), hashlib.sha256(feed[-1].value or b"").digest()):
            yield Problem(WRONG, 1, f"credit.feeds/{number}: the tail of {key.decode()} is not that of its feed")
