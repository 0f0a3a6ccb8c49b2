"""Avro container files of a snapshot: the records byte by byte as they stood in the feed, with the place of each.

A file is of one item and one version of its schema, so no record is written again in another form: the frame with the
schema's id, and the bytes after `partition` and `offset`, are the value whose hash the feed's chain holds.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from fastavro import block_reader, parse_schema, schemaless_reader
from fastavro.write import Writer

from creditbus.services.domain.evidence.snapshot import SnapshotFile
from creditbus.services.engine.codec.primitives import encode_long
from creditbus.services.subscriber.snapshot.aside import Aside
from creditbus.services.subscriber.snapshot.blocks import Write, write_blocks
from creditbus.services.subscriber.snapshot.collecting import Kind
from creditbus.services.subscriber.snapshot.folder import finished_file
from creditbus.services.subscriber.snapshot.spill import Part

__all__ = ["Entry", "Written", "entries", "feed_schema", "finish_avro", "sync_marker", "write_avro", "write_entries"]

_CODEC: Final = "zstandard"
_SYNC_BYTES: Final = 16
_COPIED_BYTES: Final = 1 << 20
#: Where a record stands in the feed.
_PLACE: Final = ({"name": "partition", "type": "int"}, {"name": "offset", "type": "long"})
_OF_PARSING: Final = "__"


class Entry(NamedTuple):
    """A record of a snapshot: its place, its bytes without a frame, and its parts."""

    partition: int
    offset: int
    encoded: bytes
    fields: dict[str, Any]


class Written(NamedTuple):
    """A file that was written, or a piece of one: files of one schema and one marker differ in their blocks alone.

    Attributes:
        path: where it is.
        item: whose records it holds.
        schema_id: of the records.
        records: how many it holds.
        begins: place of the first block.

    """

    path: Path
    item: str
    schema_id: int
    records: int
    begins: int


class _Block(NamedTuple):
    """What fastavro takes of a block that is encoded already."""

    bytes_: BytesIO
    num_records: int


def write_avro(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[Part]) -> list[SnapshotFile]:
    """Write the newest records of a feed, and return what files there are.

    Raises:
        OSError: the disk refuses.

    """
    return finish_avro(folder, write_entries(folder, kinds, parts, sync_marker()))


def sync_marker() -> bytes:
    """Return what stands after each block of a file, and in no other file."""
    return os.urandom(_SYNC_BYTES)


def write_entries(folder: Path, kinds: Mapping[int, Kind], parts: Iterable[Part], marker: bytes) -> list[Written]:
    """Write records to a file for each schema; a power cut may still take these.

    Raises:
        OSError: the disk refuses.

    """
    files: dict[bytes, _AvroFile] = {}
    # what is under way ends before the files are closed
    with ExitStack() as opened, Aside() as aside:

        def begin(frame: bytes) -> Write:
            number = int.from_bytes(frame[1:], "big")
            file = files[frame] = _AvroFile(folder, number, kinds[number], marker, opened)
            return lambda block, count: aside.do(file.write, block, count)

        counts = write_blocks(parts, begin)
        aside.finish()
        return [file.close(counts[frame]) for frame, file in files.items()]


def finish_avro(folder: Path, written: Iterable[Written]) -> list[SnapshotFile]:
    """Put the pieces of each file together in a folder, make them durable, and return what files there are.

    Raises:
        OSError: the disk refuses.

    """
    pieces: dict[int, list[Written]] = {}
    for one in written:
        pieces.setdefault(one.schema_id, []).append(one)
    return [_finished(folder, *of_schema) for of_schema in pieces.values()]


def _finished(folder: Path, first: Written, *others: Written) -> SnapshotFile:
    path = folder / first.path.name
    first.path.rename(path)
    with path.open("ab") as file:
        for one in others:
            with one.path.open("rb") as piece:
                piece.seek(one.begins)
                shutil.copyfileobj(piece, file, _COPIED_BYTES)
            one.path.unlink()
        records = sum(one.records for one in (first, *others))
        return finished_file(file, path, first.item, first.schema_id, records)


class _AvroFile:
    """Writes one file.

    Args:
        folder: in which it stands.
        number: id of the schema.
        kind: of its records.
        marker: stands after each block.
        opened: closes it.

    """

    def __init__(self, folder: Path, number: int, kind: Kind, marker: bytes, opened: ExitStack) -> None:
        self._path = folder / f"{kind.item}.{number}.avro"
        self._number = number
        self._item = kind.item
        self._file = opened.enter_context(self._path.open("xb"))
        metadata = {"creditbus.item": kind.item, "creditbus.schema_id": str(number)}
        schema = _entry_schema(kind.schema)
        self._writer = Writer(self._file, schema, codec=_CODEC, metadata=metadata, sync_marker=marker)
        self._begins = self._file.tell()

    def write(self, block: bytes, count: int) -> None:
        """Write a block of entries."""
        self._writer.write_block(_Block(BytesIO(block), count))

    def close(self, records: int) -> Written:
        """Write what is left, and say what the file is; it holds this number of records."""
        self._writer.flush()
        return Written(self._path, self._item, self._number, records, self._begins)


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
