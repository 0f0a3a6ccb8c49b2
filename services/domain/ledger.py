"""The ledger: what became of every event, so that nothing can go missing unseen.

    received = applied + duplicate + stale + rejected + held + parked

Each stage books what it decides, in the transaction in which it decides it. An event that leaves a
waiting place (parked, held) is booked out of it with -1 and then into its outcome.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from creditbus.services.domain.event import Origin

__all__ = ["Account", "Bookings", "Entry", "Ledger", "Outcome"]


class Outcome(StrEnum):
    """What a booking counts."""

    RECEIVED = "received"
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REJECTED = "rejected"
    HELD = "held"
    PARKED = "parked"
    #: Beside the balance: a caution on an event, and events with cells repaired by the connector.
    CAUTION = "caution"
    NORMALISED = "normalised"
    #: Beside the balance, by topic, for nobody knows whose they were: what no stage can ever read. Offsets that were
    #: cut by retention (at most this many records), and partitions of topics that were created again.
    EXPIRED_UNREAD = "expired_unread"
    TOPIC_RECREATED = "topic_recreated"


_OF_TOPICS: Final = frozenset({Outcome.EXPIRED_UNREAD, Outcome.TOPIC_RECREATED})

_FINAL: Final = (
    Outcome.APPLIED,
    Outcome.DUPLICATE,
    Outcome.STALE,
    Outcome.REJECTED,
    Outcome.HELD,
    Outcome.PARKED,
)


class Entry(NamedTuple):
    """What one count is about; `reason` is a reason code, a caution, the kind of change, or a topic."""

    department: str
    run: str
    file: str
    item: str
    outcome: str
    reason: str


class Bookings:
    """The count deltas of one batch."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: Counter[Entry] = Counter()

    def book(self, origin: Origin, item: str, outcome: Outcome, reason: str = "", count: int = 1) -> None:
        """Add `count` to one entry."""
        entry = Entry(origin["department"], origin["run"], origin["file"], item, outcome.value, reason)
        self._counts[entry] += count

    def book_loss(self, department: str, topic: str, outcome: Outcome, count: int) -> None:
        """Add what no stage can read of a topic; file and run of it are unknown.

        The department is the one that publishes to the topic; empty: none does.
        """
        self._counts[Entry(department, "", "", "", outcome.value, topic)] += count

    def join(self, other: Bookings) -> None:
        """Add the deltas of another batch."""
        # not update(): a count that was taken back may be negative
        for entry, count in other._counts.items():
            self._counts[entry] += count

    def deltas(self) -> list[tuple[Entry, int]]:
        """Return the entries whose count changed, in a fixed order."""
        return sorted((entry, count) for entry, count in self._counts.items() if count)


@dataclass(slots=True)
class Account:
    """The sums of one department, file or item."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    cautions: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry, count: int) -> None:
        """Add one delta."""
        if entry.outcome == Outcome.CAUTION:
            self.cautions[entry.reason] += count
            return
        self.counts[entry.outcome] += count
        if entry.outcome == Outcome.REJECTED:
            self.reasons[entry.reason] += count
        elif entry.outcome == Outcome.APPLIED:
            self.changes[entry.reason.lower()] += count

    @property
    def in_flight(self) -> int:
        """Events received and not yet decided; 0 when the stages have nothing before them."""
        return self.counts[Outcome.RECEIVED] - sum(self.counts[outcome] for outcome in _FINAL)

    @property
    def balanced(self) -> bool:
        """Whether every event received has exactly one outcome."""
        return self.in_flight == 0

    def as_json(self) -> dict[str, object]:
        """Return the account in the form of `creditbus ledger --json`."""
        counts: dict[str, object] = {outcome.value: self.counts[outcome] for outcome in (Outcome.RECEIVED, *_FINAL)}
        counts["rejected"] = {reason: n for reason, n in sorted(self.reasons.items()) if n}
        return counts | {
            "balanced": self.balanced,
            "in_flight": self.in_flight,
            "changes": {change: n for change, n in sorted(self.changes.items()) if n},
            "cautions": {caution: n for caution, n in sorted(self.cautions.items()) if n},
            "normalised": self.counts[Outcome.NORMALISED],
        }


@dataclass(slots=True)
class Ledger:
    """All deltas summed, by department, by file of a run, and by item of a department."""

    departments: dict[str, Account] = field(default_factory=dict)
    #: By topic: offsets cut unread, and partitions created again.
    expired: Counter[str] = field(default_factory=Counter)
    recreated: Counter[str] = field(default_factory=Counter)
    files: dict[tuple[str, str, str, str], Account] = field(default_factory=dict)

    def add(self, deltas: Iterable[tuple[Entry, int]]) -> None:
        """Add the deltas of one batch."""
        for entry, count in deltas:
            if entry.outcome in _OF_TOPICS:
                lost = self.expired if entry.outcome == Outcome.EXPIRED_UNREAD else self.recreated
                lost[entry.reason] += count
                continue
            self.departments.setdefault(entry.department, Account()).add(entry, count)
            key = (entry.department, entry.item, entry.file, entry.run)
            self.files.setdefault(key, Account()).add(entry, count)

    @property
    def balanced(self) -> bool:
        """Whether every department's account balances."""
        return all(account.balanced for account in self.departments.values())

    @property
    def in_flight(self) -> int:
        """Events between stages, over all departments."""
        return sum(account.in_flight for account in self.departments.values())

    def as_json(self) -> Mapping[str, object]:
        """Return the ledger in the form of `creditbus ledger --json`."""
        return {
            "departments": {name: account.as_json() for name, account in sorted(self.departments.items())},
            "files": [
                {"department": department, "item": item, "file": file, "run": run} | account.as_json()
                for (department, item, file, run), account in sorted(self.files.items())
            ],
            "balanced": self.balanced,
        }
