"""A file, or the files of an archive, as a source of the contract."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from creditbus.connectors.contract import Defect, Finding, Position, Row, Table
from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.archive import members
from creditbus.connectors.files.blob import Blob, blob_of
from creditbus.connectors.files.formats import Format, find_format, is_archive, reader
from creditbus.connectors.files.origin import content_version, file_finding
from creditbus.connectors.files.reader import FileReader, Selecting, Skipping
from creditbus.connectors.files.settings import FileSettings, ReadingSettings

__all__ = ["FileSource", "Part", "left_out", "parts", "passed_over", "read_parts"]

_MOST_FOUND = 20


class Part(NamedTuple):
    """One readable file of a delivery."""

    member: str | None
    """Its name in the archive; ``None``: the delivery is this file."""
    form: Format
    reader: FileReader


def parts(blob: Blob, form: Format | None, settings: ReadingSettings) -> list[Part]:
    """Find what there is to read in a delivery: the file itself, or the files of an archive by name.

    Raises:
        SourceError: it cannot be read.
    """
    if not is_archive(blob):
        found = form or find_format(blob)
        return [Part(None, found, reader(blob, found, settings))]
    inside = []
    for member in members(blob, settings.member, settings.unpacked_bytes):
        found = form or find_format(member)
        inside.append(Part(member.name.removeprefix(f"{blob.name}/"), found, reader(member, found, settings)))
    return inside


def read_parts(found: Sequence[Part], position: Position | None) -> Iterator[Row | Defect]:
    """Give the rows after a position; of an archive's files positions name the file, too."""
    member, done = _place(position)
    for part in found:
        if part.member is None:
            yield from part.reader.rows(done)
        elif member is None or part.member >= member:
            for row in part.reader.rows(done if part.member == member else 0):
                yield row._replace(position={"member": part.member, "row": row.position})  # type: ignore[dict-item] # readers number rows


def _place(position: Position | None) -> tuple[str | None, int]:
    if isinstance(position, Mapping):
        member, row = position.get("member"), position.get("row")
        return (member if isinstance(member, str) else None), (row if isinstance(row, int) else 0)
    return None, position if isinstance(position, int) else 0


def left_out(found: Sequence[Part]) -> list[str]:
    """Name the sheets of each file that have rows and are not read, and those that are read and hidden."""
    said = []
    for part in found:
        if isinstance(part.reader, Selecting):
            if names := part.reader.left_out():
                said.append(_of(part, messages.SHEETS_NOT_READ(names=", ".join(names))))
            if names := part.reader.hidden():
                said.append(_of(part, messages.SHEETS_HIDDEN(names=", ".join(names))))
    return said


def _of(part: Part, said: str) -> str:
    """Name the file of an archive that something is said of."""
    return messages.MEMBER(member=part.member, found=said) if part.member else said


def passed_over(found: Sequence[Part]) -> list[str]:
    """Say of each file which of its rows were neither given nor refused."""
    read = ((part.member or "", part.reader) for part in found)
    remarks = (reader.passed_over.remark(member) for member, reader in read if isinstance(reader, Skipping))
    return [remark for remark in remarks if remark]


class FileSource:
    """One file of a department.

    Args:
        settings: Of the file's format; of all formats where it is to be found out.
        form: The format; ``None``: find out.
    """

    def __init__(self, settings: FileSettings, form: Format | None = None) -> None:
        self._settings = settings
        self._form = form
        self._blob = blob_of(settings.path)
        self._latest: Sequence[Part] = ()

    def check(self) -> Sequence[Finding]:
        """See the contract."""
        there = file_finding(self._settings.path)
        if not there.ok:
            return [there]
        try:
            found = self._parts()
            unread = left_out(found)
            words = [_of(part, part.reader.found()) for part in found]
        except SourceError as error:
            return [there, Finding("rows", ok=False, message=error.text())]
        if len(words) > _MOST_FOUND:
            words[_MOST_FOUND:] = [messages.MORE_FILES(count=len(words) - _MOST_FOUND)]
        rows = [
            Finding("rows", ok=True, message=messages.OF_FORMAT(form=self._spoken(found), found=one)) for one in words
        ]
        return [there, *rows, *(Finding("sheets", ok=True, message=one) for one in unread)]

    def discover(self) -> Sequence[Table]:
        """See the contract."""
        return list(chain.from_iterable(map(self._tables, self._parts())))

    def version(self) -> str:
        """See the contract."""
        return content_version(self._settings.path)

    def size(self) -> int | None:
        """See the contract."""
        sizes = [part.reader.size() for part in self._parts()]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def read(self, position: Position | None) -> Iterator[Row | Defect]:
        """See the contract."""
        self._latest = self._parts()
        yield from read_parts(self._latest, position)

    def remarks(self) -> Sequence[str]:
        """Say which sheets and rows the latest reading passed over."""
        return [*left_out(self._latest), *passed_over(self._latest)]

    def _parts(self) -> list[Part]:
        return parts(self._blob, self._form, self._settings)

    def _spoken(self, found: Sequence[Part]) -> str:
        return "" if self._form else f"{found[0].form}: "

    def _tables(self, part: Part) -> Sequence[Table]:
        tables = part.reader.tables()
        if self._form is None:
            tables = [replace(table, details={"format": part.form, **table.details}) for table in tables]
        if part.member is not None:
            tables = [replace(table, name=f"{part.member}: {table.name}") for table in tables]
        return tables
