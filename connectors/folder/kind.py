"""The kind folder, as the registry of kinds lists it."""

from collections.abc import Mapping
from typing import Literal, cast

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.folder.settings import FolderSettings
from creditbus.connectors.folder.source import FolderSource

__all__ = ["FOLDER", "FolderKind"]


class FolderKind:
    """A drop folder."""

    name = "folder"
    title: Mapping[Literal["zh", "en"], str] = {"zh": "投放文件夹", "en": "drop folder"}
    settings: type[BaseModel] = FolderSettings
    tells: Tells = "news"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        return FolderSource(cast("FolderSettings", settings))


FOLDER = FolderKind()
