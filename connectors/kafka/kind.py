"""The kind kafka, as the registry of kinds lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from creditbus.connectors.contract import Source, Tells
from creditbus.connectors.kafka.settings import KafkaSettings
from creditbus.connectors.kafka.source import ComparingKafkaSource, KafkaSource

__all__ = ["KIND", "KafkaKind"]


@dataclass(frozen=True, slots=True)
class KafkaKind:
    """A topic of another cluster."""

    name: str
    title: Mapping[Literal["zh", "en"], str]
    settings: type[BaseModel]
    tells: Tells = "state"

    def open(self, settings: BaseModel) -> Source:
        """See the contract."""
        chosen = KafkaSettings.model_validate(settings)
        return KafkaSource(chosen) if chosen.state is None else ComparingKafkaSource(chosen)


KIND = KafkaKind("kafka", {"zh": "另一 Kafka 集群的主题", "en": "topic of another Kafka cluster"}, KafkaSettings)
