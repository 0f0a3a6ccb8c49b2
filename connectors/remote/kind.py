"""The kind remote-folder, as the registry of kinds lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.remote.settings import RemoteFolderSettings
from creditbus.connectors.remote.source import RemoteFolderSource

__all__ = ["KIND", "RemoteFolderKind"]


@dataclass(frozen=True, slots=True)
class RemoteFolderKind:
    """A drop folder of another machine."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    tells: Tells = "news"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        return RemoteFolderSource(RemoteFolderSettings.model_validate(settings))


KIND = RemoteFolderKind(
    "remote-folder",
    {"zh": "远程投放文件夹（SFTP、FTP、S3、WebDAV）", "en": "drop folder over SFTP, FTP, S3 or WebDAV"},
    RemoteFolderSettings,
)
