"""Checks a snapshot against its manifest, and reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final

from creditbus.services.domain.evidence.manifest import ManifestFault
from creditbus.services.domain.evidence.note import NoteFault, OpenedNote, PublicKey, Verify, open_note
from creditbus.services.domain.evidence.snapshot import Snapshot, SnapshotFile, read_snapshot
from creditbus.services.subscriber import messages
from creditbus.services.subscriber.batch import Change
from creditbus.services.subscriber.position import Position
from creditbus.services.subscriber.snapshot.avro_files import entries, feed_schema
from creditbus.services.subscriber.snapshot.folder import file_errors
from creditbus.services.subscriber.table_model import TableModel, table_model
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.text import Text

__all__ = ["MANIFEST", "OpenSnapshot", "open_snapshot"]

MANIFEST: Final = "manifest.json"

_CHUNK_RECORDS: Final = 5000
_READABLE: Final = "avro"


class OpenSnapshot:
    """A snapshot that is what its manifest says.

    Args:
        folder: in which it stands.
        snapshot: the manifest.
        signer: name of the key that signed it; empty where it was not checked or nobody signed.

    """

    def __init__(self, folder: Path, snapshot: Snapshot, signer: str) -> None:
        self._folder = folder
        self.snapshot = snapshot
        self.signer = signer
        self._models: dict[str, TableModel] = {}

    @property
    def place(self) -> str:
        """Where it is."""
        return str(self._folder)

    def positions(self) -> Mapping[int, Position]:
        """Return where a copy of it goes on."""
        return {one.partition: Position(one.next_offset, one.last, one.last_hash) for one in self.snapshot.spans}

    def models(self) -> Sequence[TableModel]:
        """Return the tables that its records ask for, those of older schemas first.

        Raises:
            ConfigurationError: a file is not what it was when it was checked.

        """
        files = sorted(self.snapshot.files, key=lambda one: one.schema_id)
        return [self._model(file, next(self._entries(file))[0]) for file in files]

    def _model(self, file: SnapshotFile, schema: Any) -> TableModel:
        # one object for each file: whoever plans rows compares them by identity
        model = self._models.get(file.name)
        if model is None:
            model = self._models[file.name] = table_model(file.item, schema)
        return model

    def chunks(self) -> Iterator[Sequence[Change]]:
        """Yield its records, some thousands at a time.

        Raises:
            ConfigurationError: a file is not what it was when it was checked.

        """
        for file in self.snapshot.files:
            found: list[Change] = []
            for schema, partition, offset, _, fields in self._entries(file):
                found.append(Change(self._model(file, schema), partition, offset, fields))
                if len(found) == _CHUNK_RECORDS:
                    yield found
                    found = []
            if found:
                yield found

    def values(self) -> Iterator[tuple[int, str, Any, int, int, bytes]]:
        """Yield its records as they stood in the feed; see `collecting.Base`."""
        for file in self.snapshot.files:
            for schema, partition, offset, encoded, _ in self._entries(file):
                yield file.schema_id, file.item, schema, partition, offset, encoded

    def _entries(self, file: SnapshotFile) -> Iterator[tuple[Any, int, int, bytes, dict[str, Any]]]:
        path = self._folder / file.name
        count = 0
        try:
            for whole, found in entries(path):
                schema = feed_schema(whole)
                for one in found:
                    count += 1
                    yield schema, *one
        except (GeneratorExit, ConfigurationError):
            raise
        except Exception as error:  # damaged bytes make fastavro raise anything
            raise _refusal(path, messages.SNAPSHOT_UNREADABLE()) from error
        if count != file.records:
            raise _refusal(path, messages.SNAPSHOT_COUNT(found=count, count=file.records))


def open_snapshot(
    folder: Path, topic: str, trusted: Sequence[tuple[PublicKey, Verify]], *, unsigned: bool
) -> OpenSnapshot:
    """Check manifest, signature and every file.

    Args:
        folder: of the snapshot.
        topic: of the feed that it is to be of.
        trusted: keys whose signatures are believed; without one no signature is checked.
        unsigned: take it although nobody signed it.

    Raises:
        ConfigurationError: it is not what was written, is not signed by a trusted key, or is of another feed or form.
        UnavailableError: it cannot be read.

    """
    path = folder / MANIFEST
    with file_errors(str(path)):
        there = path.is_file()
    if not there:
        raise ConfigurationError(str(folder), messages.NO_SNAPSHOT(), messages.MAKE_SNAPSHOT())
    with file_errors(str(path)):
        document = path.read_bytes()
    snapshot = read_snapshot(document)
    match snapshot:
        case ManifestFault.UNREADABLE:
            raise _refusal(path, messages.SNAPSHOT_UNREADABLE())
        case ManifestFault.OTHER_FACTS:
            raise _refusal(path, messages.SNAPSHOT_FORGED())
    if snapshot.feed != topic:
        raise ConfigurationError(str(path), messages.SNAPSHOT_OF(topic=snapshot.feed), messages.GIVE_OWN_SNAPSHOT())
    if snapshot.form != _READABLE:
        raise ConfigurationError(str(path), messages.SNAPSHOT_FORM(form=snapshot.form), messages.MAKE_AVRO())
    signer = _signer(path, snapshot, trusted, unsigned=unsigned)
    for file in snapshot.files:
        _check_file(folder, file)
    return OpenSnapshot(folder, snapshot, signer)


def _signer(path: Path, snapshot: Snapshot, trusted: Sequence[tuple[PublicKey, Verify]], *, unsigned: bool) -> str:
    if not trusted or (unsigned and not snapshot.note):
        return ""
    if not snapshot.note:
        raise ConfigurationError(str(path), messages.SNAPSHOT_UNSIGNED(), messages.TAKE_UNSIGNED())
    match open_note(snapshot.note, trusted):
        case OpenedNote(signer=signer):
            return signer.name
        case NoteFault.OTHER_SIGNER:
            raise ConfigurationError(str(path), messages.SNAPSHOT_OTHER_SIGNER(), messages.GIVE_KEY())
    raise _refusal(path, messages.SNAPSHOT_FORGED())


def _check_file(folder: Path, file: SnapshotFile) -> None:
    path = folder / file.name
    with file_errors(str(path)):
        if Path(file.name).name != file.name or path.is_symlink():
            raise _refusal(folder / MANIFEST, messages.SNAPSHOT_FORGED())
        if not path.is_file():
            raise _refusal(path, messages.SNAPSHOT_FILE_MISSING())
        with path.open("rb") as content:
            digest = file_digest(content, "sha256").digest()
        if digest != file.digest or path.stat().st_size != file.size:
            raise _refusal(path, messages.SNAPSHOT_FILE_CHANGED())


def _refusal(path: Path, problem: Text) -> ConfigurationError:
    return ConfigurationError(str(path), problem, messages.FETCH_AGAIN())
