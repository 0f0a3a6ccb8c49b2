"""Whether each feed is the view of its grant: the newest record of each key, against the records as they stand.

What should be there is made from the ingest topics alone: the records as the last of their events left them, and the
subjects as their registrations have them now. Changes are asked for one thing only: which of several events came last
to a record that names its subject now by an old code, now by the unified one, for no rule tells.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple

from tests.harness.changes import EXPIRED, RETRACTED, Change
from tests.harness.consents import CONSENT, given
from tests.harness.feeds import Grant, admits, disclosed, disclosed_act, is_withheld
from tests.harness.problem import MISSING, SURPLUS, WRONG, Problem
from tests.harness.recomputation import NOBODY, Facts, Recomputation, RecordId
from tests.harness.restatement import final_facts
from tests.harness.wire import Observer, Place, Record, digest

__all__ = ["Standing", "held", "newest_records", "standing_records", "views"]

_ENTERPRISE = "91"


class Standing(NamedTuple):
    """A record as it stands."""

    name: RecordId
    facts: Facts
    state: str
    revision: int
    header: dict[str, Any]
    act: dict[str, str | None]
    content: dict[str, str | None]

    @property
    def key(self) -> str:
        return "|".join(self.name)


def views(
    observer: Observer,
    truth: Recomputation,
    changes: Sequence[Change],
    grants: Sequence[Grant],
    on: date | None = None,
    begins: Mapping[Place, int] = MappingProxyType({}),
) -> Iterator[Problem]:
    """Say where the newest records of a feed are not what its grant admits.

    Args:
        observer: has seen everything.
        truth: recomputed from the ingest topics.
        changes: those that events made.
        grants: of the subscribers.
        on: the day; None: whatever it is.
        begins: where feeds begin of which earlier records were removed.

    """
    wanted: list[dict[str, bytes]] = [{} for _ in grants]
    standing = list(standing_records(observer, truth, changes, on))
    said: defaultdict[str, list[tuple[str, dict[str, str | None]]]] = defaultdict(list)
    for record in standing:
        if record.name.item == CONSENT:
            said[record.name.subject].append((record.state, record.content))
    for record in standing:
        told = said.get(record.name.subject)
        consents = given(told, record.name.item, on) if told and on is not None else set()
        for grant, view in zip(grants, wanted, strict=True):
            if _admits(grant, record, on, consents):
                view[record.key] = _disclosed(grant, record)
    for grant, view in zip(grants, wanted, strict=True):
        found = _newest(observer, grant["feed"], begins)
        yield from _differences(grant["feed"], found, view)


def standing_records(
    observer: Observer, truth: Recomputation, changes: Sequence[Change], on: date | None = None
) -> Iterator[Standing]:
    """Make the records that exist, one by one; `on` and `changes` as of `views`."""
    last = {change.name: change for change in changes}
    chosen = _facts(truth, changes)
    for name, story in truth.told.items():
        if name not in last:
            continue  # said elsewhere: it has no change at all
        if story.ordered:
            *_, step = story.steps()
            state, revision, sent = step.state, step.revision, step.sent
        else:
            change = last[name]
            state, revision = story.state, change.applied[1]
            places = {sent.place: sent for sent in story.events}
            if change.source not in places:
                continue  # said elsewhere: nobody published it
            sent = places[change.source]
        state = EXPIRED if story.is_over(on) else state
        event = sent.whole or observer.wire.decode(sent.value)
        yield Standing(
            name, chosen.get(name.subject, NOBODY), state, revision, event["header"], event["act"], event["content"]
        )


def _facts(truth: Recomputation, changes: Sequence[Change]) -> dict[str, Facts]:
    """Return what is known of each subject; where several registrations say it, by when they were published."""
    several: defaultdict[str, list[Change]] = defaultdict(list)
    found = {}
    for subject in truth.registrations:
        standing = {story.facts for story in truth.standing(subject)}
        if len(standing) > 1:
            several[subject] = []
        else:
            found[subject] = standing.pop() if standing else NOBODY
    for change in changes:
        if change.name.subject in several:
            several[change.name.subject].append(change)
    return found | {subject: final_facts(of_it) for subject, of_it in several.items()}


def _admits(grant: Grant, record: Standing, on: date | None, consents: set[tuple[str, str]]) -> bool:
    item = record.name.item
    assert record.name.subject.startswith(_ENTERPRISE)
    return (
        admits(grant, item, "ENTERPRISE", record.facts.district, on, consents)
        and record.state not in RETRACTED
        and not is_withheld(grant, item, record.content)
    )


def _disclosed(grant: Grant, record: Standing) -> bytes:
    facts, header = record.facts, record.header
    return digest(
        (facts.name or header["subject_name"], facts.district, facts.registered),
        (header["authority_name"], header["verb"], record.state, record.revision),
        disclosed_act(grant, record.name.item, record.act),
        disclosed(grant, record.name.item, record.content),
    )


class _Newest(NamedTuple):
    retracted: bool
    shown: bytes
    place: str


def _newest(observer: Observer, feed: str, begins: Mapping[Place, int] = MappingProxyType({})) -> dict[str, _Newest]:
    """Return what somebody holds who keeps the newest record of each key."""
    newest = newest_records(observer, feed, begins)
    return {key.decode(): _read(observer, record) for key, record in newest.items()}


def _read(observer: Observer, record: Record) -> _Newest:
    entry = observer.wire.decode(record.value)
    of, subject = entry["record"], entry["subject"]
    shown = digest(
        (subject["name"], subject["district"], subject["registered"]),
        (of["authority_name"], of["verb"], of["state"], of["revision"]),
        entry["act"],
        entry["content"],
    )
    return _Newest(of["state"] in (*RETRACTED, "WITHHELD"), shown, f"{record.place} at {record.offset}")


def newest_records(
    observer: Observer, feed: str, begins: Mapping[Place, int] = MappingProxyType({})
) -> dict[bytes, Record]:
    """Return the last record of each key, whatever it says."""
    return {
        record.key or b"": record
        for record in observer.of(feed)
        if record.place.topic == feed and record.offset >= begins.get(record.place, 0)
    }


def held(observer: Observer, feed: str) -> dict[str, bytes]:
    """Return what a subscriber holds in the end: the digest of what it is shown of each record, by the record's key."""
    return {key: newest.shown for key, newest in _newest(observer, feed).items() if not newest.retracted}


def _differences(feed: str, found: dict[str, _Newest], view: dict[str, bytes]) -> Iterator[Problem]:
    shown = {key: newest.shown for key, newest in found.items() if not newest.retracted}
    if missing := view.keys() - shown.keys():
        yield Problem(MISSING, len(missing), f"view of {feed}: not held, for example {min(missing)}")
    if surplus := shown.keys() - view.keys():
        yield Problem(SURPLUS, len(surplus), f"view of {feed}: held still, for example {min(surplus)}")
    other = [key for key in shown.keys() & view.keys() if shown[key] != view[key]]
    if other:
        place = found[min(other)].place
        yield Problem(WRONG, len(other), f"view of {feed}: not as it stands, for example {min(other)} at {place}")
