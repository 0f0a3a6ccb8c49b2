"""How long a retraction takes from the acknowledgement of what causes it to where every feed shows it.

A record that is withdrawn is retracted in each feed that had it, those of a subject that moves to another district in
the feed of the one that it left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from checking import ends
from ground import Ground
from load import Sent, write
from whole.feed_views import FeedDecoder, Shown, expect_keys, is_retraction, newest, shown
from whole.latency import late
from whole.loads import WholeLoads
from whole.open_loop import WARM_UP, Probe, Rate, Watched, publish
from whole.retractions import story
from whole.spread import percentiles
from whole.throughput import check
from whole.workers import WorkerPlan, end, pids, read, wait, workers

from creditbus.services.domain.event import RecordState
from creditbus.topics.names import FEED, LEDGER

__all__ = ["measure"]


class _Retraction(NamedTuple):
    """One record of a feed that takes another one back.

    Attributes:
        feed: the subscriber.
        key: of the record.
        cause: what caused it, in a word.
        identity: of the event that did.

    """

    feed: str
    key: str
    cause: str
    identity: bytes


def measure(ground: Ground, rates: Sequence[Rate], plan: WorkerPlan, probe: Probe) -> list[dict[str, object]]:
    """Return the figures of each rate, after a warm-up.

    Raises:
        RuntimeError: a feed is not as it must be, or a retraction did not come: the times say nothing.

    """
    planned = story(sum(rate.events for rate in (WARM_UP, *rates)))
    first, second = WholeLoads(ground).parted(planned.steps, planned.first)
    feeds = [FEED + name for name in ground.declared.subscribers]
    before = ends(ground.connection, [*feeds, LEDGER])
    write(ground.connection.bootstrap_servers, first.records)
    decode = FeedDecoder(ground.connection)
    moving = {subject: second.identities[place] for subject, place in planned.moving.items()}
    found, seen = [], Counter[_Retraction]()
    with workers(ground, 1, plan) as running:
        wait(running, lambda: read(running, "fanout"), first.changes)
        begin = 0
        for rate in (WARM_UP, *rates):
            part = slice(begin, begin + rate.events)
            begin += rate.events
            watched = publish(ground, rate, probe, second.records[part], second.identities[part], pids(running))
            arrived = [
                (one, moment)
                for moment, topic, value in watched.arrivals
                if (one := _retraction(topic, decode(value), moving)) is not None
            ]
            seen.update(one for one, _ in arrived)
            found.append(_figures(rate, watched, arrived))
            print(f"  {found[-1]}", flush=True)
        wait(running, lambda: read(running, "fanout"), first.changes + second.changes)
        end(running)
    known, wanted = (Counter(_retractions(part.feed_records, decode, moving)) for part in (first, second))
    _expect(seen, wanted - known)
    _expect_views(ground, feeds, second.feed_records, decode)
    check(ground, before, first, second)
    return found[1:]


def _retraction(topic: str, entry: Mapping[str, Any], moving: Mapping[str, bytes]) -> _Retraction | None:
    record, subject = entry["record"], entry["subject"]["code"]
    if not is_retraction(record["state"]):
        return None
    key = "|".join((subject, record["item"], record["authority"], record["document_no"]))
    if record["state"] == RecordState.WITHDRAWN:
        return _Retraction(topic.removeprefix(FEED), key, "withdrawn", bytes.fromhex(record["event_id"]))
    return _Retraction(topic.removeprefix(FEED), key, "moved", moving[subject])


def _retractions(records: Sequence[Sent], decode: FeedDecoder, moving: Mapping[str, bytes]) -> Iterator[_Retraction]:
    entries = ((record.topic, decode(record.value or b"")) for record in records)
    return (one for topic, entry in entries if (one := _retraction(topic, entry, moving)) is not None)


def _figures(rate: Rate, watched: Watched, arrived: Sequence[tuple[_Retraction, float]]) -> dict[str, object]:
    by_feed, by_cause = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    last: dict[bytes, float] = {}
    for one, moment in arrived:
        timing = watched.published(one.identity)
        if timing is None:
            continue
        seconds = moment - timing.acknowledged
        by_feed[one.feed].append(seconds)
        by_cause[one.cause].append(seconds)
        last[one.identity] = max(seconds, last.get(one.identity, seconds))
    return {
        "events_per_second": rate.per_second,
        "chunk": rate.chunk,
        "causes": len(last),
        "retractions": sum(map(len, by_feed.values())),
        "to_the_last_feed_ms": percentiles(list(last.values())),
        "feeds_ms": {feed: {"count": len(by_feed[feed]), **percentiles(by_feed[feed])} for feed in sorted(by_feed)},
        "causes_ms": {name: {"count": len(by_cause[name]), **percentiles(by_cause[name])} for name in sorted(by_cause)},
        "publisher_late_ms": late(watched.timings),
        "cores": watched.cores,
    }


def _expect(seen: Counter[_Retraction], wanted: Counter[_Retraction]) -> None:
    if seen != wanted:
        missing, surplus = wanted - seen, seen - wanted
        examples = [(one.feed, one.key, one.cause) for one in (*islice(missing, 2), *islice(surplus, 2))]
        message = f"{missing.total()} retractions did not come, {surplus.total()} should not have, such as {examples}"
        raise RuntimeError(message)


def _expect_views(ground: Ground, feeds: Sequence[str], made: Sequence[Sent], decode: FeedDecoder) -> None:
    """Compare the newest record of each key of each feed with what the steps make of the same events in memory."""
    for feed in feeds:
        values = {record.key or b"": record.value or b"" for record in made if record.topic == feed}
        found = newest(ground.connection, feed)
        expect_keys(feed, found.keys(), values.keys())
        other = [key for key, value in found.items() if _shown(decode, value) != _shown(decode, values[key])]
        if other:
            message = f"{feed}: {len(other)} records do not stand as they must, for example {min(other).decode()}"
            raise RuntimeError(message)


def _shown(decode: FeedDecoder, value: bytes) -> Shown:
    return shown(decode(value))
