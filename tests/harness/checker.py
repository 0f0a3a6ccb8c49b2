"""The independent checker: holds everything that the bus wrote against what was published, and lists what is wrong."""

import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator
from importlib.resources import files
from typing import Any, cast

import redis
import yaml

from creditbus.avro_schemas import raw_catalogue
from tests.harness.recomputation import Recomputation, RecordId, ingest_place, recompute
from tests.harness.wire import Observer, Place, Record

__all__ = ["check", "problems", "replay", "stored"]

_RANK = {"public": 0, "shared": 1, "authorised": 2}
_RETRACTED = ("WITHDRAWN", "REPAIRED", "EXPIRED")
_SHOWN = 8


def check(observer: Observer) -> Recomputation:
    """Fail with what is wrong; return what was recomputed."""
    truth = recompute(observer)
    found = list(problems(observer, truth))
    assert not found, f"{len(found)} problems:\n" + "\n".join(found[:_SHOWN])
    return truth


def problems(observer: Observer, truth: Recomputation) -> Iterator[str]:
    """Say what is wrong, each in one line."""
    changes = [(record, observer.wire.decode(record.value)) for record in observer.of("credit.changes")]
    yield from _ledger(observer, truth)
    yield from _rejects(observer, truth)
    yield from _versions(changes)
    yield from _once(changes, observer, truth)
    yield from _records(changes, truth)
    yield from _feeds(changes, observer)
    yield from _stores(changes, observer, truth)


# -- the ledger and what went back -----------------------------------------------------------------


def _ledger(observer: Observer, truth: Recomputation) -> Iterator[str]:
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
            yield f"ledger of {department}: {dict(have)}, true is {dict(want)}"


def _rejects(observer: Observer, truth: Recomputation) -> Iterator[str]:
    found: Counter[Any] = Counter()
    for record in observer.of("rejects."):
        reject = observer.wire.decode(record.value)
        place = (reject["topic"], reject["partition"], reject["offset"])
        found[place, (reject["findings"][0]["reason"], reject["original"])] += 1
    want = Counter(truth.rejected.items())
    if found != want:
        yield f"rejects: {len(found - want)} too many, {len(want - found)} missing"


# -- changes ---------------------------------------------------------------------------------------

Changes = list[tuple[Record, dict[str, Any]]]


def _versions(changes: Changes) -> Iterator[str]:
    last: dict[str, tuple[Place, int]] = {}
    for record, event in changes:
        subject, version = event["header"]["subject"], event["header"]["applied"]["version"]
        place, before = last.get(subject, (record.place, 0))
        if version != before + 1 or place != record.place:
            yield f"subject {subject}: version {version} at {record.place} follows {before} at {place}"
        last[subject] = (record.place, version)


def _once(changes: Changes, observer: Observer, truth: Recomputation) -> Iterator[str]:
    sent = {(*s.record.place, s.record.offset): s for story in truth.stories.values() for s in story.events}
    seen: set[tuple[str, int, int]] = set()
    for record, event in changes:
        place = ingest_place(event, observer.partitions)
        if place in seen:
            yield f"{record.place} at {record.offset}: what was received at {place} is applied a second time"
        seen.add(place)
        if place not in sent:
            yield f"{record.place} at {record.offset}: nothing admissible was published at {place}"
        elif any(sent[place].event[part] != event[part] for part in ("act", "claim", "content")):
            yield f"{record.place} at {record.offset}: is not what was published at {place}"


def _records(changes: Changes, truth: Recomputation) -> Iterator[str]:
    found: defaultdict[RecordId, list[dict[str, Any]]] = defaultdict(list)
    for _, event in changes:
        header = event["header"]
        found[RecordId(*(header[name] for name in RecordId._fields))].append(event)
    for name in found.keys() ^ truth.told.keys():
        yield f"record {name}: {'not published' if name in found else 'no change of it'}"
    for name in found.keys() & truth.told.keys():
        events, story = found[name], truth.told[name]
        applied = [event["header"]["applied"] for event in events]
        if applied[-1]["state"] != story.state:
            yield f"record {name}: state {applied[-1]['state']}, true is {story.state}"
        content = next(event["content"] for event in reversed(events) if event["header"]["verb"] in {"ISSUE", "AMEND"})
        if content != story.contents[-1]:
            yield f"record {name}: does not hold the content that was stated last"
        sequence = [(entry["change"], entry["revision"]) for entry in applied]
        if story.ordered and sequence != story.changes():
            yield f"record {name}: {sequence}, true is {story.changes()}"


# -- feeds -----------------------------------------------------------------------------------------


def _feeds(changes: Changes, observer: Observer) -> Iterator[str]:
    grants = files("creditbus.topics") / "subscribers"
    for file in grants.iterdir():
        subscriber = yaml.safe_load(file.read_text(encoding="utf-8"))
        wanted: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for record, event in changes:
            if _admits(subscriber["grant"], event["header"]):
                wanted[record.place.partition].append(_shown(subscriber["grant"], event))
        for number in range(observer.partitions):
            place = Place(f"feed.{subscriber['id']}", number)
            feed = [observer.wire.decode(record.value) for record in observer.records[place]]
            if [_told(entry) for entry in feed] != wanted[number]:
                yield f"{place}: {len(feed)} records are not the {len(wanted[number])} that its grant admits, in order"
            yield from _evidence(place, feed, observer.records[place])


def _admits(grant: dict[str, Any], header: dict[str, Any]) -> bool:
    districts = grant["districts"]
    return (
        header["item"] in grant["items"]
        and header["subject_kind"] in grant["subject_kinds"]
        and ("all" in districts or header["applied"]["district"] in districts)
    )


def _shown(grant: dict[str, Any], event: dict[str, Any]) -> tuple[Any, ...]:
    header = event["header"]
    applied = header["applied"]
    content = {}
    for column in raw_catalogue()[header["item"]].schema["fields"]:
        if _RANK[column["disclosure"]] <= _RANK[grant["disclosure"]]:
            content[column["name"]] = None if applied["state"] in _RETRACTED else event["content"][column["name"]]
    return (
        header["event_id"].hex(),
        header["subject"],
        applied["version"],
        applied["revision"],
        applied["state"],
        content,
    )


def _told(entry: dict[str, Any]) -> tuple[Any, ...]:
    record, subject = entry["record"], entry["subject"]
    return (
        record["event_id"], subject["code"], subject["version"], record["revision"], record["state"], entry["content"],
    )  # fmt: skip


def _evidence(place: Place, feed: list[dict[str, Any]], records: list[Record]) -> Iterator[str]:
    previous = bytes(32)
    for number, (entry, record) in enumerate(zip(feed, records, strict=True), start=1):
        if entry["feed"] != {"feed_seq": number, "previous_hash": previous}:
            yield f"{place} at {record.offset}: feed_seq {entry['feed']['feed_seq']}, true is {number}, or a wrong hash"
        previous = hashlib.sha256(record.value or b"").digest()


# -- stores ----------------------------------------------------------------------------------------


def replay(observer: Observer, topic: str, partition: int) -> dict[bytes, bytes]:
    """What a compacted topic says in the end."""
    state = {record.key or b"": record.value for record in observer.records[Place(topic, partition)]}
    return {key: value for key, value in state.items() if value is not None}


def stored(observer: Observer, stage: str, partition: int) -> dict[bytes, bytes]:
    """What Redis holds for a lane, without its checkpoint."""
    client = redis.Redis.from_url(observer.wire.bus.redis_url)
    prefix = f"creditbus:{{{stage}:{partition}}}:".encode()
    try:
        keys = list(client.scan_iter(match=prefix + b"*", count=10_000))
        values = cast("list[bytes]", client.mget(keys)) if keys else []
    finally:
        client.close()
    return {key.removeprefix(prefix): value for key, value in zip(keys, values, strict=True)}


def _stores(changes: Changes, observer: Observer, truth: Recomputation) -> Iterator[str]:
    profiles: dict[bytes, bytes] = {}
    waiting = 0
    for number in range(observer.partitions):
        for stage, topic in (("profiles", "credit.records"), ("resolver", "credit.crosswalk")):
            have, want = stored(observer, stage, number), replay(observer, topic, number)
            if have != want:
                differing = {key for key in have.keys() | want.keys() if have.get(key) != want.get(key)}
                yield f"{stage}/{number}: {len(differing)} keys in Redis differ from {topic} ({len(have)}, {len(want)})"
            if stage == "profiles":
                profiles |= want
            else:
                waiting += sum(key.startswith(b"w|") for key in want)
        yield from _tails(observer, number)
    if waiting != truth.parked_codes:
        yield f"{waiting} events wait for the owner of a code, true is {truth.parked_codes}"
    parked = sum(key.startswith(b"q|") for key in profiles)
    if parked != truth.parked_subjects:
        yield f"{parked} events wait for a registration, true is {truth.parked_subjects}"
    yield from _profiles(changes, profiles, truth)


def _profiles(changes: Changes, profiles: dict[bytes, bytes], truth: Recomputation) -> Iterator[str]:
    records = {"|".join(("r", *name)).encode() for name in truth.told}
    if (held := {key for key in profiles if key.startswith(b"r|")}) != records:
        yield f"{len(held - records)} records in the store too many, {len(records - held)} missing"
    latest: dict[bytes, bytes] = {}
    for record, event in changes:
        if event["header"]["verb"] in {"ISSUE", "AMEND"}:
            name = "|".join(("r", *(event["header"][part] for part in RecordId._fields))).encode()
            latest[name] = record.value or b""
    for key in records & held:
        if not profiles[key].endswith(latest[key]):
            yield f"{key.decode()}: the store does not hold the content that was told last"


def _tails(observer: Observer, number: int) -> Iterator[str]:
    for key, tail in replay(observer, "credit.feeds", number).items():
        feed = observer.records[Place(f"feed.{key.decode()}", number)]
        if struct.unpack(">Q32s", tail) != (len(feed), hashlib.sha256(feed[-1].value or b"").digest()):
            yield f"credit.feeds/{number}: the tail of {key.decode()} is not that of its feed"
