"""Settings of the kind kafka; their JSON Schema is what ``connector spec kafka`` prints."""

from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from creditbus.connectors.common.bounds import HttpAddress, Seconds
from creditbus.connectors.common.secret import FolderPath, Secret
from creditbus.connectors.kafka import messages
from creditbus.connectors.sql import messages as of_databases

__all__ = ["KafkaSettings"]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(of_databases.NO_TIME_ZONE(name=name)) from error
    return name


class KafkaSettings(BaseModel):
    """One topic of another cluster."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bootstrap_servers: str = Field(min_length=1, description="Addresses of brokers: host:9092, separated by commas.")
    topic: str = Field(min_length=1, description="The topic.")
    format: Literal["json", "avro"] = Field(
        default="json", description="How values are written; avro: with the number of a schema in a registry."
    )
    registry: HttpAddress | None = Field(
        default=None, description="avro: address of the schema registry of that cluster."
    )
    envelope: Literal["none", "debezium"] = Field(
        default="none", description="debezium: what a value says is a change, of which the row after it is read."
    )
    state: FolderPath | None = Field(
        default=None,
        description="File of this connector's own that keeps which keys were deleted, so that the withdrawal of their "
        "records is proposed; relative to the folder of the configuration. null: deletes are counted, and that is all.",
    )
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="Whether the connection is encrypted, and whether one logs in."
    )
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="How to log in."
    )
    user: str | None = Field(default=None, description="Account to log in with.")
    password: Secret | None = Field(default=None, description="Where its password is: {env: NAME} or {file: path}.")
    ca_file: FolderPath | None = Field(default=None, description="Certificates to trust; null: those of the system.")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Shanghai", description="Zone in which moments that have a zone are written down."
    )
    row_bytes: int = Field(
        default=262_144, ge=1024, le=524_288, description="Largest value in bytes; a larger one is refused."
    )
    connect_seconds: Seconds = Field(default=15, description="Longest wait for a broker.")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.format == "avro" and self.registry is None:
            raise ValueError(messages.NEEDS_REGISTRY())
        if (self.user is None) != (self.password is None) or (
            self.security.startswith("SASL") != (self.user is not None)
        ):
            raise ValueError(messages.USER_AND_PASSWORD())
        return self
