"""Files that a command writes where a person says: what the disk refuses is one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from creditbus.services.cli.messages import common as messages
from creditbus.topics.errors import ConfigurationError
from creditbus.topics.system_errors import reason_of

__all__ = ["writing"]


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Name a file or a folder that the system does not let us look for, make or write.

    Raises:
        ConfigurationError: the system refuses, and why.

    """
    try:
        yield
    except OSError as error:
        raise ConfigurationError(str(error.filename or path), reason_of(error), messages.WRITE_ELSEWHERE()) from error
