"""A topic of another cluster as a source that is never finished."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from creditbus.connectors.contract import Cell, Column, Defect, DefectReason, Finding, Position, Row, Table, Vanished
from creditbus.connectors.errors import SourceError, UserError
from creditbus.connectors.http.records import cells
from creditbus.connectors.kafka import messages
from creditbus.connectors.kafka.client import KafkaRecord, TopicClient
from creditbus.connectors.kafka.decoding import ValueDecoder
from creditbus.connectors.kafka.gone import GoneKeys
from creditbus.connectors.kafka.settings import KafkaSettings
from creditbus.services.domain.framing import FRAME_BYTES
from creditbus.topics.text import said_by

__all__ = ["ComparingKafkaSource", "KafkaSource"]

_LOOKED_AT = 200
"""Records of a partition that tell what columns there are."""
_ROWS = 2**31 - 1
"""Places are 32 bits wide on the bus, and offsets are 64."""
_GONE, _NAMELESS, _EMPTIED, _OTHER = "gone", "nameless", "emptied", "other"


class _TopicSource:
    """One topic. Its position holds the next offset of each partition.

    Args:
        settings: The topic.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._decode = ValueDecoder(settings)
        self._gone = None if settings.state is None else GoneKeys(settings.state)
        self._remarks: list[str] = []
        self._ended: Position | None = None

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        topic = self._settings.topic
        try:
            with TopicClient(self._settings) as client:
                bounds = client.bounds()
            count = sum(end - first for first, end in bounds.values())
            words = messages.RECORDS(topic=topic, partitions=len(bounds), count=count)
            found = [Finding("topic", ok=True, message=words)]
            rows = [row for row in self._newest() if isinstance(row, Row)]
        except UserError as error:
            return [Finding("topic", ok=False, message=error.text())]
        if not rows:
            return [*found, Finding("rows", ok=False, message=messages.NO_ROWS(topic=topic))]
        columns = {name for row in rows for name in row.cells}
        return [*found, Finding("rows", ok=True, message=messages.ROWS_READ(count=len(rows), columns=len(columns)))]

    def discover(self) -> Sequence[Table]:
        """See the contract. Columns are the fields of the newest records."""
        names: dict[str, None] = {}
        for row in self._newest():
            if isinstance(row, Row):
                names.update(dict.fromkeys(row.cells))
        return [Table(self._settings.topic, tuple(map(Column, names)))] if names else []

    def version(self) -> str:
        """Say that there is no end to it: it is always read on from the last position."""
        return ""

    def size(self) -> int | None:
        """Tell nothing: how many records are new is not how many rows."""
        return None

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract. Reads what was committed when the reading began, partition by partition."""
        done = _offsets(position)
        self._remarks, self._ended = [], None
        passed: Counter[str] = Counter()
        with TopicClient(self._settings) as client:
            for partition, (first, end) in client.bounds().items():
                start = self._start(partition, done.get(str(partition)), first, end)
                for record in client.records(partition, start, end):
                    done[str(partition)] = record.offset + 1
                    row = self._row(record, done, passed)
                    if row is not None:
                        if self._gone is not None:
                            self._gone.keep()
                        yield row
                done[str(partition)] = max(start, end)
        if self._gone is not None:
            self._gone.keep()
        self._ended = dict(done)
        self._remarks += _said(passed, kept=self._gone is not None)

    def settle(self, position: Position) -> None:
        """Mark nothing: the topic stays as it is."""

    def settled(self, position: Position) -> Position:
        """Return the position at the end of a reading, which is also after records that give no row."""
        return position if self._ended is None else self._ended

    def remarks(self) -> Sequence[str]:
        """Say what the latest reading passed over."""
        return self._remarks

    def _start(self, partition: int, done: int | None, first: int, end: int) -> int:
        if done is None:
            return first
        if done > end:
            problem = messages.MADE_AGAIN(partition=partition, end=end, start=done)
            raise SourceError(self._settings.topic, problem, messages.BEGIN_AGAIN())
        if done < first:
            self._remarks.append(messages.EXPIRED(partition=partition, count=first - done))
        return max(done, first)

    def _row(self, record: KafkaRecord, done: Mapping[str, int], passed: Counter[str]) -> Row | Defect | None:
        """Make the row of a record; ``None``: it gives no row, and is counted."""
        block, number = divmod(record.offset, _ROWS)
        sheet = f"{record.partition}.{block}" if block else str(record.partition)
        topic, key = self._settings.topic, self._key(record.key)
        try:
            found = self._cells(record.value)
        except (ValueError, UnicodeEncodeError, RecursionError) as error:
            problem = messages.AT_OFFSET(offset=record.offset, problem=said_by(error))
            original = (record.value or b"")[: self._settings.row_bytes]
            return Defect(DefectReason.UNPARSABLE, problem, original, topic, sheet, number + 1, dict(done))
        if isinstance(found, str):
            passed[_NAMELESS if found == _GONE and not key else found] += 1
            if found == _GONE and key and self._gone is not None:
                self._gone.note(key, gone=True)
            return None
        if key and self._gone is not None:
            self._gone.note(key, gone=False)
        return Row(found, topic, sheet, number + 1, dict(done), key)

    def _cells(self, value: bytes | None) -> Mapping[str, Cell] | str:
        """Read a value; a word where it is not a row."""
        if value is None:
            return _GONE
        if len(value) > self._settings.row_bytes:
            raise ValueError(messages.TOO_LARGE())
        found = self._decode(value)
        if self._settings.envelope == "debezium":
            found = _after(found)
            if isinstance(found, str):
                return found
        flat = cells(found)
        for name, cell in flat.items():
            if isinstance(cell, bytes):
                raise ValueError(messages.BINARY(name=name))  # noqa: TRY004 -- of the record, no type of ours
        return flat

    def _key(self, key: bytes | None) -> str:
        if not key:
            return ""
        # a schema that is registered again has another number, and the key is the same
        plain = key[FRAME_BYTES:] if self._settings.format == "avro" and key[:1] == b"\0" else key
        return hashlib.blake2b(plain, digest_size=16).hexdigest()

    def _newest(self) -> Iterator[Row | Defect]:
        """Give the rows of the newest records of each partition."""
        with TopicClient(self._settings) as client:
            for partition, (first, end) in client.bounds().items():
                for record in client.records(partition, max(first, end - _LOOKED_AT), end):
                    row = self._row_alone(record)
                    if row is not None:
                        yield row

    def _row_alone(self, record: KafkaRecord) -> Row | Defect | None:
        """Make the row of a record, and note nothing."""
        kept, self._gone = self._gone, None
        try:
            return self._row(record, {}, Counter())
        finally:
            self._gone = kept


class KafkaSource(_TopicSource):
    """A topic whose deletes are only counted."""

    def incremental(self) -> str:
        """See the contract."""
        return messages.INCREMENTAL()


class ComparingKafkaSource(_TopicSource):
    """A topic whose deletes are kept: it knows which published rows are gone."""

    def vanished(self) -> Sequence[Vanished]:
        """See the contract."""
        keys = [] if self._gone is None else self._gone.keys()
        return [Vanished(key, None, self._settings.topic, number) for number, key in enumerate(keys, start=1)]

    def known(self) -> int:
        """See the contract: the connector's memory counts them."""
        return 0

    def forget(self, keys: Sequence[str]) -> None:
        """See the contract."""
        if self._gone is not None:
            self._gone.forget(keys)


def _offsets(position: Position | None) -> dict[str, int]:
    if position is None:
        return {}
    if not isinstance(position, Mapping) or not all(isinstance(offset, int) for offset in position.values()):
        raise SourceError("position", messages.OTHER_KIND(), messages.BEGIN_AGAIN())
    return {partition: int(offset or 0) for partition, offset in position.items()}


def _after(value: Any) -> Any:
    """Return the row after a change of Debezium; a word where there is none.

    Raises:
        ValueError: it is not such a change.
    """
    if not isinstance(value, dict) or "op" not in value:
        raise ValueError(messages.NOT_AN_ENVELOPE())
    operation = value["op"]
    if operation in ("c", "u", "r"):
        return value.get("after")
    words = {"d": _GONE, "t": _EMPTIED, "m": _OTHER}
    if operation not in words:
        raise ValueError(messages.UNKNOWN_OP(op=operation))
    return words[operation]


def _said(passed: Counter[str], *, kept: bool) -> Iterator[str]:
    if passed[_GONE]:
        yield (messages.DELETED if kept else messages.DELETES_NOT_NOTED)(count=passed[_GONE])
    if passed[_NAMELESS]:
        yield messages.WITHOUT_KEY(count=passed[_NAMELESS])
    if passed[_EMPTIED]:
        yield messages.TRUNCATED(count=passed[_EMPTIED])
