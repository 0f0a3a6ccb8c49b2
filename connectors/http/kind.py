"""The kind http, as the registry of kinds lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.http.settings import HttpSettings
from creditbus.connectors.http.source import HttpSource

__all__ = ["KIND", "HttpKind"]


@dataclass(frozen=True, slots=True)
class HttpKind:
    """An address that answers with JSON."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    tells: Tells = "state"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        return HttpSource(HttpSettings.model_validate(settings))


KIND = HttpKind("http", {"zh": "HTTP 接口（JSON）", "en": "JSON over HTTP"}, HttpSettings)
