"""Settings of the kind folder, and those that a drop folder has wherever it is."""

from typing import Literal

from pydantic import Field, field_validator

from creditbus.connectors.common import messages as shared
from creditbus.connectors.files.settings import (
    DelimitedOptions,
    JsonLinesOptions,
    SettingsPath,
    WorkbookOptions,
)
from creditbus.connectors.folder import messages
from creditbus.connectors.xml.settings import XmlOptions

__all__ = ["DropOptions", "FolderSettings"]


class DropOptions(WorkbookOptions, DelimitedOptions, JsonLinesOptions, XmlOptions):
    """Which files of a folder are taken, when, and how they are read; each in the format that it is in."""

    pattern: str = Field(
        default="*", min_length=1, description="Names of the files to take, such as *.csv or 2024-*/penalties*.xlsx."
    )
    ready: Literal["quiet", "marker"] = Field(
        default="quiet",
        description="When a file is complete. quiet: unchanged for quiet_seconds; marker: <name>.done is there.",
    )
    quiet_seconds: float = Field(
        default=10, ge=0, le=86_400, description="How long a file must rest before it is taken, in seconds."
    )
    marker: str = Field(default=".done", min_length=2, description="Ending of a marker's name.")

    @field_validator("pattern", "marker")
    @classmethod
    def _of_a_name(cls, text: str) -> str:
        if "\0" in text:
            raise ValueError(shared.FILE_WITH_NUL())
        return text

    @field_validator("pattern")
    @classmethod
    def _inside(cls, pattern: str) -> str:
        if pattern.startswith("/") or ".." in pattern.split("/"):
            raise ValueError(messages.PATTERN_INSIDE())
        return pattern


class FolderSettings(DropOptions):
    """A folder of this machine."""

    path: SettingsPath = Field(description="The folder; relative to the folder of the connector's configuration.")
