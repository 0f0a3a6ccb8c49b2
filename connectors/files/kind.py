"""The file kinds, as the registry of kinds lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.files.formats import Format
from creditbus.connectors.files.settings import (
    DelimitedSettings,
    FileSettings,
    JsonLinesSettings,
    WorkbookSettings,
)
from creditbus.connectors.files.source import FileSource
from creditbus.connectors.xml.settings import XmlSettings

__all__ = ["KINDS", "AnyFileSettings", "FileKind"]


class AnyFileSettings(WorkbookSettings, DelimitedSettings, JsonLinesSettings, XmlSettings):
    """A file of any format; settings of other formats than its own do nothing."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One file format, or whichever a file is in."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    form: Format | None
    tells: Tells = "state"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        return FileSource(cast("FileSettings", settings), self.form)


KINDS = (
    FileKind("files", {"zh": "文件（自动识别格式）", "en": "file of any of these formats"}, AnyFileSettings, None),
    FileKind("csv", {"zh": "逗号分隔文件", "en": "comma separated file"}, DelimitedSettings, "csv"),
    FileKind("tsv", {"zh": "制表符分隔文件", "en": "tab separated file"}, DelimitedSettings, "tsv"),
    FileKind("xlsx", {"zh": "Excel 工作簿", "en": "Excel workbook"}, WorkbookSettings, "xlsx"),
    FileKind("xls", {"zh": "Excel 97-2003 工作簿", "en": "Excel 97-2003 workbook"}, WorkbookSettings, "xls"),
    FileKind(
        "jsonl",
        {"zh": "JSON 行或数组文件", "en": "file of JSON objects, lines or array"},
        JsonLinesSettings,
        "jsonl",
    ),
    FileKind("xml", {"zh": "XML 文件", "en": "XML file"}, XmlSettings, "xml"),
)
