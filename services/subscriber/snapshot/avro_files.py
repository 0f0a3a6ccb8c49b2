"""Avro container files of a snapshot: the records byte by byte as they stood in the feed, with the place of each.

A file is of one item and one version of its schema, so no record is written again in another form: the frame with the
schema's id, and the bytes after `partition` and `offset`, are the value whose hash the feed's chain holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastavro import block_reader, parse_schema, schemaless_reader
from fastavro.write import Writer

from creditbus.services.domain.evidence.snapshot import SnapshotFile
from creditbus.services.domain.framing import FRAME_BYTES, schema_id
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.subscriber.snapshot.collecting import Kind
from creditbus.services.subscriber.snapshot.folder import finished_file
from creditbus.services.subscriber.snapshot.spill import SpilledRecord

__all__ = ["Entry", "entries", "feed_schema", "write_avro"]

_CODEC: Final = "zstandard"
_BLOCK_BYTES: Final = 256 << 10
#: Where a record stands in the feed.
_PLACE: Final = ({"name": "partition", "type": "int"}, {"name": "offset", "type": "long"})
_OF_PARSING: Final = "__"


class Entry(NamedTuple):
    """A record of a snapshot: its place, its bytes without a frame, and its parts."""

    partition: int
    offset: int
    encoded: bytes
    fields: dict[str, Any]


class _Block(NamedTuple):
    """What fastavro takes of a block that is encoded already."""

    bytes_: BytesIO
    num_records: int


def write_avro(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[list[SpilledRecord]]) -> list[SnapshotFile]:
    """Write the newest records of a feed, and return what files there are.

    Raises:
        OSError: the disk refuses.

    """
    with ExitStack() as opened:
        files: dict[int, _AvroFile] = {}
        for part in parts:
            for record in part:
                number = schema_id(record.value)
                file = files.get(number)
                if file is None:
                    file = files[number] = _AvroFile(folder, number, kinds[number], opened)
                file.write(record)
        return [file.close() for file in files.values()]


class _AvroFile:
    """Writes one file.

    Args:
        folder: in which it stands.
        number: id of the schema.
        kind: of its records.
        opened: closes it.

    """

    def __init__(self, folder: Path, number: int, kind: Kind, opened: ExitStack) -> None:
        self._path = folder / f"{kind.item}.{number}.avro"
        self._number = number
        self._item = kind.item
        self._file = opened.enter_context(self._path.open("xb"))
        metadata = {"creditbus.item": kind.item, "creditbus.schema_id": str(number)}
        self._writer = Writer(self._file, _entry_schema(kind.schema), codec=_CODEC, metadata=metadata)
        self._count = 0
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._records = 0

    def write(self, record: SpilledRecord) -> None:
        """Write a record as it stood in the feed."""
        encoded = record.value[FRAME_BYTES:]
        self._waiting += (encode_long(record.partition), encode_long(record.offset), encoded)
        self._bytes += len(encoded)
        self._records += 1
        if self._bytes >= _BLOCK_BYTES:
            self._write()

    def close(self) -> SnapshotFile:
        """Write what is left, make it durable, and say what the file is."""
        if self._records:
            self._write()
        self._writer.flush()
        return finished_file(self._file, self._path, self._item, self._number, self._count)

    def _write(self) -> None:
        self._count += self._records
        self._writer.write_block(_Block(BytesIO(b"".join(self._waiting)), self._records))
        self._waiting, self._bytes, self._records = [], 0, 0


def _entry_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a snapshot's records: that of the feed's, with the place before it."""
    bare = {name: value for name, value in schema.items() if not name.startswith(_OF_PARSING)}
    return bare | {"fields": [*_PLACE, *schema["fields"]]}


def feed_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of the feed's records of which a snapshot's schema was made."""
    return {**schema, "fields": list(schema["fields"])[len(_PLACE) :]}


def entries(path: Path) -> Iterator[tuple[dict[str, Any], Iterator[Entry]]]:
    """Yield schema and records of each block of a file.

    Raises:
        Exception: it is damaged; fastavro raises whatever the bytes make it stumble over.

    """
    with path.open("rb") as file:
        blocks: Any = block_reader(file)
        for block in blocks:
            # `bytes_` is what the block itself reads from; that reading does not say where a record ends
            yield dict(block.writer_schema), _records(block.bytes_, block.num_records, block.writer_schema)


def _records(source: BytesIO, count: int, schema: Any) -> Iterator[Entry]:
    content = source.getvalue()
    parsed = parse_schema(schema, named_schemas={})
    for _ in range(count):
        start = source.tell()
        fields: Any = schemaless_reader(source, parsed, None)
        partition, offset = fields.pop("partition"), fields.pop("offset")
        skipped = len(encode_long(partition)) + len(encode_long(offset))
        yield Entry(partition, offset, content[start + skipped : source.tell()], fields)
