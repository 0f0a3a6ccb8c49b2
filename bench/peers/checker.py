"""Recomputes the profile job from its input and compares what a peer wrote; shares no rule with any peer.

Read committed, by a client that no peer here uses but Quix Streams.
"""

from __future__ import annotations

import struct
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition
from fastavro import parse_schema, schemaless_reader
from peers.fold import shared_types, whole

from creditbus.services.domain.record import decode_record
from creditbus.services.domain.subject import decode_subject

__all__ = ["Checker", "Entry", "Expected", "State", "creditbus_state", "peer_state", "quix_state"]

_FRAME_BYTES: Final = 5
_RECORD: Final = struct.Struct(">BI16s")
_VERSION: Final = struct.Struct(">Q")
_CHUNK: Final = 10_000
_WAIT_SECONDS: Final = 0.2
_SECONDS: Final = 30.0


class Entry(NamedTuple):
    """What an applied event must say: its record, the revision, and sums of its content."""

    record: str
    revision: int
    content_hash: bytes
    body: int


class State(NamedTuple):
    """What a state record must say; `subject` alone has a version, a record has the rest."""

    subject: str
    record: str = ""
    version: int = 0
    revision: int = 0
    content_hash: bytes = b""
    event: bytes = b""


@dataclass(slots=True)
class Expected:
    """What must come of the input: the applied events of each subject in their order."""

    applied: dict[str, list[Entry]] = field(default_factory=dict)
    read: int = 0
    amended: int = 0

    @property
    def changes(self) -> int:
        """How many events are no duplicate."""
        return sum(map(len, self.applied.values()))


class Checker:
    """Reads topics of one cluster."""

    def __init__(self, servers: str, schema: Path) -> None:
        self._servers = servers
        self._header: Any = parse_schema(whole("EventHeader", shared_types(schema), set()), named_schemas={})

    def expect(self, topic: str) -> Expected:
        """Recompute the job from its input."""
        expected = Expected()
        latest: dict[tuple[str, str], Entry] = {}
        for _, value in self._read([topic]):
            expected.read += 1
            header, body = self._open(value)
            place = header["subject"], _record(header)
            before = latest.get(place)
            if before is not None and before.content_hash == header["content_hash"]:
                continue
            revision = 1 if before is None else before.revision + 1
            expected.amended += before is not None
            latest[place] = Entry(place[1], revision, header["content_hash"], body)
            expected.applied.setdefault(place[0], []).append(latest[place])
        return expected

    def check(
        self,
        expected: Expected,
        changes: str,
        feed: str,
        changelogs: Sequence[str],
        decode: Callable[[bytes, bytes], State | None],
    ) -> list[str]:
        """Return what is wrong, at most a few lines; nothing when the job was done."""
        wrong, sums = self._check_changes(expected, changes)
        copied: dict[bytes, int] = {}
        for key, value in self._read([feed]):
            copied[key] = zlib.crc32(value, copied.get(key, 0))
        if copied != sums:
            wrong.append(f"feed: {len(copied)} subjects, their copies are not the changes")
        return [*wrong, *self._check_state(expected, changelogs, decode)]

    def _check_changes(self, expected: Expected, topic: str) -> tuple[list[str], dict[bytes, int]]:
        wrong = Counter[str]()
        seen = Counter[str]()
        sums: dict[bytes, int] = {}
        for key, value in self._read([topic]):
            sums[key] = zlib.crc32(value, sums.get(key, 0))
            header, body = self._open(value)
            subject, applied = header["subject"], header["applied"]
            said = Entry(_record(header), applied["revision"], header["content_hash"], body)
            number = seen[subject]
            seen[subject] += 1
            due = expected.applied.get(subject, [])
            if number >= len(due) or due[number] != said:
                wrong["changes that are not due there"] += 1
            if applied["version"] != number + 1:
                wrong["versions that are not the next"] += 1
            if (applied["change"] == "NEW") != (said.revision == 1):
                wrong["wrong kinds of change"] += 1
        if missing := expected.changes - sum(seen.values()):
            wrong["changes that are missing"] = missing
        return [f"{count} {what}" for what, count in wrong.items()], sums

    def _check_state(
        self, expected: Expected, changelogs: Sequence[str], decode: Callable[[bytes, bytes], State | None]
    ) -> list[str]:
        latest = dict(self._read(changelogs))
        versions: dict[str, int] = {}
        records: dict[tuple[str, str], Entry] = {}
        for key, value in latest.items():
            state = decode(key, value)
            if state is None:
                continue
            if state.record:
                _, body = self._open(state.event)
                records[state.subject, state.record] = Entry(state.record, state.revision, state.content_hash, body)
            else:
                versions[state.subject] = state.version
        wrong = []
        if versions != {subject: len(entries) for subject, entries in expected.applied.items()}:
            wrong.append(f"state: {len(versions)} subjects, {len(expected.applied)} expected, or their versions differ")
        due = {(subject, entry.record): entry for subject, entries in expected.applied.items() for entry in entries}
        if records != due:
            wrong.append(f"state: {len(records)} records, {len(due)} expected, or they differ")
        return wrong

    def _open(self, value: bytes) -> tuple[dict[str, Any], int]:
        source = BytesIO(value)
        source.seek(_FRAME_BYTES)
        header: Any = schemaless_reader(source, self._header, None)
        return header, zlib.crc32(value[source.tell() :])

    def _read(self, topics: Sequence[str]) -> Iterator[tuple[bytes, bytes]]:
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
                # it waits for so many or until then, whatever it has
                messages = consumer.consume(_CHUNK, timeout=_WAIT_SECONDS)
                if messages:
                    heard = time.monotonic()
                elif time.monotonic() - heard > _SECONDS:
                    silence = f"nothing from {sorted(left)} for {_SECONDS:.0f} s"
                    raise TimeoutError(silence)
                for message in messages:
                    error = message.error()
                    if error is None:
                        yield message.key() or b"", message.value() or b""
                    elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 -- the client's public name of it
                        left.discard((message.topic(), message.partition()))
                    else:
                        raise KafkaException(error)
        finally:
            consumer.close()


def _record(header: dict[str, Any]) -> str:
    return f"{header['item']}|{header['authority']}|{header['document_no']}"


def creditbus_state(key: bytes, value: bytes) -> State | None:
    """Read a record of the profiles' changelog; None for what is no summary and no record."""
    kind, subject, *rest = key.split(b"|", 2)
    if kind == b"s":
        return State(subject.decode(), version=decode_subject(value).version)
    if kind == b"r":
        record = decode_record(value)
        return State(
            subject.decode(),
            rest[0].decode(),
            revision=record.revision,
            content_hash=record.content_hash,
            event=record.content,
        )
    return None


def peer_state(key: bytes, value: bytes) -> State:
    """Read a record of a changelog of Kafka Streams or Faust."""
    subject, _, record = key.decode().partition("|")
    if not record:
        return State(subject, version=_VERSION.unpack(value)[0])
    _, revision, content_hash = _RECORD.unpack_from(value)
    return State(subject, record, revision=revision, content_hash=content_hash, event=value[_RECORD.size :])


def quix_state(key: bytes, value: bytes) -> State:
    """Read a record of the changelog of Quix Streams: its keys say which of the two they are."""
    subject, kind, *record = key.split(b"|", 2)
    return peer_state(b"|".join((subject, *record)) if kind == b"r" else subject, value)
