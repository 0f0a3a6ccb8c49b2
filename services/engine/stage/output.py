"""What a batch writes: records by topic and partition, bookings in the ledger, and what ended, for the metrics."""

from __future__ import annotations

from creditbus.services.domain.event import Origin
from creditbus.services.domain.ledger import Bookings, Outcome
from creditbus.services.domain.profile.endings import Endings
from creditbus.services.engine.batch import Partition

__all__ = ["Output"]


class Output:
    """Collects one batch's output; nothing leaves before the batch is through."""

    __slots__ = ("bookings", "endings", "lane", "records")

    def __init__(self, lane: int) -> None:
        self.lane = lane
        self.records: dict[Partition, list[tuple[bytes | None, bytes | None]]] = {}
        self.bookings = Bookings()
        self.endings = Endings()

    def emit(self, topic: str, partition: int, key: bytes | None, value: bytes | None) -> None:
        """Write one record; records of one partition keep their order."""
        where = Partition(topic, partition)
        try:
            self.records[where].append((key, value))
        except KeyError:
            self.records[where] = [(key, value)]

    def channel(self, topic: str, partition: int) -> list[tuple[bytes | None, bytes | None]]:
        """Return where to put records of one partition, for those who write many."""
        return self.records.setdefault(Partition(topic, partition), [])

    def join(self, other: Output) -> None:
        """Put another lane's output of the same batch after this one's."""
        for where, records in other.records.items():
            self.records.setdefault(where, []).extend(records)
        self.bookings.join(other.bookings)
        self.endings.join(other.endings)

    def book(self, origin: Origin, item: str, outcome: Outcome, reason: str = "", count: int = 1) -> None:
        """Book an outcome in the ledger, in the batch's own transaction."""
        self.bookings.book(origin, item, outcome, reason, count)
