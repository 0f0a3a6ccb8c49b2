"""The kind sql, as the registry of kinds lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.sql.compare import CompareSource
from creditbus.connectors.sql.settings import SqlSettings
from creditbus.connectors.sql.staging import StagingSource
from creditbus.connectors.sql.watermark import WatermarkSource

__all__ = ["KIND", "SqlKind"]


@dataclass(frozen=True, slots=True)
class SqlKind:
    """A table or view of a database, read in one of three modes."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    tells: Tells = "state"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        chosen = SqlSettings.model_validate(settings)
        if not chosen.table:  # whatever its mode, it discovers and reads nothing
            return WatermarkSource(chosen)
        if chosen.mode == "staging":
            return StagingSource(chosen)
        if chosen.mode == "compare":
            return CompareSource(chosen)
        return WatermarkSource(chosen)


KIND = SqlKind("sql", {"zh": "数据库表", "en": "database table"}, SqlSettings)
