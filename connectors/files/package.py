"""A package of parts (Open Packaging Conventions, ECMA-376 part 2), as which xlsx workbooks are kept in a zip archive.

Names of parts are compared without case (6.2.2.3), and writers on Windows part them by backslashes; which part is the
workbook stands in `_rels/.rels`.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import dirname, join, normpath
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree as ET

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.archive import unpacking
from creditbus.connectors.xml.safe import refuse_document_type

__all__ = ["Package", "PackageRelationship", "part_name"]

_MOST_PART_BYTES = 16 * 1_048_576
"""Longest part that is read whole."""


class PackageRelationship(NamedTuple):
    """What one part says of another."""

    identity: str
    kind: str
    """Last word of its type: worksheet, styles."""
    part: str
    """Name of the other part."""


class Package:
    """The parts of an archive by name, however it is spelled.

    Args:
        archive: The archive.
        place: The file, for errors.
    """

    def __init__(self, archive: zipfile.ZipFile, place: str) -> None:
        self._archive = archive
        self._place = place
        self._parts = {part_name(info.filename): info for info in reversed(archive.infolist())}

    def __contains__(self, name: str) -> bool:
        """Say whether there is such a part."""
        return part_name(name) in self._parts

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a part.

        Raises:
            SourceError: it is missing or damaged, or declares a document type.
        """
        info = self._parts.get(part_name(name))
        if info is None:
            raise SourceError(self._place, messages.HAS_NO_PART(name=name), messages.SAVE_AGAIN())
        with unpacking(self._archive, info, self._place) as stream:
            refuse_document_type(stream, f"{self._place}:{name}")
        with unpacking(self._archive, info, self._place) as stream:
            yield stream

    def tree(self, name: str) -> ET.Element:
        """Read a small part whole; errors as :meth:`open`."""
        info = self._parts.get(part_name(name))
        if info is not None and info.file_size > _MOST_PART_BYTES:
            raise SourceError(self._place, messages.PART_TOO_LONG(name=name, most_part_bytes=_MOST_PART_BYTES))
        with self.open(name) as stream:
            raw = stream.read()
        try:
            return ET.fromstring(raw)  # noqa: S314 -- open refused document types, whence all attacks come
        except ET.ParseError as error:
            raise SourceError(
                self._place, messages.PART_NOT_XML(name=name, error=error), messages.SAVE_AGAIN()
            ) from error

    def relations(self, part: str) -> Iterator[PackageRelationship]:
        """Give what a part says of others; an empty name stands for the package itself. Errors as :meth:`open`."""
        folder, name = dirname(part), part.rpartition("/")[2]
        for relation in self.tree(join(folder, "_rels", f"{name}.rels")):
            if relation.get("TargetMode", "Internal") == "Internal":
                target = relation.get("Target", "").replace("\\", "/")
                found = target if target.startswith("/") else normpath(join(folder, target))
                yield PackageRelationship(
                    relation.get("Id", ""), relation.get("Type", "").rpartition("/")[2], found.lstrip("/")
                )


def part_name(name: str) -> str:
    """Bring a part's name to the form in which names are compared."""
    return name.replace("\\", "/").lstrip("/").casefold()
