"""What an xlsx workbook says of itself: its sheets, which cells are dates, where its texts are.

An xlsx is a zip archive of XML parts. All but the sheets and the texts are small and read whole; those two grow with
the data and are streamed (xlsx_sheet, xlsx_strings).
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from posixpath import join, normpath
from typing import BinaryIO
from xml.etree import ElementTree as ET

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.archive import open_archive, refuse_bombs, unpacking
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.xml.safe import refuse_document_type

__all__ = ["Book", "open_book", "whole_number"]

_MOST_DIGITS = 10
"""Of a number of 32 bits; Python refuses to read one of more than 4,300."""
_MOST_PART_BYTES = 16 * 1_048_576
"""Longest part that is read whole."""
_BOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Book:
    """An opened workbook."""

    place: str
    archive: zipfile.ZipFile
    sheets: dict[str, str]
    """Parts of the sheets by their names, in the order of the workbook."""
    strings: str
    """Part of the shared texts; empty: none."""
    dates: frozenset[int]
    """Styles that show a number as a date."""
    timedeltas: frozenset[int]
    epoch: object
    """Day that date numbers count from."""

    @contextmanager
    def part(self, name: str) -> Iterator[BinaryIO]:
        """Open a part.

        Raises:
            SourceError: it is missing or damaged.
        """
        with _part(self.archive, self.place, name) as stream:
            yield stream


@contextmanager
def open_book(blob: Blob, limit: int) -> Iterator[Book]:
    """Open a workbook.

    Raises:
        SourceError: it is none, is damaged, or unpacks to more than ``limit`` bytes.
    """
    with blob.open_at_random(limit) as stream:
        try:
            archive = open_archive(stream, blob.place)
        except SourceError as error:
            fix = "save it as .xlsx"
            raise SourceError(blob.place, f"is no readable xlsx workbook: {error.problem}", fix) from error
        with archive:
            if _BOOK not in archive.namelist():
                raise SourceError(blob.place, f"is no readable xlsx workbook: it has no {_BOOK}", "save it as .xlsx")
            refuse_bombs(archive, blob.place, limit)
            yield _book(archive, blob.place)


def _book(archive: zipfile.ZipFile, place: str) -> Book:
    root = _root(archive, place, _BOOK)
    targets, strings, styles = {}, "", ""
    for relation in _root(archive, place, "xl/_rels/workbook.xml.rels"):
        kind, target = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        part = target[1:] if target.startswith("/") else normpath(join("xl", target))
        if kind == "worksheet":
            targets[relation.get("Id", "")] = part
        elif kind == "sharedStrings":
            strings = part
        elif kind == "styles":
            styles = part
    sheets = {}
    for sheet in _all(root, "sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        if identity in targets:  # else a chart sheet
            sheets[sheet.get("name", "")] = targets[identity]
    if not sheets:
        raise SourceError(place, "is no readable xlsx workbook: it has no sheet", "save it as .xlsx")
    old = any(properties.get("date1904") in ("1", "true") for properties in _all(root, "workbookPr"))
    dates, timedeltas = _date_styles(archive, place, styles) if styles in archive.namelist() else (set(), set())
    epoch = MAC_EPOCH if old else WINDOWS_EPOCH
    strings = strings if strings in archive.namelist() else ""
    return Book(place, archive, sheets, strings, frozenset(dates), frozenset(timedeltas), epoch)


def _date_styles(archive: zipfile.ZipFile, place: str, part: str) -> tuple[set[int], set[int]]:
    root = _root(archive, place, part)
    formats = dict(BUILTIN_FORMATS)
    formats |= {whole_number(one.get("numFmtId")): one.get("formatCode", "") for one in _all(root, "numFmt")}
    used = [whole_number(style.get("numFmtId")) for group in _all(root, "cellXfs") for style in group]
    shown = {number: formats.get(number, "") for number in set(used)}
    dates = {number for number, code in shown.items() if is_date_format(code)}
    timedeltas = {number for number, code in shown.items() if is_timedelta_format(code)}
    return (
        {place for place, number in enumerate(used) if number in dates},
        {place for place, number in enumerate(used) if number in timedeltas},
    )


def whole_number(text: str | None) -> int:
    """Read a number by which a workbook names a row or a style; 0 where it is none, or longer than any."""
    return int(text) if text and len(text) <= _MOST_DIGITS and text.isdecimal() else 0


def _all(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """Find elements whatever their namespace: the two editions of the standard differ in it."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)


def _root(archive: zipfile.ZipFile, place: str, name: str) -> ET.Element:
    if name in archive.namelist() and archive.getinfo(name).file_size > _MOST_PART_BYTES:
        raise SourceError(place, f"{name} is longer than {_MOST_PART_BYTES:,} bytes")
    with _part(archive, place, name) as stream:
        raw = stream.read()
    try:
        return ET.fromstring(raw)  # noqa: S314 -- _part refused document types, whence all attacks come
    except ET.ParseError as error:
        raise SourceError(place, f"{name} is no sound XML: {error}", "save it anew") from error


@contextmanager
def _part(archive: zipfile.ZipFile, place: str, name: str) -> Iterator[BinaryIO]:
    if name not in archive.namelist():
        raise SourceError(place, f"has no {name}", "save it anew")
    with unpacking(archive, name, place) as stream:
        refuse_document_type(stream, f"{place}:{name}")
    with unpacking(archive, name, place) as stream:
        yield stream
