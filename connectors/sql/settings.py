"""Settings of the kind sql; their JSON Schema is what ``connector spec sql`` prints."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from creditbus.connectors.common.secret import FolderPath, Secret
from creditbus.connectors.sql import messages

__all__ = ["SqlSettings"]


def _url(text: str, info: ValidationInfo) -> str:
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(messages.NOT_A_URL()) from error
    if url.password is not None:
        raise ValueError(messages.HOLDS_PASSWORD())
    context: dict[str, Any] = info.context or {}
    folder, database = context.get("folder"), url.database
    if url.get_backend_name() == "sqlite" and folder and database and not database.startswith((":", "/")):
        url = url.set(database=str(Path(folder) / database))
    return url.render_as_string()


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(messages.NO_TIME_ZONE(name=name)) from error
    return name


class SqlSettings(BaseModel):
    """One table or view."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    url: Annotated[str, AfterValidator(_url)] = Field(
        description="Database URL of SQLAlchemy without a password, such as postgresql+psycopg://reader@host/database; "
        "the file of an sqlite URL is relative to the folder of the connector's configuration."
    )
    password: Secret | None = Field(default=None, description="Where the password is: {env: NAME} or {file: path}.")
    db_schema: str | None = Field(
        default=None, alias="schema", description="Schema of the table; null: the user's default schema."
    )
    table: str = Field(default="", description="Table or view; empty: `connector discover` lists what there is.")
    columns: tuple[str, ...] = Field(default=(), description="Columns to read; empty: all but binary ones.")
    key: tuple[str, ...] = Field(
        default=(),
        description="Columns that together name a row, never NULL. They stand in the connector's positions: "
        "take a technical key, not the number of a person.",
    )
    mode: Literal["staging", "watermark", "compare"] | None = Field(
        default=None,
        description="staging: rows whose status is new, marked when they are on the bus; watermark: rows that are "
        "newer than the last ones; compare: all rows against those of last time.",
    )
    status: str | None = Field(default=None, description="staging: the column that says what became of a row.")
    new: str | int = Field(default="new", description="staging: value of status of a row to be read.")
    sent: str | int = Field(default="sent", description="staging: value of status of a row that is on the bus.")
    refused: str | int | None = Field(
        default=None,
        description="staging: value of status of a row that the bus refused; null: it stays sent. "
        "Needs a key of one column of whole numbers.",
    )
    reason: str | None = Field(
        default=None, description="staging: column that says why a row was refused, cut to its length; needs refused."
    )
    watermark: str | None = Field(
        default=None, description="watermark: column that grows with every insert and update: a time or a number."
    )
    window: float = Field(
        default=600,
        ge=0,
        description="watermark: longer than the longest transaction that writes the table, in seconds (for a number: "
        "in its unit). Rows of that window are read again, for some may be committed late.",
    )
    state: FolderPath | None = Field(
        default=None,
        description="compare: file of this connector's own, with digests of the rows that are on the bus; relative to "
        "the folder of the connector's configuration. Files of earlier versions are as confidential as the table.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Shanghai", description="Zone in which moments that have a zone are written down."
    )
    fetch_rows: int = Field(default=1000, ge=1, le=10_000, description="Rows held in memory at a time.")
    connect_seconds: int = Field(default=10, ge=1, description="Longest wait for a connection.")
    statement_seconds: int = Field(default=300, ge=1, description="Longest wait for an answer of the database.")

    @model_validator(mode="after")
    def _mode_is_complete(self) -> Self:
        if not self.table:
            return self
        needed = {"staging": self.status, "watermark": self.watermark, "compare": self.state}
        if self.mode is None:
            raise ValueError(messages.MODE_MISSING(modes=", ".join(needed)))
        if not self.key:
            raise ValueError(messages.KEY_MISSING())
        names = {"staging": "status", "watermark": "watermark", "compare": "state"}
        for mode, value in needed.items():
            if mode == self.mode and value is None:
                raise ValueError(messages.MODE_NEEDS(name=names[mode], mode=mode))
            if mode != self.mode and value is not None:
                raise ValueError(messages.OF_MODE(name=names[mode], mode=mode))
        if self.mode != "staging" and (self.refused is not None or self.reason is not None):
            raise ValueError(messages.OF_STAGING())
        if self.reason is not None and self.refused is None:
            raise ValueError(messages.REASON_NEEDS())
        if len({self.new, self.sent, self.refused}) < 3:  # noqa: PLR2004 -- three values, three meanings
            raise ValueError(messages.NOT_THREE_VALUES())
        return self
