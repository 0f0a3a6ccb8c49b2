"""Settings of the file kinds; their JSON Schema is what ``connector spec`` prints."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

__all__ = ["DelimitedSettings", "FileSettings", "JsonLinesSettings", "WorkbookSettings"]


def _resolve(path: Path, info: ValidationInfo) -> Path:
    context: dict[str, Any] = info.context or {}
    folder = context.get("folder")
    return path if folder is None or path.is_absolute() else Path(folder) / path


FilePath = Annotated[Path, AfterValidator(_resolve)]


class FileSettings(BaseModel):
    """What all file kinds share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: FilePath = Field(description="The file; relative to the folder of the connector's configuration.")
    note_prefixes: tuple[str, ...] = Field(
        default=("表格说明",), description="A row whose first cell starts so is a note, not data."
    )
    row_bytes: int = Field(
        default=262_144,
        ge=1024,
        le=524_288,
        description="Longest row in bytes; a longer one is refused. Bounds memory, and what is one message.",
    )


class DelimitedSettings(FileSettings):
    """Comma, tab or otherwise separated text."""

    encoding: Literal["auto", "utf-8", "gb18030"] = Field(
        default="auto", description="auto: UTF-8 where the bytes are UTF-8, byte order mark or not, else GB18030."
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="One character; null finds it among comma, tab, semicolon and vertical bar.",
    )
    header_row: int | None = Field(
        default=None, ge=1, description="Line of the header, from 1; null takes the first row with two filled cells."
    )


class WorkbookSettings(FileSettings):
    """A sheet of a workbook."""

    sheet: str | int = Field(default=0, description="Name of the sheet, or its number from 0.")
    header_row: int | None = Field(
        default=None, ge=1, description="Row of the header, from 1; null takes the first row with two filled cells."
    )
    header_rows: Literal["auto", 1, 2] = Field(
        default="auto", description="2: a row of field codes follows the names; auto looks whether one does."
    )


class JsonLinesSettings(FileSettings):
    """One JSON object a line, UTF-8."""
