"""A bus in memory for connectors: transactions that may be cut off, and what their events make of the records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import fastavro
import pytest

from creditbus.avro_schemas import event_schema, prefix_schema
from creditbus.connectors.publish.encoder import ProducerRecord
from creditbus.connectors.publish.progress import Progress
from creditbus.connectors.returned.resent import OpenRefusals
from creditbus.connectors.run import active_run, runner
from creditbus.connectors.withdraw import proposals, withdrawals
from creditbus.services.domain.event import RecordState, record_key
from creditbus.services.domain.profile.record import Duplicate, Moved, Record, Stale, fold
from creditbus.topics.connection import Connection

__all__ = ["Killed", "MemoryBus"]

_PREFIX = fastavro.parse_schema(prefix_schema(), named_schemas={})
_FRAME = 5


class Killed(BaseException):
    """The process is gone: nothing catches it."""


class MemoryBus:
    """Takes what connectors publish and folds it at once, as the profiles stage does.

    Attributes:
        outcomes: of all events.
        marked: events that had a place in the order of the readings.
        last_act: the act of the last event.
        sent: all values, as published.
    """

    def __init__(self, item: str, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.connection = Connection("memory:1", "http://memory", "redis://memory", home)
        self.outcomes: Counter[str] = Counter()
        self.marked = 0
        self.last_act: dict[str, Any] = {}
        self.sent: list[bytes] = []
        self._item = item
        self._progress: dict[str, Progress] = {}
        self._records: dict[tuple[str, str], tuple[Record, str]] = {}
        self._offset = 0
        self._kill: tuple[int, bool] | None = None
        bus = self

        class Publishing(_Publishing):
            def __init__(self, _servers: str, connector: str, _topic: str) -> None:
                super().__init__(bus, connector)

        patch.setattr(active_run, "open_refusals", lambda *_, **__: OpenRefusals(()))
        registry = _Registry(event_schema(item))
        for module in (runner, withdrawals):
            patch.setattr(module, "Publisher", Publishing)
        for module in (runner, active_run, proposals, withdrawals):
            patch.setattr(module, "SchemaRegistry", lambda _: registry)

    def kill_at(self, commit: int, *, committed: bool) -> None:
        """Let the process die at a commit from now on, from 1: before it, or after it."""
        self._kill = (commit, committed)

    def lose_positions(self) -> None:
        """Lose the topic that says how far connectors came."""
        self._progress.clear()

    def told(self, document: str) -> tuple[RecordState, str]:
        """Return state and subject name of a record, as every subscriber has them."""
        record, name = next(value for (key, _), value in self._records.items() if key.endswith(f"|{document}"))
        return record.state, name

    def commit(self, connector: str, messages: Sequence[ProducerRecord], progress: Progress | None) -> None:
        """Commit all or nothing."""
        if self._kill is not None:
            self._kill = (self._kill[0] - 1, self._kill[1])
            if self._kill == (0, False):
                self._kill = None
                raise Killed
        for message in messages:
            self.sent.append(message.value)
            self._take(message.value)
        if progress is not None:
            self._progress[connector] = Progress.decode(progress.encode())
        if self._kill == (0, True):
            self._kill = None
            raise Killed

    def last(self, connector: str) -> Progress | None:
        """Return how far a connector came."""
        return self._progress.get(connector)

    def _take(self, value: bytes) -> None:
        source = BytesIO(value)
        source.seek(_FRAME)
        event: Any = fastavro.schemaless_reader(source, _PREFIX, None)
        content = source.read()
        header = event["header"]
        self._offset += 1
        header["content_hash"] = blake2b(content, digest_size=16).digest()
        header["received_at"] = header["sequence"] = self._offset
        self.last_act = event["act"]
        self.marked += header["reading"] is not None
        if "拒" in header["subject_name"]:  # what intake refuses never reaches a record
            self.outcomes["Refused"] += 1
            return
        key = record_key(header), str(event["claim"]["uscc"])
        record, name = self._records.get(key, (None, ""))
        folded = fold(record, header)
        self.outcomes[type(folded).__name__] += 1
        after = folded.record if isinstance(folded, Moved | Duplicate | Stale) else None
        if after is not None:
            changed = isinstance(folded, Moved) and header["verb"] in {"ISSUE", "AMEND"}
            self._records[key] = (after, header["subject_name"] if changed else name)


class _Registry:
    def __init__(self, schema: Any) -> None:
        self._schema = schema

    def find(self, *_: object) -> int:
        return 1

    def schema(self, _number: int) -> Any:
        return self._schema


class _Publishing:
    def __init__(self, bus: MemoryBus, connector: str) -> None:
        self._bus = bus
        self._connector = connector

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def fence(self) -> Progress | None:
        return self._bus.last(self._connector)

    def publish(self, messages: Sequence[ProducerRecord], progress: Progress, _beside: Iterable[Any] = ()) -> None:
        self._bus.commit(self._connector, messages, progress)

    def publication(self, run: str, published: int) -> tuple[str, int]:
        return run, published

    def commit(self, messages: Sequence[ProducerRecord], _beside: Iterable[Any]) -> None:
        self._bus.commit(self._connector, messages, None)
