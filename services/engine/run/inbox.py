"""What a lane was given and has not taken yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from creditbus.services.engine.batch import Batch, Partition
from creditbus.services.engine.errors import GapError

__all__ = ["Inbox"]


class Inbox:
    """Batches in the order of arrival; shut until it is opened for an acquisition.

    Args:
        piece_key: as of `Stage`.

    Attributes:
        records: how many wait.
        pieces: how many of them are alone in their batches and are pieces of the stage's own work.

    """

    def __init__(self, piece_key: bytes | None = None) -> None:
        self._piece_key = piece_key
        self._batches: deque[Batch] = deque()
        self._expected: dict[Partition, int] = {}
        self._assignment_epoch = 0
        self._empty: dict[Partition, tuple[int, int]] = {}
        self.records = 0
        self.pieces = 0

    def open(self, offsets: Mapping[Partition, int], assignment_epoch: int) -> None:
        """Take batches from these offsets on that carry this assignment_epoch."""
        self.shut()
        self._expected = dict(offsets)
        self._assignment_epoch = assignment_epoch
        # what lies before the start is not read by this acquisition, whatever the group says
        self._empty = {partition: (0, offset) for partition, offset in offsets.items()}

    def shut(self) -> None:
        """Forget what is here and take no more."""
        self._batches.clear()
        self.records = self.pieces = 0
        self._assignment_epoch = 0

    def offer(self, batch: Batch) -> bool:
        """Take a batch; one of an earlier acquisition is dropped: its records come again."""
        if batch.assignment_epoch != self._assignment_epoch:
            return False
        self._batches.append(batch)
        self.records += len(batch.records)
        self.pieces += self.pieces_of(batch)
        return True

    def pieces_of(self, batch: Batch) -> int:
        """Return how many pieces of the stage's own work a batch is; 0 where it has anything else."""
        key, records = self._piece_key, batch.records
        return len(records) if key is not None and all(record.key == key for record in records) else 0

    @property
    def is_of_pieces(self) -> bool:
        """Whether nothing waits but pieces of the stage's own work."""
        return 0 < self.records == self.pieces

    def __bool__(self) -> bool:
        """Whether something waits, be it only transaction markers."""
        return bool(self._batches)

    def take(self, most: int) -> list[Batch]:
        """Return what waits, up to a maximum of records, but at least one batch.

        What stands before a gap is given first: where retention has cut the log, it is nowhere else any more.

        Raises:
            GapError: records are missing before the first batch.

        """
        taken: list[Batch] = []
        records = 0
        while self._batches and not (taken and records + len(self._batches[0].records) > most):
            batch = self._batches[0]
            if batch.start != self._expected[batch.partition]:
                if taken:
                    break
                raise GapError(f"{batch.partition.topic} at {batch.start}")
            self._batches.popleft()
            self._expected[batch.partition] = batch.end
            if not batch.records:
                self._pass(batch)
            records += len(batch.records)
            self.pieces -= self.pieces_of(batch)
            taken.append(batch)
        self.records -= records
        return taken

    def _pass(self, batch: Batch) -> None:
        first, end = self._empty.get(batch.partition, (batch.start, batch.start))
        self._empty[batch.partition] = (first if end == batch.start else batch.start, batch.end)

    def after_markers(self, partition: Partition, offset: int) -> int:
        """Return the offset after what follows `offset` and holds no records, as far as was taken.

        Only the last such run is known, which is the one that no commit has passed yet.
        """
        first, end = self._empty.get(partition, (offset, offset))
        return end if first <= offset <= end else offset
