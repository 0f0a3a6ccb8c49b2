"""The file kinds, as the registry of kinds lists them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from creditbus.connectors.contract import Source
from creditbus.connectors.files.delimited import DelimitedSource
from creditbus.connectors.files.json_lines import JsonLinesSource
from creditbus.connectors.files.settings import DelimitedSettings, JsonLinesSettings, WorkbookSettings
from creditbus.connectors.files.workbook import WorkbookSource

__all__ = ["KINDS", "FileKind"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """One file format."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    make: Callable[[Any], Source]

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        return self.make(settings)


KINDS = (
    FileKind("csv", {"zh": "逗号分隔文件", "en": "comma separated file"}, DelimitedSettings, DelimitedSource),
    FileKind(
        "tsv",
        {"zh": "制表符分隔文件", "en": "tab separated file"},
        DelimitedSettings,
        lambda settings: DelimitedSource(settings.model_copy(update={"delimiter": settings.delimiter or "\t"})),
    ),
    FileKind("xlsx", {"zh": "Excel 工作簿", "en": "Excel workbook"}, WorkbookSettings, WorkbookSource),
    FileKind(
        "jsonl", {"zh": "JSON 行文件", "en": "file of one JSON object a line"}, JsonLinesSettings, JsonLinesSource
    ),
)
