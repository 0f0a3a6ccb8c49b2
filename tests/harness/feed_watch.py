"""One partition of a feed, held against the changes that it follows from: whatever the city declares meanwhile."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tests.harness.feeds import Evidence, told
from tests.harness.permitted import Permitted
from tests.harness.problem import DOUBLED, LOST, WRONG, Problem
from tests.harness.proof import sign_of
from tests.harness.wire import Place, Record, Wire

__all__ = ["FeedWatch"]

Name = tuple[str, int]


class FeedWatch:
    """Each change brings a feed nothing, or the one record that it may bring, in their order.

    Args:
        place: of the feed.
        permitted: tells what it may get.
        evidence: of what this partition had before.

    """

    def __init__(self, place: Place, permitted: Permitted, evidence: Evidence) -> None:
        self._place = place
        self._subscriber = place.topic.removeprefix("feed.")
        self._permitted = permitted
        self._evidence = evidence
        self._found: dict[Name, bytes] = {}
        self._order: list[Name] = []
        self.proof: Counter[str] = Counter()
        """How many records show each of the SIGNS of a changed view."""

    def read(self, records: Iterable[Record], wire: Wire) -> Iterator[Problem]:
        """Read what the partition got."""
        for record in records:
            entry = wire.decode(record.value)
            yield from self._evidence.of(entry, record)
            name = entry["subject"]["code"], entry["subject"]["version"]
            if name in self._found:
                yield Problem(DOUBLED, 1, f"{self._where}: two records of {name}")
            self._found[name] = told(record, entry)
            if sign := sign_of(entry["record"]):
                self.proof[sign] += 1

    def hold_against(self, change: dict[str, Any]) -> Iterator[Problem]:
        """Say whether it is wrong what the partition got of a change, which is the next of them."""
        header = change["header"]
        name = header["subject"], header["applied"]["version"]
        got = self._found.get(name)
        if got is not None:
            self._order.append(name)
        may = list(self._permitted.of(self._subscriber, change))
        if got in may:
            return
        of_it = f"of {name}, {header['item']}, {header['applied']}"
        if got is None:
            yield Problem(LOST, 1, f"{self._where}: no record {of_it}")
        elif may == [None]:
            yield Problem(DOUBLED, 1, f"{self._where}: a record {of_it}, and its grant shows nothing of it")
        else:
            yield Problem(WRONG, 1, f"{self._where}: a wrong record {of_it}")

    def close(self) -> Iterator[Problem]:
        """Say whether there is more than what follows from the changes, or in another order."""
        if surplus := self._found.keys() - set(self._order):
            yield Problem(DOUBLED, len(surplus), f"{self._where}: of no change, for example {min(surplus)}")
        elif list(self._found) != self._order:
            yield Problem(WRONG, 1, f"{self._where}: not in the order of changes")

    @property
    def _where(self) -> str:
        return f"{self._place.topic}/{self._place.partition}"
