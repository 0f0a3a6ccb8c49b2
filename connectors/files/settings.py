"""Settings of the file kinds; their JSON Schema is what ``connector spec`` prints."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from creditbus.connectors.common.secret import FolderPath
from creditbus.connectors.common.titles import folded
from creditbus.connectors.files.encodings import Encoding
from creditbus.connectors.files.merging import MergedCells

__all__ = [
    "DelimitedOptions",
    "DelimitedSettings",
    "FileSettings",
    "HeaderSettings",
    "JsonLinesOptions",
    "JsonLinesSettings",
    "ReadingSettings",
    "SettingsPath",
    "WorkbookOptions",
    "WorkbookSettings",
]


_ENCODINGS = {
    **dict.fromkeys(("gbk", "gb2312", "cp936", "gb-18030"), "gb18030"),  # the one that holds all of the others
    **dict.fromkeys(("utf8", "utf-8-sig", "utf-8-bom"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf16", "unicode"), "auto"),  # its mark tells which
}
"""What people call them."""


SettingsPath = FolderPath
"""A path, relative to the folder of the connector's configuration."""


class ReadingSettings(BaseModel):
    """How a file is read, whatever its format."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    note_prefixes: tuple[str, ...] = Field(
        default=("表格说明",), description="A row whose first cell starts so is a note, not data."
    )
    row_bytes: int = Field(
        default=262_144,
        ge=1024,
        le=524_288,
        description="Longest row in bytes; a longer one is refused. Bounds memory, and what is one message.",
    )
    member: str = Field(
        default="*",
        description="In a zip archive: the files to read, by name or pattern such as *.csv; all others not.",
    )
    unpacked_bytes: int = Field(
        default=4 << 30,
        ge=1024,
        description="Longest file, unpacked, of an archive or workbook; a longer one is refused.",
    )


class FileSettings(ReadingSettings):
    """What all file kinds share."""

    path: SettingsPath = Field(
        description="The file, or a zip archive of such files; relative to the folder of the connector's configuration."
    )


class TextSettings(ReadingSettings):
    """Formats that are text."""

    encoding: Encoding = Field(
        default="auto", description="auto: by byte order mark; else UTF-8 where the lines are UTF-8, or GB18030."
    )

    @field_validator("encoding", mode="before")
    @classmethod
    def _by_another_name(cls, name: object) -> object:
        return _ENCODINGS.get(name.lower(), name.lower()) if isinstance(name, str) else name


class HeaderSettings(ReadingSettings):
    """Formats with a header row."""

    header_row: int | None = Field(
        default=None,
        ge=1,
        description="Line or sheet row of the header, from 1; null finds the one whose titles are known best.",
    )
    _titles: frozenset[str] = PrivateAttr(default=frozenset())

    def recognising(self, titles: Iterable[str]) -> Self:
        """Return these settings with the titles that a mapping knows: they tell which row is the header."""
        known = self.model_copy()
        known._titles = frozenset(map(folded, titles))  # noqa: SLF001 -- of another one of this class
        return known

    @property
    def titles(self) -> frozenset[str]:
        """Titles of columns that the mapping knows, folded; empty: nobody said."""
        return self._titles


class DelimitedOptions(TextSettings, HeaderSettings):
    """How comma, tab or otherwise separated text is read."""

    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="One character; null finds it among comma, tab, semicolon and vertical bar.",
    )


class WorkbookOptions(HeaderSettings):
    """How a workbook is read."""

    sheet: str | int | tuple[str | int, ...] = Field(
        default=0,
        description="Name of the sheet, or its number from 0, which is the first visible one; several as a list; "
        "* for all that look alike.",
    )
    merged_cells: MergedCells = Field(
        default="refuse",
        description="Cells under a merged one. refuse: their row is; fill: they have its value; empty: they have none.",
    )
    header_rows: Literal["auto", 1, 2] = Field(
        default="auto", description="2: a row of field codes follows the names; auto looks whether one does."
    )


class JsonLinesOptions(TextSettings):
    """How one JSON object a line, or one array of objects, is read."""


class DelimitedSettings(FileSettings, DelimitedOptions):
    """Comma, tab or otherwise separated text."""


class WorkbookSettings(FileSettings, WorkbookOptions):
    """A sheet of a workbook."""


class JsonLinesSettings(FileSettings, JsonLinesOptions):
    """One JSON object a line, or one array of objects."""
