"""Recomputes the profile job from its input and compares it, byte for byte, with what a contestant wrote.

Shares no rule with any of them: written from docs/record-states.md, the schemas and the layouts of the state. Reads
committed records only.
"""

from __future__ import annotations

import struct
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from fastavro import parse_schema, schemaless_reader, schemaless_writer

__all__ = ["Checker", "Expected", "StateKey", "summary_head"]

#: Brings a changelog's key to `s|subject` or `r|subject|record`; None for what is neither.
StateKey = Callable[[bytes], bytes | None]

_FRAME_BYTES: Final = 5
_REGISTRATION: Final = "enterprise-registration"
_STATES: Final = ("ACTIVE", "DISPUTED", "REPAIRED", "EXITED", "WITHDRAWN", "EXPIRED")
_KINDS: Final = (
    "UNSTATED",
    "ENTERPRISE",
    "INDIVIDUAL_BUSINESS",
    "INSTITUTION",
    "SOCIAL_ORGANISATION",
    "STATE_ORGAN",
    "OTHER_ORGANISATION",
    "NATURAL_PERSON",
)
_RECORD: Final = struct.Struct(">BBBBIqqq16sBHI")
_SUMMARY: Final = struct.Struct(">BBBQIIIIBH")
_CHUNK: Final = 10_000
_WAIT_SECONDS: Final = 0.2
_SECONDS: Final = 30.0


class _Entry(NamedTuple):
    """One record of a topic."""

    partition: int
    key: bytes
    value: bytes


@dataclass(slots=True)
class _Subject:
    partition: int
    kind: str
    name: str = ""
    district: str = ""
    version: int = 0
    records: int = 0


@dataclass(slots=True)
class _Record:
    """A record as recomputed: contents that it had, and the one that counts."""

    seen: list[bytes]
    state: str


@dataclass(slots=True)
class Expected:
    """What must come of the input; values by the hash that this process gives to their bytes.

    Attributes:
        changes: of each subject its partition and its changes, in their order.
        state: of each record and each subject, by key.

    """

    read: int = 0
    amended: int = 0
    subjects: int = 0
    changes: dict[bytes, tuple[int, list[int]]] = field(default_factory=dict)
    state: dict[bytes, int] = field(default_factory=dict)

    @property
    def applied(self) -> int:
        """How many events are not duplicates."""
        return sum(len(values) for _, values in self.changes.values())


class Checker:
    """Reads topics of one cluster.

    Args:
        servers: Kafka.
        event: schema of a registration event, its header without logical types.

    """

    def __init__(self, servers: str, event: Mapping[str, Any]) -> None:
        self._servers = servers
        parts = {part["name"]: part["type"] for part in event["fields"]}
        self._header: Any = parse_schema(parts["header"], named_schemas={})
        self._event: Any = parse_schema(dict(event), named_schemas={})

    def expect(self, topic: str) -> Expected:
        """Recompute the job from its input.

        Raises:
            ValueError: the load holds an event that the contestants have no rule for.

        """
        expected = Expected()
        subjects: dict[bytes, _Subject] = {}
        records: dict[bytes, _Record] = {}
        for entry in self._read([topic]):
            expected.read += 1
            header, end = self._open(entry.value)
            if header["verb"] != "ISSUE" or header["source_time"] is not None or header["warnings"]:
                message = f"{header['verb']} at {header['source_time']} with {header['warnings']}"
                raise ValueError(message)
            name = f"r|{header['subject']}|{header['item']}|{header['authority']}|{header['document_no']}".encode()
            record = records.get(name)
            if record is not None and header["content_hash"] in record.seen:
                if header["content_hash"] != record.seen[-1]:
                    message = "a record returns to an earlier content"
                    raise ValueError(message)
                continue
            subject = subjects.setdefault(entry.key, _Subject(entry.partition, header["subject_kind"]))
            previous = None if record is None else record.state
            if record is None:
                record = records[name] = _Record([], "")
                subject.records += 1
            record.seen.append(header["content_hash"])
            record.state = header["state"]
            expected.amended += previous is not None
            subject.version += 1
            self._take_names(entry, header, subject)
            change = self._change(entry.value, end, header, previous, record, subject)
            expected.changes.setdefault(entry.key, (entry.partition, []))[1].append(hash(change))
            expected.state[name] = hash(_record_state(header, record, change))
        expected.subjects = len(subjects)
        for code, subject in subjects.items():
            expected.state[b"s|" + code] = hash(_summary(subject))
        return expected

    def check(
        self, expected: Expected, outputs: Sequence[str], changelogs: Sequence[str], state_key: StateKey
    ) -> list[str]:
        """Return what is wrong, a few lines; nothing when the job was done.

        Args:
            expected: what must be there.
            outputs: topics that must each hold every change once, in order.
            changelogs: topics whose latest values must be the state.
            state_key: reads their keys.

        """
        wrong = [line for topic in outputs for line in self._check_changes(expected, topic)]
        return wrong + self._check_state(expected, changelogs, state_key)

    def _check_changes(self, expected: Expected, topic: str) -> list[str]:
        wrong = Counter[str]()
        seen: defaultdict[bytes, int] = defaultdict(int)
        for entry in self._read([topic]):
            partition, due = expected.changes.get(entry.key, (-1, []))
            number = seen[entry.key]
            seen[entry.key] += 1
            if number >= len(due):
                wrong["records too many"] += 1
            elif due[number] != hash(entry.value):
                wrong["records that are not due there"] += 1
            wrong["records in a wrong partition"] += partition != entry.partition
        wrong["records missing"] = sum(max(0, len(due) - seen[key]) for key, (_, due) in expected.changes.items())
        return [f"{topic}: {count} {what}" for what, count in wrong.items() if count]

    def _check_state(self, expected: Expected, changelogs: Sequence[str], state_key: StateKey) -> list[str]:
        latest: dict[bytes, int] = {}
        for entry in self._read(changelogs):
            key = state_key(entry.key)
            if key is not None:
                latest[key] = hash(summary_head(entry.value) if key.startswith(b"s|") else entry.value)
        if latest == expected.state:
            return []
        missing, strange = expected.state.keys() - latest.keys(), latest.keys() - expected.state.keys()
        other = sum(latest[key] != value for key, value in expected.state.items() if key in latest)
        return [f"state: {len(missing)} keys missing, {len(strange)} too many, {other} of another value"]

    def _open(self, value: bytes) -> tuple[dict[str, Any], int]:
        source = BytesIO(value)
        source.seek(_FRAME_BYTES)
        header: Any = schemaless_reader(source, self._header, None)
        return header, source.tell()

    def _take_names(self, entry: _Entry, header: Mapping[str, Any], subject: _Subject) -> None:
        if header["item"] == _REGISTRATION:
            event: Any = schemaless_reader(BytesIO(entry.value[_FRAME_BYTES:]), self._event, None)
            subject.name, subject.district = event["content"]["ENTNAME"], event["content"]["DOMDISTRICT"]
        elif header["subject_name"] not in {"", subject.name} or not subject.name:
            message = "a subject without registration, or of another name"
            raise ValueError(message)

    def _change(
        self,
        value: bytes,
        end: int,
        header: dict[str, Any],
        previous: str | None,
        record: _Record,
        subject: _Subject,
    ) -> bytes:
        applied = {
            "change": "NEW" if previous is None else "AMENDED",
            "version": subject.version,
            "revision": len(record.seen),
            "state": record.state,
            "previous_state": previous,
            "registered_name": subject.name,
            "district": subject.district,
            "registered": True,
        }
        target = BytesIO()
        schemaless_writer(target, self._header, header | {"applied": applied})
        return value[:_FRAME_BYTES] + target.getvalue() + value[end:]

    def _read(self, topics: Sequence[str]) -> Iterator[_Entry]:
        consumer = Consumer(
            {
                "bootstrap.servers": self._servers,
                "group.id": "checker",
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "error",
            }
        )
        try:
            known = consumer.list_topics(timeout=_SECONDS).topics
            places = [
                TopicPartition(name, number, OFFSET_BEGINNING) for name in topics for number in known[name].partitions
            ]
            consumer.assign(places)
            left = {(place.topic, place.partition) for place in places}
            heard = time.monotonic()
            while left:
                # it waits for this many or until then, whatever it has
                messages = consumer.consume(_CHUNK, timeout=_WAIT_SECONDS)
                if messages:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _SECONDS:
                    silence = f"nothing from {sorted(left)} for {_SECONDS:.0f} s"
                    raise TimeoutError(silence)
                for message in messages:
                    error = message.error()
                    if error is None:
                        yield _Entry(message.partition() or 0, message.key() or b"", message.value() or b"")
                    elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 -- the client's public name of it
                        left.discard((message.topic(), message.partition()))
                    else:
                        raise KafkaException(error)
        finally:
            consumer.close()


def summary_head(value: bytes) -> bytes:
    """Return a subject's summary without the index of its records, which the bus alone keeps."""
    *_, district, name = _SUMMARY.unpack_from(value)
    return value[: _SUMMARY.size + district + name]


def _summary(subject: _Subject) -> bytes:
    district, name = subject.district.encode(), subject.name.encode()
    kind = _KINDS.index(subject.kind)
    lengths = len(district), len(name)
    return _SUMMARY.pack(1, 1, kind, subject.version, subject.records, 0, 0, 0, *lengths) + district + name


def _record_state(header: Mapping[str, Any], record: _Record, change: bytes) -> bytes:
    department = header["origin"]["department"].encode()
    received, sequence, content_hash = header["received_at"], header["sequence"], header["content_hash"]
    state = _STATES.index(record.state)
    sizes = len(department), len(record.seen), 0
    meta = _RECORD.pack(1, state, 255, 255, len(record.seen), -(1 << 63), received, sequence, content_hash, *sizes)
    return b"".join((meta, department, *(b"\0" + content for content in record.seen), change))
