"""Secrets of sources: named in the configuration, never in it."""

import os
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, model_validator

from creditbus.connectors.common import messages
from creditbus.connectors.errors import ConfigurationError

__all__ = ["FolderPath", "Secret"]


def _resolve(path: Path, info: ValidationInfo) -> Path:
    if "\0" in str(path):
        raise ValueError(messages.FILE_WITH_NUL())
    context: dict[str, Any] = info.context or {}
    folder = context.get("folder")
    return path if folder is None or path.is_absolute() else Path(folder) / path


FolderPath = Annotated[Path, AfterValidator(_resolve)]
"""A path that is relative to the folder of the connector's configuration."""


class Secret(BaseModel):
    """Where a secret is: one of the two. The model holds the name only, so no dump of settings shows the secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = Field(
        default=None,
        min_length=1,
        description="Name of the environment variable that holds it; a line end after it is left out.",
    )
    file: FolderPath | None = Field(default=None, description="File that holds it; a line end after it is left out.")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError(messages.ENV_OR_FILE())
        return self

    def reveal(self) -> str:
        """Return the secret.

        Raises:
            ConfigurationError: the variable or the file is missing or empty.
        """
        if self.env is not None:
            value = os.environ.get(self.env, "").rstrip("\r\n")
            if not value:
                raise ConfigurationError(self.env, messages.NOT_SET(), messages.A_SECRET())
            return value
        place = self.file or Path()
        try:
            value = place.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(place), messages.UNREADABLE(), messages.A_SECRET()) from error
        if not value:
            raise ConfigurationError(str(place), messages.EMPTY(), messages.A_SECRET())
        return value
