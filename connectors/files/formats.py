"""Which format a file is in, and what reads it."""

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any, Literal

from creditbus.connectors.errors import SourceError
from creditbus.connectors.files.archive import ZIP_MAGIC, open_archive
from creditbus.connectors.files.blob import Blob
from creditbus.connectors.files.delimited import DelimitedReader
from creditbus.connectors.files.disguise import Content, content_of
from creditbus.connectors.files.encodings import find_encoding, text_stream
from creditbus.connectors.files.json_lines import JsonLinesReader
from creditbus.connectors.files.package import part_name
from creditbus.connectors.files.reader import FileReader
from creditbus.connectors.files.workbook import WorkbookReader
from creditbus.connectors.xml.reader import XmlReader

__all__ = ["Format", "find_format", "is_archive", "reader"]

Format = Literal["csv", "tsv", "xlsx", "xls", "jsonl", "xml"]

_BY_SUFFIX: Mapping[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xml": "xml",
}
_OF_WORKBOOKS = frozenset(map(part_name, ("[Content_Types].xml", "mimetype")))
"""One of them is in every workbook of a zipped format, and in no delivery."""
_HEAD_BYTES = 1024


def _tab_separated(blob: Blob, settings: Any) -> FileReader:
    return DelimitedReader(blob, settings.model_copy(update={"delimiter": settings.delimiter or "\t"}))


_READERS: Mapping[Format, Callable[[Blob, Any], FileReader]] = {
    "csv": DelimitedReader,
    "tsv": _tab_separated,
    "xlsx": WorkbookReader,
    "xls": WorkbookReader,
    "jsonl": JsonLinesReader,
    "xml": XmlReader,
}


def reader(blob: Blob, form: Format, settings: Any) -> FileReader:
    """Give what reads a file; the settings are those of its format, or of all of them."""
    return _READERS[form](blob, settings)


def is_archive(blob: Blob) -> bool:
    """Say whether a file is a zip archive of other files; workbooks are zip archives, too."""
    if blob.head(len(ZIP_MAGIC)) != ZIP_MAGIC:
        return False
    try:
        with blob.open() as stream, open_archive(stream, blob.place) as archive:
            return _OF_WORKBOOKS.isdisjoint(map(part_name, archive.namelist()))
    except SourceError:
        return PurePath(blob.name).suffix.lower() == ".zip"


def find_format(blob: Blob) -> Format:
    """Tell the format by the first bytes, else by the ending of the name, else by the first characters."""
    content = content_of(blob)
    if content is Content.ZIP:
        return "xlsx"
    if content not in (Content.TEXT, Content.EMPTY, Content.OTHER):
        return "xls"  # its reader reads web pages, too, and says what cannot be read
    if known := _BY_SUFFIX.get(PurePath(blob.name).suffix.lower()):
        return known
    with text_stream(blob, find_encoding(blob)) as (stream, _):
        start = stream.read(_HEAD_BYTES).lstrip()
    if start.startswith(b"<"):
        return "xml"
    return "jsonl" if start.startswith((b"{", b"[")) else "csv"
