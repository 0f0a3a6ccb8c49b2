"""Watches a bus in memory on which versions and days follow each other: each change, and each record of each feed.

What a feed may get of a change follows from the policy that the change states and from the one before, by what the city
declared then; the rules are written a second time (tests/harness/feeds.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from tests.harness.changes import RETRACTED, Policy, facts_of, policy_of
from tests.harness.declaring import Version, policies
from tests.harness.feeds import (
    Evidence,
    Grant,
    admits,
    disclosed,
    disclosed_act,
    entry_of,
    is_never_seen,
    is_never_shown,
    is_withheld,
    may_have_been_shown,
    told,
    visible,
)
from tests.harness.memory_observer import MemoryWire
from tests.harness.wire import Place, Record
from tests.step_harness import Bus

__all__ = ["Witness"]

_EPOCH = date(1970, 1, 1)
_CHANGES = "credit.changes"


class Witness:
    """Of one bus.

    Attributes:
        versions: what was declared, the oldest first; the last is in force.
        on: the day.
        problems: what was wrong.

    """

    def __init__(self, bus: Bus, first: Version, on: date) -> None:
        self.bus = bus
        self.versions = [first]
        self.on = on
        self.problems: list[str] = []
        self._wire = MemoryWire(bus)
        self._true: tuple[tuple[int, date], dict[str, Policy]] = ((0, on), {})
        self._heard: defaultdict[tuple[str, int], int] = defaultdict(int)
        self._evidence: defaultdict[tuple[str, int], Evidence] = defaultdict(Evidence)

    def look(self) -> None:
        """Look at what was written since the last look: of one turn."""
        for lane in range(self.bus.parts.lanes):
            for change in self._new(_CHANGES, lane):
                self._stamp(change)
            self._feeds(lane)

    def _new(self, topic: str, lane: int) -> list[Record]:
        log, heard = self.bus.topics[topic, lane], self._heard[topic, lane]
        self._heard[topic, lane] = len(log)
        return [Record(Place(topic, lane), one.offset, one.key, one.value) for one in log[heard:]]

    def _stamp(self, change: Record) -> None:
        """A change says the policy by which its item is shown at this moment."""
        header = self._wire.decode(change.value)["header"]
        stated, true = policy_of(header["applied"]), self._policies()[header["item"]]
        if stated != true:
            self.problems.append(f"{change.place} at {change.offset}: {stated} of {header['item']}, true is {true}")

    def _policies(self) -> dict[str, Policy]:
        """Return the policies of now, made again where a version or a day has come."""
        now = len(self.versions), self.on
        if self._true[0] != now:
            self._true = now, policies(self.versions, self.on)
        return self._true[1]

    def _feeds(self, lane: int) -> None:
        read = self.bus.positions["fanout", _CHANGES, lane]
        heard, self._heard["read", lane] = self._heard["read", lane], read
        changes = [self._wire.decode(one.value) for one in self.bus.topics[_CHANGES, lane][heard:read]]
        feeds = {topic for topic, _ in self.bus.topics if topic.startswith("feed.")}
        for feed in sorted(feeds | {grant["feed"] for grant in self.versions[-1].grants.values()}):
            self._feed(feed, lane, changes)

    def _feed(self, feed: str, lane: int, changes: Sequence[dict[str, Any]]) -> None:
        """Each change brings a feed nothing, or the one record that it may bring, in their order."""
        found: dict[tuple[str, int], bytes] = {}
        for record in self._new(feed, lane):
            entry = self._wire.decode(record.value)
            self.problems += [str(one) for one in self._evidence[feed, lane].of(entry, record)]
            name = entry["subject"]["code"], entry["subject"]["version"]
            if name in found:
                self.problems.append(f"{feed}/{lane}: two records of {name}")
            found[name] = told(record, entry)
        order = []
        for change in changes:
            header = change["header"]
            name = header["subject"], header["applied"]["version"]
            order.append(name)
            if found.get(name) not in list(self._allowed(feed.removeprefix("feed."), change)):
                what = "a wrong record" if name in found else "no record"
                self.problems.append(f"{feed}/{lane}: {what} of {name}, {header['item']}, {header['applied']}")
        if list(found) != [name for name in order if name in found]:
            self.problems.append(f"{feed}/{lane}: not in the order of changes")

    def _allowed(self, subscriber: str, change: dict[str, Any]) -> Iterator[bytes | None]:
        """Give what a feed may get of a change."""
        if subscriber not in self.versions[-1].grants:
            yield None
            return
        header = change["header"]
        applied, before = header["applied"], header["applied"]["before"]
        now, day = self._grant(subscriber, policy_of(applied))
        item, kind = header["item"], header["subject_kind"]
        is_in = now is not None and admits(now, item, kind, applied["district"], day)
        then, was_in = now, is_in
        if before is not None:
            then, day_before = self._grant(subscriber, policy_of(before))
            was_in = (
                applied["previous_state"] not in RETRACTED
                and then is not None
                and admits(then, item, kind, before["district"], day_before)
            )
        was_hidden = then is not None and is_withheld(then, item, change["content"]) and applied["revision"] == 1
        if was_in and not is_in:
            assert then is not None
            moved = now is not None and admits(now, item, kind, before["district"], day)
            names_it = now is not None and item in now["items"]
            shape = now if names_it and now is not None else then
            yield None if was_hidden else entry_of(shape, change, before, "DISTRICT" if moved else "GRANT")
        elif not is_in:
            yield None
        else:
            assert now is not None
            yield from _of_those_admitted(now, then if was_in else None, change, was_hidden=was_hidden)

    def _grant(self, subscriber: str, policy: Policy) -> tuple[Grant | None, date]:
        """Return the grant by a policy, and its day; whoever left since then has none there."""
        since = [one for one in self.versions if one.number >= policy.version]
        stayed = all(subscriber in one.grants for one in since)
        return since[0].grants[subscriber] if stayed else None, _EPOCH + timedelta(policy.day)


def _of_those_admitted(
    now: Grant, then: Grant | None, change: dict[str, Any], *, was_hidden: bool
) -> Iterator[bytes | None]:
    """Give what a feed may get of a change that its grant admits; `then` is the one that admitted its record before."""
    header = change["header"]
    applied, before, item = header["applied"], header["applied"]["before"], header["item"]
    if is_never_seen(applied):
        yield None
        return
    withheld = is_withheld(now, item, change["content"])
    if then is None:
        hidden = withheld or applied["state"] in RETRACTED
        yield None if hidden else entry_of(now, change, applied, None)
        return
    other = visible(then, item) != visible(now, item)
    stands = before is not None and applied["change"] == "RESTATED" and facts_of(before) == facts_of(applied)
    if stands and (not other or (not withheld and not was_hidden and _shown(then, change) == _shown(now, change))):
        yield None
        if not other:
            return
    if not withheld:
        yield entry_of(now, change, applied, None)
    elif (may_have_been_shown(applied) and not is_never_shown(now, item)) or (other and not was_hidden):
        yield entry_of(now, change, applied, "VALUE")
    else:
        yield None


def _shown(grant: Grant, change: dict[str, Any]) -> Any:
    item = change["header"]["item"]
    return (
        is_withheld(grant, item, change["content"]),
        disclosed(grant, item, change["content"]),
        disclosed_act(grant, item, change["act"]),
    )
