"""The independent checker: holds everything that the bus wrote against what was published, and lists what is wrong."""

import hashlib
import struct
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, NamedTuple, cast

import redis
import yaml

from creditbus.avro_schemas import raw_catalogue
from tests.harness.recomputation import Recomputation, RecordId, ingest_place, recompute
from tests.harness.wire import Observer, Place, Record, digest

__all__ = ["DOUBLED", "FOREIGN", "LOST", "WRONG", "Problem", "check", "problems", "replay", "stored"]

LOST, DOUBLED, WRONG = "lost", "doubled", "wrong"
FOREIGN = "foreign"
"""Of what a department's own client did, and the bus noticed and took without harm: no failure."""

_RANK = {"public": 0, "shared": 1, "authorised": 2}
_RETRACTED = ("WITHDRAWN", "REPAIRED", "EXPIRED")
_CONTENT_VERBS = {"ISSUE", "AMEND"}
_SHOWN = 8


class Problem(NamedTuple):
    """One thing that is wrong: something is lost, something is there that should not be, or something is not right."""

    kind: str
    cases: int
    text: str

    def __str__(self) -> str:
        return f"{self.kind} {self.cases}: {self.text}"


class Change(NamedTuple):
    """What matters of a record of credit.changes."""

    record: Record
    source: tuple[str, int, int]
    """Where the event was received."""
    name: RecordId
    version: int
    verb: str
    applied: tuple[str, int, str]
    """Kind of change, revision, state."""
    content: bytes
    said: bytes
    shown: Sequence[bytes | None]
    """What each subscriber must be shown, digested; None where its grant does not admit it."""


def check(observer: Observer) -> Recomputation:
    """Fail with what is wrong; return what was recomputed."""
    truth = recompute(observer)
    found = list(problems(observer, truth))
    assert not found, f"{len(found)} problems:\n" + "\n".join(map(str, found[:_SHOWN]))
    return truth


def problems(observer: Observer, truth: Recomputation) -> Iterator[Problem]:
    """Say what is wrong."""
    grants = _grants()
    changes = [_change(observer, record, grants) for record in observer.of("credit.changes")]
    yield from _ledger(observer, truth)
    yield from _rejects(observer, truth)
    yield from _versions(changes)
    yield from _once(changes, truth)
    yield from _records(changes, truth)
    for number, grant in enumerate(grants):
        yield from _feeds(changes, observer, number, grant)
    yield from _stores(changes, observer, truth)


def _compared(found: Counter[Any], want: Counter[Any], what: str) -> Iterator[Problem]:
    if missing := want - found:
        yield Problem(LOST, missing.total(), f"{what}, for example {next(iter(missing))!r:.200}")
    if surplus := found - want:
        yield Problem(DOUBLED, surplus.total(), f"{what}, for example {next(iter(surplus))!r:.200}")


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
    yield from _compared(found, Counter(truth.rejected.items()), "rejects")


# -- changes ---------------------------------------------------------------------------------------


def _change(observer: Observer, record: Record, grants: Sequence[dict[str, Any]]) -> Change:
    event = observer.wire.decode(record.value)
    header = event["header"]
    applied = header["applied"]
    return Change(
        record,
        ingest_place(event, observer.partitions),
        RecordId(*(header[part] for part in RecordId._fields)),
        applied["version"],
        header["verb"],
        (applied["change"], applied["revision"], applied["state"]),
        digest(event["content"]),
        digest(*(event[part] for part in ("act", "claim", "content"))),
        [_shown(grant, event) if _admits(grant, header) and not _unseen(grant, event) else None for grant in grants],
    )


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
        where, place = f"{change.record.place} at {change.record.offset}", change.source
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
    yield from _compared(
        Counter(dict.fromkeys(found, 1)), Counter(dict.fromkeys(truth.told, 1)), "records with changes"
    )
    for name in found.keys() & truth.told.keys():
        events, story = found[name], truth.told[name]
        if events[-1].applied[2] != story.state:
            yield Problem(WRONG, 1, f"record {name}: state {events[-1].applied[2]}, true is {story.state}")
        if next(event.content for event in reversed(events) if event.verb in _CONTENT_VERBS) != story.contents[-1]:
            yield Problem(WRONG, 1, f"record {name}: does not hold the content that was stated last")
        sequence = [event.applied[:2] for event in events]
        if story.ordered and sequence != story.changes():
            yield Problem(WRONG, 1, f"record {name}: {sequence}, true is {story.changes()}")
            yield from _compared(Counter(sequence), Counter(story.changes()), f"changes of {name}")


# -- feeds -----------------------------------------------------------------------------------------


def _grants() -> list[dict[str, Any]]:
    """The grants of topics/subscribers, each with the name of its feed."""
    found = []
    for file in (files("creditbus.topics") / "subscribers").iterdir():
        subscriber = yaml.safe_load(file.read_text(encoding="utf-8"))
        found.append({**subscriber["grant"], "feed": f"feed.{subscriber['id']}"})
    return found


def _feeds(changes: Sequence[Change], observer: Observer, index: int, grant: dict[str, Any]) -> Iterator[Problem]:
    wanted: defaultdict[int, list[bytes]] = defaultdict(list)
    for change in changes:
        shown = change.shown[index]
        if shown is not None:
            wanted[change.record.place.partition].append(shown)
    for number in range(observer.partitions):
        place, evidence = Place(grant["feed"], number), _Evidence()
        told = []
        for record in observer.records[place]:
            entry = observer.wire.decode(record.value)
            yield from evidence.of(entry, record)
            told.append(_told(entry))
        if told != wanted[number]:
            yield Problem(
                WRONG, 1, f"{place}: {len(told)} records are not the {len(wanted[number])} of its grant in order"
            )
            yield from _compared(Counter(told), Counter(wanted[number]), f"{place}")


def _admits(grant: dict[str, Any], header: dict[str, Any]) -> bool:
    districts = grant["districts"]
    return (
        header["item"] in grant["items"]
        and header["subject_kind"] in grant["subject_kinds"]
        and ("all" in districts or header["applied"]["district"] in districts)
    )


def _shown(grant: dict[str, Any], event: dict[str, Any]) -> bytes:
    header = event["header"]
    applied = header["applied"]
    withheld = _withheld(grant, event)
    empty = withheld or applied["state"] in _RETRACTED
    content = {}
    for column in raw_catalogue()[header["item"]].schema["fields"]:
        name = column["name"]
        classes = _classes(header["item"], name)
        if min(map(_RANK.__getitem__, (column["disclosure"], *classes.values()))) <= _RANK[grant["disclosure"]]:
            value = event["content"][name]
            seen = _RANK[classes.get(value, column["disclosure"])] <= _RANK[grant["disclosure"]]
            content[name] = None if empty or not seen else value
    state = "WITHHELD" if withheld else applied["state"]
    identity, subject, version = header["event_id"], header["subject"], applied["version"]
    if withheld:
        identity = hashlib.blake2b(f"withheld\0{subject}\0{version}".encode(), digest_size=16).digest()
    return digest(identity.hex(), subject, version, applied["revision"], state, content)


def _classes(item: str, column: str) -> dict[str, str]:
    """Classes of single values of a column, by value."""
    stated = raw_catalogue()[item].entry.get("disclosure", {}).get("by_value", {}).get(column, {})
    return {value: name for name, values in stated.items() for value in values}


def _withheld(grant: dict[str, Any], event: dict[str, Any]) -> bool:
    """Tell whether a record is withheld as a whole for the class of one of its values."""
    item = event["header"]["item"]
    column = raw_catalogue()[item].entry.get("disclosure", {}).get("withheld_unless_disclosed")
    if column is None:
        return False
    (stated,) = (field["disclosure"] for field in raw_catalogue()[item].schema["fields"] if field["name"] == column)
    return _RANK[_classes(item, column).get(event["content"][column], stated)] > _RANK[grant["disclosure"]]


def _unseen(grant: dict[str, Any], event: dict[str, Any]) -> bool:
    """Tell whether nothing is shown of a record that is withheld, as no version before it was shown."""
    applied = event["header"]["applied"]
    taken_back = applied["change"] != "TRANSITION" or applied["state"] in _RETRACTED
    first = applied["revision"] == 1 or applied["previous_state"] in _RETRACTED
    return _withheld(grant, event) and (first or not taken_back)


def _told(entry: dict[str, Any]) -> bytes:
    record, subject = entry["record"], entry["subject"]
    names = (subject["code"], subject["version"], record["revision"], record["state"])
    return digest(record["event_id"], *names, entry["content"])


class _Evidence:
    """The numbers and the chain of hashes of one feed's partition."""

    def __init__(self) -> None:
        self._number = 0
        self._previous = bytes(32)

    def of(self, entry: dict[str, Any], record: Record) -> Iterator[Problem]:
        self._number += 1
        if entry["feed"] != {"feed_seq": self._number, "previous_hash": self._previous}:
            told = entry["feed"]["feed_seq"]
            yield Problem(
                WRONG, 1, f"{record.place} at {record.offset}: feed_seq {told}, true is {self._number}, or a wrong hash"
            )
        self._previous = hashlib.sha256(record.value or b"").digest()


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


def _stores(changes: Sequence[Change], observer: Observer, truth: Recomputation) -> Iterator[Problem]:
    profiles: dict[bytes, bytes] = {}
    waiting = 0
    for number in range(observer.partitions):
        for stage, topic in (("profiles", "credit.records"), ("resolver", "credit.crosswalk")):
            have, want = stored(observer, stage, number), replay(observer, topic, number)
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
    yield from _compared(held, records, "records in the store")
    latest = {
        "|".join(("r", *change.name)).encode(): change.record.value or b""
        for change in changes
        if change.verb in _CONTENT_VERBS
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
