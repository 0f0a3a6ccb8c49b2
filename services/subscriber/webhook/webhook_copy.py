"""A copy at a receiver over HTTP: every record at least once, those of a subject in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Batch, Taken
from creditbus.services.subscriber.copy import View
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.webhook.position_file import PositionFile
from creditbus.services.subscriber.webhook.posting import MOST_RECORDS, Rendered, posts, rendered, slices
from creditbus.services.subscriber.webhook.receiver import Receiver
from creditbus.services.subscriber.webhook.subject_order import SubjectOrder
from creditbus.topics.errors import ConfigurationError

__all__ = ["WebhookCopy"]

_AT_ONCE: Final = 8
"""Requests under way at a time, each of another subject."""


class WebhookCopy:
    """A copy of one feed at a receiver; see `copy.Copy`, but for a batch that fails: some of it may have arrived.

    Args:
        receiver: takes the records.
        place: of it, as a person may see it.
        path: file of the position.
        topic: of the feed.

    """

    pause_seconds: Final = 0.0

    def __init__(self, receiver: Receiver, place: str, path: Path, topic: str) -> None:
        self.place = place
        self._receiver = receiver
        self._path = path
        self._file = PositionFile(path, topic)
        self._topic = topic
        self._positions: dict[int, Position] = {}
        self._unwritten = False
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhook")

    def __enter__(self) -> Self:
        """Open it."""
        self._positions = self._file.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it, with the positions after the last markers."""
        try:
            if self._unwritten:
                self._file.write(self._positions)
        finally:
            self._file.close()
            self._threads.shutdown()
            self._receiver.close()

    def positions(self) -> Mapping[int, Position]:
        """See the contract."""
        return dict(self._positions)

    def take(self, batch: Batch) -> Taken:
        """See the contract. After an error or a crash less than a slice is sent once more."""
        if not batch.follows(self._positions):
            raise ConfigurationError(self.place, messages.MOVED_MEANWHILE(), messages.ONE_SYNC())
        for piece in slices(batch):
            # all of a slice before any of the next one: so the records of a subject keep their order
            self._send([rendered(self._topic, change) for change in piece.changes])
            self._positions |= {partition: move.after for partition, move in piece.moves.items()}
            # positions alone, after a transaction's marker, wait for the next records
            self._unwritten = not piece.changes
            if piece.changes:
                self._file.write(self._positions)
        return Taken(len(batch.changes), 0)

    def replace(self, before: Mapping[int, Position], view: View) -> Taken:
        """Send what a view holds to a receiver that has got nothing yet; see the contract.

        A view gives its records in any order; those of a subject are sent in that of the feed. The position is kept at
        the end. Killed before that, it sends everything again.
        """
        if before or self._positions:
            raise ConfigurationError(self.place, messages.CANNOT_TAKE_AWAY(), messages.NEW_POSITION())
        written = 0
        with SubjectOrder(self._path.with_name(f"{self._path.name}.sorting")) as order:
            for changes in view.chunks():
                for change in changes:
                    order.add(change.partition, change.offset, rendered(self._topic, change))
            for records in order.parts():
                for start in range(0, len(records), MOST_RECORDS):
                    self._send(records[start : start + MOST_RECORDS])
                written += len(records)
        self._positions = dict(view.positions())
        self._file.write(self._positions)
        return Taken(written, 0)

    def _send(self, records: Sequence[Rendered]) -> None:
        sent = [self._threads.submit(self._receiver.deliver, body) for body in posts(self._topic, records)]
        failed = [error for one in sent if (error := one.exception()) is not None]
        if failed:
            raise failed[0]
