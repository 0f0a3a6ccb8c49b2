"""Writes files of a city, and never over one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from creditbus.services.cli.messages import city as messages
from creditbus.services.cli.written_files import writing
from creditbus.topics.errors import ConfigurationError

__all__ = ["write_new"]


def write_new(texts: Mapping[Path, str]) -> None:
    """Write all of some files, or none where one of them exists.

    Raises:
        ConfigurationError: one is there already, or the disk refuses.

    """
    for path in texts:
        with writing(path):
            if path.exists():
                raise ConfigurationError(str(path), messages.IS_THERE(), messages.CHANGE_IT())
    for path, text in texts.items():
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
