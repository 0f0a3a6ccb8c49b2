"""What an xlsx workbook says of itself: its sheets, how its styles show numbers, where its texts are.

An xlsx is a zip archive of XML parts. All but the sheets and the texts are small and read whole; those two grow with
the data and are streamed (xlsx_sheet, xlsx_strings).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from xml.etree import ElementTree as ET

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files import messages
from creditbus.connectors.files.archive import open_archive, refuse_bombs
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.number_format import NumberFormat, number_format
from creditbus.connectors.files.package import Package
from creditbus.topics.text import Text

__all__ = ["Book", "SheetPart", "open_book", "whole_number"]

_MOST_DIGITS = 10
"""Of a number of 32 bits; Python refuses to read one of more than 4,300."""
_USUAL_BOOK = "xl/workbook.xml"
_OTHER_DOCUMENTS = {
    ".bin": Text("a binary workbook (xlsb)", "二进制工作簿（xlsb）"),
    "document.xml": Text("a Word document", "Word 文档"),
    "presentation.xml": Text("a PowerPoint presentation", "PowerPoint 演示文稿"),
}


class SheetPart(NamedTuple):
    """Where a sheet is."""

    part: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Book:
    """An opened workbook."""

    place: str
    package: Package
    sheets: dict[str, SheetPart]
    """By their names, in the order of the workbook."""
    strings: str
    """Part of the shared texts; empty: none."""
    formats: tuple[NumberFormat, ...]
    """By the number of a cell's style."""
    from_1904: bool
    """Days are counted from 1904."""


@contextmanager
def open_book(blob: Blob, limit: int) -> Iterator[Book]:
    """Open a workbook.

    Raises:
        SourceError: it is not a workbook, is damaged, or unpacks to more than ``limit`` bytes.
    """
    with blob.open_at_random(limit) as stream:
        try:
            archive = open_archive(stream, blob.place)
        except SourceError as error:
            raise _unreadable(blob.place, error.problem) from error
        with archive:
            package = Package(archive, blob.place)
            main = _main_part(package, blob.place)
            refuse_bombs(archive, blob.place, limit)
            yield _book(package, blob.place, main)


def _unreadable(place: str, problem: str) -> SourceError:
    return SourceError(place, messages.NOT_XLSX(problem=problem), messages.SAVE_AS_XLSX())


def _main_part(package: Package, place: str) -> str:
    if "mimetype" in package:
        raise SourceError(place, messages.ODS(), messages.SAVE_AS_XLSX())
    main = _USUAL_BOOK
    if "_rels/.rels" in package:
        found = (one.part for one in package.relations("") if one.kind == "officeDocument")
        main = next(found, _USUAL_BOOK)
    for ending, what in _OTHER_DOCUMENTS.items():
        if main.lower().endswith(ending):
            raise SourceError(place, messages.IS_SOMETHING_ELSE(what=what), messages.SAVE_ITS_TABLE())
    if main not in package:
        raise _unreadable(place, messages.HAS_NO_PART(name=main))
    return main


def _book(package: Package, place: str, main: str) -> Book:
    root = package.tree(main)
    targets, strings, styles = {}, "", ""
    for relation in package.relations(main):
        if relation.kind == "worksheet":
            targets[relation.identity] = relation.part
        elif relation.kind == "sharedStrings":
            strings = relation.part
        elif relation.kind == "styles":
            styles = relation.part
    sheets = {}
    for sheet in _all(root, "sheet"):
        identity = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), "")
        if identity in targets:  # else a chart sheet
            sheets[sheet.get("name", "")] = SheetPart(targets[identity], sheet.get("state", "visible") == "visible")
    if not sheets:
        raise _unreadable(place, messages.WITHOUT_SHEET())
    old = any(properties.get("date1904") in ("1", "true", "on") for properties in _all(root, "workbookPr"))
    formats = _formats(package.tree(styles)) if styles else ()
    return Book(place, package, sheets, strings if strings in package else "", formats, old)


def _formats(root: ET.Element) -> tuple[NumberFormat, ...]:
    own = {whole_number(one.get("numFmtId")): one.get("formatCode", "") for one in _all(root, "numFmt")}
    used = [whole_number(style.get("numFmtId")) for group in _all(root, "cellXfs") for style in group]
    return tuple(number_format(number, own.get(number)) for number in used)


def whole_number(text: str | None) -> int:
    """Read a number by which a workbook names a row or a style; 0 where it is not a number, or longer than any."""
    return int(text) if text and len(text) <= _MOST_DIGITS and text.isdecimal() else 0


def _all(root: ET.Element, name: str) -> Iterator[ET.Element]:
    """Find elements whatever their namespace: the two editions of the standard differ in it."""
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == name)
